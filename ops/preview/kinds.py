"""Which kinds of resources hold what people have saved.

A kind that nobody has looked at counts as one that does where its name sounds like it: a wrong alarm costs a sentence
in the stack file, a missed one costs the data.
"""

import re
from collections.abc import Mapping
from typing import Any

from ops.preview.reading import Change, Op
from ops.recovery.state import fields

HOMES = "everybody's homes and shared folders"

_HOLDS: tuple[tuple[str, str], ...] = (
    (r"gcp:filestore/instance:", HOMES),
    (r"aws:efs/fileSystem:", HOMES),
    (r"azure-native:storage[^:]*:(StorageAccount|FileShare)$", HOMES),
    (r"kubernetes:postgresql\.cnpg\.io/[^:]*:Cluster$", "a team's database"),
    (r"(gcp:container/cluster|aws:eks/cluster):Cluster$", "every disk in the cluster: hubs' and people's databases"),
    (r"azure-native:containerservice[^:]*:ManagedCluster$", "every disk in the cluster: hubs' and people's databases"),
    (r"azure-native:resources[^:]*:ResourceGroup$", "everything of the platform in Azure, homes among it"),
    (r"pulumi:providers:kubernetes$", "every object in the cluster, and the disks that go with them"),
    (r"kubernetes:core/v1:Namespace$", "everything in the namespace, people's disks and databases among it"),
    (r"pulumi-python:dynamic/hubstack:Teardown$", "people's servers and disks in the namespace"),
    (r"kubernetes:core/v1:PersistentVolumeClaim", "the disk behind it"),
    (r"kubernetes:core/v1:PersistentVolume$", "the disk behind it"),
    (r"kubernetes:apps/v1:StatefulSet", "the disks of its pods"),
    (
        r"(gcp|aws|google-native|azure-native):kms|azure-native:keyvault[^:]*:(Key|Vault)$",
        "the key that data is read with",
    ),
    (r"pulumi-python:dynamic/hubstack:Archive$", "the last backup of the homes"),
    (r"pulumi-python:dynamic/hubstack:LastBackup$", "the last backup of a database, where one is asked for"),
)
_SOUNDS_LIKE_DATA = re.compile(
    r"disk|volume|bucket|database|instance|filesystem|filesharestore|fileshare|vault|snapshot|backup|table|queue|"
    r"repository|storageaccount|registry|dbcluster|replica|cache",
    re.IGNORECASE,
)
_NO_DATA = re.compile(
    r"gcp:compute/(router|network|subnetwork|firewall|address|instanceTemplate)|StorageClass$|VolumeAttachment$|"
    r"(Policy|PolicyAttachment|IAMMember|IAMBinding|Binding|Lifecycle\w*|AccessBlock|Ownership\w*|MountTarget|Endpoint|"
    r"Selection|Plan|Job|Workflow|Association|Schedule|SubnetGroup|InstanceProfile|TagBinding|RouteTable\w*)$",
    re.IGNORECASE,
)

_RELEASE = "kubernetes:helm.sh/v3:Release"
_CLAIM = re.compile(r"kubernetes:core/v1:PersistentVolumeClaim")
_VOLUME = "kubernetes:core/v1:PersistentVolume"


def held(change: Change) -> str:
    """Say what of people's work is in a resource; empty where nothing is, as far as is known."""
    if change.type == _RELEASE:
        return _of_release(change)
    if change.type.startswith("random:") and change.name.endswith("-id"):
        return "the id that the homes' volumes and whatever is kept are found by"
    known = next((what for pattern, what in _HOLDS if re.match(pattern, change.type)), "")
    kind = change.type.rpartition(":")[2]
    if not known and _SOUNDS_LIKE_DATA.search(kind) and not _NO_DATA.search(change.type):
        return f"whatever is in it: a {kind} sounds as if it held data"
    return known


def _of_release(change: Change) -> str:
    if change.belongs_to_hub or "jupyterhub" in str(change.inputs.get("chart")):
        return "the hub's own database: who its people are, their groups and tokens"
    if "cloudnative-pg" in f"{change.inputs.get('chart')} {change.inputs.get('name')}":
        return "the operator's kinds, and with them every database"
    return "the disks that the release made"


def keeps_its_files(change: Change, changes: Mapping[str, Change]) -> bool:
    """Whether the files behind a volume or a claim stay when it goes: they lie on a file system of their own.

    `changes` are those of the stack by URN; a volume that is not among them stays as it is.
    """
    spec = fields(change.inputs.get("spec"))
    if change.type == _VOLUME:
        return spec.get("persistentVolumeReclaimPolicy") == "Retain"
    if not _CLAIM.match(change.type) or spec.get("storageClassName") != "" or not spec.get("volumeName"):
        return False
    volumes = [each for each in changes.values() if each.type == _VOLUME and _named(each.inputs, spec["volumeName"])]
    return all(fields(each.inputs.get("spec")).get("persistentVolumeReclaimPolicy") == "Retain" for each in volumes)


def _named(inputs: Mapping[str, Any], name: Any) -> bool:
    return fields(inputs.get("metadata")).get("name") == name


def is_made_anew_at_will(change: Change) -> bool:
    """Whether it is of a kind that does its work once, or is read from the stack file again."""
    return bool(re.match(r"kubernetes:(batch/v1:Job|core/v1:ConfigMap)", change.type))


def loses_by_update(change: Change) -> str:
    """Say what an update loses without deleting anything; empty where nothing."""
    if change.op is not Op.UPDATE:
        return ""
    for each in change.differences:
        key = str(each.path[-1]) if each.path else ""
        if key == "persistentVolumeReclaimPolicy" and each.old == "Retain":
            return "the disk goes with its claim from now on"
        if _SIZE.search(key) and _is_less(each.new, each.old):
            return f"{each.written} becomes less"
    return ""


_SIZE = re.compile(r"(?i)^(capacity\w*|size\w*|storage|storageGb|shareQuota|provisionedStorage\w*|diskSize\w*)$")
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)([KMGTP]?)i?")
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}


def _is_less(new: Any, old: Any) -> bool:
    now, was = _amount(new), _amount(old)
    return now is not None and was is not None and now < was


def _amount(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    found = _AMOUNT.fullmatch(str(value))
    return float(found[1]) * 1024 ** _POWERS[found[2]] if found else None
