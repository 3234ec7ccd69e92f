"""The nodes: a pool for the hubs themselves, one for people's servers, and GPU or spot nodes for who asks for them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_gcp import container

from components.clouds.gcp.identity import NodeAccount
from components.clouds.gcp.network import Network
from components.clouds.gcp.site import Site
from components.clouds.purposes import PURPOSES
from components.settings.clouds.machines import machine
from components.settings.clouds.pools import Pool

_PODS = 110
"""What sizing counts on, and what a /24 of addresses is room for twice."""

_ACCELERATORS = {"a2": "nvidia-tesla-a100", "g2": "nvidia-l4"}
"""Which GPU a family of machines has: cloud.google.com/compute/docs/gpus."""


@dataclass(frozen=True)
class Ground:
    """What nodes stand on."""

    site: Site
    network: Network
    cluster: container.Cluster
    account: NodeAccount

    @property
    def needs(self) -> list[pulumi.Resource]:
        """What a node needs to pull images and to say how it fares."""
        return [*self.network.way_out, *self.account.rights]


def make_pools(ground: Ground) -> Mapping[str, pulumi.Resource]:
    """Make the pools. They go with the cluster: to empty one after the other first would take minutes for nothing."""
    return {name: _make(name, pool, ground) for name, pool in ground.site.settings.pools.by_name.items()}


def _make(name: str, pool: Pool, ground: Ground) -> container.NodePool:
    settings = ground.site.settings
    return container.NodePool(
        name,
        cluster=ground.cluster.name,
        location=settings.location,
        # In each zone; a pool that starts empty grows from nothing.
        initial_node_count=math.ceil(pool.min / len(settings.zones)),
        autoscaling={
            "total_min_node_count": pool.min,
            "total_max_node_count": pool.most,
            # Spot nodes are taken where there are any; others go where a disk is, or least is wasted.
            "location_policy": "ANY" if name == "spot" else "BALANCED",
        },
        max_pods_per_node=_PODS,
        management={"auto_repair": True, "auto_upgrade": True},
        # A new node comes before an old one goes: the hub is away for its restart and no longer.
        upgrade_settings={"strategy": "SURGE", "max_surge": 1, "max_unavailable": 0},
        network_config={"enable_private_nodes": True},
        node_config=_nodes(name, pool, ground),
        opts=ground.site.but(
            pulumi.ResourceOptions(
                depends_on=ground.needs,
                deleted_with=ground.cluster,
                # The autoscaler's business; and what a pool began with is history.
                ignore_changes=["initialNodeCount", "nodeCount"],
                custom_timeouts=pulumi.CustomTimeouts(create="45m", update="6h", delete="45m"),
            ),
        ),
    )


def _nodes(name: str, pool: Pool, ground: Ground) -> container.NodePoolNodeConfigArgsDict:
    purpose = PURPOSES[name]
    nodes: container.NodePoolNodeConfigArgsDict = {
        "machine_type": pool.machine_type,
        "disk_size_gb": pool.disk.gibibytes,
        "disk_type": "pd-balanced",
        "image_type": "COS_CONTAINERD",
        "spot": name == "spot",
        "service_account": ground.account.email,
        # The account's roles say what nodes may do; scopes would only hide which of the two refused.
        "oauth_scopes": ["https://www.googleapis.com/auth/cloud-platform"],
        "labels": purpose.labels,
        "taints": [{"key": key, "value": value, "effect": "NO_SCHEDULE"} for key, value in purpose.taints.items()],
        "resource_labels": ground.site.labels,
        # A pod gets at an identity of its own by this, and never at the node's.
        "workload_metadata_config": {"mode": "GKE_METADATA"},
        # The old metadata addresses hand a token to whoever asks, without so much as a header.
        "metadata": {"disable-legacy-endpoints": "true"},
        "shielded_instance_config": {"enable_secure_boot": name != "gpu", "enable_integrity_monitoring": True},
        # The kubelet's second door, without a lock, tells everything of everyone's pods.
        "kubelet_config": {"insecure_kubelet_readonly_port_enabled": "FALSE"},
    }
    if ground.site.settings.encryption_key:
        nodes["boot_disk_kms_key"] = ground.site.settings.encryption_key
    shape = machine("gcp", pool.machine_type)
    if shape and shape.gpus:
        # GKE then installs the driver and runs NVIDIA's device plugin by itself.
        driver: container.NodePoolNodeConfigGuestAcceleratorGpuDriverInstallationConfigArgsDict = {
            "gpu_driver_version": "DEFAULT"
        }
        kind = _ACCELERATORS[pool.machine_type.partition("-")[0]]
        nodes["guest_accelerators"] = [
            {"type": kind, "count": shape.gpus, "gpu_driver_installation_config": driver},
        ]
    return nodes
