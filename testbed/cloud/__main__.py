"""`python -m testbed.cloud`: a shell on a simulated account, and what can be done to one."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from testbed.cloud import clock, faults, furnishing, surroundings
from testbed.cloud.ledger import FOLDER, Account
from testbed.cloud.managed import cluster
from testbed.local import chart, engine, operator_chart, plugins
from testbed.local.places import CHECKOUT, Places
from testbed.steps import StepError, console, fail

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

ROOT = CHECKOUT / ".hubstack" / "simulated"
"""Where `shell` keeps its account and the state of its stacks."""

STACKS = ("course-fall", "research", "team-data")

_HELP = """A simulated account of Google Cloud, AWS and Azure; nothing of it is real, and nothing leaves this machine.

    pulumi up -s course-fall              GKE, as a stack file of yours would make it (also: research, team-data)
    python -m testbed.cloud show          what the account holds
    python -m testbed.cloud fault --help  what can be made to go wrong
    exit                                  ends the clusters; account and state stay (`python -m testbed.cloud empty`)
"""


@app.command()
def shell(speed: Annotated[float, typer.Option(help="Simulated seconds in a real one.")] = clock.USUAL_SPEED) -> None:
    """Open a shell in which plain `pulumi up -s course-fall` works, against simulated clouds."""
    settings = _environment(Account(ROOT / "account"), speed)
    for stack in STACKS:
        _make(stack, settings)
    console.print(_HELP, markup=False)
    account = Account(ROOT / "account")
    try:
        subprocess.run([os.environ.get("SHELL", "/bin/sh")], cwd=CHECKOUT, env=settings, check=False)
    finally:
        cluster.end_all(account)


@app.command()
def show(*, calls: Annotated[bool, typer.Option(help="Show the requests as well.")] = False) -> None:
    """Show what the account holds."""
    account = _account()
    table = Table("kind", "name", "state", "made by", "labels", box=None)
    for each in account.records():
        labels = " ".join(f"{key}={value}" for key, value in each.tags.items())
        table.add_row(each.kind, each.name or each.id, each.state, each.made_by, labels)
    console.print(table)
    if calls:
        for call in account.calls():
            console.print(f"{call.at:.0f} {call.operation} {call.kind} {call.name}: {call.outcome}", markup=False)


@app.command()
def fault(
    what: Annotated[str, typer.Argument(help=", ".join(faults.WHATS))],
    kind: Annotated[str, typer.Option(help="Part of a kind's token, such as `container/cluster`.")] = "",
    operation: Annotated[str, typer.Option(help="create, update, delete.")] = "",
    times: Annotated[int, typer.Option(help="How often; below 0 for ever.")] = 1,
    seconds: Annotated[float, typer.Option(help="For how many simulated seconds, where it lasts.")] = 0,
) -> None:
    """Let something go wrong; `none` takes all faults back."""
    if what == "none":
        _account().clear_faults()
    elif what in faults.WHATS:
        _account().add_fault(what, kind=kind, operation=operation, times=times, seconds=seconds)
    else:
        raise typer.BadParameter(f"{what!r} is none of {', '.join(faults.WHATS)}, none.")


@app.command()
def credential(state: Annotated[str, typer.Argument(help="valid, expired or missing.")]) -> None:
    """Say what the account's credential is."""
    if state not in ("valid", "expired", "missing"):
        raise typer.BadParameter(f"{state!r} is none of valid, expired, missing.")
    _account().credential = state


@app.command()
def quota(name: str, most: int) -> None:
    """Let at most so many things count against a quota, such as IN_USE_ADDRESSES."""
    _account().set_quota(name, most)


@app.command()
def end() -> None:
    """End the account's clusters, as a power cut would; the ledger stays."""
    cluster.end_all(_account())


@app.command()
def empty() -> None:
    """End the account's clusters and take everything out of its ledger; the stacks' states do not hear of it."""
    account = _account()
    cluster.end_all(account)
    gone = Counter(each.kind for each in account.records() if each.made_by != "person")
    for record in account.records():
        if record.made_by != "person":
            account.remove(record)
    console.print(f"{sum(gone.values())} things are gone.")


def _account() -> Account:
    return Account(Path(os.environ.get(FOLDER) or ROOT / "account"))


def _environment(account: Account, speed: float) -> dict[str, str]:
    furnishing.dns_zones(account)
    parts = (engine.part(), *plugins.parts(), chart.part(), operator_chart.part())
    programs = [part.choose().needed().get() for part in parts]
    return surroundings.activate(Places(ROOT), programs, account, speed)


def _make(stack: str, settings: dict[str, str]) -> None:
    """Make a stack in the account's own backend; its stack file is the checkout's, which stays as it is."""
    file = CHECKOUT / "stacks" / f"Pulumi.{stack}.yaml"
    before = file.read_bytes()
    words = ["pulumi", "stack", "init", stack, "--non-interactive"]
    subprocess.run(words, cwd=CHECKOUT, env=settings, capture_output=True, check=False)
    file.write_bytes(before)


if __name__ == "__main__":
    try:
        app()
    except StepError as error:
        sys.exit(fail(error))
