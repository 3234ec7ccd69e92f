"""Of which sort the things are that an account has with the platform's label."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ops.clouds.thing import Thing
from ops.leaving.memory import Memory
from ops.leaving.prices import price
from ops.recovery.state import Resource, fields

_ARCHIVES = frozenset(
    {
        *("file.googleapis.com/Backup", "compute.googleapis.com/Snapshot", "storage.googleapis.com/Bucket"),
        *("backup:recovery-point", "backup:backup-vault", "ec2:snapshot"),
        *("Microsoft.Compute/snapshots", "Microsoft.RecoveryServices/vaults"),
    }
)
"""Kinds that a destroy with `archive` makes, or that `keep` keeps beside the files."""


class Sort(StrEnum):
    """Why a thing is there."""

    STACK = "of the stack"
    CLUSTER = "made by the cluster"  # while the stack is up: disks, balancers
    KEPT = "kept on purpose"
    LEFT = "left behind"


@dataclass(frozen=True)
class Leftover:
    """One thing, and what a person needs to decide about it."""

    name: str
    sort: Sort
    monthly: str
    removal: str


def judge(memory: Memory, things: Sequence[Thing]) -> list[Leftover]:
    """Say of each thing why it is there; what was kept and bears no label, such as a network, is among them."""
    found = [_of_thing(thing, memory) for thing in things]
    seen = {_last(thing.id) for thing in things} | {thing.name for thing in things}
    unseen = [each for each in memory.kept if _last(each.id) not in seen and str(each.inputs.get("name")) not in seen]
    return [*found, *(_of_resource(each) for each in unseen)]


def _of_thing(thing: Thing, memory: Memory) -> Leftover:
    kept = _same(thing, memory.kept)
    own = _same(thing, memory.here)
    sort = Sort.KEPT if kept or _is_archive(thing, memory) else Sort.STACK if own else _sort_of_others(memory)
    resource = kept or own
    found = price(thing.kind, resource.inputs if resource else None)
    return Leftover(str(thing), sort, found.of(_gib(resource)) if found else "?", thing.removal or "see the console")


def _sort_of_others(memory: Memory) -> Sort:
    return Sort.CLUSTER if memory.here else Sort.LEFT


def _is_archive(thing: Thing, memory: Memory) -> bool:
    """Say whether a thing is a backup of a stack whose file asked for one to stay."""
    return thing.kind in _ARCHIVES and bool({"archive", "keep"} & {str(each) for each in memory.on_destroy.values()})


def _of_resource(resource: Resource) -> Leftover:
    name = f"{resource.type.rpartition(':')[2]} {resource.id or resource.name}"
    return Leftover(name, Sort.KEPT, "nothing", "goes last: remove what lies in it first, then it, by this name")


def _same(thing: Thing, resources: Sequence[Resource]) -> Resource | None:
    """Give the resource that a thing is: the clouds' ids end as Pulumi's do."""
    for resource in resources:
        if resource.id and (thing.id.endswith(resource.id) or _last(resource.id) in {thing.name, _last(thing.id)}):
            return resource
    return None


def _last(identity: str) -> str:
    return identity.rstrip("/").rpartition("/")[2]


def _gib(resource: Resource | None) -> float | None:
    """Give how large a resource says that it is."""
    if resource is None:
        return None
    shares: Any = resource.inputs.get("fileShares")
    share = fields(shares[0] if isinstance(shares, list) and shares else shares)  # pyright: ignore[reportUnknownArgumentType]
    size = share.get("capacityGb") or resource.inputs.get("shareQuota") or resource.inputs.get("size")
    return float(size) if size else None
