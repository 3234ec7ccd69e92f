"""Azure: an AKS cluster in a network of its own, with an NFS share of Azure Files for people's homes."""

import pulumi
import pulumi_azure_native as azure_native

from components.clouds.azure.addresses import entrances
from components.clouds.azure.as_made import refuse_changes
from components.clouds.azure.cluster import ControlPlane, find_cluster, kubeconfig, make_cluster
from components.clouds.azure.filestore import open_filestore
from components.clouds.azure.maintenance import plan_maintenance
from components.clouds.azure.network import Network, make_network
from components.clouds.azure.pools import SPOT_TOLERATION, make_pools
from components.clouds.azure.site import Site, make_site
from components.clouds.azure.storage_classes import snapshots, storage_classes
from components.clouds.cloud import Cloud, Cluster, shown
from components.clouds.kubeconfig import CONTEXT
from components.labels import Labels
from components.settings import AzureCloud, Homes
from components.unchanging import Unchanging


def open_cloud(
    settings: AzureCloud,
    homes: Homes,
    labels: Labels,
    opts: pulumi.ResourceOptions,
    *,
    archives_databases: bool = False,
) -> Cloud:
    """Make network, cluster, nodes and file system, or use those that exist.

    The longest way is group, identity, grant, cluster, users' nodes. The network comes up beside the grant, the file
    system and the addresses beside the cluster; what is inside the cluster comes up beside users' nodes.
    """
    provider = azure_native.Provider(
        "azure",
        location=settings.region,
        subscription_id=settings.subscription,
        # Pulumi's own number for what it deploys says nothing to anybody here.
        disable_pulumi_partner_id=True,
        opts=opts,
    )
    unchanging = refuse_changes(settings, opts)
    on_azure = pulumi.ResourceOptions(provider=provider, transformations=[_without_former_names])
    within = pulumi.ResourceOptions.merge(opts, on_azure)
    site = make_site(settings, homes, labels, within, archives_databases=archives_databases)
    network = make_network(site)
    plane = find_cluster(site) or _made(site, network, unchanging)
    own = plane.resource is not None
    reached = kubeconfig(plane, site)
    return Cloud(
        Cluster(reached, CONTEXT, plane.identifier, for_people=reached, resource=plane.resource),
        storage_classes(site),
        open_filestore(site, network, unchanging),
        entrances(site, plane),
        pools=shown(settings.pools) if own else {},
        tolerations=[SPOT_TOLERATION] if own and settings.pools.spot else [],
        snapshots=snapshots(site, plane.snapshots, own=own),
        device_plugin=own and settings.pools.gpu is not None,
    )


def _without_former_names(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
    """Leave out the SDK's aliases: each resource's type in every version of Azure's API, dozens for a network.

    No stack of ours has ever had one of those types, and to write the names out is most of a program's work.
    """
    args.opts.aliases = None
    return pulumi.ResourceTransformationResult(args.props, args.opts)


def _made(site: Site, network: Network, unchanging: Unchanging) -> ControlPlane:
    plane = make_cluster(site, network, unchanging)
    if plane.resource:
        make_pools(site, network, plane.resource)
        plan_maintenance(site, plane.resource)
    return plane


__all__ = ["open_cloud"]
