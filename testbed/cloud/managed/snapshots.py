"""The snapshot controller and what drivers do for it: a disk's copy in the ledger for a VolumeSnapshot, and its end.

On GKE and AKS it is there with the cluster, its kinds included; on EKS with an add-on.
What is left out: classes by default, contents made by hand, volumes made of snapshots; the kinds stay when the add-on
goes.
"""

from functools import partial
from typing import Any

from testbed.cloud.kinds import Refused
from testbed.cloud.managed import durations
from testbed.cloud.managed.outside import Outside, SnapshotRequest
from testbed.cloud.managed.world import (
    LATER,
    SNAPSHOT,
    World,
    below,
    finalizers,
    is_going,
    key_of,
    listed,
    mapped,
    timestamp,
)
from testbed.cluster.api import Object

_GROUP = "snapshot.storage.k8s.io"
_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_BOUND = "snapshot.storage.kubernetes.io/volumesnapshot-bound-protection"
_CONTENT_BOUND = "snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection"
_POLICIES = ["Delete", "Retain"]
_OPEN: Object = {"x-kubernetes-preserve-unknown-fields": True}


class Snapshots:
    """Plays the controller and the driver's sidecar."""

    def __init__(self, world: World, outside: Outside) -> None:
        self.world = world
        self.outside = outside
        self._known = False

    def look(self) -> None:
        """Bring every snapshot on its way, up or down, if there is a controller."""
        if self.outside.lacks_snapshots():
            return
        if not self._known:
            self._known = self._define()
            return
        for snapshot in self.world.all("snapshots"):
            if is_going(snapshot):
                self._release(snapshot)
            elif not self._content_of(snapshot):
                self._bind(snapshot)
        for content in self.world.all("contents"):
            if is_going(content):
                self._drop(content)
            elif not below(content, "status", "readyToUse"):
                key = f"snapshot/{content['metadata']['uid']}"
                self.world.agenda.once(key, durations.SNAPSHOT_IS_TAKEN, partial(self._take, content))

    def _define(self) -> bool:
        """Bring the kinds; say whether the API server serves them."""
        for definition in definitions():
            self.world.make("kinds", _DEFINITIONS, definition)
        served = {each["metadata"]["name"] for each in self.world.all("kinds") if _is_served(each)}
        if not served >= {each["metadata"]["name"] for each in definitions()}:
            return False
        for name, path in LATER.items():
            self.world.watch(name, path)
        return True

    def _content_of(self, snapshot: Object) -> Object | None:
        return self.world.named("contents", f"snapcontent-{snapshot['metadata']['uid']}")

    def _bind(self, snapshot: Object) -> None:
        """Make a snapshot's content, or say on the snapshot what is wrong with it."""
        namespace, name = key_of(snapshot)
        wanted = str(below(snapshot, "spec", "volumeSnapshotClassName"))
        chosen = self.world.named("snapshotclasses", wanted)
        if chosen is None:
            why = f'volumesnapshotclass.{_GROUP} "{wanted}" not found'
            self._refuse(snapshot, f"failed to get input parameters to create snapshot {name}: {why!r}")
            return
        claim = self.world.named(
            "claims", str(below(snapshot, "spec", "source", "persistentVolumeClaimName")), namespace
        )
        volume = self.world.named("volumes", str(below(claim or {}, "spec", "volumeName")))
        if volume is None:
            self._refuse(snapshot, f"the PVC of {name} is not yet bound to a PV")
            return
        if mapped(volume, "spec", "csi").get("driver") != chosen["driver"]:
            self._refuse(snapshot, f"snapshot class {wanted} is of driver {chosen['driver']}, and the volume is not")
            return
        self.world.hold("snapshots", snapshot, _BOUND)
        content_name = f"snapcontent-{snapshot['metadata']['uid']}"
        content: Object = {
            "apiVersion": f"{_GROUP}/v1",
            "kind": "VolumeSnapshotContent",
            "metadata": {"name": content_name, "finalizers": [_CONTENT_BOUND]},
            "spec": {
                "deletionPolicy": chosen["deletionPolicy"],
                "driver": chosen["driver"],
                "source": {"volumeHandle": volume["spec"]["csi"]["volumeHandle"]},
                "volumeSnapshotClassName": wanted,
                "volumeSnapshotRef": {"namespace": namespace, "name": name, "uid": snapshot["metadata"]["uid"]},
            },
        }
        self.world.make("contents", f"{SNAPSHOT}/volumesnapshotcontents", content)
        status = {"boundVolumeSnapshotContentName": content_name, "readyToUse": False, "error": None}
        self.world.change("snapshots", snapshot, {"status": status}, "/status")

    def _refuse(self, snapshot: Object, why: str) -> None:
        message = f"Failed to create snapshot content with error {why}"
        if below(snapshot, "status", "error", "message") != message:
            error = {"message": message, "time": timestamp()}
            self.world.change("snapshots", snapshot, {"status": {"error": error, "readyToUse": False}}, "/status")

    def _take(self, content: Object) -> None:
        """Copy the disk, and say so on both objects."""
        current = self.world.named("contents", content["metadata"]["name"])
        if current is None or is_going(current):
            return
        chosen = self.world.named("snapshotclasses", current["spec"]["volumeSnapshotClassName"]) or {}
        reference = current["spec"]["volumeSnapshotRef"]
        request = SnapshotRequest(
            f"snapshot-{reference['uid']}", current["spec"]["source"]["volumeHandle"], mapped(chosen, "parameters")
        )
        try:
            why = self.outside.lacks_driver()
            status: dict[str, Any] = (
                _failed(why) if why else {"snapshotHandle": self.outside.make_snapshot(request), "readyToUse": True}
            )
        except Refused as error:
            status = _failed(str(error))
        self.world.change("contents", current, {"status": status}, "/status")
        snapshot = self.world.named("snapshots", reference["name"], reference["namespace"])
        if snapshot:
            told = {key: value for key, value in status.items() if key != "snapshotHandle"}
            self.world.change("snapshots", snapshot, {"status": {**told, "creationTime": timestamp()}}, "/status")

    def _release(self, snapshot: Object) -> None:
        """Let a snapshot go, and its content with it where the policy says so."""
        content = self._content_of(snapshot)
        if content and content["spec"]["deletionPolicy"] == "Delete" and not is_going(content):
            self.world.remove("contents", content)
        if _BOUND in finalizers(snapshot):
            self.world.let_go("snapshots", snapshot, _BOUND)

    def _drop(self, content: Object) -> None:
        """Let a content go; the cloud's snapshot stays but where the policy is Delete."""
        handle = below(content, "status", "snapshotHandle")
        if handle and content["spec"]["deletionPolicy"] == "Delete":
            self.outside.remove_snapshot(str(handle))
        if _CONTENT_BOUND in finalizers(content):
            self.world.let_go("contents", content, _CONTENT_BOUND)


