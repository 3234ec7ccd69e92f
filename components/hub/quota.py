"""How much a hub's namespace may take from the cluster."""

from collections.abc import Mapping
from decimal import Decimal

import pulumi
import pulumi_kubernetes as kubernetes

from components.hub.values.scheduling import HUB, PROXY
from components.hub.values.storage import DATABASE
from components.hub.values.tree import Values, look_up
from components.labels import Labels
from components.settings import Hub, Quantity
from components.settings.following import disks_of

_OWN_PODS = 10
"""Hub, proxy and certificates, each twice while one replaces the other, and the chart's short jobs."""

_CLAIM_OF_HOMES = Quantity("1Gi")
"""More than the claim asks for (components/cluster/volumes.py), which says nothing about the homes' size."""

_PEOPLE_A_SERVER = 10
"""How many people's disks there is room for, to each server that may run at once: a disk stays when its server stops.
A course of 1000 keeps some 100 servers busy; beyond that somebody should look at what the disks cost."""


def limits(hub: Hub, values: Values) -> Mapping[str, str]:
    """Derive the quota's `hard` from how many servers there may be at once, where the settings do not say otherwise.

    The chart values know how large the hub's own volume is. No limit is put on limits: they add up to more than a
    cluster has on purpose, as few use theirs at once.
    """
    quota, users = hub.quota, hub.users
    if quota is None:
        return {}
    database = Quantity(look_up(values, "hub.db.pvc.storage") or DATABASE)
    server_memory, server_cpu = hub.server_guarantees
    own_memory = 2 * (HUB.memory.value + PROXY.memory.value)
    own_cpu = 2 * (HUB.cpu.value + PROXY.cpu.value)
    disks = _PEOPLE_A_SERVER * users.most * sum(disk.value for disk in disks_of(hub))
    return {
        "pods": str(quota.pods or users.most + _OWN_PODS),
        "requests.memory": str(quota.memory or _whole(users.most * server_memory + own_memory)),
        "requests.cpu": str(quota.cpu or _thousandths(users.most * server_cpu + own_cpu)),
        "requests.storage": str(quota.storage or _whole(database.value + _CLAIM_OF_HOMES.value + disks)),
        "services.loadbalancers": "1",
    }


def make_quota(
    namespace: pulumi.Input[str], hard: Mapping[str, str], labels: Labels, opts: pulumi.ResourceOptions
) -> None:
    """Make the quota, and say what a container that asks for nothing counts for, as a quota refuses it otherwise."""
    if not hard:
        return
    kubernetes.core.v1.ResourceQuota(
        f"{labels.hub}-quota",
        metadata={"name": "hub", "namespace": namespace, "labels": labels.of("quota")},
        spec={"hard": hard},
        opts=opts,
    )
    kubernetes.core.v1.LimitRange(
        f"{labels.hub}-defaults",
        metadata={"name": "hub", "namespace": namespace, "labels": labels.of("quota")},
        spec={"limits": [{"type": "Container", "default_request": {"cpu": "10m", "memory": "32Mi"}}]},
        opts=opts,
    )


def _whole(amount: Decimal) -> str:
    return str(int(amount.to_integral_value()))


def _thousandths(cores: Decimal) -> str:
    return f"{int((cores * 1000).to_integral_value())}m"
