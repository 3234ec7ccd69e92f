"""What no single value shows: settings that contradict each other, or do not fit what is there."""

from collections.abc import Iterator

from components.settings.checks import auth, chart, chart_values, cluster, hubs
from components.settings.draft import Draft
from components.settings.errors import Mistake


def every(draft: Draft) -> Iterator[Mistake]:
    """Run every check over what is sound so far."""
    yield from cluster.check(draft)
    yield from chart.check(draft)
    yield from hubs.check(draft)
    for hub in draft.hubs():
        yield from auth.check(draft, hub)
        yield from chart_values.check(draft, hub)
