"""Network policies and pods as the compiler sees them, read from the API's objects.

The meaning of every field: https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
"""

from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Literal

from testbed.cluster.api import Object

Direction = Literal["ingress", "egress"]
Labels = dict[str, str]


@dataclass(frozen=True)
class Endpoint:
    """A pod with an address of its own, or something on the node that stands for one."""

    address: str
    namespace: str
    labels: Labels
    named_ports: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """Container port by (protocol in lower case, name)."""


@dataclass(frozen=True)
class Requirement:
    """One line of a label selector."""

    key: str
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: tuple[str, ...] = ()

    def matches(self, labels: Labels) -> bool:
        """Say whether labels satisfy it; a label that is not there satisfies NotIn."""
        value = labels.get(self.key)
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None


@dataclass(frozen=True)
class Selector:
    """A label selector; one without requirements matches everything."""

    requirements: tuple[Requirement, ...] = ()

    def matches(self, labels: Labels) -> bool:
        """Say whether labels satisfy all requirements."""
        return all(requirement.matches(labels) for requirement in self.requirements)


@dataclass(frozen=True)
class Block:
    """Addresses from a network, but for some of them."""

    network: IPv4Network
    but: tuple[IPv4Network, ...] = ()


@dataclass(frozen=True)
class Peers:
    """Pods by labels: of the namespaces that `namespaces` selects, or of the policy's own where it is None."""

    pods: Selector
    namespaces: Selector | None = None


@dataclass(frozen=True)
class Port:
    """Ports of a protocol: one, a range up to `last`, one by its name at the pod, or all where `first` is None."""

    protocol: str = "tcp"
    first: int | str | None = None
    last: int | None = None


@dataclass(frozen=True)
class Rule:
    """What one rule lets through; an empty tuple means that it does not ask: any peer, any port."""

    peers: tuple[Peers | Block, ...] = ()
    ports: tuple[Port, ...] = ()


@dataclass(frozen=True)
class Policy:
    """One NetworkPolicy; `rules` has a key for each direction that the policy isolates its pods in."""

    namespace: str
    pods: Selector
    rules: dict[Direction, tuple[Rule, ...]]

    def selects(self, endpoint: Endpoint) -> bool:
        """Say whether the policy is about a pod."""
        return endpoint.namespace == self.namespace and self.pods.matches(endpoint.labels)


def read_policy(item: Object) -> Policy:
    """Read a networking.k8s.io/v1 NetworkPolicy."""
    spec: Object = item["spec"]
    types: list[str] = spec.get("policyTypes") or ["Ingress", *(["Egress"] if spec.get("egress") else [])]
    rules: dict[Direction, tuple[Rule, ...]] = {}
    if "Ingress" in types:
        rules["ingress"] = tuple(_read_rule(rule, "from") for rule in _entries(spec, "ingress"))
    if "Egress" in types:
        rules["egress"] = tuple(_read_rule(rule, "to") for rule in _entries(spec, "egress"))
    return Policy(item["metadata"]["namespace"], _read_selector(spec.get("podSelector") or {}), rules)


def read_named_ports(pod: Object) -> dict[tuple[str, str], int]:
    """Give the named ports of a pod's containers, sidecars among them."""
    containers: list[Object] = [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]
    ports: list[Object] = [port for container in containers for port in container.get("ports", [])]
    return {
        (str(port.get("protocol", "TCP")).lower(), port["name"]): port["containerPort"]
        for port in ports
        if "name" in port
    }


def _read_rule(rule: Object, peers: Literal["from", "to"]) -> Rule:
    return Rule(
        tuple(_read_peer(peer) for peer in _entries(rule, peers)),
        tuple(_read_port(port) for port in _entries(rule, "ports")),
    )


def _read_peer(peer: Object) -> Peers | Block:
    block: Object | None = peer.get("ipBlock")
    if block is not None:
        # An IPv6 block matches nothing in a cluster that has no IPv6, which an empty network says.
        if ":" in block["cidr"]:
            return Block(IPv4Network("0.0.0.0/32"))
        excepted: list[str] = block.get("except") or []
        holes = tuple(IPv4Network(cidr, strict=False) for cidr in excepted)
        return Block(IPv4Network(block["cidr"], strict=False), holes)
    namespaces: Object | None = peer.get("namespaceSelector")
    return Peers(
        _read_selector(peer.get("podSelector") or {}),
        None if namespaces is None else _read_selector(namespaces),
    )


def _read_port(port: Object) -> Port:
    return Port(str(port.get("protocol", "TCP")).lower(), port.get("port"), port.get("endPort"))


def _read_selector(selector: Object) -> Selector:
    labels: Labels = selector.get("matchLabels") or {}
    exact = [Requirement(key, "In", (value,)) for key, value in labels.items()]
    lines = _entries(selector, "matchExpressions")
    listed = [Requirement(line["key"], line["operator"], tuple(line.get("values") or ())) for line in lines]
    return Selector((*exact, *listed))


def _entries(of: Object, key: str) -> list[Object]:
    """Give a list that may be absent or null, which mean the same."""
    return of.get(key) or []
