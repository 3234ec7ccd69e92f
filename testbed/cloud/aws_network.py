"""VPCs and what is in them, as AWS lets them come and go."""

import zlib
from collections.abc import Iterable, Mapping
from ipaddress import ip_network
from typing import Any

from testbed.cloud.kinds import Inputs, Kind, Wanted, Wrong, at, is_known
from testbed.cloud.ledger import Account
from testbed.cloud.records import Record

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GATEWAY = "aws:ec2/internetGateway:InternetGateway"
NAT = "aws:ec2/natGateway:NatGateway"
ADDRESS = "aws:ec2/eip:Eip"
TABLE = "aws:ec2/routeTable:RouteTable"
ROUTE = "aws:ec2/route:Route"
JOINED = "aws:ec2/routeTableAssociation:RouteTableAssociation"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
INTERFACE = "aws:ec2/networkInterface:NetworkInterface"

_ANYWHERE = "0.0.0.0/0"
_LARGEST, _SMALLEST = 16, 28


def arn(wanted: Wanted, service: str, rest: str) -> str:
    """Give an ARN in the account and region that the provider works in."""
    return f"arn:aws:{service}:{wanted.place.region}:{wanted.place.project}:{rest}"


def _numbered(prefix: str, service: str, kind: str) -> dict[str, Any]:
    """Give how a kind without a name gets its id and its ARN."""

    def identify(wanted: Wanted) -> str:
        return wanted.fresh(prefix)

    def computed(wanted: Wanted) -> Mapping[str, Any]:
        return {"arn": arn(wanted, service, f"{kind}/{wanted.fresh(prefix)}"), "ownerId": wanted.place.project}

    return {"named_by": None, "identify": identify, "computed": computed}


def _size(inputs: Inputs) -> Iterable[Wrong]:
    written = inputs.get("cidrBlock")
    if is_known(written) and not _LARGEST <= ip_network(str(written)).prefixlen <= _SMALLEST:
        yield Wrong("cidrBlock", f"InvalidVpc.Range: The CIDR '{written}' is invalid.")


def _vpc(wanted: Wanted) -> Mapping[str, Any]:
    return {
        "arn": arn(wanted, "ec2", f"vpc/{wanted.fresh('vpc-')}"),
        "ownerId": wanted.place.project,
        "defaultSecurityGroupId": wanted.fresh("sg-"),
        "mainRouteTableId": wanted.fresh("rtb-"),
        "defaultRouteTableId": wanted.fresh("rtb-"),
        "defaultNetworkAclId": wanted.fresh("acl-"),
        "instanceTenancy": "default",
    }


def _subnet_refused(wanted: Wanted) -> str:
    vpc = wanted.found(str(wanted.inputs["vpcId"]), VPC)
    block, zone = ip_network(wanted.inputs["cidrBlock"]), str(wanted.inputs.get("availabilityZone", ""))
    if vpc is None or not block.subnet_of(ip_network(vpc.inputs["cidrBlock"])):  # type: ignore[arg-type]
        return f"InvalidSubnet.Range: The CIDR '{block}' is invalid."
    if not zone.startswith(wanted.place.region):
        return f"InvalidParameterValue: Value ({zone}) for parameter availabilityZone is invalid."
    for other in wanted.account.records(SUBNET):
        if wanted.before and wanted.before["arn"] == other.outputs.get("arn"):
            continue
        if other.inputs["vpcId"] == vpc.id and ip_network(other.inputs["cidrBlock"]).overlaps(block):
            return f"InvalidSubnet.Conflict: The CIDR '{block}' conflicts with another subnet"
    return ""


def _has_public_addresses(account: Account, gateway: Record) -> str:
    vpc = gateway.inputs.get("vpcId")
    inside = {each.id for each in account.records(SUBNET) if each.inputs.get("vpcId") == vpc}
    mapped = [
        each
        for kind in (NAT, INTERFACE)
        for each in account.records(kind)
        if {**each.inputs, **each.outputs}.get("subnetId") in inside
    ]
    if not mapped:
        return ""
    return (
        f"DependencyViolation: Network {vpc} has some mapped public address(es). Please unmap those public address(es)"
        f" before detaching the gateway: {', '.join(str(each) for each in mapped)}"
    )


