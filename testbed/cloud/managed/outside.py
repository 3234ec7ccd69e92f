"""What lies outside of a managed cluster, in the shape in which its controllers ask for it; one module a cloud answers.

`Refused` (from kinds) carries the cloud's sentence, which then stands in an event, as in life.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from testbed.cloud.kinds import NodePool, Taint


@dataclass(frozen=True)
class Shape:
    """What a machine has."""

    cpus: float
    gigabytes: float


@dataclass(frozen=True)
class NodeNames:
    """What a cloud calls one of its nodes."""

    name: str
    provider_id: str
    zone: str
    """As the label `topology.kubernetes.io/zone` has it."""
    labels: Mapping[str, str]
    """Those that the cloud adds by itself."""
    taints: Sequence[Taint] = ()
    """Those that the cloud adds by itself."""


@dataclass(frozen=True)
class DiskRequest:
    """A claim that waits for a disk."""

    name: str
    """The volume's name, `pvc-<uid>`."""
    namespace: str
    claim: str
    provisioner: str
    parameters: Mapping[str, str]
    gibibytes: int
    zone: str


@dataclass(frozen=True)
class SnapshotRequest:
    """A disk that is to be copied as it is now."""

    name: str
    """What the driver calls the snapshot, `snapshot-<uid>`."""
    handle: str
    """The disk, as its volume names it."""
    parameters: Mapping[str, str]
    """Those of the class."""


class Outside(Protocol):
    """The account, as one cluster's controllers see it."""

    @property
    def cloud(self) -> str:
        """`gke`, `eks` or `aks`, as durations.json calls it."""
        ...

    @property
    def region(self) -> str:
        """The region, as nodes' labels have it."""
        ...

    @property
    def disk_driver(self) -> str:
        """The provisioner of disks."""
        ...

    @property
    def topology_key(self) -> str:
        """The key of the node's label, and of the volume's affinity, that says in which zone it is."""
        ...

    @property
    def disks_per_node(self) -> int:
        """How many disks can be attached to a node."""
        ...

    def pools(self) -> list[NodePool]:
        """Give the pools whose nodes are there."""
        ...

    def shape(self, machine: str) -> Shape:
        """Give what a type of machine has."""
        ...

    def node(self, pool: NodePool, zone: str, number: str) -> NodeNames:
        """Say what the cloud calls a node, given a few random digits."""
        ...

    def lacks_autoscaler(self, pods: Sequence[Mapping[str, Any]], /) -> str:
        """Say why no pool grows; empty where they do."""
        ...

    def lacks_driver(self) -> str:
        """Say why no disk can be made or removed; empty where it can."""
        ...

    def makes(self, provisioner: str) -> bool:
        """Say whether volumes of this provisioner are disks of the cloud."""
        ...

    def make_disk(self, request: DiskRequest) -> str:
        """Put a disk into the ledger; give what the volume's `volumeHandle` says. Raises Refused."""
        ...

    def attach(self, handle: str, node: str) -> None:
        """Note to which node a disk is attached; an empty name for none."""
        ...

    def remove_disk(self, handle: str) -> None:
        """Take a disk out of the ledger; one that is not there is fine."""
        ...

    def lacks_snapshots(self) -> str:
        """Say why Kubernetes knows no snapshots; empty where their kinds and controller are there."""
        ...

    def make_snapshot(self, request: SnapshotRequest) -> str:
        """Put a disk's snapshot into the ledger; give what the content's `snapshotHandle` says. Raises Refused."""
        ...

    def remove_snapshot(self, handle: str) -> None:
        """Take a snapshot out of the ledger; one that is not there is fine."""
        ...

    def make_balancer(self, service: Mapping[str, Any]) -> Mapping[str, str]:
        """Put a balancer into the ledger for a Service; give `{"ip": …}` or `{"hostname": …}`. Raises Refused."""
        ...

    def remove_balancer(self, service: Mapping[str, Any]) -> None:
        """Take what stands for a Service out of the ledger."""
        ...

    def lacks_share(self, source: Mapping[str, Any], zone: str, /) -> str:
        """Say why a volume's `nfs` or `csi` part cannot be mounted in a zone; empty where it can."""
        ...
