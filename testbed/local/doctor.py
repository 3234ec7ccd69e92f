"""`make doctor`: what is there, what is missing, and which way each part would be had. Changes nothing."""

from rich.table import Table

from testbed.local import up
from testbed.local.places import Places
from testbed.local.ways import Choice
from testbed.steps import StepError, console


def doctor(places: Places) -> int:
    """Print a table of the parts; give 0 where `make up` would work."""
    plan = up.look(places)
    table = Table("part", "way", "not used", box=None, padding=(0, 2, 0, 0), header_style="bold")
    for choice in plan.all:
        table.add_row(
            choice.part.name, _way(choice), "\n".join(f"{way.name}: {why}" for way, why in choice.passed_over)
        )
    console.print(table)
    try:
        for choice in plan.all:
            choice.needed()
        up.check_disk(plan, places)
    except StepError as error:
        console.print(f"\n[red]✗[/red] `make up` would stop: {error}")
        return 1
    console.print("\n[green]✓[/green] `make up` would work.")
    return 0


def _way(choice: Choice) -> str:
    if choice.way is None:
        return "[red]none[/red]"
    return f"[yellow]{choice.way.name}[/yellow]" if choice.way.stands_in else f"[green]{choice.way.name}[/green]"