def _address(wanted: Wanted) -> Mapping[str, Any]:
    number = wanted.fresh("eipalloc-")
    address = f"3.{wanted.number(250, 'a') + 1}.{wanted.number(250, 'b') + 1}.{wanted.number(250, 'c') + 1}"
    return {
        "allocationId": number,
        "publicIp": address,
        "publicDns": f"ec2-{address.replace('.', '-')}.{wanted.place.region}.compute.amazonaws.com",
        "arn": arn(wanted, "ec2", f"elastic-ip/{number}"),
    }


def _nat(wanted: Wanted) -> Mapping[str, Any]:
    address = wanted.found(str(wanted.inputs["allocationId"]), ADDRESS)
    return {
        "publicIp": address.outputs["publicIp"] if address else "",
        "networkInterfaceId": wanted.fresh("eni-"),
        "privateIp": f"10.0.{wanted.number(250)}.{wanted.number(250, 'b')}",
    }


def _nat_refused(wanted: Wanted) -> str:
    subnet = wanted.found(str(wanted.inputs["subnetId"]), SUBNET)
    vpc = subnet.inputs["vpcId"] if subnet else ""
    if any(each.inputs.get("vpcId") == vpc for each in wanted.account.records(GATEWAY, state="ready")):
        return ""
    return f"Gateway.NotAttached: Network {vpc} has no Internet gateway attached"


def _route_id(wanted: Wanted) -> str:
    """Give a table's id and the destination's checksum, as the real provider does."""
    return f"r-{wanted.inputs['routeTableId']}{zlib.crc32(str(wanted.inputs['destinationCidrBlock']).encode())}"


def _route_refused(wanted: Wanted) -> str:
    if wanted.before or wanted.account.find(_route_id(wanted), ROUTE) is None:
        return ""
    return f"RouteAlreadyExists: The route identified by {wanted.inputs['destinationCidrBlock']} already exists."


def _joining_refused(wanted: Wanted) -> str:
    joined = (each for each in wanted.account.records(JOINED) if each.inputs["subnetId"] == wanted.inputs["subnetId"])
    there = None if wanted.before else next(joined, None)
    if there is None:
        return ""
    table = wanted.inputs["routeTableId"]
    return f"Resource.AlreadyAssociated: the association of {table} conflicts with an existing association {there.id}"


def has_way_out(account: Account, subnet: str) -> bool:
    """Say whether instances in a subnet reach the internet through a NAT gateway."""
    tables = {each.inputs.get("routeTableId") for each in account.records(JOINED) if each.inputs["subnetId"] == subnet}
    routes = [each.inputs for each in account.records(ROUTE, state="ready")]
    return any(
        each["routeTableId"] in tables and each.get("destinationCidrBlock") == _ANYWHERE and each.get("natGatewayId")
        for each in routes
    )


def _template_version(wanted: Wanted) -> Mapping[str, Any]:
    """Count versions: AWS makes a new one whenever what instances are made of changes, and not for the tags."""
    before = int(wanted.before.get("latestVersion", 0))
    same = all(wanted.inputs.get(key) == wanted.before.get(key) for key in wanted.inputs if key not in ("tags", "name"))
    version = before if before and same else before + 1
    return {
        "arn": arn(wanted, "ec2", f"launch-template/{wanted.fresh('lt-')}"),
        "latestVersion": version,
        "defaultVersion": version,
    }


def _template_wrong(inputs: Inputs) -> Iterable[Wrong]:
    for kind in at(inputs, "tagSpecifications[*].resourceType"):
        if kind not in ("instance", "volume", "network-interface", "spot-instances-request", "elastic-gpu"):
            yield Wrong("tagSpecifications", f"InvalidParameterValue: '{kind}' is not a valid taggable resource type")


