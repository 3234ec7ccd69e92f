"""Helm's records of a release, and how one that was left in progress is taken back.

Helm 3 keeps each revision in a Secret `sh.helm.release.v1.<name>.v<revision>` of type `helm.sh/release.v1`: JSON,
gzipped, in base64, once more in the base64 of every Secret's data. While a revision is under way it refuses any other
("another operation is in progress"), for ever if the program that worked on it is gone.
"""

import base64
import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

import yaml

from ops.recovery.state import ObjectRef, ReleaseRef, entries, fields

SECRET_TYPE = "helm.sh/release.v1"  # noqa: S105 - the type of a Secret
_PENDING = frozenset({"pending-install", "pending-upgrade", "pending-rollback"})
_KEEP_POLICY = "helm.sh/resource-policy"

# What may hold people's work stays: Helm takes it over again at the next install, as it bears the release's name.
KEPT_KINDS = frozenset(
    {"Cluster", "CustomResourceDefinition", "Namespace", "PersistentVolume", "PersistentVolumeClaim"}
)

# What a hook started and nobody waits for any longer.
_RUNNING_KINDS = frozenset({"DaemonSet", "Job", "Pod"})


class Remedy(StrEnum):
    """What a release needs."""

    NONE = "none"
    UNINSTALL = "uninstall"  # no revision ever worked, or it was going anyway
    ROLL_BACK = "roll back"  # to the last revision that was deployed


@dataclass(frozen=True)
class Revision:
    """One revision of a release, as Helm stored it; `record` holds the chart's values, so never print it."""

    number: int
    status: str
    record: dict[str, Any]

    def __repr__(self) -> str:
        return f"Revision({self.number}, {self.status!r})"


@dataclass(frozen=True)
class Patch:
    """An object of the release that goes back to what an earlier revision said of it."""

    reference: ObjectRef
    manifest: dict[str, Any]  # the whole object, for where it is missing
    change: dict[str, Any]  # a JSON merge patch from the interrupted revision to the earlier one; may be empty


@dataclass(frozen=True)
class Treatment:
    """What has to be done to one release, in this order: patches, deletions, then the records."""

    reference: ReleaseRef
    remedy: Remedy
    history: tuple[Revision, ...]
    patches: tuple[Patch, ...] = ()
    deletions: tuple[ObjectRef, ...] = ()
    kept: tuple[ObjectRef, ...] = ()
    back_to: Revision | None = None

    @property
    def latest(self) -> Revision:
        """The newest revision."""
        return self.history[-1]

    def __str__(self) -> str:
        state = f"{self.reference}: revision {self.latest.number} is {self.latest.status}"
        kept = f"; kept: {', '.join(map(str, self.kept))}" if self.kept else ""
        if self.back_to:
            return f"{state}: rolled back to revision {self.back_to.number}"
        if self.latest.status == "uninstalling":
            return f"{state}: the uninstall is finished, {len(self.deletions)} objects and its records go{kept}"
        return f"{state} and none was ever deployed: {len(self.deletions)} objects and its records go{kept}"


def treat(reference: ReleaseRef, history: Sequence[Revision], *, creating: bool) -> Treatment | None:
    """Say what a release needs; None where Helm knows nothing of it.

    `creating`: the engine ended while it created this release. Then a failed install, too, is taken back, as the state
    does not have it and Helm would refuse its name to the next one.
    """
    revisions = tuple(sorted(history, key=lambda revision: revision.number))
    if not revisions:
        return None
    latest = revisions[-1]
    deployed = next((revision for revision in reversed(revisions) if revision.status == "deployed"), None)
    interrupted = latest.status in _PENDING or (creating and latest.status == "failed")
    if latest.status == "uninstalling" or (interrupted and deployed is None):
        return _uninstall(reference, revisions)
    if interrupted and deployed is not None:
        return _roll_back(reference, revisions, deployed)
    return Treatment(reference, Remedy.NONE, revisions)


def decode(data: str) -> dict[str, Any]:
    """Read the `release` entry of a revision's Secret, as the API gives it."""
    packed = base64.b64decode(base64.b64decode(data))
    return json.loads(gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed)


