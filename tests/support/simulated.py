"""Stacks of our own program on a simulated cloud, and the clusters behind them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.clouds.account import CLUSTERS
from testbed.cloud import clock, surroundings
from testbed.cloud.ledger import Account
from testbed.cloud.managed import cluster, places
from testbed.cluster.certificates import CONTEXT
from testbed.cluster.state import State, load_settings
from testbed.local.places import Places
from testbed.local.ways import Got
from tests.support.engine import Stack, new_stack
from tests.support.kube import Kube, wait_for
from tests.support.stack_files import Config
from tests.support.warm import running_on

SPEED = 200.0
"""Simulated seconds in a real one, in tests."""

NewStack = Callable[[str], Stack]

WITH_DISKS: Config = {
    "extra_claims": [{"name": "scratch", "capacity": "1Gi", "mount": "/scratch"}],
    "on_destroy": "delete",
}
"""Settings of a hub that leave room in its quota for the disks of `people_work`, which go with it."""


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory, monkeypatch_module: pytest.MonkeyPatch) -> Iterator[Account]:
    """An empty account of all three clouds; whatever clusters are left in it end with the module."""
    monkeypatch_module.setenv(clock.SPEED, str(SPEED))
    made = Account(tmp_path_factory.mktemp("account"))
    yield made
    cluster.end_all(made)


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    """Change the environment for a module."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def simulated_environment(
    tmp_path_factory: pytest.TempPathFactory, programs: list[Got], account: Account, python: Path
) -> dict[str, str]:
    """The environment to run `pulumi` with, against the account."""
    return running_on(python, activate(tmp_path_factory.mktemp("activated"), programs, account))


@pytest.fixture(scope="module")
def simulated_stack(
    tmp_path_factory: pytest.TempPathFactory, simulated_environment: dict[str, str], vault: dict[str, str]
) -> NewStack:
    """Makes stacks of the program on the account: `simulated_stack("course-fall")`; configure each before its `up`."""

    def make(name: str) -> Stack:
        return new_stack(tmp_path_factory.mktemp(name), name, simulated_environment | vault)

    return make


def activate(folder: Path, programs: list[Got], account: Account, speed: float = SPEED) -> dict[str, str]:
    """Give the environment of a checkout whose state lies in `folder`, for an account."""
    return surroundings.activate(Places(folder / ".hubstack"), programs, account, speed)


def cluster_of(account: Account) -> Kube | None:
    """Give the account's first cluster as its administrator sees it; None where there is none that is ready."""
    for record in account.records(state="ready"):
        state = State(places.folder_of(account, record.serial))
        if record.kind in CLUSTERS and load_settings(state) is not None:
            return Kube(state.kubeconfig, CONTEXT)
    return None


def people_work(account: Account, hub: str, disk: str) -> None:
    """Let three people's servers run in a hub, each with a disk of its own; `disk` is what the cloud calls one."""
    kube = cluster_of(account)
    assert kube
    before = len(account.records(disk))
    people = ("jupyter-ada", "jupyter-grace", "jupyter-mary")
    for person in people:
        kube.run_server(hub, person, disk=kube.class_of("block"))
    wait_for("people's servers run", lambda: all(kube.pod_runs(hub, each) for each in people))
    assert len(account.records(disk)) - before == len(people)
