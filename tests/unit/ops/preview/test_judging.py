"""How bad a change is: what loses data fails the run, what people feel is said, and nothing unread passes for safe."""

import json

import pytest

from ops.preview.accepting import read as accepts
from ops.preview.judging import Level, Report, Verdict
from tests.unit.ops.preview.documents import (
    HUB,
    INSTANCE,
    LOST_HOMES,
    RELEASE,
    Json,
    document,
    judged,
    outputs,
    replacement,
    report,
    root,
    state,
    step,
    unchanged,
    urn,
)

CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
VOLUME = "kubernetes:core/v1:PersistentVolume"
POOL = "gcp:container/nodePool:NodePool"
NAMESPACE = "kubernetes:core/v1:Namespace"


def verdict(*steps: Json) -> Verdict:
    return report(*steps).verdict


def test_no_change_is_no_change() -> None:
    assert verdict() is Verdict.NO_CHANGE


def test_new_things_are_safe() -> None:
    assert verdict(step("create", INSTANCE, "homes", new={})) is Verdict.SAFE


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (INSTANCE, "homes"),
        ("aws:efs/fileSystem:FileSystem", "homes"),
        ("azure-native:storage:FileShare", "homes"),
        ("azure-native:storage/v20240101:StorageAccount", "homes"),
        ("kubernetes:postgresql.cnpg.io/v1:Cluster", "analytics-database"),
        ("gcp:container/cluster:Cluster", "cluster"),
        ("aws:eks/cluster:Cluster", "cluster"),
        ("azure-native:containerservice:ManagedCluster", "cluster"),
        (NAMESPACE, "data8-namespace"),
        (CLAIM, "data8-disk"),
        (RELEASE, "data8-release"),
        ("random:index/randomId:RandomId", "platform-id"),
        ("pulumi:providers:kubernetes", "platform-kubernetes"),
        ("gcp:storage/bucket:Bucket", "backups"),
        ("aws:rds/instance:Instance", "x"),
        ("somebody:else/bigDisk:BigDisk", "x"),
        ("pulumi-python:dynamic/hubstack:Teardown", "data8-teardown"),
    ],
)
@pytest.mark.parametrize("op", ["delete", "replace"])
def test_what_holds_data_is_at_risk(kind: str, name: str, op: str) -> None:
    found = report(step(op, kind, name, {}, None if op == "delete" else {}, above=HUB))
    assert found.verdict is Verdict.DATA_AT_RISK
    assert found.at_risk[0].loses


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("kubernetes:storage.k8s.io/v1:StorageClass", "storage-block"),
        ("gcp:compute/address:Address", "x"),
        ("gcp:storage/bucketIAMMember:BucketIAMMember", "x"),
        ("aws:backup/plan:Plan", "homes"),
        (POOL, "users"),
        ("kubernetes:core/v1:ServiceAccount", "hub"),
    ],
)
def test_what_holds_none_asks_for_attention(kind: str, name: str) -> None:
    assert verdict(step("delete", kind, name, {})) is Verdict.ATTENTION


def test_the_several_steps_of_a_replacement_are_one_change() -> None:
    (only,) = report(*LOST_HOMES).at_risk
    (cause,) = only.change.differences
    assert (cause.written, cause.old, cause.new, cause.forces) == ("location", "europe-west1-b", "europe-west1-c", True)
    assert only.loses == "everybody's homes and shared folders"


def test_an_operation_that_is_not_known_is_taken_for_the_worst() -> None:
    assert verdict(step("transmogrify", INSTANCE, "homes", {}, {})) is Verdict.DATA_AT_RISK


def test_what_is_kept_is_forgotten_and_not_lost() -> None:
    kept = step("delete", INSTANCE, "homes", {}, was={"retainOnDelete": True})
    (only,) = report(kept).attention
    assert only.note == "it stays in the cloud, and is no longer managed"
    assert verdict(*replacement(INSTANCE, "homes", {}, {}, ["tier"], was={"retainOnDelete": True})) is (
        Verdict.DATA_AT_RISK
    )


def claim(**spec: str) -> Json:
    return step("delete", CLAIM, "data8-claim", {"metadata": {"name": "homes"}, "spec": spec}, above=HUB)


def volume(policy: str) -> Json:
    spec = {"persistentVolumeReclaimPolicy": policy}
    return step("delete", VOLUME, "data8-volume", {"metadata": {"name": "hubstack-1-data8"}, "spec": spec}, above=HUB)


