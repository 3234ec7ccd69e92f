"""Everyone's server: its share of a node, its start, its environment."""

from components.hub.values.tree import Values
from components.settings import Quantity
from components.settings.users import Users

CONCURRENT_SPAWNS = 100
"""Servers that may start at once; the chart's 64 makes a lecture hall wait, and large hubs run 100 to 200."""


def values(users: Users) -> Values:
    """Give each person a server of this size."""
    return {
        "hub": {
            # One more than `most` is told so in a sentence, before the namespace's quota turns the pod down.
            "activeServerLimit": users.most,
            "concurrentSpawnLimit": CONCURRENT_SPAWNS,
            "config": {"KubeSpawner": {"http_timeout": users.http_timeout.seconds}},
        },
        "singleuser": {
            "memory": {"guarantee": memory(users.memory.guarantee), "limit": memory(users.memory.limit)},
            "cpu": {"guarantee": users.cpu.guarantee.cores, "limit": users.cpu.limit.cores},
            "defaultUrl": users.default_url,
            "startTimeout": users.start_timeout.seconds,
            "extraEnv": dict(users.environment),
        },
    }


def memory(amount: Quantity) -> str:
    """Write an amount of memory as JupyterHub reads it: `512M` is 512 Mi there, and `512Mi` an error.

    An amount that is no whole number of Ki is rounded up to one.
    """
    kibibytes = -(-amount.bytes // 1024)
    for unit, size in (("T", 1024**3), ("G", 1024**2), ("M", 1024)):
        if kibibytes % size == 0:
            return f"{kibibytes // size}{unit}"
    return f"{kibibytes}K"
