"""The class that databases' last snapshots are taken by."""

from typing import Any

import pulumi

from components.clouds.cloud import Snapshots
from components.labels import Labels

_GROUP = "snapshot.storage.k8s.io/v1"


class SnapshotClass(pulumi.CustomResource):
    """A class whose snapshots stay in the cloud when their object or the cluster goes.

    The SDK has no word for the kind, and its class for unknown kinds takes what is below `spec` only.
    """

    metadata: pulumi.Output[dict[str, Any]]

    def __init__(self, name: str, snapshots: Snapshots, labels: Labels, opts: pulumi.ResourceOptions) -> None:
        described = {
            "apiVersion": _GROUP,
            "kind": "VolumeSnapshotClass",
            "metadata": {"labels": labels.of("database")},
            "driver": snapshots.driver,
            "deletionPolicy": "Retain",
            "parameters": snapshots.parameters,
        }
        super().__init__(f"kubernetes:{_GROUP}:VolumeSnapshotClass", name, described, opts)

    @property
    def name(self) -> pulumi.Output[str]:
        """What snapshots name it by: Pulumi's own name, as two platforms may share a cluster."""
        return self.metadata.apply(lambda metadata: str(metadata["name"]))
