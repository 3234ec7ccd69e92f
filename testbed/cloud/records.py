"""What the ledger holds: records, and the tables they lie in."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["creating", "ready", "deleting"]
MadeBy = Literal["pulumi", "kubernetes", "person"]

TABLES = """
CREATE TABLE IF NOT EXISTS records (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    cloud TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, scope TEXT NOT NULL,
    state TEXT NOT NULL, inputs TEXT NOT NULL, outputs TEXT NOT NULL, tags TEXT NOT NULL, made_by TEXT NOT NULL,
    seed TEXT NOT NULL, begun_at REAL NOT NULL, ready_at REAL, quota TEXT NOT NULL, held REAL NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS names ON records (kind, scope, name) WHERE name != '';
CREATE TABLE IF NOT EXISTS handles (value TEXT NOT NULL, serial INTEGER NOT NULL REFERENCES records ON DELETE CASCADE);
CREATE INDEX IF NOT EXISTS handles_by_value ON handles (value);
CREATE TABLE IF NOT EXISTS refers (
    serial INTEGER NOT NULL REFERENCES records ON DELETE CASCADE, path TEXT NOT NULL, target INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS changes (number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS quotas (name TEXT PRIMARY KEY, most INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS faults (
    serial INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL, kind TEXT NOT NULL, operation TEXT NOT NULL,
    times INTEGER NOT NULL, seconds REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS calls (
    serial INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, kind TEXT NOT NULL, operation TEXT NOT NULL,
    name TEXT NOT NULL, outcome TEXT NOT NULL
);
"""

_JSON = ("inputs", "outputs", "tags")


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


def record_of(row: sqlite3.Row) -> Record:
    """Read a record."""
    return Record(**{key: json.loads(row[key]) if key in _JSON else row[key] for key in row.keys()})  # noqa: SIM118


def row_of(new: New, seed: str, begun_at: float) -> dict[str, Any]:
    """Give the columns of what is new, but for its state."""
    return {
        "cloud": new.cloud,
        "kind": new.kind,
        "id": new.id or new.name,
        "name": new.name,
        "scope": new.scope,
        "inputs": json.dumps(dict(new.inputs)),
        "outputs": json.dumps(dict(new.outputs)),
        "tags": json.dumps(dict(new.tags)),
        "made_by": new.made_by,
        "seed": seed,
        "begun_at": begun_at,
        "quota": new.quota,
        "held": new.held,
    }
