"""Deciding what a cluster is made of before it starts: addresses or ports, programs, images, name servers."""

import socket
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from testbed.cluster import addresses
from testbed.cluster.control_plane import PORTS
from testbed.cluster.prerequisites import default_route_mtu, resolv_conf
from testbed.cluster.state import Settings, State, load_settings
from testbed.steps import StepError
from testbed.tools import tool

_ETHERNET = 1500


@dataclass(frozen=True)
class Images:
    """The images that the node itself uses."""

    pause: str
    helper: str


@dataclass(frozen=True)
class Additions:
    """What a control plane alone gets on top where somebody stands in for its nodes, as for a managed cluster's."""

    scheduler: bool = False
    """The scheduler runs as well."""
    tokens: Path | None = None
    """A file of bearer tokens that the API server takes, one `token,user,uid,"group"` a line."""
    tunnel: bool = False
    """The API server reaches nodes, pods and Services only through an HTTP proxy at the state's `tunnel`."""


@dataclass(frozen=True)
class Programs:
    """The folders of a cluster's programs; the last two are empty where only the control plane runs."""

    etcd: str
    kubernetes: str
    coredns: str = ""
    local_path: str = ""


def programs(*, control_plane_only: bool) -> Programs:
    """Give the programs, built now where they are not in the cache, which takes minutes."""
    names = ("etcd", "kubernetes") if control_plane_only else ("etcd", "kubernetes", "coredns", "local-path")
    return Programs(*(str(tool(name)) for name in names))


def plan_node(state: State, built: Programs, images: Images) -> Settings:
    """Give the settings of a whole node; a cluster that was up before keeps its addresses.

    Raises StepError where something else on this machine has taken them since, or none are free.
    """
    before = load_settings(state)
    taken = addresses.taken_on_host()
    block = IPv4Network(before.block) if before else addresses.choose(taken).block
    rival = next((network for network in taken if network.overlaps(block)), None)
    if rival:
        raise StepError(f"The cluster's addresses, {block}, are in use by {rival} now; take the cluster down first.")
    return Settings(
        control_plane_only=False,
        block=str(block),
        etcd=built.etcd,
        kubernetes=built.kubernetes,
        coredns=built.coredns,
        local_path=built.local_path,
        pause_image=images.pause,
        helper_image=images.helper,
        mtu=default_route_mtu() or _ETHERNET,
        resolvers=[server for server in addresses.resolvers(resolv_conf()) if not server.startswith("127.")],
    )


def plan_control_plane(built: Programs, additions: Additions) -> Settings:
    """Give the settings of a control plane alone, on loopback ports that are free now."""
    with ExitStack() as held:
        ports = {name: _free_port(held) for name in PORTS}
    return Settings(
        control_plane_only=True,
        block=str(addresses.CANDIDATES[0]),
        etcd=built.etcd,
        kubernetes=built.kubernetes,
        ports=ports,
        scheduler=additions.scheduler,
        token_file=str(additions.tokens.absolute()) if additions.tokens else "",
        tunnel=additions.tunnel,
    )


def _free_port(held: ExitStack) -> int:
    """Give a free port; `held` keeps it taken until all are chosen, so that no two are the same."""
    listener = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    listener.bind(("127.0.0.1", 0))
    return int(listener.getsockname()[1])
