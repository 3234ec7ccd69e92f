"""Which addresses a cluster takes: one /16 that nothing on the host uses, cut into the ranges Kubernetes asks for."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from testbed.cluster.commands import output
from testbed.steps import StepError

# Private ranges that home networks, VPNs and other container tools seldom sit on come first.
CANDIDATES = [
    *(IPv4Network(f"10.{second}.0.0/16") for second in range(97, 128)),
    *(IPv4Network(f"172.{second}.0.0/16") for second in range(20, 32)),
    *(IPv4Network(f"10.{second}.0.0/16") for second in range(128, 255)),
]


@dataclass(frozen=True)
class Addresses:
    """The ranges and single addresses of one cluster, all inside `block`, a /16."""

    block: IPv4Network

    @property
    def pods(self) -> IPv4Network:
        """Pods' own addresses; never seen outside the node, which hides them behind its own."""
        return self._part(0, 20)

    @property
    def services(self) -> IPv4Network:
        """The range of `clusterIP`."""
        return self._part(16 * 256, 20)

    @property
    def load_balancers(self) -> IPv4Network:
        """The range of the addresses that Services of type LoadBalancer get; the host routes it to the node."""
        return self._part(32 * 256, 24)

    @property
    def link(self) -> IPv4Network:
        """The two ends of the cable between host and node."""
        return self._part(255 * 256, 30)

    @property
    def host(self) -> IPv4Address:
        """The host's end of the cable."""
        return self.link[1]

    @property
    def node(self) -> IPv4Address:
        """The node's end of the cable: the node's InternalIP and the API server's address."""
        return self.link[2]

    @property
    def name_server(self) -> IPv4Address:
        """Where CoreDNS listens on the node, behind the Service `kube-dns`."""
        return self.block[255 * 256 + 10]

    @property
    def kubernetes_service(self) -> IPv4Address:
        """The Service `kubernetes`: always the first of the range."""
        return self.services[1]

    @property
    def dns_service(self) -> IPv4Address:
        """The Service `kube-dns`: by custom the tenth of the range."""
        return self.services[10]

    def _part(self, offset: int, prefix: int) -> IPv4Network:
        return IPv4Network((int(self.block.network_address) + offset, prefix))


def choose(taken: Iterable[IPv4Network]) -> Addresses:
    """Give the first candidate range that overlaps nothing in `taken`; raises StepError where all do."""
    used = list(taken)
    for block in CANDIDATES:
        if not any(block.overlaps(network) for network in used):
            return Addresses(block)
    raise StepError("Every private address range is routed on this machine; take down a VPN or another cluster.")


def taken_on_host() -> set[IPv4Network]:
    """Give what the host routes, its own addresses and its resolvers: the ranges no cluster may take."""
    routes: list[dict[str, str]] = json.loads(output(["ip", "-4", "-json", "route", "show", "table", "all"]))
    taken = {IPv4Network(route["dst"], strict=False) for route in routes if route["dst"] != "default"}
    return taken | {IPv4Network(address) for address in resolvers(Path("/etc/resolv.conf").read_text())}


def resolvers(resolv_conf: str) -> list[str]:
    """Give the IPv4 addresses of the `nameserver` lines."""
    words = [line.split() for line in resolv_conf.splitlines()]
    return [line[1] for line in words if len(line) > 1 and line[0] == "nameserver" and ":" not in line[1]]
