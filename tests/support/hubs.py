"""Two hubs that are up, for all tests that act as people do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.engine import Stack, new_stack
from tests.support.hub_client import Person
from tests.support.kube import Kube
from tests.support.stack_files import one_hub

if TYPE_CHECKING:
    from testbed.cluster import Cluster

COURSE = "data8"
LAB = "lab"  # stops idle servers soon
LAB_CULLING = {"idle": "15s", "every": "5s", "max_age": None}


@dataclass(frozen=True)
class Hubs:
    """A stack that is up, and the cluster it is on."""

    stack: Stack
    kube: Kube
    cluster: "Cluster"

    def url(self, hub: str) -> str:
        """Give the address that the stack says people open."""
        return self.stack.output("hubs")[hub]["url"]

    def password(self, hub: str) -> str:
        """Give the password that the stack made."""
        return self.stack.output("passwords")[hub]

    def person(self, hub: str, name: str, server: str = "") -> Person:
        """Give somebody in front of the hub's login page, who is about to use one of their servers."""
        return Person(self.url(hub), name, self.password(hub), server)


BringUp = Callable[..., Hubs]
"""Brings up a stack with the hub that bears its name, and none else; further words are the hub's settings."""


@pytest.fixture(scope="module")
def bring_up(
    tmp_path_factory: pytest.TempPathFactory, embedded: "Cluster", activated: dict[str, str]
) -> Iterator[BringUp]:
    """Give what brings hubs up; those that are still up at the module's end go then.

    One with many disks would take minutes to go, as they go one by one. It may stay `until_the_cluster_goes`, without
    its servers.
    """
    made: list[Stack] = []
    left: list[Stack] = []

    def up(name: str, *, until_the_cluster_goes: bool = False, **settings: Any) -> Hubs:
        stack = new_stack(tmp_path_factory.mktemp(name), name, activated)
        (left if until_the_cluster_goes else made).append(stack)
        stack.configure(one_hub(name, **settings))
        stack.up()
        return Hubs(stack, Kube(embedded.kubeconfig, embedded.context), embedded)

    yield up
    for stack in left:
        Kube(embedded.kubeconfig, embedded.context).core.delete_namespace(stack.name)
    for stack in made:
        if stack.resources():
            stack.destroy()


@pytest.fixture(scope="session")
def hubs(tmp_path_factory: pytest.TempPathFactory, embedded: "Cluster", activated: dict[str, str]) -> Iterator[Hubs]:
    """Two hubs in one stack."""
    stack = new_stack(tmp_path_factory.mktemp("hubs"), "hubs", activated)
    both = one_hub(COURSE, culling=False)
    both["hubs"] |= one_hub(LAB, culling=LAB_CULLING)["hubs"]
    stack.configure(both)
    try:
        stack.up()
        yield Hubs(stack, Kube(embedded.kubeconfig, embedded.context), embedded)
    finally:
        stack.destroy()
