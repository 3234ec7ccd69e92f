"""What follows from other settings where the stack file does not say: how large the homes and the pools are."""

import math
from collections.abc import Mapping
from typing import Any

from components.settings.clouds import sizing
from components.settings.clouds.machines import machine
from components.settings.clouds.pools import Pool, Pools
from components.settings.clouds.sizing import Servers
from components.settings.hub import Hub
from components.settings.quantities import Quantity
from components.settings.shapes import keys
from components.settings.stack import StackSettings

CAPACITIES = {"gcp": "1Ti", "aws": "1Ti", "azure": "100Gi"}
"""The least that Filestore and Azure Files sell. EFS grows by itself, so there it is only what a volume says."""

_MIB = 1024**2
_OF_A_HUB = Servers(1, memory=320 * _MIB, cores=150, limit=0)
"""A hub and its proxy."""
_OF_KUBERNETES = Servers(10, memory=200 * _MIB, cores=100, limit=0)
"""Its name service, its metrics, and what makes disks and nodes."""
_OF_DATABASES = Servers(1, memory=256 * _MIB, cores=100, limit=0)
"""One instance of a database."""


def with_capacity(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the stack file with the capacity of homes that its cloud begins at, where it says none."""
    capacity = CAPACITIES.get(str(keys(config.get("cloud")).get("provider")))
    homes = config.get("homes")
    if capacity is None or "capacity" in keys(homes) or not (homes is None or isinstance(homes, Mapping)):
        return config
    return {**config, "homes": {**keys(homes), "capacity": capacity}}


def with_pools(config: Mapping[str, Any], settings: StackSettings) -> tuple[Mapping[str, Any], StackSettings]:
    """Give the stack file and its settings with a machine and a maximum for every pool, where it says none.

    What cannot be chosen is left out, and the check of pools says why. A cluster that exists has its own nodes.
    """
    cloud = settings.cloud
    if cloud.provider == "local" or cloud.cluster.existing is not None:
        return config, settings
    pools = _sized(cloud.provider, cloud.pools, settings)
    given = keys(config.get("cloud"))
    section = {**given, "pools": {**keys(given.get("pools")), **{name: _plain(pool) for name, pool in pools.items()}}}
    sized = cloud.model_copy(update={"pools": cloud.pools.model_copy(update=pools)})
    return {**config, "cloud": section}, settings.model_copy(update={"cloud": sized})


def servers_of(hub: Hub) -> Servers:
    """Give the servers of one hub, as sizing counts them: each with its database and its disks."""
    memory, cores = hub.server_guarantees
    beside = hub.user_database.memory.limit.bytes if hub.user_database else 0
    return Servers(
        hub.users.most,
        memory=math.ceil(memory),
        cores=math.ceil(cores * 1000),
        limit=hub.users.memory.limit.bytes + beside,
        disks=len(disks_of(hub)),
    )


def disks_of(hub: Hub) -> list[Quantity]:
    """Give the size that each of one server's disks may come to."""
    home = [hub.storage.capacity] if hub.storage.makes_claims else []
    database = [hub.user_database.largest] if hub.user_database else []
    return [*home, *(claim.capacity for claim in hub.extra_claims), *database]


def _sized(provider: str, pools: Pools, settings: StackSettings) -> dict[str, Pool]:
    everyone = [servers_of(hub) for hub in settings.hubs.values()]
    few = min(pools.users.max or sizing.FEW_NODES, sizing.FEW_NODES)
    users = _filled(pools.users, pools.users.machine or sizing.choose(provider, everyone, few))
    users = _grown(users, _enough(provider, users, everyone))
    core = _filled(pools.core, sizing.CORE[provider])
    inside = _enough(provider, core, _inside(settings))
    sized: dict[str, Pool] = {"core": _grown(core, inside and inside + 1), "users": users}
    if pools.gpu:
        sized["gpu"] = _filled(pools.gpu, sizing.GPU[provider])
    if pools.spot:
        sized["spot"] = _grown(_filled(pools.spot, users.machine), users.max)
    return sized


def _inside(settings: StackSettings) -> list[Servers]:
    """Give what runs on core nodes."""
    instances = sum(database.instances for database in settings.databases.values())
    parts = ((len(settings.hubs), _OF_A_HUB), (1, _OF_KUBERNETES), (instances, _OF_DATABASES))
    return [Servers(count * each.count, each.memory, each.cores, each.limit) for count, each in parts if count]


def _enough(provider: str, pool: Pool, everyone: list[Servers]) -> int | None:
    known = pool.machine is not None and machine(provider, pool.machine) is not None
    return sizing.nodes_of(provider, pool.machine or "", everyone) if known else None


def _filled(pool: Pool, name: str | None) -> Pool:
    return pool.model_copy(update={"machine": pool.machine or name})


def _grown(pool: Pool, most: int | None) -> Pool:
    return pool.model_copy(update={"max": pool.max or (None if most is None else max(most, pool.min, 1))})


def _plain(pool: Pool) -> dict[str, Any]:
    return pool.model_dump()
