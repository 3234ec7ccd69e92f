"""The moments at which an engine is killed, drawn from a seed.

A moment is so many operations into what is left to do, and some more real time. What is under way then is the cloud's
affair; only for Helm there are moments of its own, as a release takes a small part of an `up` and would be missed.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Command = Literal["up", "destroy"]

OPERATOR = "databases-operator"
HUB = "-release"
"""How the names of the two kinds of releases end."""

_LONGEST = 1.5
"""Real seconds after an operation has begun: as long as an operation of Helm's lasts, and most of a cloud's on the
clock of `make chaos`."""


@dataclass(frozen=True)
class Point:
    """One moment."""

    command: Command
    share: float
    """How much of what is left to do has begun, between 0 and 1; 0 within Helm."""
    delay: float
    """Real seconds after that."""
    release: str = ""
    """Within Helm: how the name of the release ends that has begun."""


def draw(seed: int, count: int) -> list[Point]:
    """Draw this many moments: half of them on the way up, the others on the way down, some of each within Helm.

    Helm's are the last ones on the way up and the first on the way down, as the releases are.
    """
    chance = random.Random(seed)  # noqa: S311 - nobody is to be kept from guessing it
    half = (count + 1) // 2
    releases = (HUB, OPERATOR)[: min(2, count // 3)]
    up = [_anywhere("up", left, chance) for left in range(half, len(releases), -1)]
    up += [_in_helm("up", release, chance) for release in reversed(releases)]
    down = [_in_helm("destroy", HUB, chance) for _ in releases[:1]]
    down += [_anywhere("destroy", left, chance) for left in range(count - half - len(down), 0, -1)]
    return [*up, *down]


def _anywhere(command: Command, left: int, chance: random.Random) -> Point:
    """Draw a moment with which the ones that are left come to lie evenly over the rest of the way."""
    return Point(command, min(chance.uniform(0, 2 / (left + 1)), 1.0), chance.uniform(0, _LONGEST))


def _in_helm(command: Command, release: str, chance: random.Random) -> Point:
    return Point(command, 0, chance.uniform(0, _LONGEST), release)


def on_the_way_down(points: Sequence[Point]) -> list[Point]:
    """Give moments of a `destroy` for those that an `up` was too short for."""
    return [replace(point, command="destroy", release="") for point in points]
