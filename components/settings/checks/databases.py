"""Databases that do not get in the way of hubs, and that the cloud can do what is asked of."""

from collections.abc import Iterator

from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.shapes import keys


def check(draft: Draft) -> Iterator[Mistake]:
    """Look at each database's name and at what becomes of it."""
    yield from _names(draft)
    yield from _archives(draft)


def _names(draft: Draft) -> Iterator[Mistake]:
    """Find a database and a hub of one name: the name is the namespace of either."""
    for name in keys(draft.given("databases")):
        if name in draft.hubs():
            yield Mistake(
                ("databases", name),
                name,
                "a name that no hub has, as each has a namespace of its name",
                f"did you mean {name}-db?",
            )


def _archives(draft: Draft) -> Iterator[Mistake]:
    """Find a last snapshot that is asked for where there are no snapshots."""
    if draft.provider != "local":
        return
    for name in keys(draft.given("databases")):
        if draft.given("databases", name, "on_destroy") == "archive":
            yield Mistake(
                ("databases", name, "on_destroy"),
                "archive",
                "refuse or delete on local: the last backup is a snapshot, which a cloud's disk has and a node's folder"
                " has not",
                "write refuse, or delete once pg_dump has taken what you want to keep",
            )
