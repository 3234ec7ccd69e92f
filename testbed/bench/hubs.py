"""What one more hub costs: previews and `up`s in real time, on an API server without nodes."""

import shutil
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testbed.bench.growth import Point, exponent, seconds_each
from testbed.bench.surroundings import environment, patient_stack, scratch
from testbed.cluster import Cluster
from testbed.steps import step
from tests.support.nodes import StandInNodes
from tests.support.stack_files import one_hub

COUNTS = (1, 10, 50, 100)
_SAVE_AT_THE_END = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}


@dataclass(frozen=True)
class Took:
    """Seconds that a stack of so many hubs took."""

    hubs: int
    preview: float
    """A preview of the stack before it is made: everything is to be created."""
    up: float
    again: float
    """A preview when nothing has changed."""
    up_unsaved: float
    """The same `up`, the engine writing its state once, at its end, and not before and after each resource."""


@dataclass(frozen=True)
class Growth:
    """What was measured, and what a hub costs by it."""

    took: tuple[Took, ...]

    @property
    def preview_seconds_per_hub(self) -> float:
        """The dearer of the two previews."""
        return max(seconds_each(points) for points in self._previews)

    @property
    def up_seconds_per_hub(self) -> float:
        """What one more hub costs in an `up`."""
        return seconds_each([(each.hubs, each.up) for each in self.took])

    @property
    def growth_exponent(self) -> float:
        """The steepest growth of a preview or an `up`."""
        return max(self.growth_exponent_unsaved, exponent([(each.hubs, each.up) for each in self.took]))

    @property
    def growth_exponent_unsaved(self) -> float:
        """The steepest growth of what is the graph's own: without the engine's saving, which writes all of the state.

        Two times for each resource into a state that grows with them: that is a square, in a backend that is files
        (pulumi/pulumi, pkg/backend/diy/state.go). Pulumi Cloud is told the changes alone (pkg/backend/journal.go).
        """
        unsaved = [(each.hubs, each.up_unsaved) for each in self.took]
        return max(exponent(points) for points in (*self._previews, unsaved))

    @property
    def _previews(self) -> tuple[list[Point], list[Point]]:
        return [(each.hubs, each.preview) for each in self.took], [(each.hubs, each.again) for each in self.took]


def measure(counts: tuple[int, ...] = COUNTS) -> Growth:
    """Bring stacks of so many hubs up, one after the other, and take each down again."""
    with scratch("hubs") as folder, _api_server(folder) as cluster:
        variables = environment(folder, cluster)
        return Growth(tuple(_measure(folder, variables, hubs) for hubs in counts))


def _measure(folder: Path, variables: dict[str, str], hubs: int) -> Took:
    place = folder / f"stack-{hubs}"
    place.mkdir()
    stack = patient_stack(place, f"bench-{hubs}", variables)
    stack.configure(_config(hubs))
    with step(f"{hubs} {'hub' if hubs == 1 else 'hubs'}") as current:
        preview = seconds_of(stack.preview)
        current.moved(f"previewed in {preview:.1f} s")
        up = seconds_of(stack.up)
        current.moved(f"up in {up:.1f} s")
        again = seconds_of(stack.preview)
        stack.destroy(**_SAVE_AT_THE_END)
        up_unsaved = seconds_of(lambda: stack.up(**_SAVE_AT_THE_END))
        stack.destroy(**_SAVE_AT_THE_END)
        current.done(f"preview {preview:.1f} s, up {up:.1f} s, preview without a change {again:.1f} s")
    shutil.rmtree(place)
    return Took(hubs, preview, up, again, up_unsaved)


def _config(hubs: int) -> dict[str, Any]:
    names = [f"course-{hubs}-{number}" for number in range(hubs)]
    return {**one_hub(names[0]), "hubs": {name: one_hub(name)["hubs"][name] for name in names}}


def seconds_of(action: Callable[[], object]) -> float:
    """Give how long something takes."""
    began = time.monotonic()
    action()
    return time.monotonic() - began


@contextmanager
def _api_server(folder: Path) -> Generator[Cluster]:
    cluster = Cluster(folder / "cluster", control_plane_only=True)
    try:
        cluster.up()
        with StandInNodes(cluster):
            yield cluster
    finally:
        cluster.down()
