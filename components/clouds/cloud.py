"""What every cloud answers, in the same shape, so that nothing inside the cluster asks which cloud it is on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from components.settings.clouds.pools import Pools

StorageRole = Literal["block", "fast"]
"""What a volume is for: `block` is a disk of one pod, as SQLite and PostgreSQL need it; `fast` is one with more
operations a second. A cloud need not have the second."""


@dataclass(frozen=True)
class Cluster:
    """A Kubernetes cluster that objects can be put into."""

    kubeconfig: pulumi.Input[str]
    """A kubeconfig with the one context, its content and not its path. It is secret."""

    context: str
    """The context's name."""

    identifier: pulumi.Input[str]
    """Stays as long as the cluster does. When it changes, every object is made anew, in the other cluster."""

    for_people: pulumi.Input[str]
    """What the stack's output shows of the kubeconfig: its path, or its content where no credential is in it."""

    api_addresses: Sequence[pulumi.Input[str]] = ()
    """The IP addresses behind the Service `kubernetes`, where users' pods have no business."""

    resource: pulumi.Resource | None = None
    """What stands for the cluster in the graph, where the graph makes it: another one has all its objects anew."""

    nodes: Sequence[pulumi.Resource] = ()
    """What a pod needs to run: it is there before the first pod, and goes after the last."""

    disks: Sequence[pulumi.Resource] = ()
    """What a volume needs to be made and removed: the driver and its rights. It goes after the last disk."""


@dataclass(frozen=True)
class StorageClass:
    """How volumes of one role come to be."""

    provisioner: str
    parameters: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    expandable: bool = True


@dataclass(frozen=True)
class Snapshots:
    """How a disk is copied within the cloud, so that the copy outlives disk and cluster."""

    driver: str
    parameters: Mapping[str, pulumi.Input[str]]
    """What the driver is told of each, the platform's label among it."""

    needs: Sequence[pulumi.Resource] = ()
    """What there has to be before one can be taken, and as long as it is: a controller, a right."""


class VolumeSource(TypedDict, total=False):
    """The part of a PersistentVolume's spec that says where the files are; one of these."""

    host_path: kubernetes.core.v1.HostPathVolumeSourceArgsDict
    nfs: kubernetes.core.v1.NFSVolumeSourceArgsDict
    csi: kubernetes.core.v1.CSIPersistentVolumeSourceArgsDict


@dataclass(frozen=True)
class FileSystem:
    """The shared file system that people's homes lie on."""

    source: Callable[[str], VolumeSource]
    """Gives one folder, named by its path from the file system's root; an empty path is the root."""

    fixed: Mapping[str, str]
    """The settings that say where the files are, by their path in the stack file: with another, they would be lost."""

    mount_options: Sequence[str] = ()

    needs: Sequence[pulumi.Resource] = ()
    """What there has to be before a pod can mount it: the file system's way into the network, its driver."""

    archive: Mapping[str, pulumi.Input[str | bool]] | None = None
    """Whether a destroy takes a last backup, and what that needs to know (components/archive.py); None: it cannot."""


@dataclass(frozen=True)
class Entrance:
    """An address that is a hub's own, made before the hub, so that its name can lead to it from the first minute."""

    address: pulumi.Input[str]
    """The address as a browser takes it."""

    annotations: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    """What the balancer's Service says, so that the cloud gives it this address and the platform's label."""

    service: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Chart values below `proxy.service` that it takes beside the annotations, such as `loadBalancerIP`."""


@dataclass(frozen=True)
class Pool:
    """How far a group of nodes grows, for people to see."""

    machine: str
    min: int
    max: int


def shown(pools: Pools) -> Mapping[str, Pool]:
    """Give the pools of a stack file as people see them, by their key there."""
    return {name: Pool(pool.machine_type, pool.min, pool.most) for name, pool in pools.by_name.items()}


@dataclass(frozen=True)
class Cloud:
    """What a platform stands on."""

    cluster: Cluster
    storage_classes: Mapping[StorageRole, StorageClass]
    homes: FileSystem

    entrance: Callable[[str, str | None], Entrance] | None = None
    """Reserves the address of a hub, given its name and its domain, and leads the domain there where the cloud holds
    the zone. None where addresses are not the cloud's to give."""

    pools: Mapping[str, Pool] = field(default_factory=dict[str, Pool])
    """The groups of nodes that the platform makes, by name."""

    tolerations: Sequence[Mapping[str, str]] = ()
    """Taints that the cloud itself puts on users' nodes, such as spot's, for users' pods to put up with."""

    inside: Callable[[pulumi.ResourceOptions], None] | None = None
    """Makes what this cloud needs in the cluster and others have built in, such as an autoscaler; given the options of
    objects in it."""

    snapshots: Snapshots | None = None
    """How a database's last backup is taken. None where the cloud has no snapshots."""

    device_plugin: bool = False
    """Whether there are GPU nodes whose devices nobody announces to Kubernetes."""
