"""File systems, backups, logs and names."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from testbed.cloud.aws_api import fit_shapes, fits_shape
from testbed.cloud.aws_network import GROUP, SUBNET, arn
from testbed.cloud.kinds import Inputs, Kind, Place, Refused, Wanted, Wrong, at, is_known

if TYPE_CHECKING:
    from testbed.cloud.ledger import Account
    from testbed.cloud.records import Record

FILES = "aws:efs/fileSystem:FileSystem"
TARGET = "aws:efs/mountTarget:MountTarget"
ZONE = "aws:route53/zone:Zone"
RECORD = "aws:route53/record:Record"
VAULT = "aws:backup/vault:Vault"
COPY = "aws:backup/recoveryPoint:RecoveryPoint"
"""No program makes one; a backup job does."""

_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, 0)
_FILES_SHAPES = {
    "performanceMode": "PerformanceMode",
    "throughputMode": "ThroughputMode",
    "lifecyclePolicies[*].transitionToIa": "TransitionToIARules",
    "lifecyclePolicies[*].transitionToPrimaryStorageClass": "TransitionToPrimaryStorageClassRules",
}


def _files_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fit_shapes(inputs, "efs", _FILES_SHAPES)
    if inputs.get("performanceMode") == "maxIO" and inputs.get("throughputMode") == "elastic":
        yield Wrong("throughputMode", "BadRequest: Elastic throughput is not supported with Max I/O")
    if inputs.get("throughputMode") == "provisioned" and not inputs.get("provisionedThroughputInMibps"):
        yield Wrong("provisionedThroughputInMibps", "ValidationException: required with provisioned throughput")
    for rule in at(inputs, "lifecyclePolicies[*]"):
        if is_known(rule) and len(rule) != 1:
            yield Wrong("lifecyclePolicies", "BadRequest: each rule names one transition")


def _files(wanted: Wanted) -> Mapping[str, Any]:
    number = wanted.fresh("fs-")
    return {
        "arn": arn(wanted, "elasticfilesystem", f"file-system/{number}"),
        "dnsName": f"{number}.efs.{wanted.place.region}.amazonaws.com",
        "ownerId": wanted.place.project,
    }


def _target(wanted: Wanted) -> Mapping[str, Any]:
    subnet = wanted.found(str(wanted.inputs["subnetId"]), SUBNET)
    files = str(wanted.inputs["fileSystemId"])
    return {
        "availabilityZoneName": subnet.inputs.get("availabilityZone", "") if subnet else "",
        "dnsName": f"{files}.efs.{wanted.place.region}.amazonaws.com",
        "ipAddress": f"10.0.{wanted.number(250)}.{wanted.number(250, 'b')}",
        "networkInterfaceId": wanted.fresh("eni-"),
    }


def _target_refused(wanted: Wanted) -> str:
    subnet = wanted.found(str(wanted.inputs["subnetId"]), SUBNET)
    zone = subnet.inputs.get("availabilityZone") if subnet else ""
    for other in wanted.account.records(TARGET):
        if wanted.before or other.inputs["fileSystemId"] != wanted.inputs["fileSystemId"]:
            continue
        if other.outputs.get("availabilityZoneName") == zone:
            return "MountTargetConflict: mount target already exists in this AZ"
    return ""


def _log_wrong(inputs: Inputs) -> Iterable[Wrong]:
    days = inputs.get("retentionInDays", 0)
    if is_known(days) and days not in _DAYS:
        yield Wrong("retentionInDays", f"expected retention_in_days to be one of {list(_DAYS)}, got {days}")
    yield from fits_shape(inputs, "name", "logs", "LogGroupName")


def _vault_held(account: "Account", vault: "Record") -> str:
    if any(each.outputs.get("backupVaultName") == vault.name for each in account.records(COPY)):
        return "InvalidRequestException: Backup vault cannot be deleted (contains recovery points)."
    return ""


def _record_refused(wanted: Wanted) -> str:
    zone = wanted.found(str(wanted.inputs["zoneId"]), ZONE)
    if zone and not str(wanted.inputs["name"]).endswith(str(zone.outputs.get("name", ""))):
        return (
            f"InvalidChangeBatch: [RRSet with DNS name {wanted.inputs['name']}. is not permitted in zone"
            f" {zone.outputs.get('name')}.]"
        )
    return ""


def _with_files(kind: str, check: Callable[[Inputs], Iterable[Wrong]] | None = None) -> Kind:
    """Give a kind that says something of a file system, and goes with it."""
    return Kind(
        kind,
        check=check,
        named_by=None,
        identify=lambda wanted: str(wanted.inputs["fileSystemId"]),
        refers={"fileSystemId": FILES},
        lets_go=frozenset({"fileSystemId"}),
        replaces=frozenset({"fileSystemId"}),
        labels=None,
    )


def get_zone(account: "Account", inputs: Inputs, _place: Place) -> Mapping[str, Any]:
    """Find a public hosted zone by its name."""
    name = str(inputs.get("name", "")).rstrip(".")
    for zone in account.records(ZONE, name=name):
        return {"id": zone.id, "zoneId": zone.id, "name": name, "privateZone": False, "nameServers": [], "tags": {}}
    raise Refused("no matching Route 53 Hosted Zone found", name)


_POLICIES = ("aws:efs/backupPolicy:BackupPolicy", "aws:efs/fileSystemPolicy:FileSystemPolicy")

KINDS = [
    # Mount targets refer to a file system, and keep it: AWS says FileSystemInUse.
    Kind(
        FILES,
        named_by=None,
        identify=lambda wanted: wanted.fresh("fs-"),
        computed=_files,
        check=_files_wrong,
        replaces=frozenset({"encrypted", "kmsKeyId", "performanceMode", "availabilityZoneName", "creationToken"}),
        takes_along=frozenset(_POLICIES),
    ),
    Kind(
        TARGET,
        named_by=None,
        identify=lambda wanted: wanted.fresh("fsmt-"),
        computed=_target,
        refuses=_target_refused,
        refers={"fileSystemId": FILES, "subnetId": SUBNET, "securityGroups[*]": GROUP},
        replaces=frozenset({"fileSystemId", "subnetId", "ipAddress"}),
        labels=None,
    ),
    _with_files(_POLICIES[0], lambda inputs: fits_shape(inputs, "backupPolicy.status", "efs", "Status")),
    _with_files(_POLICIES[1]),
    Kind(
        "aws:cloudwatch/logGroup:LogGroup",
        check=_log_wrong,
        computed=lambda wanted: {"arn": arn(wanted, "logs", f"log-group:{wanted.name}")},
        replaces=frozenset({"name"}),
    ),
    Kind(
        VAULT,
        check=lambda inputs: fits_shape(inputs, "name", "backup", "BackupVaultName"),
        computed=lambda wanted: {"arn": arn(wanted, "backup", f"backup-vault:{wanted.name}")},
        blocks=_vault_held,
        replaces=frozenset({"name"}),
    ),
    Kind(
        ZONE,
        identify=lambda wanted: wanted.fresh("Z").upper(),
        computed=lambda wanted: {"zoneId": wanted.fresh("Z").upper()},
    ),
    Kind(
        RECORD,
        check=lambda inputs: fit_shapes(inputs, "route53", {"type": "RRType", "ttl": "TTL"}),
        name_in=lambda wanted: str(wanted.inputs["zoneId"]),
        identify=lambda wanted: f"{wanted.inputs['zoneId']}_{wanted.inputs['name']}_{wanted.inputs['type']}",
        refuses=_record_refused,
        refers={"zoneId": ZONE},
        replaces=frozenset({"zoneId", "name", "type"}),
        labels=None,
    ),
]
