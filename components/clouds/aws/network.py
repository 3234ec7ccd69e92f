"""The VPC: private nodes, a way out for them, and room for load balancers at the edge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
from pulumi_aws import ec2

from components.clouds.aws.site import Site, named
from components.settings.clouds.aws import AwsExistingNetwork

_ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class Network:
    """Where things stand."""

    vpc: pulumi.Input[str]

    private: Mapping[str, pulumi.Input[str]]
    """Subnet of nodes and mount targets, by zone."""

    public: Mapping[str, pulumi.Input[str]]
    """Subnet of load balancers, by zone."""

    way_out: Sequence[pulumi.Resource] = ()
    """What a node needs to reach EKS and pull images: it comes up beside the cluster, and nodes wait for it."""


def make_network(site: Site) -> Network:
    """Make the VPC, or use the one that exists."""
    existing = site.settings.network.existing
    return _use(existing, site) if existing else _make(site)


def _use(existing: AwsExistingNetwork, site: Site) -> Network:
    # Read, so that a wrong id shows in the preview and not after ten minutes of building on it.
    vpc = ec2.Vpc.get("network", existing.vpc, opts=site.after([site.stays]))
    return Network(vpc.id, existing.private_subnets, existing.public_subnets)


@dataclass(frozen=True)
class Ranges:
    """How the VPC's addresses are dealt out."""

    private: Sequence[str]
    public: Sequence[str]


def deal_out(whole: str, zones: int) -> Ranges:
    """Give each zone's nodes a quarter of the addresses, and its load balancers a small part of the last quarter.

    Every pod has an address of the VPC, so nodes get nearly all; a balancer or gateway takes a handful. Where a third
    zone joins later, the first two keep what they have.
    """
    quarters = list(IPv4Network(whole).subnets(prefixlen_diff=2))
    edge = list(quarters[3].subnets(prefixlen_diff=4))
    return Ranges([str(quarter) for quarter in quarters[:zones]], [str(part) for part in edge[:zones]])


def _make(site: Site) -> Network:
    vpc = ec2.Vpc(
        "network",
        cidr_block=site.settings.network.range,
        # EFS's mount targets and the cluster's private endpoint are found by name.
        enable_dns_hostnames=True,
        enable_dns_support=True,
        tags=named("network"),
        opts=site.opts,
    )
    # Whatever is put into the VPC without a group of its own gets this one, which then lets nothing in or out.
    ec2.DefaultSecurityGroup("network-default", vpc_id=vpc.id, opts=site.opts)
    ranges = deal_out(site.settings.network.range, len(site.settings.zones))
    edge = _edge(vpc, ranges.public, site)
    # Kubernetes finds the subnets of internal load balancers by this tag.
    private = _subnets("nodes", vpc, ranges.private, {"kubernetes.io/role/internal-elb": "1"}, site)
    way_out = _way_out(vpc, edge, private, site)
    return Network(vpc.id, _ids(private), _ids(edge.subnets), way_out)


def _ids(subnets: Mapping[str, ec2.Subnet]) -> Mapping[str, pulumi.Input[str]]:
    return {zone: subnet.id for zone, subnet in subnets.items()}


def _subnets(
    name: str, vpc: ec2.Vpc, ranges: Sequence[str], tags: Mapping[str, str], site: Site
) -> Mapping[str, ec2.Subnet]:
    # A load balancer's interfaces go minutes after the balancer does.
    patient = site.but(pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(delete="30m")))
    return {
        zone: ec2.Subnet(
            f"{name}-{zone}",
            vpc_id=vpc.id,
            availability_zone=zone,
            cidr_block=addresses,
            # Nothing gets a public address by chance; gateways and balancers bring reserved ones.
            map_public_ip_on_launch=False,
            tags={**named(f"{name}-{zone}"), **tags},
            opts=patient,
        )
        for zone, addresses in zip(site.settings.zones, ranges, strict=True)
    }


@dataclass(frozen=True)
class Edge:
    """Where the network meets the internet."""

    gateway: ec2.InternetGateway
    subnets: Mapping[str, ec2.Subnet]


def _edge(vpc: ec2.Vpc, ranges: Sequence[str], site: Site) -> Edge:
    gateway = ec2.InternetGateway("network-gateway", vpc_id=vpc.id, tags=named("network-gateway"), opts=site.opts)
    table = ec2.RouteTable("edge", vpc_id=vpc.id, tags=named("edge"), opts=site.opts)
    ec2.Route("edge", route_table_id=table.id, destination_cidr_block=_ANYWHERE, gateway_id=gateway.id, opts=site.opts)
    subnets = _subnets("edge", vpc, ranges, {"kubernetes.io/role/elb": "1"}, site)
    for zone, subnet in subnets.items():
        ec2.RouteTableAssociation(f"edge-{zone}", route_table_id=table.id, subnet_id=subnet.id, opts=site.opts)
    return Edge(gateway, subnets)


def _way_out(vpc: ec2.Vpc, edge: Edge, private: Mapping[str, ec2.Subnet], site: Site) -> Sequence[pulumi.Resource]:
    """Lead the nodes' traffic out through one gateway or one per zone, and to S3 without any."""
    zones = site.settings.zones
    with_gateway = zones if site.settings.network.nat == "per_zone" else zones[:1]
    tables = {
        zone: ec2.RouteTable(f"nodes-{zone}", vpc_id=vpc.id, tags=named(f"nodes-{zone}"), opts=site.opts)
        for zone in with_gateway
    }
    routes = [
        ec2.Route(
            f"nodes-{zone}",
            route_table_id=table.id,
            destination_cidr_block=_ANYWHERE,
            nat_gateway_id=_nat(zone, edge, site).id,
            opts=site.opts,
        )
        for zone, table in tables.items()
    ]
    joined = [
        ec2.RouteTableAssociation(
            f"nodes-{zone}", route_table_id=tables.get(zone, tables[zones[0]]).id, subnet_id=subnet.id, opts=site.opts
        )
        for zone, subnet in private.items()
    ]
    # Images' layers come from S3: this endpoint is free, and a gateway charges for each GB. Endpoints of the other kind
    # cost as much as a gateway each, and bring nothing where there is a gateway.
    ec2.VpcEndpoint(
        "network-s3",
        vpc_id=vpc.id,
        tags=named("network-s3"),
        service_name=f"com.amazonaws.{site.settings.region}.s3",
        vpc_endpoint_type="Gateway",
        route_table_ids=[table.id for table in tables.values()],
        opts=site.opts,
    )
    return [*routes, *joined]


def _nat(zone: str, edge: Edge, site: Site) -> ec2.NatGateway:
    name = f"nat-{zone}"
    address = ec2.Eip(name, domain="vpc", tags=named(name), opts=site.opts)
    return ec2.NatGateway(
        name,
        allocation_id=address.id,
        subnet_id=edge.subnets[zone].id,
        tags=named(name),
        opts=site.after([edge.gateway]),
    )
