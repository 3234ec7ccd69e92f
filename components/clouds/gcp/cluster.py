"""The GKE cluster: its control plane, who may reach it, and how."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pulumi
from pulumi_gcp import container

from components.clouds.gcp.identity import NodeAccount
from components.clouds.gcp.network import Network
from components.clouds.gcp.site import Site
from components.clouds.kubeconfig import with_login
from components.settings.clouds.gcp import GcpExclusion, GcpMaintenance

_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
"""Google wants a first window with a date; which, makes no difference."""

_SCOPES = {
    "everything": "NO_UPGRADES",
    "minor": "NO_MINOR_UPGRADES",
    "minor_and_nodes": "NO_MINOR_OR_NODE_UPGRADES",
}


def find_cluster(site: Site, name: str, as_made: pulumi.Resource) -> container.Cluster:
    """Give the cluster that exists; it is read, and never changed or deleted.

    It is looked for once the platform may be in another than before: what stands in the way is said first.
    """
    path = site.path("clusters", name, site.settings.location)
    return container.Cluster.get("cluster", path, opts=site.after(as_made))


def make_cluster(site: Site, network: Network, account: NodeAccount, as_made: pulumi.Resource) -> container.Cluster:
    """Make the cluster without nodes. It does not wait for the NAT: its nodes do."""
    settings = site.settings
    key = settings.encryption_key
    return container.Cluster(
        "cluster",
        description="A hubstack platform",
        location=settings.location,
        node_locations=_further_zones(site),
        network=network.id,
        subnetwork=network.subnetwork.id,
        networking_mode="VPC_NATIVE",
        ip_allocation_policy={
            "cluster_secondary_range_name": network.subnetwork.pods,
            "services_secondary_range_name": network.subnetwork.services,
        },
        # Nodes without public addresses: nothing on the internet can speak to them first.
        private_cluster_config={"enable_private_nodes": True},
        control_plane_endpoints_config=_doors(settings.cluster.reached_from),
        master_authorized_networks_config=_listed(settings.cluster.reached_from),
        # Dataplane V2 enforces network policies by itself; without, they are texts.
        datapath_provider="ADVANCED_DATAPATH",
        workload_identity_config={"workload_pool": f"{settings.project}.svc.id.goog"},
        enable_shielded_nodes=True,
        enable_legacy_abac=False,
        # Nobody is let in for having any Google account at all: https://cloud.google.com/kubernetes-engine/docs/how-to/
        # best-practices-rbac tells how clusters were taken over by that.
        rbac_binding_config={
            "enable_insecure_binding_system_authenticated": False,
            "enable_insecure_binding_system_unauthenticated": False,
        },
        anonymous_authentication_config={"mode": "LIMITED"},
        database_encryption={"state": "ENCRYPTED", "key_name": key} if key else None,
        release_channel={"channel": settings.cluster.channel},
        maintenance_policy=_maintenance(settings.cluster.maintenance),
        # Nodes that nobody needs go sooner: users' nodes come and go with the day.
        cluster_autoscaling={"enabled": False, "autoscaling_profile": "OPTIMIZE_UTILIZATION"},
        addons_config={
            "gce_persistent_disk_csi_driver_config": {"enabled": True},
            # Homes are mounted by Kubernetes' own NFS.
            "gcp_filestore_csi_driver_config": {"enabled": False},
        },
        logging_config={"enable_components": ["SYSTEM_COMPONENTS", "WORKLOADS"]},
        # What pods measure is paid for by the sample.
        monitoring_config={"enable_components": ["SYSTEM_COMPONENTS"], "managed_prometheus": {"enabled": False}},
        security_posture_config={"mode": "BASIC", "vulnerability_mode": "VULNERABILITY_DISABLED"},
        # Google makes no cluster without a pool; this one goes as soon as the cluster is there, and ours come.
        remove_default_node_pool=True,
        initial_node_count=1,
        node_config={
            "service_account": account.email,
            "oauth_scopes": ["https://www.googleapis.com/auth/cloud-platform"],
            "machine_type": "e2-medium",
            "disk_size_gb": 30,
            "disk_type": "pd-balanced",
            "shielded_instance_config": {"enable_secure_boot": True, "enable_integrity_monitoring": True},
            # As with ours: no pod gets at the account of its node.
            "workload_metadata_config": {"mode": "GKE_METADATA"},
        },
        # Speaks when something would make another cluster; a destroy has asked for consent long before.
        deletion_protection=site.homes.on_destroy == "refuse",
        resource_labels=site.labels,
        opts=site.but(
            pulumi.ResourceOptions(
                depends_on=[as_made],
                # Of a pool that is no longer there.
                ignore_changes=["nodeConfig", "initialNodeCount"],
                custom_timeouts=pulumi.CustomTimeouts(create="60m", update="90m", delete="60m"),
            ),
        ),
    )


def _further_zones(site: Site) -> Sequence[str]:
    """Give the zones that nodes are in; a zonal cluster's own is not to be named among them."""
    return [zone for zone in site.settings.zones if zone != site.settings.location]


