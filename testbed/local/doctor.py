"""`make doctor`: what is there, what is missing, and which way each part would be had. Changes nothing."""

import os
import platform
import shutil
from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table

from testbed import cache
from testbed.local import clusters, probes, up
from testbed.local.places import Places
from testbed.local.ways import Choice
from testbed.steps import StepError, console


def doctor(places: Places) -> int:
    """Print what this machine has and how each part would be had; give 0 where `make up` would work."""
    plan = up.look(places)
    console.print("[bold]This machine[/bold]")
    console.print(_table(_machine()))
    console.print("\n[bold]Parts[/bold]")
    console.print(_table((choice.part.name, _way(choice)) for choice in plan.all))
    if (plan.cluster.way and plan.cluster.way.name) == clusters.EMBEDDED and clusters.missing_packages():
        console.print(f"\nDebian packages that `make up` would install: {', '.join(clusters.missing_packages())}.")
    try:
        up.check(plan, places)
    except StepError as error:
        console.print(f"\n[red]✗[/red] `make up` would stop: {escape(str(error))}")
        return 1
    console.print("\n[green]✓[/green] `make up` would work.")
    return 0


def _machine() -> Iterable[tuple[str, str]]:
    there = next(folder for folder in (cache.root(), *cache.root().parents) if folder.exists())
    yield "user", "root" if os.geteuid() == 0 else "not root"
    yield "Python", platform.python_version()
    for name, program in (("Go", "go"), ("Node", "node"), ("Docker", "docker"), ("git", "git")):
        version = probes.version_of(program)
        yield name, ".".join(map(str, version)) if version else "[yellow]not installed[/yellow]"
    yield "processors", str(os.cpu_count())
    yield "cache", f"{cache.root()}, {shutil.disk_usage(there).free / 1e9:.0f} GB of disk free"


def _way(choice: Choice) -> str:
    if choice.way is None:
        chosen = "[red]there is no way to have it[/red]"
    else:
        color = "yellow" if choice.way.stands_in else "green"
        chosen = f"[{color}]{escape(choice.way.name)}[/{color}]"
    not_used = (f"[dim]not {escape(way.name)}: {escape(why)}[/dim]" for way, why in choice.passed_over)
    return "\n".join([chosen, *not_used])


def _table(rows: Iterable[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 3, 0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, said in rows:
        table.add_row(name, said)
    return table
