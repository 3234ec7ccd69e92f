"""Volumes over a file system that is there already, each with the one claim it is for."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.clouds.cloud import FileSystem
from components.labels import Labels
from components.settings import Quantity

_ANY_SIZE = "1Mi"
"""What a claim asks for: it gets the volume it names, however large. Kubernetes lets no claim of a volume made by hand
be changed later, but lets the volume itself say another size."""


@dataclass(frozen=True)
class Folder:
    """A folder of the shared file system, and where it is to be mounted from."""

    files: FileSystem
    path: str
    capacity: Quantity
    volume: pulumi.Input[str]
    """The PersistentVolume's name. It is not random, as people look for their files by it."""

    namespace: pulumi.Input[str]
    claim: str
    rests_on: pulumi.Resource
    """Refuses to change where it would make another volume of this one."""


def make_claim(
    name: str, folder: Folder, labels: Labels, opts: pulumi.ResourceOptions
) -> kubernetes.core.v1.PersistentVolumeClaim:
    """Make the claim, and the volume that waits for no other claim; the files outlive both."""
    opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[folder.rests_on]))
    volume = kubernetes.core.v1.PersistentVolume(
        f"{name}-volume",
        metadata={"name": folder.volume, "labels": labels.of("homes")},
        spec={
            **folder.files.source(folder.path),
            "access_modes": ["ReadWriteMany"],
            "capacity": {"storage": str(folder.capacity)},
            "claim_ref": {"namespace": folder.namespace, "name": folder.claim},
            "mount_options": list(folder.files.mount_options),
            "persistent_volume_reclaim_policy": "Retain",
            "storage_class_name": "",
        },
        opts=opts,
    )
    return kubernetes.core.v1.PersistentVolumeClaim(
        f"{name}-claim",
        metadata={"name": folder.claim, "namespace": folder.namespace, "labels": labels.of("homes")},
        spec={
            "access_modes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": _ANY_SIZE}},
            # An empty class, and not none, keeps the cluster's default class from making another volume.
            "storage_class_name": "",
            "volume_name": volume.metadata.name,
        },
        opts=opts,
    )
