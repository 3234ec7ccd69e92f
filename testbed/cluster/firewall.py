"""The host's own firewall: where it drops what is forwarded unless a rule lets it through, two rules for the node.

Docker, ufw and many a server's own rules set the forward hook's policy to drop. An accept in a table of our own changes
nothing of that, as a packet has to pass every chain of the hook, so the rules go to the top of the chain that drops.
They are told from others by the interface, whose name is the cluster's own. In a chain of iptables they are what
iptables itself would have written, which can then list and keep them.
"""

import json
import shutil
from dataclasses import dataclass
from typing import Any

from testbed.cluster.commands import output

INET = ("ip", "inet")
NAMES = ({"meta": {"key": "iifname"}}, {"meta": {"key": "oifname"}})
"""How a rule says which interface it is for."""


@dataclass(frozen=True)
class Chain:
    """A chain of the host's."""

    family: str
    table: str
    name: str

    def __str__(self) -> str:
        return f"{self.family} {self.table} {self.name}"


def let_through(interface: str) -> None:
    """Let through what comes from an interface, and the answers to it, wherever forwarding drops by default."""
    answers = f"oifname {interface} ct state related,established counter accept"
    rules = [
        f"insert rule {chain} {rule}\n"
        for chain in _dropping()
        for rule in (answers, f"iifname {interface} counter accept")
    ]
    if rules:
        output(["nft", "-f", "-"], "".join(rules))


def close(interface: str) -> None:
    """Take the rules away again; none there is fine."""
    rules = [f"delete rule {chain} handle {handle}\n" for chain, handle in _rules_for(interface)]
    if rules:
        output(["nft", "-f", "-"], "".join(rules))


def leftovers(interface: str) -> list[str]:
    """Name the rules that are still there."""
    return [f"rule {handle} of the nft chain {chain}" for chain, handle in _rules_for(interface)]


def _dropping() -> list[Chain]:
    chains = [entry["chain"] for entry in _listed("chains") if "chain" in entry]
    return [
        Chain(chain["family"], chain["table"], chain["name"])
        for chain in chains
        if (chain.get("hook"), chain.get("policy")) == ("forward", "drop") and chain["family"] in INET
    ]


def _rules_for(interface: str) -> list[tuple[Chain, int]]:
    """Give the rules of the host's filters that name an interface: its own table translates addresses only."""
    rules = [entry["rule"] for entry in _listed("ruleset") if "rule" in entry]
    return [
        (Chain(rule["family"], rule["table"], rule["chain"]), rule["handle"])
        for rule in rules
        if {"accept": None} in rule["expr"] and any(_names(part, interface) for part in rule["expr"])
    ]


def _names(part: dict[str, Any], interface: str) -> bool:
    match: dict[str, Any] = part.get("match") or {}
    return match.get("right") == interface and match.get("left") in NAMES


def _listed(what: str) -> list[dict[str, Any]]:
    if not shutil.which("nft"):
        return []  # the machine has had no node yet, which brings it
    return json.loads(output(["nft", "-json", "list", what]))["nftables"]
