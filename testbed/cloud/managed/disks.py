"""What CSI drivers of block storage do: a disk in the ledger for a claim, its way to a node and back, and its end.

As in life: the disk goes only after it is detached, and the volume's object only after the disk (external-provisioner).
"""

import math
from functools import partial

from testbed.cloud.kinds import Refused
from testbed.cloud.managed import durations
from testbed.cloud.managed.fitting import quantity
from testbed.cloud.managed.outside import DiskRequest, Outside
from testbed.cloud.managed.world import (
    CORE,
    World,
    annotations,
    below,
    finalizers,
    is_going,
    key_of,
    labels,
    listed,
    mapped,
)
from testbed.cluster.api import Object

PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
_SELECTED_NODE = "volume.kubernetes.io/selected-node"
_VOLUME_HELD = "external-provisioner.volume.kubernetes.io/finalizer"


class Disks:
    """Plays the driver's provisioner and attacher."""

    def __init__(self, world: World, outside: Outside) -> None:
        self.world = world
        self.outside = outside
        self._attacher = "external-attacher/" + outside.disk_driver.replace(".", "-")

    def look(self) -> None:
        """Bring every claim, attachment and released volume on its way."""
        classes = {each["metadata"]["name"]: each for each in self.world.all("classes")}
        for claim in self.world.all("claims"):
            chosen = classes.get(claim["spec"].get("storageClassName") or "")
            if chosen and self.outside.makes(chosen["provisioner"]) and not claim["spec"].get("volumeName"):
                self._provision(claim, chosen)
        for attachment in self.world.all("attachments"):
            if self.outside.makes(attachment["spec"]["attacher"]):
                self._attach(attachment)
        for node in self.world.all("nodes"):
            self._say_what_is_used(node)
        for volume in self.world.all("volumes"):
            if self.outside.makes(annotations(volume).get(PROVISIONED_BY, "")):
                self._reclaim(volume)

    def _provision(self, claim: Object, chosen: Object) -> None:
        """Make a disk, where the pod's node is known if the class waits for its first consumer."""
        node = annotations(claim).get(_SELECTED_NODE)
        waits = chosen.get("volumeBindingMode") == "WaitForFirstConsumer"
        if is_going(claim) or (waits and not node):
            return
        key = f"provision/{claim['metadata']['uid']}"
        self.world.agenda.once(key, durations.DISK_IS_MADE, partial(self._make, key_of(claim), chosen))

    def _make(self, key: tuple[str, str], chosen: Object) -> None:
        claim = self.world.named("claims", key[1], key[0])
        if claim is None or is_going(claim) or claim["spec"].get("volumeName"):
            return
        driver = chosen["provisioner"]
        name = f"pvc-{claim['metadata']['uid']}"
        if self.world.named("volumes", name):
            return
        request = DiskRequest(
            name=name,
            namespace=key[0],
            claim=key[1],
            provisioner=driver,
            parameters=chosen.get("parameters") or {},
            gibibytes=math.ceil(quantity(claim["spec"]["resources"]["requests"]["storage"]) / 2**30),
            zone=self._zone(annotations(claim).get(_SELECTED_NODE, "")),
        )
        why = self.outside.lacks_driver()
        if why:
            self._complain(claim, "ExternalProvisioning", why)
            return
        try:
            handle = self.outside.make_disk(request)
        except Refused as error:
            name = chosen["metadata"]["name"]
            why = f'failed to provision volume with StorageClass "{name}": {error}'
            self._complain(claim, "ProvisioningFailed", why)
            return
        self.world.make("volumes", f"{CORE}/persistentvolumes", self._volume(claim, chosen, request, handle))

    def _complain(self, claim: Object, reason: str, why: str) -> None:
        self.world.say(claim, "PersistentVolumeClaim", reason, why, self.outside.disk_driver)
        self.world.woken.set()

    def _volume(self, claim: Object, chosen: Object, request: DiskRequest, handle: str) -> Object:
        namespace, name = key_of(claim)
        driver = chosen["provisioner"]
        return {
            "metadata": {
                "name": request.name,
                "annotations": {PROVISIONED_BY: driver},
                "labels": {"topology.kubernetes.io/zone": request.zone} if request.zone else {},
                "finalizers": [_VOLUME_HELD],
            },
            "spec": {
                "accessModes": claim["spec"]["accessModes"],
                "capacity": {"storage": f"{request.gibibytes}Gi"},
                "claimRef": {
                    "apiVersion": "v1",
                    "kind": "PersistentVolumeClaim",
                    "namespace": namespace,
                    "name": name,
                    "uid": claim["metadata"]["uid"],
                    "resourceVersion": claim["metadata"]["resourceVersion"],
                },
                "csi": {"driver": driver, "volumeHandle": handle, "fsType": "ext4"},
                "persistentVolumeReclaimPolicy": chosen.get("reclaimPolicy", "Delete"),
                "storageClassName": chosen["metadata"]["name"],
                "volumeMode": claim["spec"].get("volumeMode", "Filesystem"),
                **self._affinity(request.zone),
            },
        }

    def _affinity(self, zone: str) -> Object:
        """Say that a disk is in one zone, and can be attached to nodes there alone."""
        rule = {"key": self.outside.topology_key, "operator": "In", "values": [zone]}
        return {"nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [rule]}]}}} if zone else {}

    def _zone(self, node: str) -> str:
        found = self.world.named("nodes", node) if node else next(iter(self.world.all("nodes")), None)
        return labels(found).get(self.outside.topology_key, "") if found else ""

    def _attach(self, attachment: Object) -> None:
        uid = attachment["metadata"]["uid"]
        if is_going(attachment):
            if self._attacher in finalizers(attachment):
                self.world.agenda.once(f"detach/{uid}", durations.DISK_IS_DETACHED, partial(self._detached, attachment))
        elif not below(attachment, "status", "attached"):
            self.world.agenda.once(f"attach/{uid}", durations.DISK_IS_ATTACHED, partial(self._attached, attachment))

    def _say_what_is_used(self, node: Object) -> None:
        """Tell which disks a node's pods use, as its kubelet does: until it tells otherwise, none is detached."""
        used: set[str] = set()
        for pod in self.world.all("pods"):
            if pod["spec"].get("nodeName") == node["metadata"]["name"]:
                used |= {f"kubernetes.io/csi/{self.outside.disk_driver}^{handle}" for handle in self._handles(pod)}
        if used != set(below(node, "status", "volumesInUse") or []):
            self.world.change("nodes", node, {"status": {"volumesInUse": sorted(used) or None}}, "/status")

    def _handles(self, pod: Object) -> list[str]:
        names = [below(each, "persistentVolumeClaim", "claimName") for each in listed(pod, "spec", "volumes")]
        claims = [self.world.named("claims", name, pod["metadata"]["namespace"]) for name in names if name]
        volumes = [self.world.named("volumes", each["spec"].get("volumeName", "")) for each in claims if each]
        csi = [mapped(each, "spec", "csi") for each in volumes if each]
        return [each["volumeHandle"] for each in csi if each.get("driver") == self.outside.disk_driver]

    def _attached(self, attachment: Object) -> None:
        current = self.world.named("attachments", attachment["metadata"]["name"])
        handle = self._handle(attachment)
        if current is None or is_going(current) or not handle:
            return
        self.outside.attach(handle, attachment["spec"]["nodeName"])
        self.world.hold("attachments", current, self._attacher)
        self.world.change("attachments", current, {"status": {"attached": True}}, "/status")

    def _detached(self, attachment: Object) -> None:
        handle = self._handle(attachment)
        if handle:
            self.outside.attach(handle, "")
        self.world.let_go("attachments", attachment, self._attacher)

    def _handle(self, attachment: Object) -> str:
        volume = self.world.named("volumes", attachment["spec"]["source"].get("persistentVolumeName", ""))
        return volume["spec"]["csi"]["volumeHandle"] if volume else ""

    def _reclaim(self, volume: Object) -> None:
        """Delete the disk of a volume that its claim has left, or that was deleted itself, once it is detached."""
        left = volume["status"].get("phase") in ("Released", "Failed")
        deletes = volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete"
        name, uid = volume["metadata"]["name"], volume["metadata"]["uid"]
        attached = any(
            each["spec"]["source"].get("persistentVolumeName") == name for each in self.world.all("attachments")
        )
        if is_going(volume) and not deletes and _VOLUME_HELD in finalizers(volume):
            self.world.let_go("volumes", volume, _VOLUME_HELD)
        elif deletes and left and not attached:
            self.world.agenda.once(f"reclaim/{uid}", durations.DISK_IS_DELETED, partial(self._gone, volume))

    def _gone(self, volume: Object) -> None:
        why = self.outside.lacks_driver()
        if why:
            self.world.say(volume, "PersistentVolume", "VolumeFailedDelete", why, volume["spec"]["csi"]["driver"])
            return
        self.outside.remove_disk(volume["spec"]["csi"]["volumeHandle"])
        self.world.remove("volumes", volume)
        current = self.world.named("volumes", volume["metadata"]["name"])
        if current:
            self.world.let_go("volumes", current, _VOLUME_HELD)
