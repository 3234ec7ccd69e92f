"""What a pool's nodes are for, as Kubernetes is told of it: the same labels and taints on every cloud."""

from collections.abc import Mapping
from dataclasses import dataclass, field

POOL = "hubstack.dev/pool"
"""Holds the pool's name, for who wants their servers on that pool's nodes and no others."""

_NODES_FOR = "hub.jupyter.org/node-purpose"
_DEDICATED_TO = "hub.jupyter.org/dedicated"
"""The JupyterHub chart places pods by this label, and lets users' pods onto nodes with this taint."""


@dataclass(frozen=True)
class Purpose:
    """The labels of a pool's nodes, and the taints that keep others' pods off, all with effect NoSchedule."""

    labels: Mapping[str, str]
    taints: Mapping[str, str] = field(default_factory=dict[str, str])


PURPOSES: Mapping[str, Purpose] = {
    # No taint: Kubernetes' own pods, which tolerate none of ours, need nodes as well.
    "core": Purpose({_NODES_FOR: "core", POOL: "core"}),
    "users": Purpose({_NODES_FOR: "user", POOL: "users"}, {_DEDICATED_TO: "user"}),
    # Nobody's server comes onto a dear node, or one that may go at any moment, without having asked for it.
    "gpu": Purpose({_NODES_FOR: "user", POOL: "gpu"}, {_DEDICATED_TO: "user", "nvidia.com/gpu": "present"}),
    "spot": Purpose({_NODES_FOR: "user", POOL: "spot"}, {_DEDICATED_TO: "user", POOL: "spot"}),
}
"""By the pool's key in the stack file."""
