"""What came of it, for people and for machines."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from testbed import results
from testbed.chaos.run import Run
from testbed.local.places import CHECKOUT

FILE = CHECKOUT / "build" / "chaos.json"


def as_json(run: Run) -> dict[str, Any]:
    """Give a cloud's figures and every kill by itself."""
    return {
        "seed": run.seed,
        "well": run.well,
        "seconds": round(run.seconds),
        "rounds": run.rounds,
        **_counts(run),
        "faults": run.faults,
        "each": [
            {
                "command": kill.point.command,
                "pending": list(kill.struck.pending),
                "state_readable": kill.struck.readable,
                "helm": kill.helm,
                "recover_seconds": round(kill.seconds, 1),
                "recover_said": list(kill.said),
                "faults": list(kill.faults),
            }
            for kill in run.kills
        ],
    }


def write(run: Run, file: Path = FILE) -> None:
    """Write a cloud's figures; those of others stay."""
    results.add(file, {run.name: as_json(run)})


def show(runs: Sequence[Run], console: Console) -> None:
    """Print the figures, and each thing that was wrong."""
    table = Table("", title="Engines killed with SIGKILL at random moments, and recovered", title_justify="left")
    for heading in ("seed", "kills", "up", "destroy", "creates", "Helm", "torn", "recovering"):
        table.add_column(heading, justify="right")
    table.add_column("")
    table.caption = (
        "creates: kills with something that a cloud was making; Helm: within one of its operations; torn: the state "
        "could not be read before recovering; recovering: mean and longest"
    )
    for run in runs:
        table.add_row(*map(str, _row(run)))
    console.print(table)
    for run in runs:
        for fault in [*run.faults, *(each for kill in run.kills for each in kill.faults)]:
            console.print(f"[red]✗[/red] {run.name}: {escape(fault)}")


def _row(run: Run) -> list[str]:
    counts = _counts(run)
    longest = max((kill.seconds for kill in run.kills), default=0.0)
    mean = sum(kill.seconds for kill in run.kills) / max(1, len(run.kills))
    well = "[green]well[/green]" if run.well else "[red]not well[/red]"
    numbers = [str(each) for each in counts.values()]
    return [run.name, str(run.seed), *numbers, f"{mean:.0f} s, at most {longest:.0f} s", well]


def _counts(run: Run) -> dict[str, int]:
    return {
        "kills": len(run.kills),
        "of_up": sum(kill.point.command == "up" for kill in run.kills),
        "of_destroy": sum(kill.point.command == "destroy" for kill in run.kills),
        "with_creates_in_flight": sum(kill.creating_outside > 0 for kill in run.kills),
        "in_helm": sum(kill.in_helm for kill in run.kills),
        "state_torn": sum(not kill.struck.readable for kill in run.kills),
    }
