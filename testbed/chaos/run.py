"""One cloud, up and down again: killed at each moment, recovered, and held against the account every time."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ops.clouds.account import cloud_of
from ops.recovery.state import RELEASE_TYPE
from testbed.chaos import truth
from testbed.chaos.points import Point, draw, on_the_way_down
from testbed.chaos.strike import Struck, still_to_come, strike
from testbed.cloud import clock
from testbed.cloud.ledger import Account
from tests.support.engine import EngineError, Stack, seen

_STILL = 120.0
"""Real seconds for what a dead engine had asked for to come to its end in the cloud."""


@dataclass(frozen=True)
class Kill:
    """One kill, and what it came to."""

    point: Point
    struck: Struck
    helm: dict[str, int]
    """Helm releases by their status when the engine was dead."""
    said: tuple[str, ...]
    """What recovering said that it did."""
    seconds: float
    """Real seconds that recovering took."""
    faults: tuple[str, ...]
    """What was not as it should be; empty where all was."""

    @property
    def creating_outside(self) -> int:
        """How many things the cloud was making."""
        pending = [each.split() for each in self.struck.pending]
        return sum(how == "creating" and bool(cloud_of(kind)) for how, kind in pending)

    @property
    def in_helm(self) -> bool:
        """Whether a Helm operation was under way."""
        return any(each.endswith(RELEASE_TYPE) for each in self.struck.pending)


@dataclass
class Run:
    """What came of one cloud."""

    name: str
    seed: int
    kills: list[Kill] = field(default_factory=list[Kill])
    faults: list[str] = field(default_factory=list[str])
    """What was not as it should be at the ends."""
    rounds: int = 0
    """How often the stack came up and went: as often as it takes for all kills."""
    seconds: float = 0

    @property
    def well(self) -> bool:
        """Whether nothing was wrong."""
        return not self.faults and not any(kill.faults for kill in self.kills)


def batter(stack: Stack, account: Account, run: Run, count: int, tell: Callable[[str], None]) -> None:
    """Bring a stack up and take it down until it was killed so often; what is wrong stands in `run`.

    Raises EngineError where an engine fails by itself, or recovering does: nothing can go on from there.
    """
    began = time.monotonic()
    try:
        while len(run.kills) < count:
            _round(stack, account, run, draw(run.seed + run.rounds, count - len(run.kills)), tell)
            run.rounds += 1
    finally:
        run.seconds = time.monotonic() - began


def _round(stack: Stack, account: Account, run: Run, points: Sequence[Point], tell: Callable[[str], None]) -> None:
    up = [each for each in points if each.command == "up"]
    too_short = _through(stack, account, run, up, tell)
    _come_up(stack, account, run)
    tell(f"up, with {len(stack.resources())} resources")
    _through(stack, account, run, [*points[len(up) :], *on_the_way_down(too_short)], tell)
    _go_down(stack, account, run)
    tell("destroyed")


def _through(
    stack: Stack, account: Account, run: Run, points: Sequence[Point], tell: Callable[[str], None]
) -> Sequence[Point]:
    """Kill the engine at one moment after the other; give those that are left when it was done before one came."""
    whole = len(stack.preview()) if points and points[0].command == "up" else 0
    for number, point in enumerate(points):
        now = seen(stack)
        there = len(now.resources())
        struck = strike(stack, still_to_come(point, now), whole - there if point.command == "up" else there)
        if struck is None:
            return points[number:]
        kill = _recovered(stack, account, point, struck)
        run.kills.append(kill)
        tell(f"{len(run.kills)}. {_told(kill)}")
    return ()


def _recovered(stack: Stack, account: Account, point: Point, struck: Struck) -> Kill:
    helm = truth.releases(account)
    began = time.monotonic()
    recovered = stack.recover("--yes")
    seconds = time.monotonic() - began
    if recovered.code:
        raise EngineError(f"recovering after a kill of {point.command} with {struck.pending} failed:\n{recovered.text}")
    said = tuple(line for line in recovered.out.splitlines() if line.startswith(("✓", "!", "…")))
    return Kill(point, struck, helm, said, seconds, tuple(_faults(stack, account)))


def _faults(stack: Stack, account: Account) -> list[str]:
    """Name what is not as it should be after a recovery."""
    _wait_till_still(account)
    now = seen(stack)
    found = [f"still pending: {each}" for each in now.pending()]
    found += [f"a Helm release is {status}" for status in truth.releases(account) if status.startswith("pending")]
    found += [f"the state does not know {each}" for each in truth.unknown_to_state(now, account)]
    found += [f"the state does not know {each} in the cluster" for each in truth.strangers(now, account)]
    again = stack.recover("--yes")
    return found if "nothing to recover" in again.out else [*found, f"recovering twice: {again.text}"]


def _come_up(stack: Stack, account: Account, run: Run) -> None:
    stack.up()
    again = stack.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    run.faults += [f"a second up changes something:\n{again.text[-3000:]}"] if again.code else []
    now = seen(stack)
    run.faults += [f"after up, {each}" for each in truth.differences(now, account)]
    run.faults += [f"after up, the state does not know {each}" for each in truth.strangers(now, account)]
    run.faults += [f"after up, a Helm release is {each}" for each in truth.releases(account) if each != "deployed"]


def _go_down(stack: Stack, account: Account, run: Run) -> None:
    stack.destroy()
    run.faults += [f"after destroy, the state has {each['urn']}" for each in stack.resources()]
    left = [each for each in account.records() if each.made_by != "person"]
    run.faults += [f"after destroy, the account has {each}, made by {each.made_by}" for each in left]


def _wait_till_still(account: Account) -> None:
    """Wait until the cloud has ended what it had begun for an engine that is dead by now."""
    clock.until(
        lambda: all(each.state == "ready" for each in account.records(made_by="pulumi")), _STILL * clock.speed()
    )


def _told(kill: Kill) -> str:
    under_way = ", ".join(sorted({each.rpartition(":")[2] for each in kill.struck.pending})) or "nothing pending"
    sentence = f"{kill.point.command} killed with {len(kill.struck.pending)} under way ({under_way}); "
    return sentence + (f"WRONG: {'; '.join(kill.faults)}" if kill.faults else f"recovered in {kill.seconds:.0f} s")
