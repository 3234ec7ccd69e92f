"""What network policies become: read from the API's objects, and compiled to nftables rules."""

from ipaddress import IPv4Network
from typing import Any

import pytest

from testbed.cluster.policy.compiler import Cluster, Ranges, compile_table
from testbed.cluster.policy.model import Endpoint, read_named_ports, read_policy

RANGES = Ranges(IPv4Network("10.97.0.0/20"), IPv4Network("10.97.32.0/24"))
NAMESPACES = {"shop": {"team": "red"}, "other": {"team": "blue"}, "kube-system": {"name": "kube-system"}}
WEB = Endpoint("10.97.0.2", "shop", {"app": "web"}, {("tcp", "http"): 8080})
CLIENT = Endpoint("10.97.0.3", "shop", {"app": "client"}, {("tcp", "http"): 9090})
STRANGER = Endpoint("10.97.0.4", "other", {"app": "client"})
NAMES = Endpoint("10.97.255.10", "kube-system", {"k8s-app": "kube-dns"})


def policy(spec: dict[str, Any], namespace: str = "shop"):
    return read_policy({"metadata": {"namespace": namespace, "name": "policy"}, "spec": spec})


def table(*specs: dict[str, Any]) -> str:
    endpoints = [WEB, CLIENT, STRANGER]
    return compile_table(Cluster([policy(spec) for spec in specs], endpoints, NAMESPACES, [NAMES]), RANGES)


def rules(spec: dict[str, Any], pod: Endpoint = WEB, direction: str = "ingress") -> list[str] | None:
    """The rules that let packets of a pod through; None where it is not isolated."""
    return rules_in(table(spec), pod, direction)


def rules_in(text: str, pod: Endpoint = WEB, direction: str = "ingress") -> list[str] | None:
    lines = text.splitlines()
    entries = next(line for line in lines if f"map of-{direction} " in line)
    if f"{pod.address} : jump" not in entries:
        return None
    chain = entries.split(f"{pod.address} : jump ")[1].split(" ")[0].rstrip(",")
    start = lines.index(f"    chain {chain} {{")
    body = lines[start + 1 : lines.index("    }", start)]
    assert body[-1].strip() == "drop"
    return [line.strip() for line in body[:-1]]


