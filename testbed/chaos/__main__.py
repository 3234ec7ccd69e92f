"""`python -m testbed.chaos [gke] [eks] [aks] [--seed N] [--points N]`: kill, recover, go on; write build/chaos.json."""

import random
import sys
from pathlib import Path
from typing import Annotated

import typer

from testbed import steps
from testbed.bench.bounds import NAMES
from testbed.bench.simulation import STACKS, simulated
from testbed.chaos import figures
from testbed.chaos.run import Run, batter
from testbed.cloud import ledger
from testbed.cloud.ledger import Account
from testbed.steps import StepError, console
from tests.support.engine import EngineError

_SPEED = 60.0
"""Simulated seconds in a real one: a cluster takes five to ten real ones, as long as the engine takes to start."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def chaos(
    clouds: Annotated[list[str] | None, typer.Argument(help=f"Which clouds: {', '.join(NAMES)}; all.")] = None,
    seed: Annotated[int | None, typer.Option(help="Draws the moments; another one each time by default.")] = None,
    points: Annotated[int, typer.Option(help="How often the engine is killed on each cloud.")] = 20,
) -> None:
    """Kill the engine at random moments of `up` and `destroy`, recover, and hold the account against the state."""
    unknown = set(clouds or ()) - set(NAMES)
    if unknown:
        raise typer.BadParameter(f"there is no {', '.join(sorted(unknown))}: {', '.join(NAMES)}")
    steps.hear_interrupts()
    chosen = random.SystemRandom().randrange(10**6) if seed is None else seed
    console.print(f"The seed is {chosen}: `python -m testbed.chaos --seed {chosen}` draws the same moments.")
    runs = [_one(name, chosen, points) for name in clouds or NAMES]
    figures.show(runs, console)
    console.print(f"Written to {figures.FILE}.")
    sys.exit(0 if all(run.well for run in runs) else 1)


def _one(name: str, seed: int, points: int) -> Run:
    run = Run(name, seed)
    try:
        with simulated(STACKS[name], _SPEED) as stack:
            account = Account(Path(stack.environment[ledger.FOLDER]))
            batter(stack, account, run, points, lambda line: console.print(f"  {name}: {line}", markup=False))
    except (StepError, EngineError) as error:
        run.faults.append(str(error))
        steps.fail(StepError(str(error)))
    figures.write(run)
    return run


if __name__ == "__main__":
    app()
