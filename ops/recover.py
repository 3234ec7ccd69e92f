"""Continue after an engine was killed: `python -m ops.recover [-s STACK] [--yes | --dry-run]`.

Releases the backend's lock, takes Helm releases back that were in progress, settles the operations that the state knows
as pending, and says what it does line by line. Then `pulumi up` or `pulumi destroy` goes on. Twice does no harm.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from ops.clouds.account import cluster_is_gone
from ops.clouds.asking import CloudError
from ops.recovery import edit, processes
from ops.recovery.backend import Folder
from ops.recovery.clouds import Clouds
from ops.recovery.clusters import Clusters
from ops.recovery.engine import Engine, engine_in
from ops.recovery.errors import RecoverError
from ops.recovery.gone import Gone, cluster_of, gone, inside
from ops.recovery.plan import Findings, Found, Plan, make_plan
from ops.recovery.releases import Treatment, treat
from ops.recovery.settlement import Action
from ops.recovery.state import (
    OperationType,
    ReleaseRef,
    Resource,
    State,
    object_ref,
    platform_of,
    read,
    release_ref,
)
from ops.recovery.stuck import why_stuck

console = Console(highlight=False, soft_wrap=True)
_NAMESPACE = "kubernetes:core/v1:Namespace"
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass
class Recovery:
    """One run: what it works on, and whether it may act."""

    engine: Engine
    clusters: Clusters
    ask: bool
    dry_run: bool
    break_lock: bool
    done: list[str] = field(default_factory=list[str])

    def run(self) -> None:
        """Recover the stack."""
        folder = self.engine.folder()
        locks = folder.locks() if folder else []
        self._make_sure(locks)
        self._end_orphans()
        torn = folder.torn() if folder else []
        self._remove(torn)
        self._release(folder, locks)
        if torn and self.dry_run:
            console.print("Only without those files can the state be read, so what it holds is not looked at now.")
            return
        state = read(self.engine.export(show_secrets=True))
        plan = self._plan(state)
        self._say_stuck(state)
        if plan.empty:
            self._close()
            return
        for item in (*plan.gone, *plan.releases, *plan.settlements):
            self._say(str(item))
        _refuse_unknown(plan)
        if self.dry_run:
            self._close()
            return
        self._confirm("Do this?")
        self._carry_out(state, plan)
        self._close()

    def _plan(self, state: State) -> Plan:
        lost = self._gone_clusters(state)
        outside = Clouds(state, self._note, waits=not self.dry_run).look()
        creating = {
            reference
            for operation in state.operations
            if operation.type is OperationType.CREATING and (reference := release_ref(operation.resource))
        }
        rest = state.without({each.provider for each in lost})
        return make_plan(state, Findings(self._found(rest), self._treatments(rest, creating), outside, lost))

    def _gone_clusters(self, state: State) -> tuple[Gone, ...]:
        """Give the clusters that do not answer and that their own cloud says are gone."""
        silent = [urn for urn in state.kubeconfigs() if inside(state, urn) and not self.clusters.answers(urn, state)]
        found: list[Gone] = []
        for urn in silent:
            cluster = cluster_of(state, urn)
            if cluster is not None and _is_gone(cluster):
                found.append(gone(state, urn, cluster))
        return tuple(found)

    def _found(self, state: State) -> Mapping[str, Found]:
        found: dict[str, Found] = {}
        for operation in state.operations:
            resource = operation.resource
            reference = object_ref(resource) if resource.type.startswith("kubernetes:") else None
            if reference is None or operation.type is not OperationType.CREATING or not platform_of(resource):
                continue
            if (live := self.clusters.of(resource, state).find(reference)) is not None:
                found[resource.urn] = live
        return found

    def _treatments(self, state: State, creating: set[ReleaseRef]) -> Mapping[ReleaseRef, Treatment]:
        treatments: dict[ReleaseRef, Treatment] = {}
        for reference, resource in state.releases().items():
            history = self.clusters.of(resource, state).history(reference)
            treatment = treat(reference, history, creating=reference in creating)
            if treatment is not None:
                treatments[reference] = treatment
        return treatments

    def _carry_out(self, state: State, plan: Plan) -> None:
        releases = state.releases()
        for treatment in plan.releases:
            self.clusters.of(releases[treatment.reference], state).treat(treatment)
        for settlement in plan.settlements:
            reference = object_ref(settlement.operation.resource)
            if settlement.action is Action.DELETE and reference is not None:
                self.clusters.of(settlement.operation.resource, state).delete([reference])
        if plan.settlements or plan.gone:
            dropped = {urn for lost in plan.gone for urn in lost.dropped}
            exported = edit.drop(self.engine.export(show_secrets=False), dropped)
            self.engine.write(edit.apply(exported, plan.settlements))
        if plan.refreshed:
            self.engine.refresh(plan.refreshed)

    def _make_sure(self, locks: list[processes.Lock]) -> None:
        """Let a person decide about a lock whose process may live."""
        living = [lock for lock in locks if not processes.is_dead(lock)]
        if self.break_lock or self.dry_run:
            return
        for lock in living:
            console.print(f"The lock belongs to {lock}, and that may still be at work; then recovering would do harm.")
            if not self.ask or not typer.confirm("Has it surely ended?", default=False):
                raise RecoverError(
                    "Nothing was done. End that process first, or say with --break-lock that it has ended."
                )

    def _remove(self, torn: list[Path]) -> None:
        for file in torn:
            if not self.dry_run:
                file.unlink(missing_ok=True)
            self._say(f"{file.name}, half-written when the engine ended: removed, the state is whole without it")

    def _release(self, folder: Folder | None, locks: list[processes.Lock]) -> None:
        if folder is None:
            console.print("The backend is no folder, so its locks cannot be judged from here: see --break-lock.")
        blind = folder is None and self.break_lock
        if (locks or blind) and not self.dry_run:
            self.engine.release_locks()
        for lock in locks:
            self._say(f"lock of {lock}: released")
        if blind:
            self._say("lock of whoever had it: released, as --break-lock asked")

    def _end_orphans(self) -> None:
        orphans = processes.orphans(self.engine.project)
        if orphans and not self.dry_run:
            processes.end(orphans)
        for pid in orphans:
            self._say(f"plugin {pid}, whose engine has ended and which was still at work: ended")

    def _say_stuck(self, state: State) -> None:
        """Say of each namespace that is going and cannot why that is; only a person can mend it."""
        for resource in state.resources:
            reference = object_ref(resource) if resource.type == _NAMESPACE else None
            if reference is None or not self.clusters.answers(resource.provider_urn, state):
                continue
            if why := why_stuck(self.clusters.of(resource, state).api.get(reference) or {}):
                console.print("[yellow]![/yellow]", escape(why))

    def _note(self, line: str) -> None:
        console.print("[dim]…[/dim]", escape(line))

    def _confirm(self, question: str) -> None:
        if self.ask and not typer.confirm(question, default=True):
            raise RecoverError("Nothing more was done.")

    def _say(self, line: str) -> None:
        self.done.append(line)
        console.print("[dim]would:[/dim]" if self.dry_run else "[green]✓[/green]", escape(line))

    def _close(self) -> None:
        if not self.done:
            console.print(f"Stack {self.engine.stack} has nothing to recover.")
        elif self.dry_run:
            console.print("That is what `python -m ops.recover` would do; nothing was changed.")
        else:
            console.print(f"Recovered. Go on with `pulumi up -s {self.engine.stack}`, or destroy.")


@app.command()
def recover(
    *,
    stack: Annotated[str, typer.Option("-s", "--stack", help="The stack; the selected one by default.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    break_lock: Annotated[
        bool, typer.Option("--break-lock", help="Release the lock though its process may still live.")
    ] = False,
    kubeconfig: Annotated[str, typer.Option(help="A file to use in place of the kubeconfig in the state.")] = "",
) -> None:
    """Continue after an engine was killed: release its lock, settle what it left pending, take Helm releases back."""
    try:
        engine = engine_in(Path.cwd(), stack)
        with ExitStack() as exits:
            clusters = Clusters(exits, kubeconfig)
            Recovery(engine, clusters, ask=not (yes or dry_run), dry_run=dry_run, break_lock=break_lock).run()
    except RecoverError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print("[red]✗[/red]", escape(str(error)))
        raise typer.Exit(1) from None


def _is_gone(cluster: Resource) -> bool:
    """Say whether the cloud itself says that a cluster is gone; without its word nothing is dropped."""
    try:
        return cluster_is_gone(cluster)
    except CloudError as error:
        raise RecoverError(
            f"{cluster.title} does not answer, and its cloud does not say whether it still exists: {error}"
        ) from error


def _refuse_unknown(plan: Plan) -> None:
    if plan.unknown:
        names = "; ".join(f"{each.operation.resource.urn} ({each.why})" for each in plan.unknown)
        raise RecoverError(
            f"Nothing more was done, as this program cannot tell whether these exist: {names}. Look, then settle them "
            "with an interactive `pulumi refresh`, and run this again."
        )


if __name__ == "__main__":
    app()
