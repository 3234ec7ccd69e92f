"""The engine's event log (`pulumi up --event-log FILE`), read into what was done to each resource and when.

The shape is `apitype.EngineEvent` of pulumi/pulumi, one JSON object a line. The engine stamps whole seconds; what
happened within one is told apart by the events' order.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from ops.recovery.state import fields
from ops.timeline.errors import TimelineError

HOW = "write one with `PULUMI_DEBUG_COMMANDS=true pulumi up --event-log FILE`."
"""Pulumi hides the option unless the variable is set."""

UNCHANGED = frozenset({"same", "read", "discard", "discard-replaced", "read-discard"})
"""Operations that change nothing, so nobody waits for them."""

DELETES = frozenset({"delete", "delete-replaced"})

_ANNOUNCED = frozenset({"replace", "read-replacement", "refresh"})
"""Announced beside the steps that do the work."""


@dataclass(frozen=True)
class Moment:
    """A time, in seconds since the run began, and the event's place in the log."""

    seconds: float
    place: int


@dataclass(frozen=True)
class Span:
    """One operation on one resource."""

    urn: str
    op: str
    start: Moment
    end: Moment
    failed: bool = False
    unfinished: bool = False
    """The log ends before the operation does, as the engine was killed."""

    @property
    def seconds(self) -> float:
        """How long the operation took."""
        return self.end.seconds - self.start.seconds

    @property
    def title(self) -> str:
        """The resource's type and name, as in `Cluster course-fall`."""
        return title(self.urn)

    @property
    def deletes(self) -> bool:
        """Whether the resource goes."""
        return self.op in DELETES


@dataclass(frozen=True)
class Run:
    """One `up` or `destroy`."""

    spans: tuple[Span, ...]
    """In the order of their starts, components left out: those do nothing themselves."""

    unchanged: int
    """How many resources were looked at and left as they were."""

    seconds: float
    """From the first event to the last, the program's own start with it."""

    @property
    def destroys(self) -> bool:
        """Whether everything that was done is a deletion."""
        return bool(self.spans) and all(span.deletes for span in self.spans)

    @property
    def stack(self) -> tuple[str, str]:
        """The names of the stack and of its project."""
        head, project, *_ = self.spans[0].urn.split("::")
        return head.rpartition(":")[2], project


def title(urn: str) -> str:
    """Give a resource's type and name as one would say them: `Cluster course-fall`."""
    kind, _, name = urn.partition("::")[2].partition("::")[2].partition("::")
    return f"{kind.rpartition('$')[2].rpartition(':')[2]} {name}"


def read(lines: Iterable[str]) -> Run:
    """Read a log.

    Raises TimelineError where it is none, or where nothing was done in it.
    """
    began = 0.0
    last = Moment(0, 0)
    spans: list[Span] = []
    running: dict[tuple[str, str], Moment] = {}
    unchanged = 0
    for place, event in enumerate(_events(lines)):
        began = began or float(event["timestamp"])
        last = Moment(float(event["timestamp"]) - began, place)
        kind, metadata = _step(event)
        if not _does_something(metadata):
            unchanged += kind == "resOutputsEvent" and metadata.get("op") == "same" and _is_custom(metadata)
            continue
        key = (metadata["urn"], metadata["op"])
        if kind == "resourcePreEvent":
            running[key] = last
        elif key in running:
            spans.append(Span(*key, start=running.pop(key), end=last, failed=kind == "resOpFailedEvent"))
    spans += [Span(*key, start=start, end=last, unfinished=True) for key, start in running.items()]
    if not spans:
        raise TimelineError("Nothing was made, changed or deleted in this run, so nobody waited.")
    return Run(tuple(sorted(spans, key=lambda span: span.start.place)), unchanged, last.seconds)


def _events(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except ValueError:
            continue  # the last line of an engine that was killed
        if not isinstance(event, dict) or "timestamp" not in event:
            raise TimelineError(f"This is no event log: {HOW}")
        yield cast("dict[str, Any]", event)


def _step(event: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    for kind in ("resourcePreEvent", "resOutputsEvent", "resOpFailedEvent"):
        if kind in event and not event[kind].get("planning"):
            return kind, event[kind]["metadata"]
    return "", {}


def _does_something(metadata: dict[str, Any]) -> bool:
    op = metadata.get("op")
    return bool(op) and op not in UNCHANGED | _ANNOUNCED and _is_custom(metadata)


def _is_custom(metadata: dict[str, Any]) -> bool:
    state = fields(metadata.get("new")) or fields(metadata.get("old"))
    return bool(state.get("custom"))
