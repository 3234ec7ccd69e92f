"""The disks of a cluster that exists."""

from collections.abc import Mapping

from components.clouds.cloud import StorageClass, StorageRole


def storage_classes(provisioner: str) -> Mapping[StorageRole, StorageClass]:
    """Give the classes by role; local disks are folders of a node, which do not grow."""
    return {"block": StorageClass(provisioner, expandable=False)}
