"""Names, numbers and networks as AWS takes them."""

import re
from ipaddress import IPv4Network, ip_network
from typing import Annotated

from pydantic import AfterValidator, Field

from components.settings.names import Network
from components.settings.refusal import refuse
from components.settings.words import nearest

_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
_ZONES = range(2, 4)
_PRIVATE = (IPv4Network("10.0.0.0/8"), IPv4Network("172.16.0.0/12"), IPv4Network("192.168.0.0/16"))


def _region(name: str) -> str:
    if re.fullmatch(r"[a-z]{2}-[a-z]+-[0-9]", name) and not name.startswith("cn-"):
        return name
    zone = re.fullmatch(r"([a-z]{2}-[a-z]+-[0-9])[a-z]", name)
    raise refuse(
        "the name of an AWS region, such as eu-central-1; China and GovCloud are clouds of their own",
        f"{name} is a zone; did you mean {zone[1]}?" if zone else "`aws ec2 describe-regions` lists them",
    )


def _zone(name: str) -> str:
    if re.fullmatch(r"[a-z]{2}-[a-z]+-[0-9][a-z]", name):
        return name
    raise refuse(
        "the name of an availability zone, such as eu-central-1a",
        "`aws ec2 describe-availability-zones` lists those of your account",
    )


def _account(number: str) -> str:
    if re.fullmatch(r"[0-9]{12}", number):
        return number
    raise refuse(
        "the 12 digits of an AWS account, in quotes", "`aws sts get-caller-identity` gives the one you are logged in to"
    )


def _principal(arn: str) -> str:
    if re.fullmatch(r"arn:aws:iam::[0-9]{12}:(role|user)/[\w+=,.@/-]+", arn, re.ASCII):
        return arn
    session = re.fullmatch(r"(arn:aws):sts::([0-9]{12}):assumed-role/([\w+=,.@-]+)/.*", arn, re.ASCII)
    raise refuse(
        "the ARN of an IAM role or user, such as arn:aws:iam::111122223333:role/hub-admins",
        f"that is a session; its role is {session[1]}:iam::{session[2]}:role/{session[3]}, with its path if it has one"
        if session
        else "`aws iam list-roles` gives them",
    )


def _key(arn: str) -> str:
    if re.fullmatch(r"arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-f-]{36}", arn):
        return arn
    raise refuse(
        "the ARN of a KMS key, such as arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "an alias may point to another key tomorrow: `aws kms describe-key` gives the key's own ARN",
    )


def _cluster_name(name: str) -> str:
    if re.fullmatch(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}", name, re.ASCII):
        return name
    raise refuse("the name of an EKS cluster: at most 100 letters, digits, hyphens and underscores")


def _identifier(prefix: str) -> AfterValidator:
    def check(given: str) -> str:
        if re.fullmatch(rf"{prefix}-([0-9a-f]{{8}}|[0-9a-f]{{17}})", given):
            return given
        raise refuse(f"an id such as {prefix}-0123456789abcdef0")

    return AfterValidator(check)


def _vpc_range(written: str) -> str:
    # A VPC has a /16 at most, and every pod takes an address of it.
    if _is_private(written, longest=16, shortest=20):
        return written
    raise refuse(
        "a private IPv4 network between /16 and /20: within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
        "every pod has an address of it; 10.20.0.0/16 is room for 16,000 a zone",
    )


def _service_range(written: str) -> str:
    if _is_private(written, longest=12, shortest=24):
        return written
    raise refuse("a private IPv4 network between /12 and /24, as EKS takes it for services, such as 172.20.0.0/16")


def _is_private(written: str, longest: int, shortest: int) -> bool:
    network = ip_network(written)
    return (
        isinstance(network, IPv4Network)
        and longest <= network.prefixlen <= shortest
        and any(network.subnet_of(private) for private in _PRIVATE)
    )


def _zones(zones: tuple[str, ...]) -> tuple[str, ...]:
    if len(zones) in _ZONES:
        return zones
    raise refuse(
        "two or three zones of the region",
        "add another zone: EKS takes no fewer than two" if len(zones) < _ZONES.start else "keep the first three",
    )


def _log(name: str) -> str:
    if name in _LOGS:
        return name
    meant = nearest(name, _LOGS)
    raise refuse(f"one of {', '.join(_LOGS)}", f"did you mean {meant}?" if meant else "")


def _listed(written: str) -> str:
    if written in ("0.0.0.0/0", "::/0"):
        raise refuse(
            "networks of people who administer the platform, such as your university's",
            "the whole internet at the door of the API server is how clusters are found and tried; `[]` keeps it inside"
            " the network",
        )
    if ":" in written:
        raise refuse("an IPv4 network: EKS takes no other here", "")
    return written


VpcRange = Annotated[Network, AfterValidator(_vpc_range)]
ServiceRange = Annotated[Network, AfterValidator(_service_range)]
Region = Annotated[str, AfterValidator(_region)]
Zone = Annotated[str, AfterValidator(_zone)]
Zones = Annotated[
    tuple[Zone, ...],
    AfterValidator(_zones),
    Field(json_schema_extra={"minItems": _ZONES.start, "maxItems": _ZONES.stop - 1}),
]
Account = Annotated[str, AfterValidator(_account)]
Principal = Annotated[str, AfterValidator(_principal)]
Key = Annotated[str, AfterValidator(_key)]
ClusterName = Annotated[str, AfterValidator(_cluster_name), Field(json_schema_extra={"maxLength": 100})]
VpcId = Annotated[str, _identifier("vpc")]
SubnetId = Annotated[str, _identifier("subnet")]
FileSystemId = Annotated[str, _identifier("fs")]
Listed = Annotated[Network, AfterValidator(_listed)]
Log = Annotated[str, AfterValidator(_log), Field(json_schema_extra={"enum": list(_LOGS)})]
