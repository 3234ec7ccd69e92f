"""Filestore and buckets.

What replaces is what the provider's schema says (ForceNew, in its services/filestore and services/storage).
"""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any

from testbed.cloud.gcp_api import changed, located, named, one_of, project
from testbed.cloud.gcp_network import NETWORK
from testbed.cloud.kinds import UNKNOWN, Inputs, Kind, Wanted, Wrong, at, is_known
from testbed.cloud.patterns import fits

if TYPE_CHECKING:
    from testbed.cloud.ledger import Account
    from testbed.cloud.records import Record

INSTANCE = "gcp:filestore/instance:Instance"
BACKUP = "gcp:filestore/backup:Backup"
BUCKET = "gcp:storage/bucket:Bucket"

_LEAST = {"BASIC_HDD": 1024, "BASIC_SSD": 2560, "ZONAL": 1024, "REGIONAL": 100, "ENTERPRISE": 1024}
_ONLY_GROW = ("BASIC_HDD", "BASIC_SSD", "STANDARD", "PREMIUM")
_DASHES_OF_A_ZONE = 2


def _instance_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from named(inputs)
    for path, message, field in (
        ("tier", "Instance", "tier"),
        ("protocol", "Instance", "protocol"),
        ("networks[*].connectMode", "NetworkConfig", "connectMode"),
        ("networks[*].modes[*]", "NetworkConfig", "modes"),
    ):
        yield from one_of(inputs, path, "file.v1", message, field)
    tier, location = str(inputs.get("tier")), str(inputs.get("location"))
    for size in at(inputs, "fileShares.capacityGb"):
        if is_known([size, tier]) and size < _LEAST.get(tier, 1024):
            why = f"googleapi: Error 400: Invalid capacity: {tier} takes {_LEAST.get(tier, 1024)} GB or more."
            yield Wrong("fileShares.capacityGb", why)
    if is_known([tier, location]) and (location.count("-") == _DASHES_OF_A_ZONE) == (
        tier in ("REGIONAL", "ENTERPRISE")
    ):
        yield Wrong("location", f"googleapi: Error 400: an instance of tier {tier} cannot be in {location}.")
    if inputs.get("protocol") == "NFS_V4_1" and tier in _ONLY_GROW:
        yield Wrong("protocol", f"googleapi: Error 400: NFSv4.1 is not supported in tier {tier}.")
    if inputs.get("kmsKeyName") and tier in _ONLY_GROW:
        yield Wrong("kmsKeyName", f"googleapi: Error 400: customer-managed keys are not supported in tier {tier}.")
    yield from fits(inputs, "fileShares.name", r"[a-z][a-z0-9_]{0,15}", "googleapi: Error 400: share name")
    for network in at(inputs, "networks[*].network"):
        if is_known(network) and "/" in str(network) and not str(network).startswith("projects/"):
            yield Wrong("networks.network", f"googleapi: Error 400: Invalid network {network}.")


def _instance_refused(wanted: Wanted) -> str:
    if wanted.before and wanted.inputs["tier"] in _ONLY_GROW and changed(wanted, "fileShares.capacityGb"):
        was, now = (at(each, "fileShares.capacityGb")[0] for each in (wanted.before, wanted.inputs))
        if now < was:
            return (
                f"googleapi: Error 400: Reducing the capacity of a {wanted.inputs['tier']} instance is not supported."
            )
    return ""


def _instance(wanted: Wanted) -> Mapping[str, Any]:
    block = at(wanted.inputs, "networks[*].reservedIpRange")
    found = IPv4Network(block[0]) if block else IPv4Network(f"10.{200 + wanted.number(50)}.{wanted.number(256)}.0/29")
    address = str(found[2])
    networks = [
        {**network, "reservedIpRange": str(found), "ipAddresses": [address]} for network in wanted.inputs["networks"]
    ]
    return {
        "project": project(wanted),
        "networks": networks,
        "etag": wanted.fresh(digits=10, what="etag"),
        "createTime": "2026-09-01T08:00:00Z",
    }


def _instance_held(_account: "Account", record: "Record") -> str:
    if record.inputs.get("deletionProtectionEnabled"):
        return f"googleapi: Error 400: The instance {record.name} is protected against deletion."
    return ""


def _bucket_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fits(inputs, "name", r"[a-z0-9][-_.a-z0-9]{1,61}[a-z0-9]", "googleapi: Error 400: Invalid bucket name")
    yield from fits(inputs, "publicAccessPrevention", "enforced|inherited", "googleapi: Error 400")


def _bucket(wanted: Wanted) -> Mapping[str, Any]:
    return {
        "url": f"gs://{wanted.name}",
        "selfLink": f"https://www.googleapis.com/storage/v1/b/{wanted.name}",
        "project": project(wanted),
        "storageClass": wanted.inputs.get("storageClass", "STANDARD"),
    }


def _bucket_full(_account: "Account", record: "Record") -> str:
    """Refuse to delete a bucket with objects; a test puts some in by the output `objects`."""
    if record.outputs.get("objects") and not record.inputs.get("forceDestroy"):
        return f"Error trying to delete bucket {record.name} containing objects without `force_destroy` set to true"
    return ""


KINDS = [
    Kind(
        INSTANCE,
        replaces=frozenset(
            {
                *("name", "project", "location", "zone", "tier", "protocol", "kmsKeyName", "fileShares.name"),
                *("fileShares.sourceBackup", "networks", "initialReplication", "tags"),
            }
        ),
        name_in=lambda wanted: f"{project(wanted)}/{wanted.inputs.get('location')}",
        identify=located("instances"),
        computed=_instance,
        assigned=lambda inputs: {"networks": [{**each, "ipAddresses": UNKNOWN} for each in inputs["networks"]]},
        check=_instance_wrong,
        refuses=_instance_refused,
        refers={"networks[*].network": NETWORK},
        blocks=_instance_held,
        gives_up=0,
        quota="FILESTORE_INSTANCES",
        labels="labels",
    ),
    Kind(BACKUP, identify=located("backups"), check=named, labels="labels"),
    Kind(
        BUCKET,
        replaces=frozenset({"name", "project", "location", "enableObjectRetention", "hierarchicalNamespace"}),
        name_in=lambda _: "all of Google's customers",
        computed=_bucket,
        check=_bucket_wrong,
        blocks=_bucket_full,
        gives_up=0,
    ),
]
