"""The disks of a cluster on Azure."""

from collections.abc import Mapping

import pulumi

from components.clouds.azure.site import Site
from components.clouds.cloud import StorageClass, StorageRole
from components.labels import CLOUD_TAG

_SKUS: Mapping[StorageRole, str] = {
    # SSDs that cost little: a hub's database is small, and idle most of the day.
    "block": "StandardSSD_LRS",
    "fast": "Premium_LRS",
}


def storage_classes(site: Site) -> Mapping[StorageRole, StorageClass]:
    """Give the classes by role. Their disks bear the platform's tag, as one left behind is found by nothing else."""
    tags = pulumi.Output.concat(CLOUD_TAG, "=", site.labels.platform)
    return {role: StorageClass("disk.csi.azure.com", {"skuName": sku, "tags": tags}) for role, sku in _SKUS.items()}
