"""Networks, addresses and names, as Google lets them come and go.

What replaces is what the provider's schema says (ForceNew, in its services/compute and services/dns).
"""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, ip_network
from typing import Any

from testbed.cloud.gcp_api import compute_outputs, named, project, regional
from testbed.cloud.kinds import Inputs, Kind, Wanted, Wrong, at, is_known

NETWORK = "gcp:compute/network:Network"
SUBNETWORK = "gcp:compute/subnetwork:Subnetwork"
ROUTER = "gcp:compute/router:Router"
NAT = "gcp:compute/routerNat:RouterNat"
ADDRESS = "gcp:compute/address:Address"
ZONE = "gcp:dns/managedZone:ManagedZone"
RECORDS = "gcp:dns/recordSet:RecordSet"

_MADE_ONCE = ("name", "project", "description", "region", "network")
_SMALLEST = 29


def _network(wanted: Wanted) -> str:
    return f"projects/{project(wanted)}/global/networks/{wanted.name}"


def _network_outputs(wanted: Wanted) -> Mapping[str, Any]:
    return {**compute_outputs(_network)(wanted), "networkId": str(wanted.number(10**18)), "gatewayIpv4": ""}


def _subnetwork_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from named(inputs)
    ranges = [("ipCidrRange", inputs.get("ipCidrRange"))]
    ranges += [("secondaryIpRanges", each.get("ipCidrRange")) for each in at(inputs, "secondaryIpRanges[*]")]
    seen: list[IPv4Network] = []
    for path, written in ranges:
        if not written or not is_known(written):
            continue
        block = IPv4Network(written)
        if block.prefixlen > _SMALLEST:
            yield Wrong(path, f"googleapi: Error 400: Invalid IPCidrRange: {written} is too small.")
        if any(block.overlaps(other) for other in seen):
            yield Wrong(path, f"googleapi: Error 400: Invalid IPCidrRange: {written} conflicts with another range.")
        seen.append(block)


def _subnetwork_refused(wanted: Wanted) -> str:
    network = wanted.found(str(wanted.inputs["network"]), NETWORK)
    mine = [ip_network(wanted.inputs["ipCidrRange"])]
    mine += [ip_network(each) for each in at(wanted.inputs, "secondaryIpRanges[*].ipCidrRange")]
    if wanted.before and not mine[0].supernet_of(ip_network(wanted.before["ipCidrRange"])):  # type: ignore[arg-type]
        return "googleapi: Error 400: Invalid value for field 'resource.ipCidrRange': a subnetwork cannot shrink."
    for other in wanted.account.records(SUBNETWORK):
        theirs = wanted.found(str(other.inputs["network"]), NETWORK)
        if other.name == wanted.name or network is None or theirs is None or theirs.serial != network.serial:
            continue
        for block in [other.inputs["ipCidrRange"], *at(other.inputs, "secondaryIpRanges[*].ipCidrRange")]:
            if any(each.overlaps(ip_network(block)) for each in mine):
                return (
                    f"googleapi: Error 400: Invalid IPCidrRange: {block} conflicts with existing subnetwork {other.id}."
                )
    return ""


def _subnetwork_outputs(wanted: Wanted) -> Mapping[str, Any]:
    gateway = str(next(ip_network(wanted.inputs["ipCidrRange"]).hosts()))
    return {**compute_outputs(regional("subnetworks"))(wanted), "gatewayAddress": gateway, "fingerprint": "aGVsbG8="}


def _nat_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from named(inputs)
    least, most = inputs.get("minPortsPerVm"), inputs.get("maxPortsPerVm")
    dynamic = inputs.get("enableDynamicPortAllocation")
    if most is not None and not dynamic:
        yield Wrong("maxPortsPerVm", "googleapi: Error 400: maxPortsPerVm needs enableDynamicPortAllocation.")
    if dynamic and inputs.get("enableEndpointIndependentMapping"):
        why = "googleapi: Error 400: Endpoint-Independent Mapping cannot be enabled with Dynamic Port Allocation."
        yield Wrong("enableEndpointIndependentMapping", why)
    for path, ports in (("minPortsPerVm", least), ("maxPortsPerVm", most)):
        if dynamic and isinstance(ports, int | float) and int(ports).bit_count() != 1:
            yield Wrong(path, f"googleapi: Error 400: {path} {ports} is no power of two.")


