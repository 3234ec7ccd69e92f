"""Google Cloud: a GKE cluster in a network of its own, with Filestore for people's homes and persistent disks."""

from collections.abc import Mapping

import pulumi
import pulumi_gcp as gcp
from pulumi_gcp import container

from components.clouds.cloud import Cloud, Cluster, shown
from components.clouds.gcp.addresses import entrances
from components.clouds.gcp.as_made import refuse_changes
from components.clouds.gcp.bucket import make_bucket
from components.clouds.gcp.cluster import find_cluster, identifier, kubeconfig, make_cluster
from components.clouds.gcp.filestore import open_filestore
from components.clouds.gcp.identity import make_node_account
from components.clouds.gcp.network import Network, Subnetwork, make_network
from components.clouds.gcp.pools import Ground, make_pools
from components.clouds.gcp.site import Site
from components.clouds.gcp.storage_classes import snapshots, storage_classes
from components.clouds.kubeconfig import CONTEXT
from components.labels import Labels
from components.settings import GcpCloud, Homes


def open_cloud(settings: GcpCloud, homes: Homes, labels: Labels, opts: pulumi.ResourceOptions) -> Cloud:
    """Make network, cluster, nodes and file system, or use those that exist.

    The longest way is network, subnetwork, cluster, core nodes. The NAT, the nodes' account and the file system come up
    beside the cluster.
    """
    site = Site(settings, homes, labels, _on_google(settings, opts))
    as_made = refuse_changes(site)
    if settings.bucket:
        make_bucket(site)
    if settings.cluster.existing:
        return _in_an_existing_cluster(site, settings.cluster.existing, as_made)
    network = make_network(site, as_made)
    account = make_node_account(site)
    cluster = make_cluster(site, network, account, as_made)
    nodes = make_pools(Ground(site, network, cluster, account))
    return Cloud(
        _cluster(cluster, nodes),
        storage_classes(labels, settings.encryption_key),
        open_filestore(site, network, as_made),
        entrances(site),
        pools=shown(settings.pools),
        snapshots=snapshots(labels, settings.region),
    )


def _in_an_existing_cluster(site: Site, name: str, as_made: pulumi.Resource) -> Cloud:
    """Use the cluster as it is, in the network that it is in."""
    cluster = find_cluster(site, name, as_made)
    network = cluster.network.apply(str)
    subnetwork = Subnetwork(cluster.subnetwork, pods="", services="", resource=as_made)
    around = Network(network, network.apply(lambda link: link.rpartition("/")[2]), subnetwork)
    return Cloud(
        _cluster(cluster, {}),
        storage_classes(site.owner, site.settings.encryption_key),
        open_filestore(site, around, as_made),
        entrances(site),
        snapshots=snapshots(site.owner, site.settings.region),
    )


def _on_google(settings: GcpCloud, opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    """Give the one way into the project; the ambient project and region of a shell are never used."""
    provider = gcp.Provider("gcp", project=settings.project, region=settings.region, zone=settings.zones[0], opts=opts)
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=provider))


def _cluster(cluster: container.Cluster, nodes: Mapping[str, pulumi.Resource]) -> Cluster:
    content = kubeconfig(cluster)
    inside = cluster.private_cluster_config.apply(lambda config: str(config.private_endpoint or ""))
    return Cluster(
        content,
        CONTEXT,
        identifier(cluster),
        for_people=content,
        # Behind the Service `kubernetes` stands the control plane's address within the network.
        api_addresses=[inside],
        resource=cluster,
        # The hub, databases and operators run on core nodes; a person's server brings a node of its own.
        nodes=[nodes["core"]] if nodes else [],
    )


__all__ = ["open_cloud"]
