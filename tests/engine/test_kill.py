"""An engine killed at ten moments, and what `python -m ops.recover` makes of it.

The tests go on from each other, as a person would: `up` is killed, recovered, killed later, and so on to the end of
`destroy`. So a moment can only be tried with those before it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.support.engine import Event, Stack, begins
from tests.support.kube import Kube, wait_for
from tests.support.nodes import StandInNodes
from tests.support.stack_files import changed, one_hub

HUB = "kill"


@dataclass(frozen=True)
class Moment:
    """When the engine is killed: as it begins an operation and, if given, once the cluster shows something.

    `sliced`: the engine has no time in between to hear that its plugin is done. `silent`: no pod becomes ready.
    `held`: an object (kind, name, API version) that does not go until the engine is dead.
    """

    command: str
    op: str
    resource: str
    says: str
    shows: Callable[[Kube], bool] | None = None
    sliced: bool = False
    silent: bool = False
    held: tuple[str, str, str] | None = None

    def __str__(self) -> str:
        return f"{self.op} {self.resource}"


def helm(status: str) -> Callable[[Kube], bool]:
    return lambda kube: kube.helm_statuses(HUB)[-1:] == [status]


def there(kind: str, name: str, api_version: str = "v1") -> Callable[[Kube], bool]:
    return lambda kube: kube.exists(kind, HUB, name, api_version)


def created(resource: str, says: str, shows: Callable[[Kube], bool], *, sliced: bool = False) -> Moment:
    return Moment("up", "create", resource, says, shows, sliced=sliced, silent=True)


def going(kind: str, namespace: str, name: str, api_version: str = "v1") -> Callable[[Kube], bool]:
    return lambda kube: kube.is_going(kind, namespace, name, api_version)


def deleted(resource: str, says: str, *held: str, shows: Callable[[Kube], bool]) -> Moment:
    kind, name, api_version = held
    return Moment("destroy", "delete", resource, says, shows, held=(kind, name, api_version))


RELEASE = f"Release::{HUB}-release"
TO_COME_UP = [
    created(
        f"Namespace::{HUB}-namespace",
        f"Namespace {HUB} was made: adopted",
        lambda kube: HUB in kube.namespaces(),
        sliced=True,
    ),
    created(
        f"PersistentVolumeClaim::{HUB}-claim",
        f"PersistentVolumeClaim homes in {HUB} was made: adopted",
        there("PersistentVolumeClaim", "homes"),
        sliced=True,
    ),
    created(f"Job::{HUB}-folder", "deleted, the next pulumi up makes it anew", lambda kube: kube.has_job(HUB)),
    created(RELEASE, "none was ever deployed", helm("pending-install")),
    created(RELEASE, "none was ever deployed", there("Deployment", "hub", "apps/v1")),
]
UPGRADE = Moment("up", "update", RELEASE, "rolled back to revision 1", helm("pending-upgrade"), silent=True)
TO_GO = [
    deleted(
        RELEASE,
        f"Release {HUB}-release (interrupted while deleting)",
        *("Deployment", "hub", "apps/v1"),
        shows=helm("uninstalling"),
    ),
    deleted(
        f"Teardown::{HUB}-teardown",
        f"Teardown {HUB}-teardown (interrupted while deleting)",
        *("Pod", "jupyter-ada", "v1"),
        shows=going("Pod", HUB, "jupyter-ada"),
    ),
    deleted(
        f"PersistentVolumeClaim::{HUB}-claim",
        f"PersistentVolumeClaim {HUB}-claim (interrupted while deleting)",
        *("PersistentVolumeClaim", "homes", "v1"),
        shows=going("PersistentVolumeClaim", HUB, "homes"),
    ),
    deleted(
        f"Namespace::{HUB}-namespace",
        f"Namespace {HUB}-namespace (interrupted while deleting)",
        *("ConfigMap", "kube-root-ca.crt", "v1"),
        shows=going("Namespace", "", HUB),
    ),
]


@contextmanager
def hold(kube: Kube, held: tuple[str, str, str] | None) -> Iterator[None]:
    if held is None:
        yield
        return
    kind, name, api_version = held
    kube.hold(kind, HUB, name, api_version)
    try:
        yield
    finally:
        kube.hold(kind, HUB, name, api_version, on=False)


def kill_and_recover(moment: Moment, stack: Stack, kube: Kube, nodes: StandInNodes) -> None:
    try:
        with hold(kube, moment.held):
            kill(moment, stack, kube, nodes)
        # They go on going by themselves, and what is compared below is to stand still.
        wait_for("the namespaces to go", lambda: not kube.namespaces_that_go())
        recovered = stack.recover("--yes")
    finally:
        nodes.resume()
    assert recovered.code == 0, recovered.text
    assert "lock of process" in recovered.out
    assert moment.says in recovered.out
    assert stack.pending() == []
    assert not [status for status in kube.helm_statuses(HUB) if status.startswith("pending")]
    assert kube.made_by_pulumi(platform(stack)) == stack.objects()
    assert "nothing to recover" in stack.recover("--yes").out


def kill(moment: Moment, stack: Stack, kube: Kube, nodes: StandInNodes) -> None:
    has_come, shows = begins(moment.op, moment.resource), moment.shows

    def comes(event: Event) -> bool:
        if has_come(event) and moment.silent:
            nodes.pause()
        return has_come(event)

    stack.kill(moment.command, comes, (lambda: shows(kube)) if shows else None, sliced=moment.sliced)


def platform(stack: Stack) -> str:
    found = [entry["outputs"]["hex"] for entry in stack.resources("RandomId")]
    return found[0] if found else "none-yet"


def most_servers(kube: Kube) -> int:
    return kube.chart_values(HUB)["hub"]["activeServerLimit"]


@pytest.mark.parametrize("moment", TO_COME_UP, ids=str)
def test_up_killed(moment: Moment, stack: Stack, kube: Kube, nodes: StandInNodes):
    kill_and_recover(moment, stack, kube, nodes)


def test_up_goes_on(stack: Stack, kube: Kube):
    stack.up()
    stack.up("--expect-no-changes")
    assert kube.helm_statuses(HUB) == ["deployed"]
    assert kube.made_by_pulumi(platform(stack)) == stack.objects()


def test_upgrade_killed(stack: Stack, kube: Kube, nodes: StandInNodes):
    stack.configure(changed(one_hub(HUB), f"hubs.{HUB}.users.most", 6))
    kill_and_recover(UPGRADE, stack, kube, nodes)
    assert kube.helm_statuses(HUB) == ["superseded", "failed", "deployed"]
    assert most_servers(kube) == 5


def test_upgrade_goes_on(stack: Stack, kube: Kube):
    stack.up()
    stack.up("--expect-no-changes")
    assert kube.helm_statuses(HUB)[-1] == "deployed"
    assert most_servers(kube) == 6


@pytest.mark.parametrize("moment", TO_GO, ids=str)
def test_destroy_killed(moment: Moment, stack: Stack, kube: Kube, nodes: StandInNodes):
    if moment.held and moment.held[0] == "Pod":
        kube.run_server(HUB, moment.held[1])
    kill_and_recover(moment, stack, kube, nodes)


def test_destroy_goes_on(stack: Stack, kube: Kube):
    label = platform(stack)
    stack.destroy()
    assert stack.resources() == []
    assert kube.made_by_pulumi(label) == set()
    assert HUB not in kube.namespaces()
