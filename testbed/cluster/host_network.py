"""The host's side of the node's network: a cable, two routes, and the way out; gone again with `disconnect`."""

import fcntl
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from testbed.cluster import firewall
from testbed.cluster.addresses import Addresses
from testbed.cluster.commands import output, succeeds
from testbed.cluster.state import State
from testbed.steps import StepError

FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
UPLINK = "uplink"
"""The node's end of the cable."""

_MEMORY = "forwarding-was-"


def claim(state: State, addresses: Addresses, mtu: int) -> None:
    """Lay the cable and the host's routes, so that the addresses are seen to be taken; the node's end hangs loose."""
    output(["ip", "link", "add", state.interface, "mtu", str(mtu), "type", "veth", "peer", "name", _loose_end(state)])
    output(["ip", "address", "add", f"{addresses.host}/{addresses.link.prefixlen}", "dev", state.interface])
    output(["ip", "link", "set", state.interface, "up"])
    output(["ip", "route", "add", str(addresses.load_balancers), "via", str(addresses.node), "dev", state.interface])


def connect(state: State, addresses: Addresses, node: int, *, way_out: bool) -> None:
    """Plug the cable into the node, whose first process is `node`, and let the node out if the host has a way out."""
    output(["ip", "link", "set", _loose_end(state), "netns", str(node), "name", UPLINK])
    if way_out:
        _let_out(state, addresses)


def disconnect(state: State) -> None:
    """Take the cable, its routes and the nft table away, and put forwarding back as it was; nothing there is fine."""
    # The kernel takes the interface away by itself once the node has ended, maybe just now.
    if not succeeds(["ip", "link", "delete", state.interface]) and _interface_exists(state):
        raise StepError(f"The network interface {state.interface} cannot be removed; remove it by hand.")
    if _table_exists(state):
        _restore_forwarding(state)
        output(["nft", "delete", "table", "ip", state.nft_table])
    firewall.close(state.interface)


def leftovers(state: State) -> list[str]:
    """Name what of this cluster's network is still on the host."""
    found: list[str] = []
    if _interface_exists(state):
        found.append(f"the interface {state.interface} and its routes")
    if _table_exists(state):
        found.append(f"the nft table ip {state.nft_table}")
    return found + firewall.leftovers(state.interface)


@contextmanager
def choosing_addresses() -> Generator[None]:
    """Keep two clusters that start at once from choosing the same addresses.

    The lock is on a folder that every machine has, so that it leaves no file.
    """
    handle = os.open("/run", os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _loose_end(state: State) -> str:
    return f"hux{state.key}"


def _let_out(state: State, addresses: Addresses) -> None:
    was = FORWARDING.read_text().strip()
    FORWARDING.write_text("1")
    # A chain without rules is the memory: it outlives a killed supervisor, and goes with a reboot as the setting does.
    rules = f"""
        table ip {state.nft_table} {{
            chain {_MEMORY}{was} {{ }}
            chain way-out {{
                type nat hook postrouting priority srcnat; policy accept;
                ip saddr {addresses.node} oifname != "{state.interface}" masquerade
            }}
        }}
    """
    output(["nft", "-f", "-"], rules)
    firewall.let_through(state.interface)


def _restore_forwarding(state: State) -> None:
    """Put `ip_forward` back; while another cluster needs it, leave it on and let that one's table remember."""
    remembered = _memories()
    ours = remembered.pop(state.nft_table, "1")
    if ours == "1":
        return
    if not remembered:
        FORWARDING.write_text(ours)
        return
    heir = next(iter(remembered))
    output(["nft", "add", "chain", "ip", heir, f"{_MEMORY}{ours}"])
    if remembered[heir] != ours:
        output(["nft", "delete", "chain", "ip", heir, f"{_MEMORY}{remembered[heir]}"])


def _memories() -> dict[str, str]:
    """Give, by nft table of a cluster, what forwarding was before that cluster came."""
    listing: list[dict[str, dict[str, str]]] = json.loads(output(["nft", "-json", "list", "chains", "ip"]))["nftables"]
    chains = [entry["chain"] for entry in listing if "chain" in entry]
    return {
        chain["table"]: chain["name"].removeprefix(_MEMORY)
        for chain in chains
        if chain["table"].startswith("hubstack-") and chain["name"].startswith(_MEMORY)
    }


def _interface_exists(state: State) -> bool:
    return Path(f"/sys/class/net/{state.interface}").exists()


def _table_exists(state: State) -> bool:
    return succeeds(["nft", "list", "table", "ip", state.nft_table])
