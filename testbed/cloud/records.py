"""What the ledger holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["creating", "ready", "deleting"]
MadeBy = Literal["pulumi", "kubernetes", "person"]


@dataclass(frozen=True)
class Record:
    """Something in the account."""

    serial: int
    cloud: str
    """The provider package: `gcp`, `aws` or `azure-native`."""
    kind: str
    """The Pulumi token of its kind, whoever made it."""
    id: str
    """The physical id, as Pulumi's state has it."""
    name: str
    scope: str
    """Within what the name is unique."""
    state: State
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    tags: dict[str, str]
    """Labels or tags, the provider's default ones included."""
    made_by: MadeBy
    seed: str
    begun_at: float
    """Simulated seconds, as `clock.now` counts."""
    ready_at: float | None
    quota: str
    held: float
    """Simulated seconds after `ready_at` from which a grant holds."""
    worker: int = 0
    """The process that makes it or takes it away; 0 for none."""

    def __str__(self) -> str:
        return f"{self.kind.rpartition(':')[2]} {self.name or self.id}"


@dataclass(frozen=True)
class New:
    """What is put into the account."""

    cloud: str
    kind: str
    name: str
    """Empty where the kind has no names."""
    id: str = ""
    """Default: the name."""
    scope: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    made_by: MadeBy = "pulumi"
    seed: str = ""
    quota: str = ""
    held: float = 0
    handles: Iterable[str] = ()
    """Further words by which others name it."""
    refers: Mapping[str, Iterable[int]] = field(default_factory=dict[str, Iterable[int]])
    """Serials of the records it refers to, by the input that names them."""


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong on demand; see `faults`."""

    serial: int
    what: str
    kind: str
    """A part of the token; empty for any kind."""
    operation: str
    """`create`, `update`, `delete`, `read` or empty for any."""
    times: int
    """How many more times it happens; below 0 for ever."""
    seconds: float
    """Simulated seconds that it lasts, for those faults that last."""


@dataclass(frozen=True)
class Call:
    """One request to the cloud, as a log keeps it."""

    at: float
    kind: str
    operation: str
    name: str
    outcome: str
    """`begun`, `done` or what the cloud refused it with."""
