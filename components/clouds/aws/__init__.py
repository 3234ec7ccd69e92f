"""AWS: an EKS cluster in a network of its own, with EFS for people's homes and EBS for disks."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.clouds.aws.addons import make_addons
from components.clouds.aws.addresses import entrances
from components.clouds.aws.as_made import refuse_changes
from components.clouds.aws.autoscaler import autoscaler
from components.clouds.aws.cluster import ControlPlane, identifier, kubeconfig, make_control_plane
from components.clouds.aws.filestore import open_filestore
from components.clouds.aws.network import make_network
from components.clouds.aws.pools import make_pools
from components.clouds.aws.site import Site
from components.clouds.aws.storage_classes import snapshots, storage_classes
from components.clouds.cloud import Cloud, Cluster, shown
from components.clouds.kubeconfig import CONTEXT
from components.labels import CLOUD_TAG, Labels
from components.settings import AwsCloud, Homes


def open_cloud(
    settings: AwsCloud,
    homes: Homes,
    labels: Labels,
    opts: pulumi.ResourceOptions,
    *,
    archives_databases: bool = False,
) -> Cloud:
    """Make network, cluster, nodes and file system, or use those that exist.

    The longest way is network, cluster, nodes, disks' driver. The gateway and the file system come up beside the
    cluster, the other drivers beside the nodes.
    """
    stays = refuse_changes(settings, labels, opts)
    site = Site(settings, homes, labels, _on_aws(settings, labels, opts), stays, archives_databases)
    network = make_network(site)
    plane = make_control_plane(site, network)
    entrance = entrances(site, network)
    classes = storage_classes(labels)
    if settings.cluster.existing:
        files = open_filestore(site, network, plane, [])
        return Cloud(_cluster(plane, site), classes, files, entrance, snapshots=snapshots(labels, []))
    nodes = make_pools(site, network, plane)
    addons = make_addons(site, network, plane, nodes)
    running = [*nodes, *addons.pods]
    return Cloud(
        _cluster(plane, site, nodes=running, disks=addons.disks),
        classes,
        open_filestore(site, network, plane, addons.files),
        entrance,
        pools=shown(settings.pools),
        inside=autoscaler(site, plane, running),
        snapshots=snapshots(labels, addons.snapshots),
    )


def _on_aws(settings: AwsCloud, labels: Labels, opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    """Give the one way into the account: one region, the platform's tag on everything, no other account by accident."""
    provider = aws.Provider(
        "aws",
        region=settings.region,
        allowed_account_ids=[settings.account] if settings.account else None,
        default_tags={"tags": {CLOUD_TAG: labels.platform}},
        opts=opts,
    )
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=provider))


def _cluster(
    plane: ControlPlane, site: Site, nodes: Sequence[pulumi.Resource] = (), disks: Sequence[pulumi.Resource] = ()
) -> Cluster:
    content = kubeconfig(plane.resource, site.settings.region)
    return Cluster(
        content,
        CONTEXT,
        identifier(plane.resource),
        for_people=content,
        resource=plane.resource,
        nodes=nodes,
        disks=disks,
    )


__all__ = ["open_cloud"]
