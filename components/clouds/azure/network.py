"""The virtual network: a subnet for nodes, with a way out, and one for the file system's endpoint."""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network

from components.clouds.azure.site import Site

_MINUTES_IDLE = 10
"""For which the gateway keeps a silent connection; a notebook's download may pause longer than the usual 4."""


@dataclass(frozen=True)
class Network:
    """Where things get their addresses, each by its id."""

    whole: pulumi.Input[str]
    nodes: pulumi.Input[str]
    endpoints: pulumi.Input[str]


def make_network(site: Site) -> Network:
    """Make the network, or use the one that exists."""
    settings = site.settings.network
    if settings.existing:
        return Network(
            settings.existing.nodes.split("/subnets/")[0], settings.existing.nodes, settings.existing.endpoints
        )
    # Kept with the homes: their endpoint has its address in it.
    whole = network.VirtualNetwork(
        "network",
        resource_group_name=site.group.name,
        address_space={"address_prefixes": [settings.range]},
        tags=site.tags,
        opts=site.holding(),
    )
    # Nothing reaches the internet from here but by the way that is meant for it: default_outbound_access is off.
    endpoints = network.Subnet(
        "endpoints",
        resource_group_name=site.group.name,
        virtual_network_name=whole.name,
        address_prefix=settings.endpoints,
        default_outbound_access=False,
        opts=site.holding(),
    )
    gateway = _gateway(site)
    nodes = network.Subnet(
        "nodes",
        resource_group_name=site.group.name,
        virtual_network_name=whole.name,
        address_prefix=settings.nodes,
        default_outbound_access=False,
        nat_gateway={"id": gateway.id} if gateway else None,
        # One after the other: Azure changes one subnet of a network at a time, and refuses a second with a conflict.
        opts=site.after(endpoints),
    )
    return Network(whole.id, nodes.id, endpoints.id)


def _gateway(site: Site) -> network.NatGateway | None:
    """Make the nodes' way to the internet, where it is not to be the cluster's own balancer."""
    if site.settings.network.outbound != "nat":
        return None
    address = network.PublicIPAddress(
        "outbound-address",
        resource_group_name=site.group.name,
        sku={"name": "Standard"},
        public_ip_allocation_method="Static",
        tags=site.tags,
        opts=site.opts,
    )
    return network.NatGateway(
        "outbound",
        resource_group_name=site.group.name,
        sku={"name": "Standard"},
        public_ip_addresses=[{"id": address.id}],
        idle_timeout_in_minutes=_MINUTES_IDLE,
        tags=site.tags,
        opts=site.opts,
    )
