"""The command: `python -m ops.timeline LOG [--svg FILE] [--state FILE] [--all]`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from ops.timeline import states
from ops.timeline.drawing import draw
from ops.timeline.errors import TimelineError
from ops.timeline.log import HOW, Run, read
from ops.timeline.table import show, worth_a_look
from ops.timeline.waits import Timeline, timeline
from ops.timeline.words import length

console = Console(highlight=False)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def draw_timeline(
    log: Annotated[Path, typer.Argument(help="What `pulumi up` or `destroy` wrote with --event-log.")],
    *,
    svg: Annotated[Path | None, typer.Option(help="Draw it into this file as well.")] = None,
    state: Annotated[
        Path | None, typer.Option(help="A saved `pulumi stack export`, where the backend no longer has the state.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show short operations too.")] = False,
) -> None:
    """Show who waited for whom in an `up` or a `destroy`, and the chain that its length comes from."""
    try:
        run = _read(log)
        graph = states.from_file(state) if state else states.graph_for(run, Path.cwd())
    except (TimelineError, OSError, ValueError) as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print("[red]✗[/red]", escape(str(error)))
        raise typer.Exit(1) from None
    found = timeline(run, graph)
    show(found, console, everything=everything)
    if svg:
        rows = [row for row in found.rows if everything or worth_a_look(row, found)]
        svg.write_text(draw(found, rows, _title(found)))
        console.print(f"Drawn into {svg}.", soft_wrap=True)


def _read(log: Path) -> Run:
    if not log.is_file():
        raise TimelineError(f"{log} is not there: {HOW.replace('FILE', str(log))}")
    with log.open() as lines:
        return read(lines)


def _title(found: Timeline) -> str:
    stack, project = found.run.stack
    what = "destroy" if found.run.destroys else "up"
    return f"{project}, {stack}: {what} in {length(found.run.seconds)}"


if __name__ == "__main__":
    app()
