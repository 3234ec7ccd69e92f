"""Names, ids and networks as Azure takes them."""

import re
from ipaddress import IPv4Network, ip_network
from typing import Annotated

from pydantic import AfterValidator, Field

from components.settings.names import Network
from components.settings.refusal import refuse

_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_GROUP = r"[-\w.()]{0,89}[-\w()]"
_PRIVATE = tuple(IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
_TAKEN = tuple(IPv4Network(each) for each in ("172.30.0.0/16", "172.31.0.0/16"))
"""What AKS keeps for itself: learn.microsoft.com/azure/aks/azure-cni-overlay."""


def _region(name: str) -> str:
    if re.fullmatch(r"[a-z]+[0-9]?", name):
        return name
    nearest = re.sub(r"[^a-z0-9]", "", name.lower())
    raise refuse(
        "the name of an Azure region as its command line has it, such as westeurope",
        f"did you mean {nearest}?" if re.fullmatch(r"[a-z]+[0-9]?", nearest) else "`az account list-locations`",
    )


def _zone(name: str) -> str:
    if name in ("1", "2", "3"):
        return name
    raise refuse("'1', '2' or '3', in quotes: Azure numbers a region's zones")


def _uuid(what: str, command: str) -> AfterValidator:
    def check(given: str) -> str:
        if re.fullmatch(_UUID, given.lower()):
            return given.lower()
        raise refuse(f"the id of {what}: 32 hex digits in groups of 8, 4, 4, 4 and 12", f"`{command}` gives it")

    return AfterValidator(check)


def _group(name: str) -> str:
    if re.fullmatch(_GROUP, name, re.ASCII):
        return name
    raise refuse(
        "the name of a resource group: at most 90 letters, digits, hyphens, underscores, dots and parentheses, with no"
        " dot at the end"
    )


def _account(name: str) -> str:
    if re.fullmatch(r"[a-z0-9]{3,24}", name):
        return name
    raise refuse("the name of a storage account: 3 to 24 lower-case letters and digits, and nothing else")


def _share(name: str) -> str:
    if re.fullmatch(r"[a-z0-9](-?[a-z0-9]){2,62}", name):
        return name
    raise refuse("the name of a file share: 3 to 63 lower-case letters, digits and single hyphens")


def _cluster_name(name: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9]([-\w]{0,61}[A-Za-z0-9])?", name, re.ASCII):
        return name
    raise refuse("the name of an AKS cluster: at most 63 letters, digits, hyphens and underscores")


def _subnet(given: str) -> str:
    name = r"[A-Za-z0-9]([-\w.]{0,78}\w)?"
    if re.fullmatch(
        rf"/subscriptions/{_UUID}/resourceGroups/{_GROUP}/providers/Microsoft\.Network/virtualNetworks/{name}"
        rf"/subnets/{name}",
        given,
        re.ASCII,
    ):
        return given
    raise refuse(
        "the whole id of a subnet: /subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/…"
        "/subnets/…",
        "`az network vnet subnet show --query id` gives it",
    )


def _private(longest: int, shortest: int, room: str) -> AfterValidator:
    def check(written: str) -> str:
        network = ip_network(written)
        if (
            not isinstance(network, IPv4Network)
            or not longest <= network.prefixlen <= shortest
            or not any(network.subnet_of(each) for each in _PRIVATE)
        ):
            raise refuse(f"a private IPv4 network between /{longest} and /{shortest}, such as {room}")
        if any(network.overlaps(taken) for taken in _TAKEN):
            raise refuse(
                "a network that AKS does not keep for itself, as it does 172.30.0.0/16 and 172.31.0.0/16",
                f"{room} is free in most networks",
            )
        return written

    return AfterValidator(check)


def _listed(written: str) -> str:
    if written in ("0.0.0.0/0", "::/0"):
        raise refuse(
            "networks of people who administer the platform, such as your university's",
            "the whole internet at the door of the API server is how clusters are found and tried; `[]` keeps it inside"
            " the network",
        )
    if ":" in written:
        raise refuse("an IPv4 network: AKS takes no other here")
    return written


def _time(written: str) -> str:
    if re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", written):
        return written
    raise refuse("a time of day as HH:MM in quotes, such as '02:00'")


def _offset(written: str) -> str:
    if re.fullmatch(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]", written):
        return written
    raise refuse("the distance from UTC in quotes, such as '+01:00'")


Region = Annotated[str, AfterValidator(_region)]
Zone = Annotated[str, AfterValidator(_zone)]
Subscription = Annotated[str, _uuid("a subscription", "az account show --query id")]
Principals = Annotated[str, _uuid("an Entra ID group", "az ad group show --group NAME --query id")]
GroupName = Annotated[str, AfterValidator(_group), Field(json_schema_extra={"maxLength": 90})]
AccountName = Annotated[str, AfterValidator(_account), Field(json_schema_extra={"pattern": "^[a-z0-9]{3,24}$"})]
ShareName = Annotated[str, AfterValidator(_share)]
ClusterName = Annotated[str, AfterValidator(_cluster_name), Field(json_schema_extra={"maxLength": 63})]
SubnetId = Annotated[str, AfterValidator(_subnet)]
NetworkRange = Annotated[Network, _private(8, 24, "10.30.0.0/16")]
NodesRange = Annotated[Network, _private(8, 26, "10.30.0.0/20")]
EndpointsRange = Annotated[Network, _private(8, 29, "10.30.16.0/27")]
PodsRange = Annotated[Network, _private(8, 22, "10.244.0.0/16")]
ServicesRange = Annotated[Network, _private(12, 24, "10.245.0.0/20")]
Listed = Annotated[Network, AfterValidator(_listed)]
TimeOfDay = Annotated[str, AfterValidator(_time)]
UtcOffset = Annotated[str, AfterValidator(_offset)]
