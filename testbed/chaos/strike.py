"""One engine, killed at one moment, and what it had under way."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import yaml

from ops.recovery.state import RELEASE_TYPE, entries, fields
from testbed.chaos.points import Point
from tests.support.engine import EndedError, Event, Stack

_CHANGING = {"create", "update", "delete", "create-replacement", "delete-replaced", "replace"}


@dataclass(frozen=True)
class Struck:
    """What the state of a killed engine knows as under way."""

    pending: tuple[str, ...]
    """Each as `creating gcp:container/cluster:Cluster`."""
    readable: bool
    """Whether the state could be read at once; a kill in the middle of writing leaves what only recovering mends."""


def strike(stack: Stack, point: Point, left: int) -> Struck | None:
    """Run the engine and kill it, with `left` operations to do; None where it was done before the moment came.

    Raises EngineError where the engine fails by itself.
    """
    try:
        stack.kill(point.command, _moment(point, left), _once_passed(point.delay))
    except EndedError as ended:
        if ended.code == 0:
            return None
        raise
    return _under_way(stack)


def still_to_come(point: Point, now: Stack) -> Point:
    """Give a moment as it can still come: not within a release that is there by now, or gone."""
    there = any(each["urn"].endswith(point.release) for each in now.resources(RELEASE_TYPE))
    return point if there == (point.command == "destroy") else replace(point, release="")


def _moment(point: Point, left: int) -> Callable[[Event], bool]:
    wanted = max(1, round(point.share * left))
    begun = 0

    def comes(event: Event) -> bool:
        nonlocal begun
        metadata = event.get("resourcePreEvent", {}).get("metadata", {})
        if metadata.get("op") in _CHANGING and _concerns(metadata.get("urn", ""), point.release):
            begun += 1
        return begun >= wanted

    return comes


def _concerns(urn: str, release: str) -> bool:
    return not release or (f"{RELEASE_TYPE}::" in urn and urn.endswith(release))


def _once_passed(seconds: float) -> Callable[[], bool]:
    began: list[float] = []

    def passed() -> bool:
        began.append(time.monotonic())
        return began[-1] - began[0] >= seconds

    return passed


def _under_way(stack: Stack) -> Struck:
    """Read the state's own file: the engine would refuse one that is half-written, and takes a second to start."""
    project = yaml.safe_load((stack.folder / "Pulumi.yaml").read_text())["name"]
    file = stack.folder / "state" / ".pulumi" / "stacks" / project / f"{stack.name}.json"
    try:
        latest = fields(fields(json.loads(file.read_text())["checkpoint"]).get("latest"))
    except (OSError, ValueError, KeyError):
        return Struck((), readable=False)
    pending = entries(latest, "pending_operations")
    return Struck(tuple(f"{each['type']} {each['resource']['type']}" for each in pending), readable=True)
