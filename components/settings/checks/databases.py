"""Databases that do not get in the way of hubs."""

from collections.abc import Iterator

from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.shapes import keys


def check(draft: Draft) -> Iterator[Mistake]:
    """Find a database and a hub of one name: the name is the namespace of either."""
    for name in keys(draft.given("databases")):
        if name in draft.hubs():
            yield Mistake(
                ("databases", name),
                name,
                "a name that no hub has, as each has a namespace of its name",
                f"did you mean {name}-db?",
            )
