"""What becomes of one pending operation."""

from dataclasses import dataclass
from enum import StrEnum

from ops.recovery.state import Operation


class Action(StrEnum):
    """What becomes of a pending operation."""

    ADOPT = "adopt"  # the object exists: the state takes it in
    REPLACE = "replace"  # it exists and is of no use: the state takes it in, the next `pulumi up` replaces it
    DELETE = "delete"  # the object exists: it goes, the next `pulumi up` makes it anew
    CLEAR = "clear"  # there is nothing to keep or to remove
    REFRESH = "refresh"  # the state has the resource: it learns what became of it
    UNKNOWN = "unknown"  # this program cannot judge

    @property
    def takes_in(self) -> bool:
        """Whether the state has the resource from then on."""
        return self in {Action.ADOPT, Action.REPLACE}

    @property
    def is_read_again(self) -> bool:
        """Whether the state has to learn what the resource is like now."""
        return self.takes_in or self is Action.REFRESH


@dataclass(frozen=True)
class Settlement:
    """What becomes of one pending operation, and why."""

    operation: Operation
    action: Action
    why: str
    id: str = ""

    def __str__(self) -> str:
        resource = self.operation.resource
        return f"{resource.title} (interrupted while {self.operation.type}): {self.why}"
