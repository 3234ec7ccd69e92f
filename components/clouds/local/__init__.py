"""A cluster that exists already: the one `make up` makes, kind, or any other that a kubeconfig leads to."""

from components.clouds.cloud import Cloud
from components.clouds.local.cluster import find_cluster
from components.clouds.local.filestore import node_folder
from components.clouds.local.storage_classes import storage_classes
from components.labels import Labels
from components.settings import LocalCloud


def open_cloud(settings: LocalCloud, labels: Labels) -> Cloud:
    """Give the cluster with what it has; nothing is made outside it."""
    return Cloud(
        cluster=find_cluster(settings.kubeconfig, settings.context),
        storage_classes=storage_classes(settings.volume_provisioner),
        homes=node_folder(settings.homes_path, labels.platform),
    )


__all__ = ["open_cloud"]
