"""What the dynamic resources of this program share: they make nothing, and remember what they are told until they go.

The state of every stack names each provider by its own module, so those never move; this one may.
"""

from typing import Any, ClassVar

from pulumi.dynamic import DiffResult, ResourceProvider, UpdateResult


class Remembering(ResourceProvider):
    """Takes what is new as it comes; what it does with it, it does when its turn to go has come, or in a preview."""

    # The provider itself holds no secret, so the state may show which code it is.
    serialize_as_secret_always = False

    identity: ClassVar[tuple[str, ...]] = ()
    """What it is told that makes it another one: a change of these replaces it, and a replacement is a `delete`."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """See whether there is something new to remember; newer code alone is nothing new."""
        changed = [key for key in _news if key != "__provider" and _olds.get(key) != _news[key]]
        return DiffResult(changes=bool(changed), replaces=[key for key in changed if key in self.identity])

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Remember what is new."""
        return UpdateResult(_news)
