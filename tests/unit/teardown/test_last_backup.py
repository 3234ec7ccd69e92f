"""The last backup of a database, against an API server made of dictionaries in which an operator works."""

import base64
import pickle
import subprocess
import sys
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from kubernetes.client.exceptions import ApiException
from pulumi.dynamic.dynamic import serialize_provider
from urllib3.exceptions import MaxRetryError

from components import backing_up
from components.backing_up import BackupError, take_last_backup
from components.clouds.client import Api
from components.clouds.objects import Objects
from components.last_backup import BackupTaker

HANDLE = "snap-0123456789abcdef0"
PROPS = {
    "kubeconfig": "secret",
    "context": "test",
    "cluster": "a-uid",
    "namespace": "analytics",
    "database": "analytics",
    "archive": True,
}


@dataclass
class Cluster:
    """What a cluster holds by kind and name, and what happens in it while somebody waits."""

    kept: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    phases: list[str] = field(default_factory=lambda: ["started", "finalizing", "completed"])
    error: str = ""
    policy: str = "Retain"
    ready: bool = True
    holds: bool = False
    refuses: ApiException | None = None
    made: list[dict[str, Any]] = field(default_factory=list)

    def get(self, plural: str, name: str) -> dict[str, Any]:
        if (plural, name) not in self.kept:
            raise ApiException(status=404, reason="Not Found")
        return self.kept[plural, name]

    def get_namespaced_custom_object(self, plural: str, name: str, namespace: str, **_: Any) -> dict[str, Any]:
        assert namespace == "analytics"
        return self.get(plural, name)

    def get_cluster_custom_object(self, plural: str, name: str, **_: Any) -> dict[str, Any]:
        return self.get(plural, name)

    def list_namespaced_custom_object(self, plural: str, label_selector: str, **_: Any) -> dict[str, Any]:
        key, _, value = label_selector.partition("=")
        found = [each for (kind, _), each in self.kept.items() if kind == plural]
        return {"items": [each for each in found if not key or each["metadata"]["labels"].get(key) == value]}

    def create_namespaced_custom_object(self, plural: str, body: dict[str, Any], **_: Any) -> dict[str, Any]:
        if self.refuses:
            raise self.refuses
        self.made.append(body)
        self.kept[plural, body["metadata"]["name"]] = body
        return body

    def delete_namespaced_custom_object(self, plural: str, name: str, **_: Any) -> None:
        if not self.holds:
            del self.kept[plural, name]

    def delete_cluster_custom_object(self, plural: str, name: str, **_: Any) -> None:
        del self.kept[plural, name]

    def time_passes(self, seen: dict[str, Any]) -> None:
        """Let the operator bring a backup to its next phase."""
        if seen.get("kind") != "Backup" or not self.phases:
            return
        phase = self.phases.pop(0)
        seen["status"] = {"phase": phase, "error": self.error}
        if phase in ("completed", "failed"):
            name = seen["metadata"]["name"]
            seen["status"]["snapshotBackupStatus"] = {"elements": [{"name": name, "type": "PG_DATA"}]}
            bound = {"boundVolumeSnapshotContentName": "snapcontent-1"}
            metadata = {"name": name, "labels": {"cnpg.io/backupName": name}}
            self.kept["volumesnapshots", name] = {"metadata": metadata, "status": bound}
            content = {
                "metadata": {"name": "snapcontent-1"},
                "spec": {"deletionPolicy": self.policy},
                "status": {"snapshotHandle": HANDLE, "readyToUse": self.ready},
            }
            self.kept["volumesnapshotcontents", "snapcontent-1"] = content


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    made = Cluster({("clusters", "analytics"): {"metadata": {"name": "analytics"}}})
    everything: Any = made
    monkeypatch.setattr(backing_up, "connect", lambda *_: Api(everything, everything, everything))
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(backing_up, "time", SimpleNamespace(monotonic=lambda: clock.now))

    def pass_time(_objects: Objects, seen: dict[str, Any], _deadline: float) -> None:
        clock.now += 240
        made.time_passes(seen)

    monkeypatch.setattr(Objects, "until_changed", pass_time)
    return made


def taken() -> list[str]:
    return take_last_backup("{}", "test", "analytics", "analytics")


def test_the_snapshot_is_cold_and_of_the_primary_and_is_named(cluster: Cluster) -> None:
    assert taken() == [HANDLE]
    (backup,) = cluster.made
    assert backup["spec"] == {
        "cluster": {"name": "analytics"},
        "method": "volumeSnapshot",
        "online": False,
        "target": "primary",
    }


def test_what_stood_for_it_in_the_cluster_is_gone_again(cluster: Cluster) -> None:
    taken()
    assert {kind for kind, _ in cluster.kept} == {"clusters", "backups"}


def test_a_snapshot_that_somebody_made_does_not_hold_the_namespace_either(cluster: Cluster) -> None:
    cluster.kept["volumesnapshots", "by-hand"] = {"metadata": {"name": "by-hand", "labels": {}}}
    taken()
    assert {kind for kind, _ in cluster.kept} == {"clusters", "backups"}


def test_a_database_that_is_gone_needs_no_backup(cluster: Cluster) -> None:
    cluster.kept.clear()
    assert taken() == []
    assert cluster.made == []


@pytest.mark.parametrize("phase", ["failed", "invalid backup definition"])
def test_one_that_fails_says_why_and_what_to_do(cluster: Cluster, phase: str) -> None:
    cluster.phases, cluster.error = ["started", phase], "no such class."
    with pytest.raises(
        BackupError,
        match=r"database analytics failed: no such class\. The database is still there\. .* run pulumi destroy again;"
        r".*set hubstack:databases\.analytics\.on_destroy to delete",
    ):
        taken()
    assert ("clusters", "analytics") in cluster.kept


