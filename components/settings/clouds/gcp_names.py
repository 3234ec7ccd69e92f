"""Names, dates and networks as Google Cloud takes them."""

import re
from ipaddress import IPv4Network, ip_address, ip_network
from typing import Annotated

from pydantic import AfterValidator, Field

from components.settings.durations import Duration
from components.settings.names import Network
from components.settings.refusal import refuse

_PRIVATE = tuple(IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
_TAKEN = IPv4Network("172.17.0.0/16")
"""What the control plane's own containers use: cloud.google.com/kubernetes-engine/docs/concepts/alias-ips."""

_NAME = r"[a-z]([-a-z0-9]*[a-z0-9])?"
_LONGEST_CLUSTER = 40
_LONGEST_NAME = 63
_LONGEST_EXCLUSION = 30
_LONGEST_HOST = 253
_HOUR = 3600


def _project(identifier: str) -> str:
    if re.fullmatch(r"[a-z][-a-z0-9]{4,28}[a-z0-9]", identifier):
        return identifier
    raise refuse(
        "a project's id: 6 to 30 lower-case letters, digits and hyphens, starting with a letter",
        "its number or its display name will not do; `gcloud projects list` shows the ids",
    )


def _region(name: str) -> str:
    if re.fullmatch(r"[a-z]+-[a-z]+[0-9]{1,2}", name):
        return name
    zone = re.fullmatch(r"([a-z]+-[a-z]+[0-9]{1,2})-[a-z]", name)
    raise refuse(
        "the name of a Google Cloud region, such as europe-west1",
        f"{name} is a zone; did you mean {zone[1]}?" if zone else "`gcloud compute regions list` shows them",
    )


def _zone(name: str) -> str:
    if re.fullmatch(r"[a-z]+-[a-z]+[0-9]{1,2}-[a-z]", name):
        return name
    raise refuse("the name of a zone, such as europe-west1-b", "`gcloud compute zones list` shows them")


def _named(what: str, longest: int) -> AfterValidator:
    def check(name: str) -> str:
        if len(name) <= longest and re.fullmatch(_NAME, name):
            return name
        raise refuse(
            f"the name of {what}: at most {longest} lower-case letters, digits and hyphens, starting with a letter"
        )

    return AfterValidator(check)


def _range(longest: int, shortest: int, why: str) -> AfterValidator:
    def check(written: str) -> str:
        network = ip_network(written)
        if not isinstance(network, IPv4Network) or not any(network.subnet_of(each) for each in _PRIVATE):
            raise refuse("a private IPv4 network: within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10")
        if network.overlaps(_TAKEN):
            raise refuse(f"a network outside {_TAKEN}, which the control plane itself uses")
        if not longest <= network.prefixlen <= shortest:
            raise refuse(f"a network between /{longest} and /{shortest}", why)
        return written

    return AfterValidator(check)


def _listed(written: str) -> str:
    if ip_network(written).prefixlen == 0:
        raise refuse(
            "networks of people who administer the platform, such as your university's",
            "the whole internet at the door of the API server is how clusters are found and tried; take the key away, "
            "and Google's own login stands before the door",
        )
    if ":" in written:
        raise refuse("an IPv4 network: GKE takes no other here")
    return written


def _key(name: str) -> str:
    if re.fullmatch(r"projects/[^/\s]+/locations/[^/\s]+/keyRings/[^/\s]+/cryptoKeys/[^/\s]+", name):
        return name
    raise refuse(
        "the full name of a KMS key: projects/<project>/locations/<region>/keyRings/<ring>/cryptoKeys/<key>",
        "`gcloud kms keys list` shows it; leave /cryptoKeyVersions/… away",
    )


def _host(name: str) -> str:
    try:
        return str(ip_address(name))
    except ValueError:
        pass
    if len(name) <= _LONGEST_HOST and re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", name) and "." in name:
        return name
    raise refuse("a host's name or address, such as nfs.example.edu or 10.1.2.3, without nfs:// or a path")


def _clock(written: str) -> str:
    if re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", written):
        return written
    raise refuse('a time of day in UTC, in quotes, such as "02:00"')


def _window(length: Duration) -> Duration:
    if 4 * _HOUR <= length.seconds <= 24 * _HOUR:
        return length
    raise refuse(
        "a length of time between 4h and 24h: Google counts no shorter window", "the default, 4h each night, will do"
    )


Project = Annotated[str, AfterValidator(_project)]
Region = Annotated[str, AfterValidator(_region)]
Zone = Annotated[str, AfterValidator(_zone)]
ClusterName = Annotated[str, _named("a GKE cluster", _LONGEST_CLUSTER)]
NetworkName = Annotated[str, _named("a VPC network", _LONGEST_NAME)]
SubnetworkName = Annotated[str, _named("a subnetwork", _LONGEST_NAME)]
RangeName = Annotated[str, _named("a secondary range of the subnetwork", _LONGEST_NAME)]
InstanceName = Annotated[str, _named("a Filestore instance", _LONGEST_NAME)]
ZoneName = Annotated[str, _named("a managed zone of Cloud DNS, which is not its domain", _LONGEST_NAME)]
ExclusionName = Annotated[str, _named("what the exclusion is for", _LONGEST_EXCLUSION)]
NodesRange = Annotated[Network, _range(8, 27, "each node takes an address, and GKE a few; a /20 is room for 4,000")]
PodsRange = Annotated[Network, _range(9, 22, "each node takes a /24 of it; a /14 is room for 1,024 nodes")]
ServicesRange = Annotated[Network, _range(16, 27, "each Service takes an address; a /20 is room for 4,000")]
FilestoreRange = Annotated[Network, _range(24, 29, "a /29 for the basic tiers and a /26 for the others will do")]
Listed = Annotated[Network, AfterValidator(_listed)]
Key = Annotated[str, AfterValidator(_key)]
Host = Annotated[str, AfterValidator(_host)]
Clock = Annotated[str, AfterValidator(_clock), Field(json_schema_extra={"pattern": "^[0-9]{2}:[0-9]{2}$"})]
Window = Annotated[Duration, AfterValidator(_window)]
