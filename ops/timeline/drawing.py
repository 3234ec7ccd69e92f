"""The timeline as an SVG that reads well on light and on dark ground."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from ops.timeline.table import waited_for
from ops.timeline.waits import Row, Timeline
from ops.timeline.words import done, length

LEFT = 330
"""Room for the names, in pixels."""
WIDTH = 760
"""Room for the whole run."""
LINE = 20
TOP = 64
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200)
_MOST_TICKS = 9
_LONGEST_NAME = 46


@dataclass(frozen=True)
class Bar:
    """One operation."""

    name: str
    title: str
    kind: str
    x: float
    y: float
    width: float
    on_chain: bool
    length: str


@dataclass(frozen=True)
class Arrow:
    """From the end of what was waited for, down or up to the start of what waited."""

    x1: float
    y1: float
    x2: float
    y2: float
    on_chain: bool


@dataclass(frozen=True)
class Tick:
    """A time on the axis."""

    x: float
    text: str


def draw(timeline: Timeline, rows: Sequence[Row], title: str) -> str:
    """Give the SVG of some of a timeline's rows."""
    scale = WIDTH / max(timeline.run.seconds, 0.001)
    bars = {row.span: _bar(row, number, scale) for number, row in enumerate(rows)}
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("timeline.svg.jinja").render(
        title=title,
        summary=_summary(timeline, len(rows)),
        bars=list(bars.values()),
        arrows=[_arrow(bars[row.span], bars[row.wait.span], row) for row in rows if row.wait and row.wait.span in bars],
        ticks=_ticks(timeline.run.seconds, scale),
        left=LEFT,
        line=LINE,
        top=TOP,
        width=LEFT + WIDTH + 90,
        bottom=TOP + LINE * len(rows),
    )


def _bar(row: Row, number: int, scale: float) -> Bar:
    span = row.span
    name = span.title if len(span.title) <= _LONGEST_NAME else f"{span.title[: _LONGEST_NAME - 1]}…"
    kind = "failed" if span.failed or span.unfinished else span.op.partition("-")[0]
    said = f"{span.title}, {done(span)}: {length(span.start.seconds)} to {length(span.end.seconds)}"
    return Bar(
        name=name,
        title=f"{said}; waited last for {waited_for(row)}",
        kind=kind,
        x=round(LEFT + span.start.seconds * scale, 1),
        y=TOP + LINE * number,
        width=round(max(span.seconds * scale, 1.5), 1),
        on_chain=row.on_chain,
        length=length(span.seconds),
    )


def _arrow(bar: Bar, waited: Bar, row: Row) -> Arrow:
    middle = LINE / 2
    end = round(waited.x + waited.width, 1)
    return Arrow(end, waited.y + middle, bar.x, bar.y + middle, row.on_chain)


def _ticks(seconds: float, scale: float) -> list[Tick]:
    step = next((step for step in _STEPS if seconds / step <= _MOST_TICKS), _STEPS[-1])
    times = [number * step for number in range(int(seconds / step) + 1)]
    return [Tick(round(LEFT + time * scale, 1), length(time)) for time in times]


def _summary(timeline: Timeline, shown: int) -> str:
    hidden = len(timeline.rows) - shown
    short = f"; {hidden} short ones are not drawn" if hidden else ""
    return (
        f"{length(timeline.run.seconds)}: {length(timeline.at_work)} on the chain (bold), "
        f"{length(timeline.between)} the engine's and the program's own{short}"
    )
