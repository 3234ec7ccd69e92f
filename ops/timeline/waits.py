"""What each operation waited for last, and the chain of waits that the whole run took."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ops.timeline.graph import Graph
from ops.timeline.log import Run, Span


class Reason(StrEnum):
    """Why one operation came after another."""

    NEED = "needs it"  # or, where it goes: is needed by it
    LAYER = "the engine's order"  # it only lies in a higher layer of the same destroy
    GUESS = "guessed from the times"  # no state says what needs what


@dataclass(frozen=True)
class Wait:
    """The last thing that an operation waited for."""

    span: Span
    reason: Reason


@dataclass(frozen=True)
class Row:
    """One operation, and what it waited for; None where it waited for the program and the engine only."""

    span: Span
    wait: Wait | None
    on_chain: bool = False
    layer: int | None = None
    """In a destroy: the layer that the engine deleted it with, the highest first."""

    @property
    def gap(self) -> float:
        """Seconds between the end of what it waited for, or the run's begin, and its own start."""
        return self.span.start.seconds - (self.wait.span.end.seconds if self.wait else 0)


@dataclass(frozen=True)
class Timeline:
    """Who waited for whom."""

    run: Run
    rows: tuple[Row, ...]
    chain: tuple[Row, ...]
    """The operations that the run's length comes from, each waiting for the one before it."""

    @property
    def at_work(self) -> float:
        """Seconds of the chain in which a cloud or a cluster was at work."""
        return sum(row.span.seconds for row in self.chain)

    @property
    def between(self) -> float:
        """Seconds of the run that are the engine's and the program's own."""
        return self.run.seconds - self.at_work

    @property
    def guessed(self) -> bool:
        """Whether no state said what needs what."""
        return any(row.wait and row.wait.reason is Reason.GUESS for row in self.rows)


def timeline(run: Run, graph: Graph) -> Timeline:
    """Find who waited for whom; with an empty graph, from the times alone."""
    waits = {span: _wait(span, run, graph) for span in run.spans}
    chain: list[Span] = []
    span: Span | None = max(run.spans, key=lambda each: each.end.place)
    while span is not None:
        chain.append(span)
        wait = waits[span]
        span = wait.span if wait else None
    rows = {each: Row(each, waits[each], each in chain, _layer(each, graph)) for each in run.spans}
    return Timeline(run, tuple(rows.values()), tuple(rows[each] for each in reversed(chain)))


def _wait(span: Span, run: Run, graph: Graph) -> Wait | None:
    before = [each for each in run.spans if each.end.place < span.start.place]
    if not graph.nodes:
        return _last(before, Reason.GUESS)
    needed = _last((each for each in before if _needs(span, each, graph)), Reason.NEED)
    if not span.deletes:
        return needed
    above = _last((each for each in before if _is_above(each, span, graph)), Reason.LAYER)
    if needed and (above is None or above.span.end.place <= needed.span.end.place):
        return needed
    return above


def _needs(span: Span, other: Span, graph: Graph) -> bool:
    """Say whether an operation cannot begin before the other has ended."""
    if span.deletes != other.deletes:
        return span.urn == other.urn  # a replacement: the old one goes after, or before, the new one
    if span.deletes:
        return other.urn in graph.needed_by.get(span.urn, frozenset())
    node = graph.by_urn.get(span.urn)
    return node is not None and other.urn in node.needs


def _is_above(other: Span, span: Span, graph: Graph) -> bool:
    mine, its = _layer(span, graph), _layer(other, graph)
    return mine is not None and its is not None and its > mine


def _layer(span: Span, graph: Graph) -> int | None:
    return graph.layers.get(span.urn) if span.deletes else None


def _last(spans: Iterable[Span], reason: Reason) -> Wait | None:
    latest = max(spans, key=lambda each: each.end.place, default=None)
    return Wait(latest, reason) if latest else None
