"""What no single value shows: settings that contradict each other, or do not fit what is there."""

from collections.abc import Iterator

from components.settings.checks import auth, aws, azure, chart, chart_values, gcp, hubs, local
from components.settings.draft import Draft
from components.settings.errors import Mistake


def every(draft: Draft) -> Iterator[Mistake]:
    """Run every check over what is sound so far."""
    yield from _cloud(draft)
    yield from chart.check(draft)
    yield from hubs.check(draft)
    for hub in draft.hubs():
        yield from auth.check(draft, hub)
        yield from chart_values.check(draft, hub)


def _cloud(draft: Draft) -> Iterator[Mistake]:
    match draft.provider:
        case "local":
            yield from local.check(draft)
        case "gcp":
            yield from gcp.check(draft)
        case "aws":
            yield from aws.check(draft)
        case "azure":
            yield from azure.check(draft)
        case _:
            pass
