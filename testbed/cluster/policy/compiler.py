"""From network policies to one nftables table, as a text that `nft -f` puts in place in one step.

A packet between pods passes the forward hook, as the `ptp` network routes each one; a packet from a pod to something
on the node, the API server for one, passes the input hook. What the node sends, kubelet's probes for one, passes
neither and is never held up. A destination is the pod behind a Service by then: kube-proxy rewrote it earlier.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, collapse_addresses

from testbed.cluster.policy.model import Block, Direction, Endpoint, Labels, Peers, Policy, Port, Rule

TABLE = "hubstack-policy"

_MATCHED_SIDE: dict[Direction, str] = {"ingress": "ip saddr", "egress": "ip daddr"}


@dataclass(frozen=True)
class Ranges:
    """The cluster's ranges that the table has rules of its own for."""

    pods: IPv4Network
    load_balancers: IPv4Network


@dataclass(frozen=True)
class Cluster:
    """All that decides which packet may pass."""

    policies: Sequence[Policy]
    endpoints: Sequence[Endpoint]
    """Pods whose address is known; any other address of the pods' range is cut off."""
    namespaces: Mapping[str, Labels]
    on_node: Sequence[Endpoint] = ()
    """What stands on the node as a pod would elsewhere, the name server for one: a peer, but never held up itself."""


def compile_table(cluster: Cluster, ranges: Ranges) -> str:
    """Give the whole table; the text begins by taking the table away that is there."""
    bodies: dict[str, str] = {}
    verdicts: dict[Direction, list[str]] = {"ingress": [], "egress": []}
    for endpoint in sorted(cluster.endpoints, key=lambda endpoint: IPv4Address(endpoint.address)):
        for direction, entries in verdicts.items():
            body = _chain_body(endpoint, direction, cluster)
            if body is not None:
                # Pods under the same rules, a hub's users for one, share a chain.
                chain = bodies.setdefault(body, f"pods-{len(bodies)}")
                entries.append(f"{endpoint.address} : jump {chain}")
    chains = [f"    chain {name} {{\n{body}        drop\n    }}" for body, name in bodies.items()]
    known = sorted({endpoint.address for endpoint in cluster.endpoints}, key=IPv4Address)
    return "\n".join(
        [
            f"table ip {TABLE} {{ }}",
            f"delete table ip {TABLE}",
            f"table ip {TABLE} {{",
            _elements("set known", "ipv4_addr", known),
            _elements("set itself", "ipv4_addr . ipv4_addr", [f"{address} . {address}" for address in known]),
            *chains,
            _elements("map of-egress", "ipv4_addr : verdict", verdicts["egress"]),
            _elements("map of-ingress", "ipv4_addr : verdict", verdicts["ingress"]),
            _hooks(ranges),
            "}",
            "",
        ]
    )


def _hooks(ranges: Ranges) -> str:
    return f"""\
    chain forward {{
        type filter hook forward priority filter; policy accept;
        ct state established,related accept
        ip saddr {ranges.pods} ip saddr != @known drop
        ip daddr {ranges.pods} ip daddr != @known drop
        ip saddr . ip daddr @itself accept
        ip saddr vmap @of-egress
        ip daddr vmap @of-ingress
        ip daddr {ranges.load_balancers} reject with icmp type host-unreachable
    }}
    chain input {{
        type filter hook input priority filter; policy accept;
        ct state established,related accept
        ip saddr {ranges.pods} ip saddr != @known drop
        ip saddr vmap @of-egress
    }}"""


def _elements(name: str, kind: str, elements: Sequence[str]) -> str:
    listed = f" elements = {{ {', '.join(elements)} }}" if elements else ""
    return f"    {name} {{ type {kind};{listed} }}"


def _chain_body(endpoint: Endpoint, direction: Direction, cluster: Cluster) -> str | None:
    """Give the lines that let packets of one pod through in one direction, or None where nothing isolates the pod."""
    isolating = [policy for policy in cluster.policies if direction in policy.rules and policy.selects(endpoint)]
    if not isolating:
        return None
    lines = [
        line
        for policy in isolating
        for rule in policy.rules[direction]
        for line in _rule_lines(rule, policy.namespace, direction, endpoint, cluster)
    ]
    return "".join(f"        {line}\n" for line in dict.fromkeys(lines))