def test_a_claim_of_the_shared_homes_loses_no_file() -> None:
    homes = claim(storageClassName="", volumeName="hubstack-1-data8")
    assert verdict(homes) is verdict(homes, volume("Retain")) is Verdict.ATTENTION
    assert verdict(homes, volume("Delete")) is Verdict.DATA_AT_RISK
    assert verdict(claim(storageClassName="block", volumeName="x")) is Verdict.DATA_AT_RISK
    assert verdict(claim()) is Verdict.DATA_AT_RISK


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("capacityGb", 2048, 1024, Verdict.DATA_AT_RISK),
        ("capacityGb", 1024, 2048, Verdict.SAFE),
        ("size", "2Ti", "1500Gi", Verdict.DATA_AT_RISK),
        ("description", "a", "b", Verdict.SAFE),
        ("deletionProtectionEnabled", True, False, Verdict.ATTENTION),
    ],
)
def test_an_update_can_lose_data_too(path: str, old: object, new: object, expected: Verdict) -> None:
    assert verdict(step("update", INSTANCE, "homes", {path: old}, {path: new})) is expected


@pytest.mark.parametrize("guard", ["protect", "retainOnDelete"])
def test_a_guard_that_is_taken_away_asks_for_attention(guard: str) -> None:
    assert verdict(step("update", INSTANCE, "homes", {}, {}, was={guard: True})) is Verdict.ATTENTION


@pytest.mark.parametrize("guard", ["protect", "retainOnDelete"])
def test_a_guard_taken_from_what_does_not_change_is_seen_in_the_event_log(guard: str) -> None:
    found = judged(document(), events=unchanged(INSTANCE, "homes", {guard: True}, {}))
    assert found.verdict is Verdict.ATTENTION
    assert "no longer" in found.attention[0].note
    kept = unchanged(INSTANCE, "homes", {guard: True}, {guard: True})
    assert judged(document(), events=kept).verdict is Verdict.NO_CHANGE


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("labels", {"a": "b"}, {"a": "c"}),
        ("tagsAll", {}, {"x": "y"}),
        ("__defaults", [], ["x"]),
        ("metadata", {"labels": {"app.kubernetes.io/part-of": "a"}}, {"labels": {"app.kubernetes.io/part-of": "b"}}),
    ],
)
def test_tags_are_noise(path: str, old: object, new: object) -> None:
    (only,) = report(step("update", INSTANCE, "homes", {path: old}, {path: new})).judged
    assert only.level is Level.NOISE


def test_a_newer_provider_is_noise() -> None:
    (only,) = report(step("update", "pulumi:providers:gcp", "default", {"version": "1"}, {"version": "2"})).judged
    assert only.level is Level.NOISE


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"refused": ["hubstack:homes.on_destroy"]}, {"refused": []}, Verdict.ATTENTION),
        ({"refused": []}, {"refused": ["hubstack:homes.on_destroy"]}, Verdict.SAFE),
    ],
)
def test_a_destroy_that_is_refused_no_longer(old: Json, new: Json, expected: Verdict) -> None:
    assert verdict(step("update", "pulumi-python:dynamic/hubstack:Consent", "consent", old, new)) is expected


def test_what_a_namespace_enforces_is_no_noise() -> None:
    labels = [{"metadata": {"labels": {"pod-security.kubernetes.io/enforce": each}}} for each in ("restricted", "x")]
    (only,) = report(step("update", NAMESPACE, "data8-namespace", *labels)).judged
    assert only.level is Level.SAFE


def release(old: Json, new: Json) -> Report:
    return report(step("update", RELEASE, "data8-release", {"values": old}, {"values": new}, above=HUB))


@pytest.mark.parametrize(
    ("old", "new", "felt"),
    [
        ({"hub": {"a": 1}}, {"hub": {"a": 2}}, "restarts the hub: logins fail for about 1 min; running notebooks stay"),
        ({"proxy": {"chp": 1}}, {"proxy": {"chp": 2}}, "restarts the proxy: open pages reconnect within seconds"),
        ({"singleuser": {"memory": 1}}, {"singleuser": {"memory": 2}}, "people get it with their next server"),
        ({"prePuller": {"hook": True}}, {"prePuller": {"hook": False}}, ""),
    ],
)
def test_who_feels_a_change_of_the_charts_values(old: Json, new: Json, felt: str) -> None:
    (only,) = release(old, new).judged
    assert felt in only.felt
    assert bool(only.felt) == bool(felt)


def test_who_feels_a_change_of_nodes() -> None:
    (more,) = report(step("update", POOL, "users", {"autoscaling": {"max": 4}}, {"autoscaling": {"max": 6}})).judged
    assert (more.level, more.felt) == (Level.SAFE, "")
    (other,) = report(step("update", POOL, "users", {"nodeConfig": {"m": 1}}, {"nodeConfig": {"m": 2}})).judged
    assert "notebooks on them stop" in other.felt
    (core,) = report(step("delete", POOL, "core", {})).judged
    assert "hubs and databases" in core.felt


