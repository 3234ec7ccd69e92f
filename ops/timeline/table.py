"""The timeline in a terminal."""

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ops.timeline.waits import Reason, Row, Timeline
from ops.timeline.words import done, length

_MARK = {Reason.NEED: "", Reason.LAYER: " (the engine's order)", Reason.GUESS: " (?)"}


def show(timeline: Timeline, console: Console, *, everything: bool) -> None:
    """Print the operations, the chain that the run's length comes from, and where the time went."""
    rows = [row for row in timeline.rows if everything or worth_a_look(row, timeline)]
    console.print(_table("Who waited for whom", rows))
    _say_left_out(timeline, len(timeline.rows) - len(rows), console)
    console.print(_chain(timeline))
    console.print(
        f"{length(timeline.run.seconds)} in all: {length(timeline.at_work)} on the chain above, "
        f"{length(timeline.between)} between (the engine, the program, its start)."
    )
    if timeline.guessed:
        console.print("No state says what needs what, so (?) is guessed from the times: name one with --state.")


def worth_a_look(row: Row, timeline: Timeline) -> bool:
    """Say whether a row is shown by default: it is on the chain, failed, or took a hundredth of the run."""
    span = row.span
    return row.on_chain or span.failed or span.unfinished or span.seconds * 100 >= timeline.run.seconds


def waited_for(row: Row) -> str:
    """Say what an operation waited for last."""
    if row.wait is None:
        return "nothing"
    return f"{row.wait.span.title}{_MARK[row.wait.reason]}"


def _table(title: str, rows: Iterable[Row]) -> Table:
    table = Table("", "resource", "done", title=title, title_justify="left", box=None, pad_edge=False)
    for heading in ("start", "end", "took"):
        table.add_column(heading, justify="right")
    table.add_column("waited last for")
    for row in rows:
        span = row.span
        style = "red" if span.failed or span.unfinished else "bold" if row.on_chain else ""
        table.add_row(
            "●" if row.on_chain else "",
            escape(span.title),
            done(span),
            length(span.start.seconds),
            length(span.end.seconds),
            length(span.seconds),
            escape(waited_for(row)),
            style=style,
        )
    return table


def _chain(timeline: Timeline) -> Table:
    table = Table("resource", title="\nThe chain that it took", title_justify="left", box=None, pad_edge=False)
    for heading in ("waited", "took", "so far"):
        table.add_column(heading, justify="right")
    for row in timeline.chain:
        span = row.span
        table.add_row(escape(span.title), length(row.gap), length(span.seconds), length(span.end.seconds))
    return table


def _say_left_out(timeline: Timeline, short: int, console: Console) -> None:
    if short:
        console.print(f"[dim]{short} operations that took less than a hundredth of it: --all shows them.[/dim]")
    if timeline.run.unchanged:
        console.print(f"[dim]{timeline.run.unchanged} resources were as they should be.[/dim]")