def _nat(wanted: Wanted) -> str:
    region = wanted.inputs.get("region") or wanted.place.region
    return f"{project(wanted)}/{region}/{wanted.inputs['router']}/{wanted.name}"


def _address(wanted: Wanted) -> Mapping[str, Any]:
    address = f"34.{64 + wanted.number(60, 'a')}.{wanted.number(256, 'b')}.{1 + wanted.number(250, 'c')}"
    return {
        **compute_outputs(regional("addresses"))(wanted),
        "address": address,
        "networkTier": wanted.inputs.get("networkTier", "PREMIUM"),
        "region": wanted.inputs.get("region") or wanted.place.region,
        "users": [],
    }


def _records_wrong(inputs: Inputs) -> Iterable[Wrong]:
    name = inputs.get("name")
    if is_known(name) and not str(name).endswith("."):
        yield Wrong("name", f"googleapi: Error 400: Invalid value for 'entity.change.additions[0].name': '{name}'")
    if not inputs.get("rrdatas") and not inputs.get("routingPolicy"):
        yield Wrong("rrdatas", 'one of "routing_policy, rrdatas" must be specified')


def _records_refused(wanted: Wanted) -> str:
    zone = wanted.found(str(wanted.inputs["managedZone"]), ZONE)
    domain = str(zone.outputs.get("dnsName", "")) if zone else ""
    if domain and not str(wanted.inputs["name"]).endswith(domain):
        return f"googleapi: Error 400: '{wanted.inputs['name']}' is not in the zone of '{domain}'."
    return ""


def _records(wanted: Wanted) -> str:
    zone = f"projects/{project(wanted)}/managedZones/{wanted.inputs['managedZone']}"
    return f"{zone}/rrsets/{wanted.inputs['name']}/{wanted.inputs['type']}"


KINDS = [
    Kind(
        NETWORK,
        replaces=frozenset({"name", "project", "description", "autoCreateSubnetworks"}),
        identify=_network,
        computed=_network_outputs,
        check=named,
        labels=None,
        gives_up=120,
    ),
    Kind(
        SUBNETWORK,
        replaces=frozenset(_MADE_ONCE),
        identify=regional("subnetworks"),
        computed=_subnetwork_outputs,
        check=_subnetwork_wrong,
        refuses=_subnetwork_refused,
        refers={"network": NETWORK},
        labels=None,
        gives_up=120,
    ),
    Kind(
        ROUTER,
        replaces=frozenset({"name", "project", "region", "network"}),
        identify=regional("routers"),
        computed=compute_outputs(regional("routers")),
        check=named,
        refers={"network": NETWORK},
        labels=None,
    ),
    Kind(
        NAT,
        replaces=frozenset({"name", "project", "region", "router", "type", "endpointTypes"}),
        identify=_nat,
        computed=lambda wanted: {"project": project(wanted)},
        check=_nat_wrong,
        refers={"router": ROUTER},
        labels=None,
    ),
    Kind(
        ADDRESS,
        replaces=frozenset({*_MADE_ONCE, "addressType", "networkTier", "address", "purpose"}),
        identify=regional("addresses"),
        computed=_address,
        check=named,
        quota="STATIC_ADDRESSES",
    ),
    Kind(ZONE, identify=lambda wanted: f"projects/{project(wanted)}/managedZones/{wanted.name}", check=named),
    Kind(
        RECORDS,
        replaces=frozenset({"name", "managedZone", "project"}),
        name_in=lambda wanted: f"{project(wanted)}/{wanted.inputs['managedZone']}/{wanted.inputs['type']}",
        identify=_records,
        check=_records_wrong,
        refuses=_records_refused,
        refers={"managedZone": ZONE},
        labels=None,
    ),
]
