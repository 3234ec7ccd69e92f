"""The groups of nodes: the one for the hubs comes with the cluster, the others beside it."""

import hashlib

import pulumi
from pulumi_azure_native import containerservice

from components.clouds.azure.network import Network
from components.clouds.azure.site import Site
from components.clouds.purposes import PURPOSES
from components.settings.clouds.pools import Pool

_SPOT = "kubernetes.azure.com/scalesetpriority"
"""AKS labels and taints spot nodes with this, whether it is asked to or not."""

SPOT_TOLERATION = {"key": _SPOT, "operator": "Equal", "value": "spot", "effect": "NoSchedule"}

_PODS = 110
"""Kubernetes' own advice for a node; AKS's 250 would only spread a node's failure over more people."""


def core_pool(site: Site, network: Network) -> containerservice.ManagedClusterAgentPoolProfileArgsDict:
    """Give the pool that the cluster is made with: AKS makes none without a system pool."""
    pool = site.settings.pools.core
    return {
        "name": "core",
        "mode": "System",
        "type": "VirtualMachineScaleSets",
        "os_type": "Linux",
        "os_sku": "Ubuntu",
        "vm_size": pool.machine_type,
        "os_disk_size_gb": pool.disk.gibibytes,
        "enable_auto_scaling": True,
        "count": pool.min,
        "min_count": pool.min,
        "max_count": pool.most,
        "max_pods": _PODS,
        "availability_zones": list(site.settings.zones) or None,
        "vnet_subnet_id": network.nodes,
        "node_labels": dict(PURPOSES["core"].labels),
        "upgrade_settings": _upgrades(),
        "tags": dict(site.tags),
    }


def make_pools(site: Site, network: Network, cluster: containerservice.ManagedCluster) -> None:
    """Make the pools of people's servers. They go with the cluster, in the time that it takes itself."""
    for key, pool in site.settings.pools.by_name.items():
        if key != "core":
            _make(key, pool, site, network, cluster)


def _make(key: str, pool: Pool, site: Site, network: Network, cluster: containerservice.ManagedCluster) -> None:
    spot = key == "spot"
    purpose = PURPOSES[key]
    taints = [f"{name}={value}:NoSchedule" for name, value in purpose.taints.items()]
    containerservice.AgentPool(
        key,
        resource_group_name=site.group.name,
        resource_name_=cluster.name,
        agent_pool_name=_name(key, pool),
        mode="User",
        type="VirtualMachineScaleSets",
        os_type="Linux",
        os_sku="Ubuntu",
        vm_size=pool.machine_type,
        os_disk_size_gb=pool.disk.gibibytes,
        enable_auto_scaling=True,
        count=pool.min,
        min_count=pool.min,
        max_count=pool.most,
        max_pods=_PODS,
        availability_zones=list(site.settings.zones) or None,
        vnet_subnet_id=network.nodes,
        node_labels={**purpose.labels, **({_SPOT: "spot"} if spot else {})},
        node_taints=[*taints, f"{_SPOT}=spot:NoSchedule"] if spot else taints,
        scale_set_priority="Spot" if spot else "Regular",
        scale_set_eviction_policy="Delete" if spot else None,
        # At most what the machine costs otherwise: only Azure's need takes it back, never the price.
        spot_max_price=-1.0 if spot else None,
        upgrade_settings=None if spot else _upgrades(),
        tags=site.tags,
        opts=site.but(
            pulumi.ResourceOptions(
                deleted_with=cluster,
                # The autoscaler's to change.
                ignore_changes=["count"],
                custom_timeouts=pulumi.CustomTimeouts(create="30m", update="60m", delete="60m"),
            )
        ),
    )


def _name(key: str, pool: Pool) -> str:
    """Name a pool by its key and by what cannot change in place, so that the new one is there before the old one goes.

    At most twelve lower-case letters and digits, as AKS has it.
    """
    fixed = f"{pool.machine_type}/{pool.disk.gibibytes}"
    return key + hashlib.sha256(fixed.encode()).hexdigest()[:4]


def _upgrades() -> containerservice.AgentPoolUpgradeSettingsArgsDict:
    # A third of the nodes at once, and half an hour for people's servers to leave one.
    return {"max_surge": "33%", "drain_timeout_in_minutes": 30}
