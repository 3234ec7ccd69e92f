"""Taking a database's last backup: a snapshot of its disk, which the cloud keeps when the cluster has gone.

CloudNativePG takes it cold: it stops the primary for as long as the snapshot is cut, so nothing but the snapshot is
needed to have the database back. What made it in the cluster goes again at once, while what lets go of it is there.

Every wait has a reason, a limit and a message that names what it waits for. All of it is safe to run again, and to run
when the database is gone.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kubernetes.client.exceptions import ApiException

from components.clouds.client import FAILURES, connect, refusal, unreachable_is_gone
from components.clouds.objects import Object, Objects
from components.labels import MANAGED_BY, PULUMI

_POSTGRESQL = "postgresql.cnpg.io/v1"
_SNAPSHOTS = "snapshot.storage.k8s.io/v1"
_LAST = "hubstack.dev/last-backup"
"""Marks the backups that a destroy asked for."""

_OF_BACKUP = "cnpg.io/backupName"
"""How CloudNativePG labels the snapshots of a backup."""

_FAILED = ("failed", "invalid backup definition")
_CUT = ("finalizing", "completed")
"""The snapshot is cut and PostgreSQL goes on; the cloud may still copy it to where it stays."""

_SECONDS_TO_CUT = 1800
"""PostgreSQL stops, and the cloud notes how the disk is: minutes, where there is somebody to do it."""

_SECONDS_TO_COPY = 6 * 3600
"""Clouds copy a first snapshot of a large disk for hours."""

_SECONDS_TO_LET_GO = 300

_NOTHING: Mapping[str, Any] = {}


class BackupError(Exception):
    """The backup could not be taken, and the database is untouched; the message says why and what to do."""


def take_last_backup(kubeconfig: str, context: str, namespace: str, name: str) -> list[str]:
    """Take a snapshot of a database's disk and wait until it is whole; give what the cloud calls it.

    Give nothing where the database is gone. Raise BackupError where no snapshot can be had; with
    PULUMI_K8S_DELETE_UNREACHABLE=true, as the Kubernetes provider reads it, a cluster that does not answer counts as
    gone, and the database with it.
    """
    try:
        return _Database(connect(kubeconfig, context).objects, namespace, name).back_up()
    except ApiException as error:
        status, reason = refusal(error)
        raise BackupError(
            f"The cluster of {context} refused the last backup of database {name} in namespace {namespace}: {status}"
            f" {reason} {_told(error)}. {_mend(name)}"
        ) from None
    except FAILURES as error:
        if unreachable_is_gone():
            return []
        raise BackupError(
            f"The cluster of {context} does not answer, so no last backup of database {name} can be taken ({error})."
            " Once it answers, run pulumi destroy again; if it is gone for good, and the database with it, do so with"
            " PULUMI_K8S_DELETE_UNREACHABLE=true."
        ) from None


@dataclass(frozen=True)
class _Database:
    """A database, and what the cluster has of its snapshots."""

    client: Any
    namespace: str
    name: str

    def back_up(self) -> list[str]:
        if Objects(self.client, _POSTGRESQL, "clusters", self.namespace).get(self.name) is None:
            return []
        backup = self._under_way() or self._begin()
        backup = self._wait(backup, _CUT, _SECONDS_TO_CUT, "CloudNativePG to stop the database and cut the snapshot")
        backup = self._wait(backup, ("completed",), _SECONDS_TO_COPY, "the cloud to copy the snapshot")
        snapshots = [self._snapshot(str(each["name"])) for each in _elements(backup)]
        handles = [self._handle(each) for each in snapshots]
        if not handles:
            raise BackupError(f"The last backup of database {self.name} names no snapshot. {_mend(self.name)}")
        # Whatever lies there: its finalizers would hold the namespace once the snapshot controller has gone.
        for each in self._snapshots.all():
            self._let_go(each)
        return handles

    @property
    def _backups(self) -> Objects:
        return Objects(self.client, _POSTGRESQL, "backups", self.namespace)

    @property
    def _snapshots(self) -> Objects:
        return Objects(self.client, _SNAPSHOTS, "volumesnapshots", self.namespace)

    @property
    def _contents(self) -> Objects:
        return Objects(self.client, _SNAPSHOTS, "volumesnapshotcontents")

    def _under_way(self) -> Object | None:
        """Give the backup of an earlier destroy that has not ended; one that has lacks what was written since."""
        found = self._backups.all(f"{_LAST}={self.name}")
        return next((each for each in found if _phase(each) not in (*_FAILED, "completed")), None)

    def _begin(self) -> Object:
        moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        return self._backups.make(
            {
                "apiVersion": _POSTGRESQL,
                "kind": "Backup",
                "metadata": {
                    "name": f"{self.name}-last-{moment}",
                    "labels": {_LAST: self.name, MANAGED_BY: PULUMI},
                },
                "spec": {
                    "cluster": {"name": self.name},
                    "method": "volumeSnapshot",
                    # Whole without any log of changes, as none is archived.
                    "online": False,
                    # A standby may lag behind.
                    "target": "primary",
                },
            }
        )

    def _wait(self, backup: Object, phases: tuple[str, ...], seconds: int, what: str) -> Object:
        name = str(backup["metadata"]["name"])
        deadline = time.monotonic() + seconds
        while True:
            current = self._backups.get(name)
            if current is None:
                raise BackupError(f"Somebody deleted the last backup of database {self.name}. {_mend(self.name)}")
            if _phase(current) in phases:
                return current
            if _phase(current) in _FAILED:
                self._drop(name)
                raise BackupError(
                    f"The last backup of database {self.name} failed: {_error(current)}. {_mend(self.name)}"
                )
            if time.monotonic() >= deadline:
                raise BackupError(
                    f"Waited {seconds // 60} minutes for {what} of database {self.name}; backup {name} in namespace"
                    f" {self.namespace} is {_phase(current) or 'not begun'}. `kubectl describe -n {self.namespace}"
                    f" backup/{name} volumesnapshot` shows what it waits for; a destroy that is run again waits for"
                    f" the same backup. {_mend(self.name)}"
                )
            self._backups.until_changed(current, deadline)

    def _snapshot(self, name: str) -> Object:
        found = self._snapshots.get(name)
        if found is None:
            raise BackupError(f"Snapshot {name} of database {self.name} is not there. {_mend(self.name)}")
        return found

    def _handle(self, snapshot: Object) -> str:
        """Give what the cloud calls a snapshot, once it is certain that it is whole and stays."""
        content = self._contents.get(_content(snapshot))
        status = _status(content or _NOTHING)
        if content is None or not status.get("readyToUse") or not status.get("snapshotHandle"):
            raise BackupError(f"The snapshot of database {self.name} is not whole. {_mend(self.name)}")
        if content["spec"]["deletionPolicy"] != "Retain":
            raise BackupError(
                f"The snapshot of database {self.name}, {status['snapshotHandle']}, would go with the cluster: its"
                f" content {content['metadata']['name']} says deletionPolicy"
                f" {content['spec']['deletionPolicy']} and not Retain. {_mend(self.name)}"
            )
        return str(status["snapshotHandle"])

    def _drop(self, backup: str) -> None:
        """Ask for a failed backup's snapshots no more: their controller goes on trying, and would leave a copy one day.

        Nobody waits for that, as the destroy ends here.
        """
        for snapshot in self._snapshots.all(f"{_OF_BACKUP}={backup}"):
            self._snapshots.remove(str(snapshot["metadata"]["name"]))
            if _content(snapshot):
                self._contents.remove(_content(snapshot))

    def _let_go(self, snapshot: Object) -> None:
        """Take away what stands for a snapshot in the cluster; the cloud's own stays, as its class says."""
        self._gone(self._snapshots, str(snapshot["metadata"]["name"]))
        if _content(snapshot):
            self._gone(self._contents, _content(snapshot))

    def _gone(self, objects: Objects, name: str) -> None:
        deadline = time.monotonic() + _SECONDS_TO_LET_GO
        objects.remove(name)
        while (current := objects.get(name)) is not None:
            if time.monotonic() >= deadline:
                raise BackupError(
                    f"The last backup of database {self.name} is whole, but {objects.plural}/{name} does not go:"
                    f" waited {_SECONDS_TO_LET_GO} s for the snapshot controller to let go of it. See with kubectl"
                    " describe what holds it, then run pulumi destroy again, which takes another backup."
                )
            objects.until_changed(current, deadline)


def _mend(name: str) -> str:
    return (
        "The database is still there. Mend what is named here and run pulumi destroy again; or, to lose its data, set"
        f" hubstack:databases.{name}.on_destroy to delete and run pulumi up first."
    )


def _status(item: Object) -> Mapping[str, Any]:
    return item.get("status") or _NOTHING


def _phase(backup: Object) -> str:
    return str(_status(backup).get("phase") or "")


def _error(backup: Object) -> str:
    return str(_status(backup).get("error") or "CloudNativePG says no reason").rstrip(".")


def _elements(backup: Object) -> list[Mapping[str, Any]]:
    told: Mapping[str, Any] = _status(backup).get("snapshotBackupStatus") or _NOTHING
    return list(told.get("elements") or [])


def _content(snapshot: Object) -> str:
    return str(_status(snapshot).get("boundVolumeSnapshotContentName") or "")


def _told(error: ApiException) -> str:
    """Give the sentence in the API server's answer, as a webhook's refusal has one."""
    body: Any = getattr(error, "body", None)
    try:
        return str(json.loads(body)["message"])
    except (TypeError, ValueError, KeyError):
        return ""
