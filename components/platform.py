"""The whole platform, in the order in which it comes to be.

What does not wait for another thing here comes up beside it; what goes away goes in the opposite order.
"""

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random

from components.clouds import open_cloud
from components.clouds.cloud import Cluster
from components.cluster.gpus import make_device_plugin
from components.cluster.homes import Homes
from components.cluster.storage_classes import make_storage_classes
from components.databases import Databases, Ground
from components.hub import Hub, Place
from components.hub.doors import node_ports_by_hub
from components.labels import Labels
from components.settings import StackSettings


class Platform(pulumi.ComponentResource):
    """JupyterHubs, and what they stand on: everything that a stack file describes.

    Outputs: `id`, which all that belongs to the platform is labelled with, and `hubs` by name.
    Raises KubeconfigError or UnreachableClusterError where the stack file names a cluster that does not answer.
    """

    def __init__(self, name: str, settings: StackSettings, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("hubstack:index:Platform", name, {}, opts)
        here = pulumi.ResourceOptions(parent=self)

        # Stack names are not unique, so a random id tells what belongs to this platform, and it never changes.
        self.id = random.RandomId(f"{name}-id", byte_length=4, opts=here).hex
        labels = Labels(self.id)

        cloud = open_cloud(settings, labels, here)
        self.cluster = cloud.cluster
        self.pools = cloud.pools
        provider = _provider(name, cloud.cluster, here)
        inside = pulumi.ResourceOptions(parent=self, provider=provider)

        if cloud.inside:
            cloud.inside(inside)
        if cloud.device_plugin:
            make_device_plugin(labels, inside)
        classes = make_storage_classes(cloud.storage_classes, labels, inside)
        homes = Homes("homes", cloud, settings.homes.capacity, labels, inside)

        if settings.databases:
            ground = Ground(cloud.cluster, settings.operator_chart, classes["block"], cloud.snapshots, labels)
            Databases("databases", settings.databases, ground, inside)

        place = Place(cloud, settings.chart, homes, classes, labels, provider)
        doors = node_ports_by_hub(settings)
        self.hubs = {hub: Hub(hub, described, place, doors[hub], inside) for hub, described in settings.hubs.items()}
        self.register_outputs({"id": self.id})


def _provider(name: str, cluster: Cluster, opts: pulumi.ResourceOptions) -> kubernetes.Provider:
    """Give the one way into the cluster. Every object of the platform names it; the default provider is never used."""
    return kubernetes.Provider(
        f"{name}-kubernetes",
        # Never absent: the Python SDK would put the ambient $KUBECONFIG, whole, into the state.
        kubeconfig=pulumi.Output.secret(cluster.kubeconfig),
        context=cluster.context,
        # Without it a renewed certificate would replace every object in the cluster.
        cluster_identifier=cluster.identifier,
        enable_server_side_apply=True,
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(replace_with=[cluster.resource] if cluster.resource else [])
        ),
    )
