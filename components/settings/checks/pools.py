"""Groups of nodes whose machines are known, and take everybody's server."""

from collections.abc import Iterator

from components.settings.clouds import PROVIDERS, sizing
from components.settings.clouds.allocatable import room
from components.settings.clouds.machines import Machine, machine, machines
from components.settings.clouds.pools import Pool, Pools
from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.following import servers_of
from components.settings.hub import Hub
from components.settings.source import Path
from components.settings.words import clean, nearest_first

_POOLS = ("cloud", "pools")
_MOST_NAMED = 3
_GIBIBYTE = 1024**3


def check(draft: Draft, cloud: str) -> Iterator[Mistake]:
    """Look at each pool by itself, then at whether its nodes are large enough for a server of each hub."""
    pools = draft.read(Pools, *_POOLS)
    if pools is None or draft.given("cloud", "cluster", "existing"):
        return
    for name, pool in pools.by_name.items():
        yield from _range((*_POOLS, name), pool)
        yield from _machine((*_POOLS, name, "machine"), pool, cloud)
    yield from _servers(draft, pools, cloud)


def _range(path: Path, pool: Pool) -> Iterator[Mistake]:
    if pool.max is None and path[-1] == "gpu":
        yield Mistake((*path, "max"), "nothing", "a number of nodes", "say how many there may be at most")
    if pool.max is not None and pool.max < pool.min:
        yield Mistake(
            (*path, "max"), str(pool.max), f"no less than min, which is {pool.min}", "raise max, or lower min"
        )


def _machine(path: Path, pool: Pool, cloud: str) -> Iterator[Mistake]:
    if pool.machine is None:
        return
    shape = machine(cloud, pool.machine)
    if shape is None:
        near = _alike(pool.machine, cloud) or nearest_first(pool.machine, machines(cloud))[:_MOST_NAMED]
        yield Mistake(
            path,
            clean(pool.machine),
            f"a machine type of {cloud} whose shape hubstack knows, such as {', '.join(near)}",
            f"did you mean {near[0]}? components/settings/clouds/machines.py lists them all, and is where one is added",
        )
    elif bool(shape.gpus) != (path[-2] == "gpu"):
        yield Mistake(path, f"{pool.machine}, which {_gpus(shape)}", *_right_place(shape, cloud))


def _alike(name: str, cloud: str) -> list[str]:
    """Give the machine types that come nearest to one of another cloud's."""
    other = next((known for each in PROVIDERS[1:] if (known := machine(each, name))), None)
    if other is None:
        return []
    shapes = machines(cloud).values()
    near = sorted(shapes, key=lambda each: abs(each.cpus - other.cpus) + abs(each.memory - other.memory) / 4)
    return [each.name for each in near if bool(each.gpus) == bool(other.gpus)][:_MOST_NAMED]


def _gpus(shape: Machine) -> str:
    return f"has {shape.gpus} GPU{'s' if shape.gpus > 1 else ''}" if shape.gpus else "has no GPU"


def _right_place(shape: Machine, cloud: str) -> tuple[str, str]:
    if shape.gpus:
        return "a machine type without a GPU", "name it behind hubstack:cloud.pools.gpu.machine"
    return "a machine type with a GPU", f"take {sizing.GPU[cloud]}, or leave machine out"


def _servers(draft: Draft, pools: Pools, cloud: str) -> Iterator[Mistake]:
    """Find hubs whose servers fit on no node of the pool users, be its machine given or the largest there is."""
    name = pools.users.machine or sizing.USERS[cloud][-1]
    shape = machine(cloud, name)
    if shape is None:
        return
    place = room(cloud, shape)
    for hub in draft.hubs():
        settings = draft.read(Hub, "hubs", hub)
        if settings is None or sizing.fit(place, servers_of(settings)):
            continue
        users, beside = settings.users, " and a database beside it" if settings.user_database else ""
        yield Mistake(
            ("cloud", "pools", "users", "machine") if pools.users.machine else ("hubs", hub, "users"),
            f"{name}, whose nodes have {place.memory // _GIBIBYTE}Gi and {place.cores / 1000:g} cores for servers",
            f"nodes that take a server of the hub {hub}: {users.memory.guarantee} and {users.cpu.guarantee} cores"
            f"{beside}",
            "choose a larger machine" if pools.users.machine else f"lower the guarantees of hubstack:hubs.{hub}.users",
        )
