"""`python -m testbed.bench [hubs] [cold] [starts] [gke] [eks] [aks]`: measure, print, and write build/bench.json."""

import sys
from typing import Annotated

import typer

from testbed import steps
from testbed.bench import clouds, cold, hubs, starts
from testbed.bench.bounds import NAMES
from testbed.bench.figures import FILE, Figures
from testbed.steps import StepError, console
from tests.support.engine import EngineError

PARTS = ("hubs", "cold", "starts", *NAMES)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(
    parts: Annotated[list[str] | None, typer.Argument(help=f"What to measure: {', '.join(PARTS)}; all.")] = None,
    speed: Annotated[float | None, typer.Option(help="Simulated seconds in a real one.")] = None,
    most: Annotated[int, typer.Option(help="The most hubs to measure.", min=hubs.COUNTS[1])] = max(hubs.COUNTS),
) -> None:
    """Measure how long the platform takes, and fail where it takes too long. Nothing else should run meanwhile."""
    unknown = set(parts or ()) - set(PARTS)
    if unknown:
        raise typer.BadParameter(f"there is no {', '.join(sorted(unknown))}: {', '.join(PARTS)}")
    steps.hear_interrupts()
    figures = Figures()
    try:
        for part in parts or PARTS:
            _measure(part, figures, speed, most)
            figures.write()
    except (StepError, EngineError) as error:
        sys.exit(steps.fail(StepError(str(error))))
    figures.show(console)
    console.print(f"Written to {FILE}.")
    sys.exit(1 if figures.missed() else 0)


def _measure(part: str, figures: Figures, speed: float | None, most: int) -> None:
    if part == "hubs":
        figures.hubs = hubs.measure(tuple(count for count in hubs.COUNTS if count <= most))
    elif part == "cold":
        figures.cold = cold.measure()
    elif part == "starts":
        figures.starts = starts.measure()
    else:
        figures.clouds[part] = clouds.measure(part, speed)


if __name__ == "__main__":
    app()
