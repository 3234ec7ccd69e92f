"""What AWS would refuse of settings that are each right by themselves."""

from collections.abc import Iterator

from components.settings.draft import Draft
from components.settings.errors import Mistake


def check(_draft: Draft) -> Iterator[Mistake]:
    """Find settings of the cloud that contradict each other."""
    yield from ()
