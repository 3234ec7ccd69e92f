"""The disks of pods, EBS volumes of type gp3, and their snapshots."""

from collections.abc import Mapping, Sequence

import pulumi

from components.clouds.cloud import Snapshots, StorageClass, StorageRole
from components.labels import Labels

_DRIVER = "ebs.csi.aws.com"


def storage_classes(labels: Labels) -> Mapping[StorageRole, StorageClass]:
    """Give the classes by role. Each disk bears the platform's tag, so that what is left behind is found."""
    tag = labels.outside()
    block: dict[str, pulumi.Input[str]] = {"type": "gp3", "encrypted": "true", "tagSpecification_1": tag}
    # 3,000 operations a second are in the price of any gp3 volume; what is above costs 0.005 $ a month each.
    fast = {**block, "iops": "6000", "throughput": "250"}
    return {"block": StorageClass(_DRIVER, block), "fast": StorageClass(_DRIVER, fast)}


def snapshots(labels: Labels, controller: Sequence[pulumi.Resource]) -> Snapshots:
    """Say how a volume's snapshot is taken, with the platform's tag; it is encrypted as its volume is."""
    return Snapshots(_DRIVER, {"tagSpecification_1": labels.outside()}, controller)
