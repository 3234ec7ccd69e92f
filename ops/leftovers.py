"""What a stack has left in its account: `python -m ops.leftovers -s STACK [--platform ID]`.

What was kept on purpose, what it costs a month and how to remove it; and whatever else bears the platform's id. It
works after the stack was destroyed, as the backend's history knows its platform.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.console import Console
from rich.markup import escape

from ops.clouds.account import things_of
from ops.clouds.asking import CloudError
from ops.clouds.place import Place
from ops.history import pulumi
from ops.leaving.judging import Leftover, Sort, judge
from ops.leaving.memory import Memory, place_in, remember, stack_file
from ops.leaving.prices import AS_OF, SOURCES

console = Console(highlight=False, soft_wrap=True)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


class LeftoversError(Exception):
    """Nothing can be said; the message says why and what to do."""


@app.command()
def leftovers(
    *,
    stack: Annotated[str, typer.Option("-s", "--stack", help="The stack; the selected one by default.")] = "",
    platform: Annotated[str, typer.Option(help="The platform's id, where the backend no longer knows the stack.")] = "",
) -> None:
    """Name what a stack has left in its account, what it costs, and how to remove it."""
    try:
        _look(Path.cwd(), stack, platform)
    except (LeftoversError, CloudError) as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print("[red]✗[/red]", escape(str(error)))
        raise typer.Exit(1) from None


def _look(folder: Path, stack: str, platform: str) -> None:
    if not (folder / "Pulumi.yaml").is_file():
        raise LeftoversError("Run this in the folder that holds Pulumi.yaml.")
    name = stack or pulumi(folder, "stack", "--show-name").strip()
    if not name:
        raise LeftoversError("No stack is selected: name one with -s, as in `python -m ops.leftovers -s course-fall`.")
    memory = remember(folder, str(yaml.safe_load((folder / "Pulumi.yaml").read_text())["name"]), name)
    found = platform or memory.platform
    if not found:
        raise LeftoversError(
            f"The backend knows no platform of {name}: its state is empty and keeps no history. Name the platform's id "
            "with --platform; it stands in the label hubstack-platform of whatever is left."
        )
    if memory.platform not in ("", found):
        memory = Memory(platform=found, places=memory.places)  # another platform of the same stack, an earlier one
    where = _places(memory, folder, name)
    _tell(name, found, memory, [each for place in where for each in judge(memory, things_of(place, found))])


def _places(memory: Memory, folder: Path, stack: str) -> Sequence[Place]:
    if memory.places:
        return memory.places
    named = place_in(stack_file(folder, stack))
    if named is None:
        raise LeftoversError(f"{stack} is on no cloud, so nothing of it is left in one.")
    return [named]


def _tell(stack: str, platform: str, memory: Memory, found: Sequence[Leftover]) -> None:
    own = sum(each.sort is Sort.STACK for each in found)
    if memory.here:
        console.print(f"{stack} is up, and {own} things with its platform's id ({platform}) are in its state.")
    for sort in (Sort.KEPT, Sort.CLUSTER, Sort.LEFT):
        _list(sort, [each for each in found if each.sort is sort])
    if all(each.sort is Sort.STACK for each in found):
        console.print(f"Nothing else with the platform's id {platform} is in the account.")
        return
    console.print(f"[dim]Prices: the clouds' lists for their largest US region, {AS_OF} ({SOURCES}).[/dim]")


def _list(sort: Sort, found: Sequence[Leftover]) -> None:
    """Print one sort of things; a command stands on a line of its own, whole, so that it can be copied."""
    if not found:
        return
    console.print(f"[bold]{sort.capitalize()}[/bold]")
    for each in found:
        monthly = "an unknown sum" if each.monthly == "?" else each.monthly
        console.print(f"  {escape(each.name)}: {monthly} a month")
        console.print(f"    [dim]{escape(each.removal)}[/dim]")
    console.print()


if __name__ == "__main__":
    app()