def _failed(why: str) -> dict[str, Any]:
    message = f"Failed to check and update snapshot content: failed to take snapshot of the volume: {why}"
    return {"error": {"message": message, "time": timestamp()}, "readyToUse": False}


def definitions() -> list[Object]:
    """Give the three kinds, with what the API server itself refuses of them."""
    text: Object = {"type": "string"}
    policy: Object = {"type": "string", "enum": _POLICIES}
    anything: Object = {"type": "object", **_OPEN}
    source: Object = {"type": "object", "properties": {"source": anything}, "required": ["source"], **_OPEN}
    content = {
        "type": "object",
        "properties": {"deletionPolicy": policy, "driver": text, "source": anything},
        "required": ["deletionPolicy", "driver", "source"],
        **_OPEN,
    }
    parameters: Object = {"type": "object", "additionalProperties": text}
    told: Object = {"driver": text, "deletionPolicy": policy, "parameters": parameters}
    return [
        _definition("VolumeSnapshotClass", "volumesnapshotclasses", "Cluster", told, ["driver", "deletionPolicy"]),
        _definition("VolumeSnapshot", "volumesnapshots", "Namespaced", {"spec": source}, ["spec"]),
        _definition("VolumeSnapshotContent", "volumesnapshotcontents", "Cluster", {"spec": content}, ["spec"]),
    ]


def _definition(kind: str, plural: str, scope: str, properties: Object, required: list[str]) -> Object:
    status = {"status": {"type": "object", **_OPEN}} if "spec" in properties else {}
    schema = {"type": "object", "properties": {**properties, **status}, "required": required}
    version: Object = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    if status:
        version["subresources"] = {"status": {}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{plural}.{_GROUP}",
            "annotations": {
                "api-approved.kubernetes.io": "https://github.com/kubernetes-csi/external-snapshotter/pull/814"
            },
        },
        "spec": {
            "group": _GROUP,
            "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()},
            "scope": scope,
            "versions": [version],
        },
    }


def _is_served(kind: Object) -> bool:
    conditions = listed(kind, "status", "conditions")
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)
