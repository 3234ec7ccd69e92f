"""What every cloud answers, in the same shape, so that nothing inside the cluster asks which cloud it is on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

StorageRole = Literal["block"]
"""What a volume is for: `block` is a disk of one pod, as SQLite and PostgreSQL need it."""


@dataclass(frozen=True)
class Cluster:
    """A Kubernetes cluster that objects can be put into."""

    kubeconfig: pulumi.Input[str]
    """A kubeconfig with the one context, its content and not its path. It is secret."""

    context: str
    """The context's name."""

    identifier: pulumi.Input[str]
    """Stays as long as the cluster does. When it changes, every object is made anew, in the other cluster."""

    api_addresses: Sequence[pulumi.Input[str]] = ()
    """The IP addresses behind the Service `kubernetes`, where users' pods have no business."""


@dataclass(frozen=True)
class StorageClass:
    """How volumes of one role come to be."""

    provisioner: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    expandable: bool = True


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


@dataclass(frozen=True)
class Cloud:
    """What a platform stands on."""

    cluster: Cluster
    storage_classes: Mapping[StorageRole, StorageClass]
    homes: FileSystem
