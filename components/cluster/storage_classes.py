"""Classes of volumes by what they are for."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as kubernetes

from components.clouds.cloud import StorageClass, StorageRole
from components.labels import Labels


def make_storage_classes(
    classes: Mapping[StorageRole, StorageClass],
    labels: Labels,
    opts: pulumi.ResourceOptions,
) -> Mapping[StorageRole, kubernetes.storage.v1.StorageClass]:
    """Make the platform's own classes, by role.

    Their own, as a cluster's default class may be another tomorrow, and two platforms may share a cluster.
    """
    return {role: _make(role, described, labels, opts) for role, described in classes.items()}


def _make(
    role: StorageRole, described: StorageClass, labels: Labels, opts: pulumi.ResourceOptions
) -> kubernetes.storage.v1.StorageClass:
    return kubernetes.storage.v1.StorageClass(
        f"storage-{role}",
        metadata={"labels": labels.of("storage")},
        provisioner=described.provisioner,
        parameters=described.parameters,
        allow_volume_expansion=described.expandable,
        reclaim_policy="Delete",
        # A disk belongs to a zone or a node; which one is right is known once its pod has been placed.
        volume_binding_mode="WaitForFirstConsumer",
        opts=opts,
    )
