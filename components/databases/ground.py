"""What the databases of a platform stand on."""

from dataclasses import dataclass

import pulumi_kubernetes as kubernetes

from components.clouds.cloud import Cluster, Snapshots
from components.labels import Labels
from components.settings import OperatorChart


@dataclass(frozen=True)
class Ground:
    """What the databases of a platform stand on."""

    cluster: Cluster
    chart: OperatorChart
    disks: kubernetes.storage.v1.StorageClass
    snapshots: Snapshots | None
    labels: Labels
