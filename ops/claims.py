"""People's disks beside their homes: `python -m ops.claims -s STACK`, and `--remove` to remove some.

What `user_database` and `extra_claims` make stays when a person leaves, unless the stack file says otherwise. This
lists it with its owner and last use, and removes what nobody's server has at the moment.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ops.disks.disk import Disk, disks
from ops.disks.wish import Wish
from ops.recovery.cluster import Cluster
from ops.recovery.clusters import Clusters
from ops.recovery.engine import engine_in
from ops.recovery.errors import RecoverError
from ops.recovery.state import State, fields, object_ref, read

_NAMESPACE = "kubernetes:core/v1:Namespace"
_HUB_LABEL = "hubstack.dev/hub"

console = Console(highlight=False, soft_wrap=True)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass(frozen=True)
class HubPlace:
    """A hub of the stack, and where it is."""

    name: str
    namespace: str
    cluster: Cluster

    def disks(self) -> list[Disk]:
        """Look which disks it has now."""
        claims = self.cluster.api.list("v1", "PersistentVolumeClaim", self.namespace)
        pods = self.cluster.api.list("v1", "Pod", self.namespace)
        return disks(self.name, self.namespace, claims, pods)


@app.command()
def claims(  # noqa: PLR0913 - each is an option
    *,
    stack: Annotated[str, typer.Option("-s", "--stack", help="The stack; the selected one by default.")] = "",
    hub: Annotated[str, typer.Option(help="One hub of the stack; all without.")] = "",
    label: Annotated[list[str] | None, typer.Option(help="Only disks with this label, key=value.")] = None,
    user: Annotated[list[str] | None, typer.Option(help="Only this person's.")] = None,
    older_than: Annotated[str, typer.Option(help="Only those unused for so long, such as 90d.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Remove them, after a question.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --remove: say what would go, and stop.")] = False,
    kubeconfig: Annotated[str, typer.Option(help="A file to use in place of the kubeconfig in the state.")] = "",
) -> None:
    """List people's disks with size, owner and last use; remove those that are no longer needed."""
    try:
        wish = Wish.read(label or [], user or [], older_than)
        engine = engine_in(Path.cwd(), stack)
        with ExitStack() as exits:
            hubs = _hubs(read(engine.export(show_secrets=True)), Clusters(exits, kubeconfig), hub)
            if remove:
                _remove(hubs, wish, dry_run=dry_run)
            else:
                _list([disk for place in hubs for disk in place.disks() if wish.means(disk)])
    except RecoverError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print("[red]✗[/red]", escape(str(error)))
        raise typer.Exit(1) from None


def _hubs(state: State, clusters: Clusters, wanted: str) -> list[HubPlace]:
    found: list[HubPlace] = []
    for resource in state.resources:
        reference = object_ref(resource) if resource.type == _NAMESPACE else None
        name = fields(fields(resource.inputs.get("metadata")).get("labels")).get(_HUB_LABEL)
        if reference and name and wanted in ("", name):
            found.append(HubPlace(str(name), reference.name, clusters.of(resource, state)))
    if not found:
        raise RecoverError(f"The stack has no hub {wanted}." if wanted else "The stack has no hub.")
    return found


def _list(found: Sequence[Disk]) -> None:
    if not found:
        console.print("There is no such disk.")
        return
    table = Table(box=None, pad_edge=False)
    for column in ("hub", "disk", "owner", "size", "used", "last used", "in use by"):
        table.add_column(column, justify="right" if column in ("size", "used") else "left", overflow="fold")
    for disk in found:
        whose = f"{disk.owner or '?'} ({disk.server})" if disk.server else disk.owner or "?"
        used = "?" if disk.used is None else _written(disk.used)
        by = "being removed" if disk.going else ", ".join(disk.mounted_by)
        cells = (disk.hub, disk.name, whose, _written(disk.size), used, f"{disk.last_used:%Y-%m-%d}", by)
        table.add_row(*map(escape, cells))
    console.print(table)
    held = sum(bool(disk.mounted_by) for disk in found)
    console.print(f"{_counted(found)}, {held} of them in use.")


def _remove(hubs: Sequence[HubPlace], wish: Wish, *, dry_run: bool) -> None:
    """Show what would go and what stays; after the hub's name was typed, remove what is still free."""
    if len(hubs) != 1:
        names = ", ".join(place.name for place in hubs)
        raise RecoverError(f"Disks are removed of one hub at a time: name it with --hub ({names}).")
    (place,) = hubs
    meant = [disk for disk in place.disks() if wish.means(disk)]
    free = [disk for disk in meant if not disk.mounted_by and not disk.going]
    _list(meant)
    if meant and len(free) < len(meant):
        console.print("Those that a pod has, or that are being removed, stay as they are.")
    if not free:
        console.print("Nothing is to be removed.")
        return
    what = f"{'Every free disk' if wish.everything else 'What is free of these'} in {place.name}: {_counted(free)}"
    if dry_run:
        console.print(f"{escape(what)} would be removed, with the data. Nothing was.")
        return
    console.print(f"{escape(what)}. [bold]The data goes with them for good.[/bold]")
    if typer.prompt("Type the hub's name to remove them", default="", show_default=False) != place.name:
        raise RecoverError("That is not the hub's name, so nothing was removed.")
    # Somebody may have started a server while the question stood.
    agreed = {disk.uid for disk in free}
    now = [disk for disk in place.disks() if disk.uid in agreed and not disk.mounted_by and not disk.going]
    place.cluster.delete([disk.reference for disk in now])
    late = f" {len(free) - len(now)} had come into use meanwhile, and stay." if len(now) < len(free) else ""
    console.print(f"[green]✓[/green] Removed {_counted(now)}.{late}")


def _counted(found: Sequence[Disk]) -> str:
    return f"{len(found)} disk{'' if len(found) == 1 else 's'} of {_written(sum(disk.size for disk in found))}"


def _written(size: int) -> str:
    """Write bytes in the largest unit of which they are one or more."""
    for power, unit in ((4, "Ti"), (3, "Gi"), (2, "Mi"), (1, "Ki")):
        if size >= 1024**power:
            return f"{size / 1024**power:.3g}{unit}"
    return str(size)


if __name__ == "__main__":
    app()
