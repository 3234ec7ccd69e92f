"""The AKS cluster, who may reach it, and how."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

import pulumi
import yaml
from pulumi_azure_native import containerservice

from components.clouds.azure.identity import cluster_identity, may_take_snapshots
from components.clouds.azure.network import Network
from components.clouds.azure.pools import core_pool
from components.clouds.azure.site import Site
from components.clouds.kubeconfig import with_login
from components.settings.clouds.azure import AzureCluster
from components.unchanging import Unchanging

_ENTRA_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""The application that stands for every AKS cluster in Entra ID: azure.github.io/kubelogin."""

_TOKEN = {
    "command": "kubelogin",
    "args": ["get-token", "--server-id", _ENTRA_SERVER, "--login", "azurecli"],
    "provideClusterInfo": False,
    "installHint": "Install Azure's command line and kubelogin (`az aks install-cli`), and log in: `az login`.",
}

_CHANNELS = {"node_image": "NodeImage", "security_patch": "SecurityPatch", "none": "None"}


@dataclass(frozen=True)
class ControlPlane:
    """A cluster, of the platform's own or not."""

    name: pulumi.Input[str]
    group: pulumi.Input[str]
    """The resource group it is in."""

    addresses: pulumi.Input[str]
    """The resource group where its balancers may take reserved addresses from."""

    identifier: pulumi.Input[str]
    resource: containerservice.ManagedCluster | None = None

    snapshots: Sequence[pulumi.Resource] = ()
    """What it may put snapshots of its disks into the platform's group by, where it is to."""


def find_cluster(site: Site) -> ControlPlane | None:
    """Give the cluster that exists, if the stack file names one."""
    existing = site.settings.cluster.existing
    if existing is None:
        return None
    found = containerservice.get_managed_cluster_output(
        resource_group_name=existing.resource_group, resource_name=existing.name, opts=site.asking()
    )
    # Its identity has every right in the group of its nodes, and perhaps none in ours.
    nodes = found.node_resource_group.apply(str)
    return ControlPlane(existing.name, existing.resource_group, nodes, found.id.apply(str))


def make_cluster(site: Site, network: Network, unchanging: Unchanging) -> ControlPlane:
    """Make the cluster."""
    identity, grants = cluster_identity(site)
    settings = site.settings.cluster
    cluster = containerservice.ManagedCluster(
        "cluster",
        resource_group_name=site.group.name,
        dns_prefix=pulumi.Output.concat("hubstack-", site.labels.platform),
        node_resource_group=pulumi.Output.concat(site.group.name, "-nodes"),
        sku={"name": "Base", "tier": "Standard" if settings.tier == "standard" else "Free"},
        kubernetes_version=settings.version,
        identity={
            "type": containerservice.ResourceIdentityType.USER_ASSIGNED,
            "user_assigned_identities": [identity.id],
        },
        # People come in with their own accounts, and are seen to: there is no certificate that works for good.
        disable_local_accounts=True,
        enable_rbac=True,
        aad_profile={
            "managed": True,
            "enable_azure_rbac": True,
            "admin_group_object_ids": list(settings.admin_groups),
        },
        api_server_access_profile=_doors(settings),
        network_profile=_network(site),
        oidc_issuer_profile={"enabled": True},
        security_profile={
            "workload_identity": {"enabled": True},
            "image_cleaner": {"enabled": True, "interval_hours": 168},
        },
        storage_profile={
            "disk_csi_driver": {"enabled": True},
            "file_csi_driver": {"enabled": True},
            "snapshot_controller": {"enabled": True},
        },
        auto_upgrade_profile={
            "upgrade_channel": settings.upgrades,
            "node_os_upgrade_channel": _CHANNELS[settings.node_upgrades],
        },
        auto_scaler_profile={
            # Servers keep nothing on a node, so what lies there is no reason to keep it.
            "skip_nodes_with_local_storage": "false",
            "expander": "least-waste",
        },
        agent_pool_profiles=[core_pool(site, network)],
        # AKS puts them on nodes, disks and balancers as well, whatever makes those.
        tags=site.tags,
        opts=site.but(
            pulumi.ResourceOptions(
                depends_on=[*grants, unchanging],
                # The autoscaler's to change.
                ignore_changes=["agentPoolProfiles[0].count"],
                custom_timeouts=pulumi.CustomTimeouts(create="60m", update="90m", delete="60m"),
            )
        ),
    )
    rights = [may_take_snapshots(site, identity)] if site.archives_databases else []
    return ControlPlane(cluster.name, site.group.name, site.group.name, cluster.id, cluster, rights)


def _doors(settings: AzureCluster) -> containerservice.ManagedClusterAPIServerAccessProfileArgsDict:
    """Let in whom the stack file lists over the internet; with an empty list there is no door to the outside."""
    if not settings.reached_from:
        return {"enable_private_cluster": True, "enable_private_cluster_public_fqdn": False}
    return {"authorized_ip_ranges": list(settings.reached_from), "enable_private_cluster": False}


def _network(site: Site) -> containerservice.ContainerServiceNetworkProfileArgsDict:
    settings = site.settings.network
    own_gateway = settings.outbound == "nat" and settings.existing is None
    return {
        "network_plugin": "azure",
        # Pods lie over the network: a class takes no addresses of it.
        "network_plugin_mode": "overlay",
        "network_dataplane": "cilium",
        "network_policy": "cilium",
        "pod_cidr": settings.pods,
        "service_cidr": settings.services,
        "dns_service_ip": str(ip_network(settings.services)[10]),
        "load_balancer_sku": "standard",
        "outbound_type": "userAssignedNATGateway" if own_gateway else "loadBalancer",
    }


def kubeconfig(plane: ControlPlane, site: Site) -> pulumi.Output[str]:
    """Give a kubeconfig without any credential: kubelogin fetches a token for whoever uses it, with their Azure login.

    The cluster tells its address and its certificate only together with a way in. The one asked for here is a user's,
    which with Entra ID holds no secret, and nothing but the two is taken from it.
    """
    found = containerservice.list_managed_cluster_user_credentials_output(
        resource_group_name=plane.group, resource_name=plane.name, opts=site.asking()
    )
    return found.apply(lambda found: _without_credentials([str(each.value) for each in found.kubeconfigs or ()]))


def _without_credentials(given: Sequence[str]) -> str:
    told: dict[str, Any] = yaml.safe_load(base64.b64decode(given[0]))
    cluster: dict[str, Any] = told["clusters"][0]["cluster"]
    reached = {key: cluster[key] for key in ("server", "certificate-authority-data")}
    return with_login(reached, _TOKEN)
