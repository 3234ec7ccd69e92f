"""What folders and a database add to the start of a person's server, against KubeSpawner as it is.

Two hubs of one stack with the same homes, image and sizes start the same people's servers in turns, each twice: the
first start makes the home's disk, and the database's with an empty database, the second finds them there.
"""

import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import mean, median
from typing import Any

from components import versions
from testbed.bench.hubs import seconds_of
from testbed.bench.surroundings import environment, scratch
from testbed.cluster import Cluster
from testbed.images import build_all
from testbed.steps import step
from tests.support.engine import new_stack
from tests.support.hub_client import Person
from tests.support.hubs import Hubs
from tests.support.kube import Kube
from tests.support.stack_files import one_hub

PEOPLE = 9
STOCK, WHOLE = "stock", "whole"
_HOMES = {"type": "dynamic", "storage_capacity": "1Gi"}
"""A disk for each person, as KubeSpawner makes it by itself; the first start of either waits for one to be there."""
_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    STOCK: {"storage": _HOMES},
    WHOLE: {"storage": _HOMES, "shared": {"public": True, "groups": True}, "user_database": {"capacity": "1Gi"}},
}
_STEPS = ("to the pod", "to its database", "to its notebook", "to ready")


@dataclass(frozen=True)
class Start:
    """One start: all of it, and its steps by the pod's own times, which are whole seconds."""

    seconds: float
    steps: tuple[float, ...]


@dataclass(frozen=True)
class Starts:
    """Starts of one kind, of both hubs."""

    stock: Sequence[Start]
    whole: Sequence[Start]

    @property
    def medians(self) -> tuple[float, float]:
        """The middle start of each hub, in seconds."""
        return median(each.seconds for each in self.stock), median(each.seconds for each in self.whole)

    @property
    def ratio(self) -> float:
        """How much longer a start takes with everything on."""
        stock, whole = self.medians
        return whole / stock

    def means(self) -> dict[str, tuple[float, float]]:
        """Give how long each step took on average, in both hubs."""
        return {
            name: (mean(each.steps[place] for each in self.stock), mean(each.steps[place] for each in self.whole))
            for place, name in enumerate(_STEPS)
        }


@dataclass(frozen=True)
class StartFigures:
    """The first start of each person, and the second."""

    first: Starts
    after: Starts


def measure(people: int = PEOPLE) -> StartFigures:
    """Start so many people's servers, one at a time."""
    with _hubs() as hubs, step("Starting servers") as current:
        taken: dict[tuple[str, int], list[Start]] = {(hub, go): [] for hub in _SETTINGS for go in (0, 1)}
        # One start of each that nobody counts: the first of all unpacks images and compiles what Python imports.
        for number in range(-1, people):
            for hub in (STOCK, WHOLE) if number % 2 else (WHOLE, STOCK):
                with hubs.person(hub, f"person{number + 1}") as person:
                    person.log_in()
                    for go in (0, 1):
                        start = _start(hubs, hub, person)
                        if number >= 0:
                            taken[hub, go].append(start)
            current.moved(f"{number + 1} of {people} people")
        first, after = (Starts(taken[STOCK, go], taken[WHOLE, go]) for go in (0, 1))
        current.done(f"{first.ratio:.2f} times the stock start at first, {after.ratio:.2f} times after")
    return StartFigures(first, after)


def _start(hubs: Hubs, hub: str, person: Person) -> Start:
    began = time.time()
    seconds = seconds_of(person.start)
    (pod,) = hubs.kube.pods(hub, f"hub.jupyter.org/username={person.name}")
    times = [moment - began for moment in _times(hubs.kube.as_json(pod))]
    bounds = [0.0, *(max(0.0, each) for each in times), seconds]
    person.stop()
    return Start(seconds, tuple(bounds[place + 1] - bounds[place] for place in range(len(_STEPS))))


def _times(pod: dict[str, Any]) -> tuple[float, float, float]:
    """Give when the pod was there, when its database ran, where it has one, and when its notebook did."""
    status: dict[str, list[dict[str, Any]]] = pod["status"]
    statuses = [*status.get("initContainerStatuses", ()), *status["containerStatuses"]]
    started = {each["name"]: _seconds(each["state"]["running"]["startedAt"]) for each in statuses if each["ready"]}
    there = _seconds(pod["metadata"]["creationTimestamp"])
    return there, started.get("postgres", there), started["notebook"]


def _seconds(said: str) -> float:
    return datetime.fromisoformat(said).timestamp()


@contextmanager
def _hubs() -> Generator[Hubs]:
    with scratch("starts") as folder:
        cluster = Cluster(folder / "cluster", helper_image=versions.BUSYBOX_IMAGE)
        try:
            cluster.up(build_all())
            yield _bring_up(folder, cluster)
        finally:
            cluster.down()


def _bring_up(folder: Path, cluster: Cluster) -> Hubs:
    with step("Bringing up a hub as KubeSpawner has it, and one with everything on"):
        (folder / "stack").mkdir()
        stack = new_stack(folder / "stack", "starts", environment(folder, cluster))
        hubs = {name: one_hub(name, culling=False, **settings)["hubs"][name] for name, settings in _SETTINGS.items()}
        stack.configure({**one_hub(STOCK), "hubs": hubs})
        stack.up()
    return Hubs(stack, Kube(cluster.kubeconfig, cluster.context), cluster)
