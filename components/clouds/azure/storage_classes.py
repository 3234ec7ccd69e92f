"""The disks of a cluster on Azure, and their snapshots."""

from collections.abc import Mapping, Sequence

import pulumi

from components.clouds.azure.site import Site
from components.clouds.cloud import Snapshots, StorageClass, StorageRole

_DRIVER = "disk.csi.azure.com"

_SKUS: Mapping[StorageRole, str] = {
    # SSDs that cost little: a hub's database is small, and idle most of the day.
    "block": "StandardSSD_LRS",
    "fast": "Premium_LRS",
}


def storage_classes(site: Site) -> Mapping[StorageRole, StorageClass]:
    """Give the classes by role. Their disks bear the platform's tag, as one left behind is found by nothing else."""
    tags = site.labels.outside()
    return {role: StorageClass(_DRIVER, {"skuName": sku, "tags": tags}) for role, sku in _SKUS.items()}


def snapshots(site: Site, rights: Sequence[pulumi.Resource], *, own: bool) -> Snapshots:
    """Say how a disk's snapshot is taken, with the platform's tag.

    Where the cluster is the platform's `own`, the snapshot lies in the platform's group, which stays for it: the disk's
    own group is that of the nodes, and goes with the cluster, whatever is in it.
    """
    return Snapshots(
        _DRIVER, {"tags": site.labels.outside(), **({"resourceGroup": site.group.name} if own else {})}, rights
    )
