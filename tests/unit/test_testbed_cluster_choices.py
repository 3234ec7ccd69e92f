"""What the embedded cluster decides by itself: its addresses, and those of load balancers."""

from ipaddress import IPv4Network
from typing import Any

import pytest

from testbed.cluster import addresses, load_balancers
from testbed.cluster.addresses import Addresses
from testbed.steps import StepError

POOL = IPv4Network("10.97.32.0/29")


def service(name: str, *, address: str = "", made: str = "2026-01-01T00:00:00Z", **spec: Any) -> dict[str, Any]:
    ingress = [{"ip": address}] if address else []
    return {
        "metadata": {"namespace": "default", "name": name, "uid": name, "creationTimestamp": made},
        "spec": {"type": "LoadBalancer", **spec},
        "status": {"loadBalancer": {"ingress": ingress}},
    }


def test_the_first_range_that_nothing_uses():
    taken = [IPv4Network("10.97.0.0/16"), IPv4Network("10.98.3.0/24"), IPv4Network("192.168.0.0/16")]

    assert addresses.choose(taken).block == IPv4Network("10.99.0.0/16")


def test_a_wide_route_closes_all_it_covers():
    assert addresses.choose([IPv4Network("10.0.0.0/8")]).block == IPv4Network("172.20.0.0/16")


def test_no_range_left_is_an_error_that_says_so():
    with pytest.raises(StepError, match="Every private address range"):
        addresses.choose([IPv4Network("0.0.0.0/0")])


def test_the_parts_of_a_range_do_not_overlap():
    ours = Addresses(IPv4Network("10.97.0.0/16"))
    parts = [ours.pods, ours.services, ours.load_balancers, ours.link, IPv4Network(ours.name_server)]

    overlapping = [(one, other) for one in parts for other in parts if one is not other and one.overlaps(other)]

    assert overlapping == []
    assert all(part.subnet_of(ours.block) for part in parts)
    assert ours.host in ours.link
    assert ours.node in ours.link
    assert ours.dns_service in ours.services


def test_resolvers_are_the_name_servers_of_ipv4():
    text = "# none\nsearch example.edu\nnameserver 192.0.2.53\nnameserver fd00::53\nnameserver 127.0.0.53\n"

    assert addresses.resolvers(text) == ["192.0.2.53", "127.0.0.53"]


def test_a_service_waits_for_an_address_until_it_has_one():
    services = [
        service("late", made="2026-01-02T00:00:00Z"),
        service("early"),
        service("has", address="10.97.32.1"),
        service("cluster", type="ClusterIP"),
        service("elsewhere", loadBalancerClass="example.com/cloud"),
    ]

    assert [found["metadata"]["name"] for found in load_balancers.wanting(services)] == ["early", "late"]


def test_the_lowest_free_address():
    services = [service("one", address="10.97.32.1"), service("three", address="10.97.32.3")]

    assert str(load_balancers.choose(service("new"), services, POOL)) == "10.97.32.2"


def test_no_address_is_free():
    services = [service(str(address), address=str(address)) for address in POOL.hosts()]

    assert load_balancers.choose(service("new"), services, POOL) is None


@pytest.mark.parametrize(("asked", "given"), [("10.97.32.5", "10.97.32.5"), ("10.97.32.1", None), ("192.0.2.1", None)])
def test_an_address_that_is_asked_for(asked: str, given: str | None):
    taken = [service("one", address="10.97.32.1")]

    address = load_balancers.choose(service("new", loadBalancerIP=asked), taken, POOL)

    assert (str(address) if address else None) == given