KINDS = [
    Kind(
        VPC,
        named_by=None,
        identify=lambda wanted: wanted.fresh("vpc-"),
        computed=_vpc,
        check=_size,
        replaces=frozenset({"cidrBlock"}),
        quota="VPCS",
    ),
    Kind(
        SUBNET,
        **_numbered("subnet-", "ec2", "subnet"),
        refuses=_subnet_refused,
        check=_size,
        refers={"vpcId": VPC},
        replaces=frozenset({"vpcId", "availabilityZone", "cidrBlock"}),
        gives_up=1200,
    ),
    Kind(GATEWAY, **_numbered("igw-", "ec2", "internet-gateway"), refers={"vpcId": VPC}, blocks=_has_public_addresses),
    Kind(
        ADDRESS,
        named_by=None,
        identify=lambda wanted: wanted.fresh("eipalloc-"),
        computed=_address,
        replaces=frozenset({"domain"}),
        quota="ELASTIC_IPS",
    ),
    Kind(
        NAT,
        named_by=None,
        identify=lambda wanted: wanted.fresh("nat-"),
        computed=_nat,
        refuses=_nat_refused,
        refers={"subnetId": SUBNET, "allocationId": ADDRESS},
        replaces=frozenset({"subnetId", "allocationId"}),
    ),
    Kind(
        TABLE,
        **_numbered("rtb-", "ec2", "route-table"),
        refers={"vpcId": VPC},
        replaces=frozenset({"vpcId"}),
        takes_along=frozenset({ROUTE}),
    ),
    # A route to a gateway that is gone stays, and leads nowhere.
    Kind(
        ROUTE,
        named_by=None,
        identify=_route_id,
        refuses=_route_refused,
        labels=None,
        refers={"routeTableId": TABLE, "gatewayId": GATEWAY, "natGatewayId": NAT},
        lets_go=frozenset({"routeTableId", "gatewayId", "natGatewayId"}),
        replaces=frozenset({"routeTableId", "destinationCidrBlock"}),
    ),
    Kind(
        JOINED,
        named_by=None,
        identify=lambda wanted: wanted.fresh("rtbassoc-"),
        refuses=_joining_refused,
        labels=None,
        refers={"routeTableId": TABLE, "subnetId": SUBNET},
        lets_go=frozenset({"subnetId"}),
        replaces=frozenset({"subnetId"}),
    ),
    Kind(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        **_numbered("vpce-", "ec2", "vpc-endpoint"),
        refers={"vpcId": VPC, "routeTableIds[*]": TABLE},
        lets_go=frozenset({"routeTableIds[*]"}),
        replaces=frozenset({"vpcId", "serviceName", "vpcEndpointType"}),
    ),
    Kind(
        GROUP,
        identify=lambda wanted: wanted.fresh("sg-"),
        computed=lambda wanted: {
            "arn": arn(wanted, "ec2", f"security-group/{wanted.fresh('sg-')}"),
            "ownerId": wanted.place.project,
        },
        refers={"vpcId": VPC},
        replaces=frozenset({"name", "description", "vpcId"}),
        takes_along=frozenset({RULE}),
    ),
    # The VPC's own group is there from the start: this says what is in it, and lets the VPC go.
    Kind(
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        **_numbered("sg-", "ec2", "security-group"),
        refers={"vpcId": VPC},
        lets_go=frozenset({"vpcId"}),
        replaces=frozenset({"vpcId"}),
    ),
    Kind(
        RULE,
        **_numbered("sgr-", "ec2", "security-group-rule"),
        refers={"securityGroupId": GROUP, "referencedSecurityGroupId": GROUP},
        lets_go=frozenset({"securityGroupId"}),
        replaces=frozenset({"securityGroupId"}),
    ),
    Kind(
        "aws:ec2/launchTemplate:LaunchTemplate",
        identify=lambda wanted: wanted.fresh("lt-"),
        computed=_template_version,
        check=_template_wrong,
        replaces=frozenset({"name"}),
    ),
    Kind(INTERFACE, **_numbered("eni-", "ec2", "network-interface"), refers={"subnetId": SUBNET}),
]
