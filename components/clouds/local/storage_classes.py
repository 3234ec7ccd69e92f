"""The disks of a cluster that exists."""

from collections.abc import Mapping

from components.clouds.cloud import StorageClass, StorageRole


def storage_classes(provisioner: str) -> Mapping[StorageRole, StorageClass]:
    """Give the classes by role; a disk that is a folder of a node may be called larger, and has the node's room."""
    return {"block": StorageClass(provisioner)}
