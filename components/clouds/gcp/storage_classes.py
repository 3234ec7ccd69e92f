"""The disks of pods: persistent disks, by the driver that GKE brings."""

from collections.abc import Mapping

import pulumi

from components.clouds.cloud import StorageClass, StorageRole
from components.labels import CLOUD_TAG, Labels

_DRIVER = "pd.csi.storage.gke.io"


def storage_classes(labels: Labels, key: str | None) -> Mapping[StorageRole, StorageClass]:
    """Give the classes by role. Each disk bears the platform's label, so that what is left behind is found.

    `key` is the KMS key that disks are encrypted with, where it is not Google's own.
    """
    common: dict[str, pulumi.Input[str]] = {"labels": pulumi.Output.concat(CLOUD_TAG, "=", labels.platform)}
    if key:
        common["disk-encryption-kms-key"] = key
    types: Mapping[StorageRole, str] = {"block": "pd-balanced", "fast": "pd-ssd"}
    return {role: StorageClass(_DRIVER, {"type": disk, **common}) for role, disk in types.items()}