def test_one_that_failed_leaves_no_snapshot_to_be_tried_again(cluster: Cluster) -> None:
    """The snapshot controller tries for ever: a copy nobody knows of would stay in the account."""
    cluster.phases = ["failed"]
    with pytest.raises(BackupError, match="failed"):
        taken()
    assert {kind for kind, _ in cluster.kept} == {"clusters", "backups"}


def test_after_a_failure_another_one_is_taken(cluster: Cluster) -> None:
    cluster.phases = ["failed", "started", "completed"]
    with pytest.raises(BackupError):
        taken()
    cluster.kept = {key: value for key, value in cluster.kept.items() if key[0] != "backups"} | {
        ("backups", "earlier"): {**cluster.made[0], "kind": "Backup"}
    }
    assert taken() == [HANDLE]
    assert len(cluster.made) == 2


def test_one_that_is_under_way_is_waited_for(cluster: Cluster) -> None:
    """A destroy that is run again while the cloud still copies."""
    cluster.phases = ["started"]
    with pytest.raises(BackupError):
        taken()
    cluster.phases = ["completed"]
    assert taken() == [HANDLE]
    assert len(cluster.made) == 1


def test_a_whole_one_of_another_day_does_not_count(cluster: Cluster) -> None:
    labels = {"hubstack.dev/last-backup": "analytics"}
    old = {"kind": "Backup", "metadata": {"name": "old", "labels": labels}, "status": {"phase": "completed"}}
    cluster.kept["backups", "old"] = old
    assert taken() == [HANDLE]
    assert len(cluster.made) == 1


@pytest.mark.parametrize(
    ("phases", "said"),
    [
        ([], "Waited 30 minutes for CloudNativePG to stop the database and cut the snapshot of database .* not begun"),
        (["started"], r"Waited 30 minutes .* is started\. `kubectl describe -n analytics"),
        (["finalizing"], "Waited 360 minutes for the cloud to copy the snapshot of database analytics"),
    ],
)
def test_one_that_does_not_end_says_what_it_waits_for(cluster: Cluster, phases: list[str], said: str) -> None:
    cluster.phases = phases
    with pytest.raises(BackupError, match=said):
        taken()


def test_one_that_somebody_deletes_is_none(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    def vanish(_objects: Objects, seen: dict[str, Any], _deadline: float) -> None:
        del cluster.kept["backups", seen["metadata"]["name"]]

    monkeypatch.setattr(Objects, "until_changed", vanish)
    with pytest.raises(BackupError, match="Somebody deleted the last backup of database analytics"):
        taken()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"policy": "Delete"}, f"{HANDLE}, would go with the cluster"),
        ({"ready": False}, "is not whole"),
    ],
)
def test_a_snapshot_that_would_not_last_is_none(cluster: Cluster, change: dict[str, Any], said: str) -> None:
    for key, value in change.items():
        setattr(cluster, key, value)
    with pytest.raises(BackupError, match=said):
        taken()


def test_a_snapshot_that_nobody_lets_go_of_is_named(cluster: Cluster) -> None:
    cluster.holds = True
    with pytest.raises(BackupError, match=r"is whole, but volumesnapshots/analytics-last-.* does not go"):
        taken()


def test_a_refusal_is_told_with_the_webhooks_sentence(cluster: Cluster) -> None:
    cluster.refuses = ApiException(status=422, reason="Invalid")
    cluster.refuses.body = '{"message": "missing VolumeSnapshot CRD"}'
    with pytest.raises(BackupError, match="422 Invalid missing VolumeSnapshot CRD"):
        taken()


def test_a_cluster_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: str) -> Api:
        raise MaxRetryError(None, "/")  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(backing_up, "connect", connect)
    with pytest.raises(BackupError, match="does not answer, so no last backup of database analytics"):
        taken()
    monkeypatch.setenv("PULUMI_K8S_DELETE_UNREACHABLE", "true")
    assert taken() == []


# The resource, as the engine asks it


def test_it_is_named_by_its_module_and_holds_nothing() -> None:
    packed = base64.b64decode(serialize_provider(BackupTaker()))
    assert b"components.last_backup" in packed, "the state finds it by this path, which never moves"
    assert isinstance(pickle.loads(packed), BackupTaker)  # noqa: S301 - packed a line above
    assert len(packed) < 100


def test_a_new_wish_is_taken_and_another_database_is_another_one() -> None:
    taker = BackupTaker()
    assert taker.create(PROPS).id == "a-uid/analytics/analytics"
    assert not taker.diff("", PROPS, {**PROPS, "__provider": "moved"}).changes
    changed = taker.diff("", PROPS, {**PROPS, "archive": False})
    assert (changed.changes, changed.replaces) == (True, [])
    assert taker.diff("", PROPS, {**PROPS, "cluster": "another"}).replaces == ["cluster"]
    assert taker.update("", PROPS, {**PROPS, "archive": False}).outs["archive"] is False


@pytest.mark.parametrize(("archive", "asked"), [(True, [("secret", "test", "analytics", "analytics")]), (False, [])])
def test_its_end_takes_a_backup_where_one_is_asked_for(
    archive: bool,  # noqa: FBT001 - as parametrize hands it over
    asked: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    calls: list[Any] = []

    def take(*given: str) -> list[str]:
        calls.append(given)
        return [HANDLE]

    monkeypatch.setattr(backing_up, "take_last_backup", take)
    BackupTaker().delete("", {**PROPS, "archive": archive})
    assert calls == asked
    assert (HANDLE in capsys.readouterr().out) is archive


def test_a_preview_does_not_pay_for_the_client() -> None:
    code = "import sys, components.last_backup; print([name for name in sys.modules if name.startswith('kubernetes')])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