def _doors(networks: Sequence[str]) -> container.ClusterControlPlaneEndpointsConfigArgsDict:
    """Open one door: the name behind Google's login, or the address for the networks that are listed."""
    return {
        "dns_endpoint_config": {"allow_external_traffic": not networks},
        "ip_endpoints_config": {"enabled": bool(networks)},
    }


def _listed(networks: Sequence[str]) -> container.ClusterMasterAuthorizedNetworksConfigArgsDict | None:
    if not networks:
        return None
    return {
        "cidr_blocks": [{"cidr_block": network} for network in networks],
        # Any virtual machine of any customer of Google's would be let in.
        "gcp_public_cidrs_access_enabled": False,
    }


def _maintenance(settings: GcpMaintenance) -> container.ClusterMaintenancePolicyArgsDict:
    hour, minute = (int(part) for part in settings.start.split(":"))
    begins = _MONDAY + timedelta(hours=hour, minutes=minute)
    return {
        "recurring_window": {
            "start_time": _written(begins),
            "end_time": _written(begins + timedelta(seconds=settings.duration.seconds)),
            "recurrence": f"FREQ=WEEKLY;BYDAY={','.join(settings.days)}",
        },
        "maintenance_exclusions": [_exclusion(name, each) for name, each in sorted(settings.exclusions.items())],
    }


def _exclusion(name: str, settings: GcpExclusion) -> container.ClusterMaintenancePolicyMaintenanceExclusionArgsDict:
    return {
        "exclusion_name": name,
        "start_time": f"{settings.first_day}T00:00:00Z",
        "end_time": f"{settings.last_day + timedelta(days=1)}T00:00:00Z",
        "exclusion_options": {"scope": _SCOPES[settings.scope]},
    }


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def identifier(cluster: container.Cluster) -> pulumi.Output[str]:
    """Give what stays as long as the cluster does.

    Its link alone is not enough: it is made of the name, and a cluster made anew under the same name has the same one.
    The name of its DNS endpoint is drawn by Google at each creation, used or not.
    """
    return pulumi.Output.concat(cluster.self_link, " at ", _dns_name(cluster))


def kubeconfig(cluster: container.Cluster) -> pulumi.Output[str]:
    """Give a kubeconfig without any credential: Google's plug-in fetches a token for whoever uses it."""
    authority = cluster.master_auth.apply(lambda auth: str(auth.cluster_ca_certificate or ""))
    by_name = cluster.control_plane_endpoints_config.apply(
        lambda doors: bool(doors.dns_endpoint_config and doors.dns_endpoint_config.allow_external_traffic)
    )
    known = pulumi.Output.all(by_name, _dns_name(cluster), cluster.endpoint, authority)
    return known.apply(lambda each: _kubeconfig(*each))


def _dns_name(cluster: container.Cluster) -> pulumi.Output[str]:
    return cluster.control_plane_endpoints_config.apply(
        lambda doors: str(doors.dns_endpoint_config.endpoint or "") if doors.dns_endpoint_config else ""
    )


def _kubeconfig(by_name: bool, name: str, address: str, authority: str) -> str:  # noqa: FBT001 - as Pulumi hands it over
    # Behind the DNS endpoint stands a certificate that every machine trusts, and not the cluster's own.
    server = {"server": f"https://{name}"}
    if not by_name:
        server = {"server": f"https://{address}", "certificate-authority-data": authority}
    login = {
        "command": "gke-gcloud-auth-plugin",
        "provideClusterInfo": True,
        "installHint": "Install it with `gcloud components install gke-gcloud-auth-plugin`, and log in with gcloud.",
    }
    return with_login(server, login)
