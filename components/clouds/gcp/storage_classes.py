"""The disks of pods, and their snapshots: persistent disks, by the driver that GKE brings."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from components.clouds.cloud import Snapshots, StorageClass, StorageRole
from components.labels import Labels

if TYPE_CHECKING:
    import pulumi

_DRIVER = "pd.csi.storage.gke.io"


def storage_classes(labels: Labels, key: str | None) -> Mapping[StorageRole, StorageClass]:
    """Give the classes by role. Each disk bears the platform's label, so that what is left behind is found.

    `key` is the KMS key that disks are encrypted with, where it is not Google's own.
    """
    common: dict[str, pulumi.Input[str]] = {"labels": labels.outside()}
    if key:
        common["disk-encryption-kms-key"] = key
    types: Mapping[StorageRole, str] = {"block": "pd-balanced", "fast": "pd-ssd"}
    return {role: StorageClass(_DRIVER, {"type": disk, **common}) for role, disk in types.items()}


def snapshots(labels: Labels, region: str) -> Snapshots:
    """Say how a disk's snapshot is taken: labelled as its disk is, and kept in the region that the stack is in.

    Google would spread it over a whole continent otherwise. One of a disk with a key of its own has the same key.
    """
    return Snapshots(_DRIVER, {"labels": labels.outside(), "storage-locations": region})
