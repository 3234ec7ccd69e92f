"""How many nodes of which machine type are enough for everybody's server at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from components.settings.clouds.allocatable import Room, room
from components.settings.clouds.machines import machine

USERS = {
    "gcp": ("n2-highmem-4", "n2-highmem-16", "n2-highmem-64"),
    "aws": ("r5.xlarge", "r5.4xlarge", "r5.16xlarge"),
    "azure": ("Standard_E4s_v5", "Standard_E16s_v5", "Standard_E64s_v5"),
}
"""What 2i2c and Berkeley came to: 4, 16 and 64 cores with 8 GiB each, as memory decides how many servers fit."""

CORE = {"gcp": "n2-highmem-2", "aws": "r8i-flex.large", "azure": "Standard_E2s_v5"}
GPU = {"gcp": "g2-standard-4", "aws": "g4dn.xlarge", "azure": "Standard_NC4as_T4_v3"}

FEW_NODES = 10
"""With more nodes than this, larger ones are better: each start of one takes minutes, and pulls every image."""


@dataclass(frozen=True)
class Servers:
    """Like servers: all those of one hub."""

    count: int
    memory: int
    """What each is guaranteed, in bytes."""
    cores: int
    """What each is guaranteed, in thousandths."""
    limit: int
    """The memory at which each is ended, in bytes."""
    disks: int = 0
    """How many disks each has of its own."""


def fit(place: Room, servers: Servers) -> int:
    """Give how many such servers one node takes."""
    disks = [place.disks // servers.disks] if servers.disks else []
    return min(place.memory // servers.memory, place.cores // servers.cores, place.pods, *disks)


def nodes(place: Room, everyone: Sequence[Servers]) -> int | None:
    """Give how many nodes are enough for all servers; None where one of them fits on no node.

    A server takes one part in k of a node that takes k of its kind. Large ones are placed first, each on the first node
    with a gap for it. That is exact where all servers are alike, and otherwise at most one node more than the sum of
    all parts.
    """
    fits = [fit(place, servers) for servers in everyone]
    if not all(fits):
        return None
    gaps: list[Fraction] = []
    for each, servers in sorted(zip(fits, everyone, strict=True), key=lambda pair: pair[0]):
        left = servers.count
        for node, gap in enumerate(gaps):
            placed = min(left, int(gap * each))
            gaps[node] -= Fraction(placed, each)
            left -= placed
        gaps += [Fraction()] * (left // each)
        gaps += [1 - Fraction(left % each, each)] if left % each else []
    return len(gaps)


def choose(cloud: str, everyone: Sequence[Servers], most: int = FEW_NODES) -> str | None:
    """Give the machine type of users' nodes: the smallest with which `most` nodes are enough, or fewest are.

    A server has to fit on a node with all the memory it may use, if it does on any of the three, and not only with what
    it is guaranteed. None where one fits on none of them.
    """
    places = {name: _room(cloud, name) for name in USERS[cloud]}
    needed = {name: count for name, place in places.items() if (count := nodes(place, everyone)) is not None}
    limit = max(servers.limit for servers in everyone)
    roomy = {name: count for name, count in needed.items() if limit <= places[name].memory} or needed
    if not roomy:
        return None
    return next((name for name, count in roomy.items() if count <= most), min(roomy, key=lambda name: roomy[name]))


def nodes_of(cloud: str, name: str, everyone: Sequence[Servers]) -> int | None:
    """Give how many nodes of a known machine type are enough; None where a server fits on none."""
    return nodes(_room(cloud, name), everyone)


def _room(cloud: str, name: str) -> Room:
    shape = machine(cloud, name)
    if shape is None:
        raise ValueError(f"{name} is no machine type that is known of {cloud}")
    return room(cloud, shape)
