"""Two hubs that are up, for all tests that act as people do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
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
        return self._ways_in["hubs"][hub]["url"]

    def password(self, hub: str) -> str:
        """Give the password that the stack made."""
        return self._ways_in["passwords"][hub]

    @cached_property
    def _ways_in(self) -> dict[str, Any]:
        return {name: self.stack.output(name) for name in ("hubs", "passwords")}

    def person(self, hub: str, name: str, server: str = "") -> Person:
        """Give somebody in front of the hub's login page, who is about to use one of their servers."""
        return Person(self.url(hub), name, self.password(hub), server)


BringUp = Callable[..., Hubs]
"""Brings up a stack with the hub that bears its name, and none else; further words are the hub's settings."""


@pytest.fixture(scope="module")
def bring_up(
    tmp_path_factory: pytest.TempPathFactory, embedded: "Cluster", activated: dict[str, str]
) -> Iterator[BringUp]:
    """Give what brings hubs up. At the module's end their servers go; the rest goes with the cluster.

    How a stack with people at work is destroyed has tests of its own, and takes its time.
    """
    kube = Kube(embedded.kubeconfig, embedded.context)
    made: list[str] = []

    def up(name: str, **settings: Any) -> Hubs:
        stack = new_stack(tmp_path_factory.mktemp(name), name, activated)
        stack.configure(one_hub(name, **settings))
        made.append(name)
        stack.up()
        return Hubs(stack, kube, embedded)

    yield up
    for name in kube.namespaces() & set(made):  # a test may have destroyed one
        kube.core.delete_namespace(name)


@pytest.fixture(scope="session")
def hubs(tmp_path_factory: pytest.TempPathFactory, embedded: "Cluster", activated: dict[str, str]) -> Hubs:
    """Two hubs in one stack; they go with the cluster."""
    stack = new_stack(tmp_path_factory.mktemp("hubs"), "hubs", activated)
    both = one_hub(COURSE, culling=False)
    both["hubs"] |= one_hub(LAB, culling=LAB_CULLING)["hubs"]
    stack.configure(both)
    stack.up()
    return Hubs(stack, Kube(embedded.kubeconfig, embedded.context), embedded)