def test_a_loss_that_the_stack_file_accepts_until_a_day() -> None:
    accepted = report(*LOST_HOMES, accepts=[("Instance homes", "2026-11-21")])
    assert accepted.verdict is Verdict.ATTENTION
    assert accepted.attention[0].accepted is not None
    over = report(*LOST_HOMES, accepts=[("Instance homes", "2026-11-20")])
    assert over.verdict is Verdict.DATA_AT_RISK
    assert over.at_risk[0].expired is not None
    assert report(*LOST_HOMES, accepts=[("Instance home", "2027-01-01")]).verdict is Verdict.DATA_AT_RISK


def test_a_title_that_two_bear_accepts_neither() -> None:
    other = step("delete", INSTANCE, "homes", {}, above=HUB)
    entries = [("Instance homes", "2027-01-01")]
    assert len(report(*LOST_HOMES, other, accepts=entries).at_risk) == 2
    (left,) = report(*LOST_HOMES, other, accepts=[(urn(INSTANCE, "homes"), "2027-01-01")]).at_risk
    assert left.change.urn == other["urn"]


def test_a_hub_that_goes_whole_is_accepted_by_its_name() -> None:
    hub: Json = {"op": "delete", "urn": urn("hubstack:index:Hub", "data8"), "oldState": state() | {"custom": False}}
    inside = [step("delete", kind, "data8-x", {}, above=HUB) for kind in (RELEASE, NAMESPACE)]
    for each in inside:
        each["oldState"]["parent"] = hub["urn"]
    assert report(hub, *inside).verdict is Verdict.DATA_AT_RISK
    accepts = [("Hub data8", "2027-01-01")]
    assert report(hub, *inside, accepts=accepts).verdict is Verdict.ATTENTION
    assert report(*inside, accepts=accepts).verdict is Verdict.DATA_AT_RISK
    assert len(report(hub, *inside, *LOST_HOMES, accepts=accepts).at_risk) == 1


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("config: {}", 0),
        ("config:\n  hubstack:accept_data_loss: [{resource: Instance homes, reason: x, until: 2027-01-01}]", 1),
        ("config:\n  hubstack:accept_data_loss: [{resource: Instance homes, until: 2027-01-01}]", None),
        ("config:\n  hubstack:accept_data_loss: everything", None),
        ("config: [", None),
        (None, None),
    ],
)
def test_a_stack_file_that_cannot_be_read_accepts_nothing(tmp_path, text: str | None, accepted: int | None) -> None:
    file = tmp_path / "Pulumi.x.yaml"
    if text is not None:
        file.write_text(text)
    found = accepts(file)
    assert len(found.entries) == (accepted or 0)
    assert bool(found.unread) == (accepted is None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "5",
        "null",
        "{}",
        '{"steps": []}',
        '{"steps": 5}',
        '{"steps": [{}]}',
        '{"steps": [5]}',
        "[" * 9999,
    ],
)
def test_what_cannot_be_read_is_a_preview_that_failed(text: str) -> None:
    assert judged(text).verdict is Verdict.FAILED


def test_a_preview_of_another_stack_is_refused() -> None:
    found = judged(json.dumps({"steps": [root(stack="research"), step("delete", INSTANCE, "homes", stack="research")]}))
    assert found.verdict is Verdict.FAILED
    assert "another stack: research" in found.preview.errors[0].text


def test_errors_fail_the_run_and_risks_stand_before_them() -> None:
    broken = [{"severity": "error", "message": "it broke", "urn": urn(INSTANCE, "homes")}]
    assert report(diagnostics=broken).verdict is Verdict.FAILED
    assert report(*LOST_HOMES, diagnostics=broken).verdict is Verdict.DATA_AT_RISK
    assert report(diagnostics=[{"severity": "warning", "message": "hm"}]).verdict is Verdict.NO_CHANGE


def test_deletes_that_the_engine_counts_and_does_not_name_are_at_risk() -> None:
    assert report(changeSummary={"same": 4, "delete": 1}).verdict is Verdict.DATA_AT_RISK
    assert report(*LOST_HOMES, changeSummary={"same": 4, "replace": 1}).preview.untold == 0


def event(level: str) -> str:
    found = {"policyName": "no-open-door", "message": "it is open", "enforcementLevel": level, "resourceUrn": ""}
    return json.dumps({"sequence": 1, "timestamp": 1, "policyEvent": found}) + "\nnot json\n{}\n"


def test_findings_of_policies_come_from_the_event_log() -> None:
    assert judged(document(), events=event("mandatory")).verdict is Verdict.FAILED
    found = judged(document(), events=event("advisory"))
    assert found.verdict is Verdict.ATTENTION
    assert found.preview.findings[0].policy == "no-open-door"


def test_outputs_that_change_are_a_change() -> None:
    found = judged(document(), events=outputs({"url": "a", "x": 1}, {"url": "b", "x": 1}))
    assert found.verdict is Verdict.SAFE
    assert [(each.written, each.old, each.new) for each in found.preview.outputs] == [("url", "a", "b")]
