"""What a node leaves for the pods that are put on it: less than its machine has, by rules that the clouds publish."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from components.settings.clouds.machines import Machine

_GIB = 1024**3
_MIB = 1024**2

_SEEN_BY_LINUX = 0.965
"""The firmware and the kernel take the rest: 2 % on Google's and Azure's machines, 3.5 % on Amazon's."""

_KERNEL = 128 * _MIB
_EVICTION = 100 * _MIB
"""Below so much free memory the kubelet throws pods off; all three clouds keep it."""

_DAEMONS_CORES, _DAEMONS_MEMORY, _DAEMONS_PODS = 500, 768 * _MIB, 12
"""What the network's, the disks' and the logs' pods of each node ask for, GKE's with Dataplane V2 most of all."""

_OF_MEMORY = ((4, 0.25), (4, 0.20), (8, 0.10), (112, 0.06))
"""GKE keeps 25 % of the first 4 GiB, 20 % of the next 4 and so on, and 2 % of what is above.
Source: cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes."""

_OF_CORES = ((1, 60), (1, 10), (2, 5))
"""GKE and EKS keep 6 % of the first core, 1 % of the second, 0.5 % of the next two, and 0.25 % of all others."""

_AZURE_CORES = ((1, 60), (2, 100), (4, 140), (8, 180), (16, 260), (32, 420), (64, 740))
"""What AKS keeps of so many cores. Source: learn.microsoft.com/azure/aks/node-resource-reservations."""


_MOST_DISKS = 127
"""What Google attaches to a machine beside its boot disk. Source: cloud.google.com/compute/docs/disks."""

_AWS_DISKS = 24
"""Of a Nitro machine's 28 attachments, the boot disk and network cards take some.
Source: docs.aws.amazon.com/ebs/latest/userguide/volume_limits."""


@dataclass(frozen=True)
class Room:
    """What one node has for people's servers, or for the hubs' own pods."""

    memory: int
    """In bytes."""
    cores: int
    """In thousandths."""
    pods: int
    disks: int = _MOST_DISKS
    """How many can be attached beside its own."""


def room(cloud: str, machine: Machine) -> Room:
    """Give what a node of a machine type leaves for pods of ours."""
    seen = int(machine.memory * _GIB * _SEEN_BY_LINUX) - _KERNEL
    kept_memory, kept_cores = _KEPT[cloud](machine)
    return Room(
        memory=max(0, seen - kept_memory - _EVICTION - _DAEMONS_MEMORY),
        cores=max(0, machine.cpus * 1000 - kept_cores - _DAEMONS_CORES),
        pods=max(0, machine.pods - _DAEMONS_PODS),
        disks=_DISKS[cloud](machine),
    )


def _gcp(machine: Machine) -> tuple[int, int]:
    return int(_stepwise(machine.memory, _OF_MEMORY, 0.02) * _GIB), _cores(machine)


def _aws(machine: Machine) -> tuple[int, int]:
    # Source: awslabs/amazon-eks-ami, nodeadm's kubelet configuration.
    return (255 + 11 * machine.pods) * _MIB, _cores(machine)


def _azure(machine: Machine) -> tuple[int, int]:
    memory = min(20 * machine.pods * _MIB + 50 * _MIB, int(machine.memory * _GIB) // 4)
    return memory, next((kept for cores, kept in _AZURE_CORES if machine.cpus <= cores), 1000)


def _cores(machine: Machine) -> int:
    return round(_stepwise(machine.cpus, _OF_CORES, 2.5))


def _stepwise(amount: float, steps: Iterable[tuple[float, float]], above: float) -> float:
    """Give the sum of each step's share of what lies in it, and of `above` for what lies above all steps."""
    kept = 0.0
    for width, share in steps:
        kept += min(amount, width) * share
        amount = max(0, amount - width)
    return kept + amount * above


_KEPT = {"gcp": _gcp, "aws": _aws, "azure": _azure}


def _azure_disks(machine: Machine) -> int:
    # Source: learn.microsoft.com/azure/virtual-machines/sizes, "max data disks" of the D, E and NC families.
    return min(2 * machine.cpus, 32)


_DISKS: Mapping[str, Callable[[Machine], int]] = {
    "gcp": lambda _: _MOST_DISKS,
    "aws": lambda _: _AWS_DISKS,
    "azure": _azure_disks,
}
