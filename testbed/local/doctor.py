"""`make doctor`: what is there, what is missing, and which way each part would be had. Changes nothing."""

import os
import platform
import shutil
from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table

from testbed import bootstrap, cache, tools
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
    console.print("\n[bold]The simulated clouds[/bold] (`make simulated`, `make bench`, `make test`)")
    console.print(_table(_simulated()))
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


def _simulated() -> Iterable[tuple[str, str]]:
    yield "GKE, EKS and AKS", "[yellow]the testbed's stand-ins[/yellow], whatever else is here: nothing reaches a cloud"
    if bootstrap.made(bootstrap.EVERYTHING):
        yield "the clouds' SDKs", "[green]installed[/green]"
    else:
        size = f"{bootstrap.EVERYTHING.gigabytes:.0f} GB"
        yield "the clouds' SDKs", f"not installed: the first of these commands does it ({size}); `make up` needs none"
    missing = [name for name in clusters.API_SERVER if not tools.built(name)]
    if not missing:
        yield "their clusters' API server", "[green]built[/green]"
    elif tools.lacks_go():
        yield "their clusters' API server", f"[red]there is no way to have it[/red]: {tools.lacks_go()}"
    else:
        yield "their clusters' API server", f"would be built from the Go modules of {' and '.join(missing)}"


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
