"""The VPC network: nodes without public addresses, and a way out for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp import compute

from components.clouds.gcp.site import Site, makes_files
from components.keeping import held

_PODS, _SERVICES = "pods", "services"

_FEWEST_PORTS, _MOST_PORTS = 256, 16384
"""Connections to one place that a node has at once. Google's 64 are used up by a class that installs packages."""


@dataclass(frozen=True)
class Subnetwork:
    """Where the cluster stands."""

    id: pulumi.Input[str]
    pods: str
    services: str
    """The names of its secondary ranges."""
    resource: pulumi.Resource


@dataclass(frozen=True)
class Network:
    """What cluster and file system are put into."""

    id: pulumi.Input[str]
    name: pulumi.Input[str]
    subnetwork: Subnetwork

    way_out: Sequence[pulumi.Resource] = ()
    """What a node needs to pull images: it comes up beside the cluster, and nodes wait for it."""


def make_network(site: Site, as_made: pulumi.Resource) -> Network:
    """Make the network, or use the one that exists, in whole or with a subnetwork of the platform's own in it."""
    existing = site.settings.network.existing
    if existing is None:
        return _fill(_network(site), site, as_made)
    path = f"projects/{site.settings.project}/global/networks/{existing.name}"
    # Read, so that a wrong name shows in the preview and not after minutes of building on it.
    network = compute.Network.get("network", path, opts=site.after(as_made))
    if existing.subnetwork is None:
        return _fill(network, site, as_made)
    path = f"projects/{site.settings.project}/regions/{site.settings.region}/subnetworks/{existing.subnetwork.name}"
    found = compute.Subnetwork.get("nodes", path, opts=site.after(as_made))
    subnetwork = Subnetwork(found.id, existing.subnetwork.pods, existing.subnetwork.services, found)
    return Network(network.id, network.name, subnetwork)


def _network(site: Site) -> compute.Network:
    # A Filestore instance that is kept needs the network that it is in.
    keep = held(site.homes.on_destroy) if makes_files(site.settings) else pulumi.ResourceOptions()
    return compute.Network(
        "network",
        description=site.description,
        auto_create_subnetworks=False,
        routing_mode="REGIONAL",
        opts=site.but(keep, pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(delete="30m"))),
    )


def _fill(network: compute.Network, site: Site, as_made: pulumi.Resource) -> Network:
    subnetwork = _subnetwork(network, site, as_made)
    return Network(network.id, network.name, subnetwork, [_nat(network, site)])


def _subnetwork(network: compute.Network, site: Site, as_made: pulumi.Resource) -> Subnetwork:
    ranges = site.settings.network
    made = compute.Subnetwork(
        "nodes",
        description=site.description,
        network=network.id,
        region=site.settings.region,
        ip_cidr_range=ranges.nodes,
        # Aliases of the nodes' own interfaces: pods and Services need no routes, and a VPC has 250 of these.
        secondary_ip_ranges=[
            {"range_name": _PODS, "ip_cidr_range": ranges.pods},
            {"range_name": _SERVICES, "ip_cidr_range": ranges.services},
        ],
        # Images, logs and metrics go to Google without leaving its network, nor through the NAT, which charges for it.
        private_ip_google_access=True,
        opts=site.after(as_made),
    )
    return Subnetwork(made.id, _PODS, _SERVICES, made)


def _nat(network: compute.Network, site: Site) -> compute.RouterNat:
    router = compute.Router(
        "router",
        description=site.description,
        network=network.id,
        region=site.settings.region,
        opts=site.opts,
    )
    return compute.RouterNat(
        "nat",
        router=router.name,
        region=site.settings.region,
        nat_ip_allocate_option="AUTO_ONLY",
        source_subnetwork_ip_ranges_to_nat="ALL_SUBNETWORKS_ALL_IP_RANGES",
        enable_dynamic_port_allocation=True,
        # Google allows no growing number of ports together with this.
        enable_endpoint_independent_mapping=False,
        min_ports_per_vm=_FEWEST_PORTS,
        max_ports_per_vm=_MOST_PORTS,
        log_config={"enable": True, "filter": "ERRORS_ONLY"},
        opts=site.opts,
    )
