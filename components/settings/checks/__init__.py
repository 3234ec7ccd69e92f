"""What no single value shows: settings that contradict each other, or do not fit what is there."""

from collections.abc import Iterator

from components.settings.checks import (
    auth,
    aws,
    azure,
    chart,
    chart_values,
    claims,
    databases,
    gcp,
    hubs,
    local,
    pools,
    storage,
)
from components.settings.draft import Draft
from components.settings.errors import Mistake

_CLOUDS = {"local": local.check, "gcp": gcp.check, "aws": aws.check, "azure": azure.check}


def every(draft: Draft) -> Iterator[Mistake]:
    """Run every check over what is sound so far."""
    yield from _cloud(draft)
    yield from chart.check(draft)
    yield from hubs.check(draft)
    yield from databases.check(draft)
    for hub in draft.hubs():
        yield from auth.check(draft, hub)
        yield from storage.check(draft, hub)
        yield from claims.check(draft, hub)
        yield from chart_values.check(draft, hub)


def _cloud(draft: Draft) -> Iterator[Mistake]:
    provider = draft.provider
    if provider is None:
        return
    yield from _CLOUDS[provider](draft)
    if provider != "local":
        yield from pools.check(draft, provider)