def ingress(**rule: Any) -> dict[str, Any]:
    return {"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [rule]}


def egress(**rule: Any) -> dict[str, Any]:
    return {"podSelector": {"matchLabels": {"app": "client"}}, "policyTypes": ["Egress"], "egress": [rule]}


def peers(**selectors: Any) -> list[dict[str, Any]]:
    return [{name: {"matchLabels": labels} for name, labels in selectors.items()}]


def test_without_a_policy_every_known_pod_is_free_and_every_other_address_cut_off():
    text = table()

    assert "set known { type ipv4_addr; elements = { 10.97.0.2, 10.97.0.3, 10.97.0.4 } }" in text
    assert "ip saddr 10.97.0.0/20 ip saddr != @known drop" in text
    assert "ip daddr 10.97.0.0/20 ip daddr != @known drop" in text
    assert "jump" not in text


def test_no_pods_are_no_elements():
    text = compile_table(Cluster([], [], {}), RANGES)

    assert "set known { type ipv4_addr; }" in text


def test_a_policy_isolates_ingress_always_and_egress_when_it_has_rules():
    assert set(policy({"podSelector": {}}).rules) == {"ingress"}
    assert set(policy({"podSelector": {}, "egress": [{}]}).rules) == {"ingress", "egress"}
    assert set(policy({"podSelector": {}, "policyTypes": ["Egress"]}).rules) == {"egress"}


def test_a_policy_without_rules_lets_nothing_through():
    assert rules({"podSelector": {}}) == []
    assert rules({"podSelector": {}}, direction="egress") is None


def test_a_policy_is_about_pods_of_its_own_namespace():
    assert rules({"podSelector": {}}, pod=STRANGER) is None


def test_an_empty_rule_lets_everything_through():
    assert rules(ingress()) == ["return"]


def test_the_rules_of_all_policies_add_up():
    both = table({"podSelector": {}}, ingress(ports=[{"port": 80}]), ingress(ports=[{"port": 81}]))

    assert rules_in(both) == ["tcp dport { 80 } return", "tcp dport { 81 } return"]


def test_pods_of_the_own_namespace():
    assert rules(ingress(**{"from": peers(podSelector={"app": "client"})})) == ["ip saddr { 10.97.0.3 } return"]


def test_all_pods_of_namespaces_by_label():
    assert rules(ingress(**{"from": peers(namespaceSelector={"team": "blue"})})) == ["ip saddr { 10.97.0.4 } return"]


def test_pods_and_namespaces_in_one_peer_must_both_match():
    both = peers(namespaceSelector={"team": "red"}, podSelector={"app": "client"})

    assert rules(ingress(**{"from": both})) == ["ip saddr { 10.97.0.3 } return"]


def test_two_peers_are_either():
    either = peers(namespaceSelector={"team": "blue"}) + peers(podSelector={"app": "client"})

    assert rules(ingress(**{"from": either})) == ["ip saddr { 10.97.0.3, 10.97.0.4 } return"]


def test_a_selector_that_matches_nothing_lets_nothing_through():
    assert rules(ingress(**{"from": peers(podSelector={"app": "nobody"})})) == []


def test_what_stands_on_the_node_for_a_pod_is_a_peer():
    names = peers(namespaceSelector={"name": "kube-system"})

    assert rules(egress(to=names, ports=[{"protocol": "UDP", "port": 53}]), CLIENT, "egress") == [
        "ip daddr { 10.97.255.10 } udp dport { 53 } return"
    ]


def test_a_block_but_for_some():
    block = {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16", "10.1.2.0/24", "10.2.0.0/16"]}}

    assert rules(egress(to=[block]), CLIENT, "egress") == [
        "ip daddr 10.0.0.0/8 ip daddr != { 10.1.0.0/16, 10.2.0.0/16 } return"
    ]


def test_everywhere_asks_for_no_address():
    assert rules(egress(to=[{"ipBlock": {"cidr": "0.0.0.0/0"}}]), CLIENT, "egress") == ["return"]


def test_a_block_of_ipv6_lets_nothing_more_through():
    assert rules(egress(to=[{"ipBlock": {"cidr": "::/0"}}]), CLIENT, "egress") == ["ip daddr 0.0.0.0/32 return"]


def test_ports_by_protocol_range_and_none():
    ports = [{"port": 80}, {"port": 443, "protocol": "TCP"}, {"port": 8000, "endPort": 9000}, {"protocol": "UDP"}]

    assert rules(ingress(ports=ports)) == ["tcp dport { 80, 443, 8000-9000 } return", "meta l4proto udp return"]


def test_ports_that_overlap_are_one_range():
    ports = [{"port": 8000, "endPort": 9000}, {"port": 8443}, {"port": 9001}]

    assert rules(ingress(ports=ports)) == ["tcp dport { 8000-9001 } return"]


def test_a_name_is_the_port_of_that_name_at_the_pod_that_gets_the_packet():
    assert rules(ingress(ports=[{"port": "http"}])) == ["tcp dport { 8080 } return"]
    assert rules(egress(ports=[{"port": "http"}]), CLIENT, "egress") == [
        "ip daddr . tcp dport { 10.97.0.2 . 8080, 10.97.0.3 . 9090 } return"
    ]


def test_a_name_that_a_pod_does_not_have_lets_nothing_through():
    assert rules(ingress(ports=[{"port": "admin"}])) == []
    assert rules(ingress(ports=[{"port": "http", "protocol": "UDP"}])) == []


def test_a_name_and_a_block():
    block = {"ipBlock": {"cidr": "10.97.0.2/31"}}

    assert rules(egress(to=[block], ports=[{"port": "http"}]), CLIENT, "egress") == [
        "ip daddr . tcp dport { 10.97.0.2 . 8080, 10.97.0.3 . 9090 } return"
    ]


@pytest.mark.parametrize(
    ("operator", "values", "matching"),
    [
        ("In", ["web", "x"], {"10.97.0.2"}),
        ("NotIn", ["web"], {"10.97.0.3"}),
        ("Exists", [], {"10.97.0.2", "10.97.0.3"}),
        ("DoesNotExist", [], set()),
    ],
)
def test_match_expressions(operator: str, values: list[str], matching: set[str]):
    selector = {"matchExpressions": [{"key": "app", "operator": operator, "values": values}]}
    selected = policy({"podSelector": selector})

    assert {pod.address for pod in (WEB, CLIENT, STRANGER) if selected.selects(pod)} == matching


def test_a_label_that_is_not_there_satisfies_not_in():
    selector = {"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["x"]}]}

    assert policy({"podSelector": selector}).selects(WEB)


def test_pods_under_the_same_rules_share_a_chain():
    text = table({"podSelector": {}})

    assert text.count("    chain pods-") == 1


def test_named_ports_of_all_containers():
    sidecar = {"name": "sidecar", "ports": [{"name": "db", "containerPort": 5432}]}
    main = {"name": "main", "ports": [{"containerPort": 1}, {"name": "dns", "containerPort": 53, "protocol": "UDP"}]}

    named = read_named_ports({"spec": {"initContainers": [sidecar], "containers": [main]}})

    assert named == {("tcp", "db"): 5432, ("udp", "dns"): 53}