def encode(record: dict[str, Any]) -> str:
    """Write a record as the `release` entry of a revision's Secret; the opposite of `decode`."""
    return base64.b64encode(base64.b64encode(gzip.compress(json.dumps(record).encode(), mtime=0))).decode()


def with_status(record: dict[str, Any], status: str, description: str) -> dict[str, Any]:
    """Give a copy of a record with another status and a description that says why."""
    return {**record, "info": {**fields(record.get("info")), "status": status, "description": description}}


def rolled_back(back_to: Revision, number: int, now: str) -> dict[str, Any]:
    """Give the record of a new revision that is `back_to` again, as `helm rollback` writes it; `now` is RFC 3339."""
    record = with_status(back_to.record, "deployed", f"Rollback to {back_to.number}")
    return {**record, "version": number, "info": {**record["info"], "last_deployed": now}}


def objects(manifest: str, namespace: str) -> list[dict[str, Any]]:
    """Give the objects of a manifest, in its order; one without a namespace is given the release's."""
    found: list[dict[str, Any]] = []
    for document in yaml.safe_load_all(manifest):
        if isinstance(document, dict) and "kind" in document:
            body = cast("dict[str, Any]", document)
            found.append({**body, "metadata": {"namespace": namespace, **fields(body.get("metadata"))}})
    return found


def merge_patch(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Give the JSON merge patch (RFC 7386) that leads from one object to another."""
    patch: dict[str, Any] = dict.fromkeys(before.keys() - after.keys())
    for key, value in after.items():
        old = before.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            inner = merge_patch(cast("dict[str, Any]", old), cast("dict[str, Any]", value))
            if inner:
                patch[key] = inner
        elif key not in before or old != value:
            patch[key] = value
    return patch


def _uninstall(reference: ReleaseRef, revisions: tuple[Revision, ...]) -> Treatment:
    bodies: dict[ObjectRef, dict[str, Any]] = {}
    for revision in revisions:
        bodies |= _by_reference([*_main_objects(revision), *_hook_objects(revision)])
    deletions = [each for each, body in bodies.items() if not _is_kept(body)]
    kept = [each for each, body in bodies.items() if _is_kept(body)]
    return Treatment(reference, Remedy.UNINSTALL, revisions, deletions=tuple(reversed(deletions)), kept=tuple(kept))


def _roll_back(reference: ReleaseRef, revisions: tuple[Revision, ...], deployed: Revision) -> Treatment:
    wanted = _by_reference(_main_objects(deployed))
    interrupted = _by_reference(_main_objects(revisions[-1]))
    patches = [Patch(each, body, merge_patch(interrupted.get(each, body), body)) for each, body in wanted.items()]
    newer = [each for each, body in interrupted.items() if each not in wanted and not _is_kept(body)]
    hooks = [each for each in _by_reference(_hook_objects(revisions[-1])) if each.kind in _RUNNING_KINDS]
    return Treatment(
        reference, Remedy.ROLL_BACK, revisions, tuple(patches), deletions=(*hooks, *reversed(newer)), back_to=deployed
    )


def _main_objects(revision: Revision) -> list[dict[str, Any]]:
    return objects(revision.record.get("manifest") or "", revision.record["namespace"])


def _hook_objects(revision: Revision) -> list[dict[str, Any]]:
    hooks = entries(revision.record, "hooks")
    return [each for hook in hooks for each in objects(hook.get("manifest") or "", revision.record["namespace"])]


def _by_reference(bodies: Iterable[dict[str, Any]]) -> dict[ObjectRef, dict[str, Any]]:
    return {
        ObjectRef(body["apiVersion"], body["kind"], body["metadata"]["namespace"], body["metadata"]["name"]): body
        for body in bodies
    }


def _is_kept(body: dict[str, Any]) -> bool:
    annotations = fields(body["metadata"].get("annotations"))
    return body["kind"] in KEPT_KINDS or annotations.get(_KEEP_POLICY) == "keep"
