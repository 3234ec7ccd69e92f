"""What CloudNativePG's operator does of backups: those by snapshots of volumes, cold ones of the primary.

What is left out: that PostgreSQL stops meanwhile, snapshots of standbys, errors that are tried again, every other
method.
"""

from typing import Any

from testbed.cloud.managed.instances import CLUSTER
from testbed.cloud.managed.world import SNAPSHOT, World, below, key_of, labels, listed, mapped, timestamp
from testbed.cluster.api import Object

_BACKUP = "cnpg.io/backupName"
_ENDED = ("completed", "failed")


class Backups:
    """Takes the backups that objects ask for."""

    def __init__(self, world: World) -> None:
        self.world = world

    def look(self, backup: Object, *, knows_snapshots: bool) -> None:
        """Bring one backup on its way; the operator learns only as it starts whether there are snapshots."""
        if below(backup, "status", "phase") in _ENDED:
            return
        namespace, _ = key_of(backup)
        cluster = self.world.named("clusters", str(below(backup, "spec", "cluster", "name")), namespace)
        if cluster is None:
            self._say(backup, {"phase": "pending"})
            return
        why = _lacks(backup, cluster, knows_snapshots=knows_snapshots)
        if why:
            self._say(backup, {"phase": "failed", "error": why})
            return
        snapshots = [
            each
            for each in self.world.all("snapshots")
            if key_of(each)[0] == namespace and labels(each).get(_BACKUP) == key_of(backup)[1]
        ]
        if snapshots:
            self._follow(backup, snapshots)
        else:
            self._begin(backup, cluster)

    def _begin(self, backup: Object, cluster: Object) -> None:
        """Ask for a snapshot of the primary's claim, once the primary is there."""
        namespace, name = key_of(backup)
        primary = str(below(cluster, "status", "currentPrimary"))
        if self.world.named("claims", primary, namespace) is None:
            self._say(backup, {"phase": "pending"})
            return
        self._say(backup, {"phase": "started", "backupId": name, "instanceID": {"podName": primary}})
        snapshot = {
            "apiVersion": "snapshot.storage.k8s.io/v1",
            "kind": "VolumeSnapshot",
            "metadata": {
                "name": name,
                "namespace": namespace,
                "labels": {_BACKUP: name, CLUSTER: cluster["metadata"]["name"]},
                "annotations": {"cnpg.io/pvcRole": "PG_DATA"},
            },
            "spec": {
                "source": {"persistentVolumeClaimName": primary},
                "volumeSnapshotClassName": below(cluster, "spec", "backup", "volumeSnapshot", "className"),
            },
        }
        self.world.make("snapshots", f"{SNAPSHOT}/namespaces/{namespace}/volumesnapshots", snapshot)

    def _follow(self, backup: Object, snapshots: list[Object]) -> None:
        """Say how the snapshots fare."""
        wrong = next((str(error) for each in snapshots if (error := below(each, "status", "error", "message"))), "")
        if wrong:
            self._say(backup, {"phase": "failed", "error": f"can't execute snapshot backup: {wrong}"})
        elif all(below(each, "status", "readyToUse") for each in snapshots):
            elements = [{"name": each["metadata"]["name"], "type": "PG_DATA"} for each in snapshots]
            told = {"phase": "completed", "stoppedAt": timestamp(), "snapshotBackupStatus": {"elements": elements}}
            self._say(backup, told)

    def _say(self, backup: Object, told: dict[str, Any]) -> None:
        status = mapped(backup, "status")
        if any(status.get(key) != value for key, value in told.items()):
            self.world.change("backups", backup, {"status": told}, "/status")


def _lacks(backup: Object, cluster: Object, *, knows_snapshots: bool) -> str:
    """Say what a backup lacks, in the operator's words."""
    if below(backup, "spec", "method") != "volumeSnapshot":
        return f"the testbed takes no backups by {below(backup, 'spec', 'method')}"
    if not mapped(cluster, "spec", "backup"):
        return "cannot proceed with the backup as the cluster has no backup section"
    if not knows_snapshots:
        return "cannot proceed with the backup as the Kubernetes cluster has no VolumeSnapshot support"
    if not mapped(cluster, "spec", "backup", "volumeSnapshot"):
        return "no volumeSnapshot section defined on the target cluster"
    return ""


def are_known(world: World) -> bool:
    """Say whether the API server serves snapshots, as the operator asks when it starts."""
    for kind in world.all("kinds"):
        if kind["metadata"]["name"] == "volumesnapshots.snapshot.storage.k8s.io":
            conditions = listed(kind, "status", "conditions")
            return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)
    return False