def _rule_lines(rule: Rule, namespace: str, direction: Direction, selected: Endpoint, cluster: Cluster) -> list[str]:
    side = _MATCHED_SIDE[direction]
    pods = _selected_peers(rule.peers, namespace, cluster)
    matches = _address_matches(rule.peers, pods, side)
    named = [port for port in rule.ports if isinstance(port.first, str)]
    plain = [port for port in rule.ports if not isinstance(port.first, str)]
    if direction == "ingress":
        # A name means the port of that name at the pod that the packet goes to: the selected pod itself.
        plain += [port for name in named for port in _resolve(name, selected)]
        named = []
    lines = [" ".join([*match, *port, "return"]) for match in matches for port in _port_matches(rule, plain)]
    candidates = _everyone(cluster) if not rule.peers else [*pods, *_inside_blocks(rule.peers, cluster)]
    return lines + [line for port in named for line in _named_egress(port, candidates)]


def _address_matches(peers: Iterable[Peers | Block], pods: Sequence[Endpoint], side: str) -> list[list[str]]:
    """Give the ways in which a packet's other side may be a peer, each as words of a rule; `[]` asks nothing."""
    if not peers:
        return [[]]
    matches: list[list[str]] = []
    if pods:
        matches.append([side, _set(sorted({pod.address for pod in pods}, key=IPv4Address))])
    for block in (peer for peer in peers if isinstance(peer, Block)):
        holes = [side, "!=", _set([str(hole) for hole in collapse_addresses(block.but)])] if block.but else []
        everything = block.network.prefixlen == 0
        matches.append([*([] if everything else [side, str(block.network)]), *holes])
    return matches


def _port_matches(rule: Rule, ports: Sequence[Port]) -> list[list[str]]:
    """Give the ways in which a packet's port may be one of the rule's; `[[]]` where the rule does not ask."""
    if not rule.ports:
        return [[]]
    matches: list[list[str]] = []
    for protocol in dict.fromkeys(port.protocol for port in ports):
        mine = [port for port in ports if port.protocol == protocol]
        if any(port.first is None for port in mine):
            matches.append(["meta l4proto", protocol])
        else:
            matches.append([f"{protocol} dport", _set(_merged(mine))])
    return matches


def _merged(ports: Iterable[Port]) -> list[str]:
    """Give ports as ranges that do not touch: nft refuses a set whose intervals overlap."""
    ranges = sorted((int(port.first or 0), port.last or int(port.first or 0)) for port in ports)
    merged: list[tuple[int, int]] = []
    for first, last in ranges:
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return [str(first) if first == last else f"{first}-{last}" for first, last in merged]


def _resolve(port: Port, endpoint: Endpoint) -> list[Port]:
    number = endpoint.named_ports.get((port.protocol, str(port.first)))
    return [] if number is None else [Port(port.protocol, number)]


def _named_egress(port: Port, pods: Iterable[Endpoint]) -> list[str]:
    """Give the rule for a port by its name at the pods a packet goes to, each of which may number it differently."""
    pairs = {(pod.address, found.first) for pod in pods for found in _resolve(port, pod)}
    listed = [f"{address} . {number}" for address, number in sorted(pairs, key=str)]
    return [f"ip daddr . {port.protocol} dport {_set(listed)} return"] if listed else []


def _selected_peers(peers: Iterable[Peers | Block], namespace: str, cluster: Cluster) -> list[Endpoint]:
    selectors = [peer for peer in peers if isinstance(peer, Peers)]
    return [pod for pod in _everyone(cluster) if any(_is_peer(pod, peer, namespace, cluster) for peer in selectors)]


def _is_peer(pod: Endpoint, peer: Peers, namespace: str, cluster: Cluster) -> bool:
    if peer.namespaces is None:
        right_namespace = pod.namespace == namespace
    else:
        right_namespace = peer.namespaces.matches(cluster.namespaces.get(pod.namespace, {}))
    return right_namespace and peer.pods.matches(pod.labels)


def _inside_blocks(peers: Iterable[Peers | Block], cluster: Cluster) -> list[Endpoint]:
    blocks = [peer for peer in peers if isinstance(peer, Block)]
    return [pod for pod in _everyone(cluster) if any(_inside(IPv4Address(pod.address), block) for block in blocks)]


def _inside(address: IPv4Address, block: Block) -> bool:
    return address in block.network and not any(address in hole for hole in block.but)


def _everyone(cluster: Cluster) -> list[Endpoint]:
    return [*cluster.endpoints, *cluster.on_node]


def _set(elements: Sequence[str]) -> str:
    return f"{{ {', '.join(elements)} }}"
