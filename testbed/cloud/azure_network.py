"""Azure's networks: what they refuse, and what keeps them from going."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

from testbed.cloud.azure_names import GROUP, identify, within, within_group
from testbed.cloud.kinds import Inputs, Kind, Wanted, Wrong, at, is_known
from testbed.cloud.patterns import fits

NETWORK = "azure-native:network:VirtualNetwork"
SUBNET = "azure-native:network:Subnet"
GATEWAY = "azure-native:network:NatGateway"
ADDRESS = "azure-native:network:PublicIPAddress"
ENDPOINT = "azure-native:network:PrivateEndpoint"
PRIVATE_ZONE = "azure-native:privatedns:PrivateZone"
ACCOUNT = "azure-native:storage:StorageAccount"

_NAME = r"[A-Za-z0-9]([-\w.]{0,78}\w)?"
_PROVIDER = "Microsoft.Network"


def _network_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fits(inputs, "virtualNetworkName", _NAME)
    prefixes = at(inputs, "addressSpace.addressPrefixes[*]")
    if not prefixes:
        yield Wrong("addressSpace.addressPrefixes", "InvalidRequestFormat: a virtual network needs an address space.")
    for prefix in prefixes:
        yield from _not_a_network("addressSpace.addressPrefixes", prefix)


def _not_a_network(path: str, prefix: Any) -> Iterable[Wrong]:
    if not is_known(prefix):
        return
    try:
        ip_network(prefix)
    except ValueError:
        yield Wrong(path, f"InvalidCIDRNotation: The address prefix {prefix} is not a valid CIDR block.")


def _subnet_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fits(inputs, "subnetName", _NAME)
    prefix = inputs.get("addressPrefix")
    if not prefix:
        yield Wrong("addressPrefix", "NetcfgInvalidSubnet: The subnet has no address prefix.")
    else:
        yield from _not_a_network("addressPrefix", prefix)


def _subnet_refused(wanted: Wanted) -> str:
    """Subnets lie in their network and apart from each other; one that is in use keeps its addresses."""
    network = wanted.found(str(wanted.inputs["virtualNetworkName"]), NETWORK)
    prefix = ip_network(wanted.inputs["addressPrefix"])
    spaces = [ip_network(each) for each in at(network.inputs, "addressSpace.addressPrefixes[*]")] if network else []
    if not any(prefix.version == space.version and prefix.subnet_of(space) for space in spaces):  # pyright: ignore[reportArgumentType]
        return f"NetcfgInvalidSubnet: Subnet '{wanted.name}' is not valid in virtual network: {prefix} lies outside."
    for other in wanted.account.records(SUBNET):
        same = other.inputs.get("virtualNetworkName") == wanted.inputs["virtualNetworkName"]
        if same and other.name != wanted.name and prefix.overlaps(ip_network(other.inputs["addressPrefix"])):
            return f"NetcfgSubnetRangesOverlap: Subnet '{wanted.name}' overlaps with subnet '{other.name}'."
        # Azure changes one subnet of a network at a time: `AnotherOperationInProgress` (pulumi-azure-native#103).
        if same and other.name != wanted.name and other.state != "ready":
            return "AnotherOperationInProgress: Another operation on this or dependent resource is in progress."
    return ""


def _address_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fits(inputs, "publicIpAddressName", _NAME)
    standard = at(inputs, "sku.name") == ["Standard"]
    if standard and inputs.get("publicIPAllocationMethod") != "Static":
        yield Wrong("publicIPAllocationMethod", "StandardSkuPublicIPAddressesMustBeStatic: use Static.")
    if not standard:
        yield Wrong("sku", "BasicSkuPublicIpAddressIsRetired: public addresses of sku Basic are no longer made.")


def _address(wanted: Wanted) -> Mapping[str, Any]:
    last = [wanted.number(250, part) + 1 for part in ("a", "b", "c")]
    return {"ipAddress": f"20.{last[0]}.{last[1]}.{last[2]}", **_done("publicIPAddresses")(wanted)}


def _gateway_wrong(inputs: Inputs) -> Iterable[Wrong]:
    if not at(inputs, "sku.name"):
        yield Wrong("sku", "NatGatewaySkuRequired: the sku of a NAT gateway is Standard or StandardV2.")


def _endpoint_wrong(inputs: Inputs) -> Iterable[Wrong]:
    if not at(inputs, "subnet.id"):
        yield Wrong("subnet.id", "PrivateEndpointMustHaveSubnet: a private endpoint needs a subnet.")
    connections = at(inputs, "privateLinkServiceConnections[*]")
    if len(connections) != 1:
        yield Wrong("privateLinkServiceConnections", "PrivateEndpointMustHaveOneConnection: give exactly one.")
    for each in connections:
        if is_known(each) and each.get("groupIds") not in (["file"], ["blob"]):
            yield Wrong("privateLinkServiceConnections", "InvalidGroupIds: a storage account's are file or blob.")


def _global(inputs: Inputs) -> Iterable[Wrong]:
    if str(inputs.get("location", "")).lower() != "global":
        yield Wrong("location", "BadRequest: The location of a private DNS zone and its links is 'global'.")


def _one_zone(wanted: Wanted) -> str:
    """Refuse a second zone of one name: a network looks a name up in one only."""
    network = at(wanted.inputs, "virtualNetwork.id")
    for other in wanted.account.records("azure-native:privatedns:VirtualNetworkLink"):
        same_zone = other.inputs.get("privateZoneName") == wanted.inputs["privateZoneName"]
        if same_zone and at(other.inputs, "virtualNetwork.id") == network and other.name != wanted.name:
            return "Conflict: A virtual network cannot be linked to multiple zones with overlapping namespaces."
    return ""


def _done(kind: str) -> Callable[[Wanted], Mapping[str, Any]]:
    def computed(_wanted: Wanted) -> Mapping[str, Any]:
        return {"provisioningState": "Succeeded", "type": f"{_PROVIDER}/{kind}"}

    return computed


def _in_group(token: str, kind: str, named_by: str) -> Kind:
    """Give what is the same of everything that lies in a resource group."""
    return Kind(
        token,
        replaces=frozenset({"resourceGroupName", named_by, "location"}),
        named_by=named_by,
        name_in=within_group,
        identify=identify((kind, named_by), provider=_PROVIDER),
        computed=_done(kind),
        refers={"resourceGroupName": GROUP},
    )


def _also(kind: Kind, replaces: Iterable[str] = (), refers: Mapping[str, str] | None = None) -> Kind:
    return replace(kind, replaces=kind.replaces | set(replaces), refers={**kind.refers, **(refers or {})})


_TO_ACCOUNT = "privateLinkServiceConnections[*].privateLinkServiceId"

KINDS = [
    replace(_in_group(NETWORK, "virtualNetworks", "virtualNetworkName"), check=_network_wrong),
    Kind(
        SUBNET,
        replaces=frozenset({"resourceGroupName", "virtualNetworkName", "subnetName"}),
        named_by="subnetName",
        name_in=within("virtualNetworkName"),
        identify=identify(("virtualNetworks", "virtualNetworkName"), ("subnets", "subnetName"), provider=_PROVIDER),
        computed=_done("virtualNetworks/subnets"),
        check=_subnet_wrong,
        refuses=_subnet_refused,
        refers={"resourceGroupName": GROUP, "virtualNetworkName": NETWORK, "natGateway.id": GATEWAY},
        labels=None,
    ),
    replace(
        _also(_in_group(ADDRESS, "publicIPAddresses", "publicIpAddressName"), ("sku.name", "zones")),
        check=_address_wrong,
        computed=_address,
        quota="PublicIPAddresses",
    ),
    replace(
        _also(
            _in_group(GATEWAY, "natGateways", "natGatewayName"),
            ("sku.name", "zones"),
            {"publicIpAddresses[*].id": ADDRESS},
        ),
        check=_gateway_wrong,
    ),
    replace(
        _also(
            _in_group(ENDPOINT, "privateEndpoints", "privateEndpointName"),
            ("subnet.id", _TO_ACCOUNT),
            {"subnet.id": SUBNET, _TO_ACCOUNT: ACCOUNT},
        ),
        check=_endpoint_wrong,
    ),
    Kind(
        "azure-native:network:PrivateDnsZoneGroup",
        replaces=frozenset({"resourceGroupName", "privateEndpointName", "privateDnsZoneGroupName"}),
        named_by="privateDnsZoneGroupName",
        name_in=within("privateEndpointName"),
        identify=identify(
            ("privateEndpoints", "privateEndpointName"),
            ("privateDnsZoneGroups", "privateDnsZoneGroupName"),
            provider=_PROVIDER,
        ),
        computed=lambda _: {"provisioningState": "Succeeded"},
        refers={
            "resourceGroupName": GROUP,
            "privateEndpointName": ENDPOINT,
            "privateDnsZoneConfigs[*].privateDnsZoneId": PRIVATE_ZONE,
        },
        labels=None,
    ),
    replace(_in_group(PRIVATE_ZONE, "privateDnsZones", "privateZoneName"), check=_global),
    Kind(
        "azure-native:privatedns:VirtualNetworkLink",
        replaces=frozenset({"resourceGroupName", "privateZoneName", "virtualNetworkLinkName", "virtualNetwork.id"}),
        named_by="virtualNetworkLinkName",
        name_in=within("privateZoneName"),
        identify=identify(
            ("privateDnsZones", "privateZoneName"),
            ("virtualNetworkLinks", "virtualNetworkLinkName"),
            provider=_PROVIDER,
        ),
        computed=_done("privateDnsZones/virtualNetworkLinks"),
        check=_global,
        refuses=_one_zone,
        refers={"resourceGroupName": GROUP, "privateZoneName": PRIVATE_ZONE, "virtualNetwork.id": NETWORK},
    ),
]
