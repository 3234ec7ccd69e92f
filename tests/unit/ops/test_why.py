"""What pods wait for, from what Kubernetes says of them."""

from typing import Any

import pytest

from ops.waiting.reasons import Seen, reasons

HUB = "hub-6d5f"


def pod(name: str = HUB, *, containers: list[dict[str, Any]] | None = None, **status: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, "status": {"phase": "Pending", "containerStatuses": containers or [], **status}}


def waiting(reason: str, message: str = "", **more: Any) -> dict[str, Any]:
    state = {"waiting": {"reason": reason, "message": message}}
    return {"name": "hub", "image": "quay.io/nobody/hub:1", "ready": False, "state": state, **more}


def event(reason: str, message: str, about: str = HUB, kind: str = "Pod", at: str = "1") -> dict[str, Any]:
    involved = {"kind": kind, "name": about}
    return {"involvedObject": involved, "reason": reason, "message": message, "lastTimestamp": at}


def only(*pods: dict[str, Any], events: list[dict[str, Any]] | None = None, **more: Any) -> str:
    (sentence,) = reasons(Seen("data8", pods, events=events or [], **more))
    return sentence


@pytest.mark.parametrize("reason", ["ImagePullBackOff", "ErrImagePull", "InvalidImageName"])
def test_an_image_that_cannot_be_pulled_is_named_with_the_registrys_answer(reason: str):
    events = [
        event("Failed", "Error: ImagePullBackOff", at="3"),
        event("Failed", 'Failed to pull image "quay.io/nobody/hub:1": unauthorized: access denied', at="2"),
    ]
    said = only(pod(containers=[waiting(reason, "Back-off pulling image")]), events=events)
    assert said.startswith(f"Pod {HUB} in data8 waits for the image quay.io/nobody/hub:1: ")
    assert "unauthorized: access denied" in said


def test_without_events_the_pods_own_word_is_given():
    said = only(pod(containers=[waiting("ImagePullBackOff", 'Back-off pulling image "x"')]))
    assert said.endswith('waits for the image quay.io/nobody/hub:1: Back-off pulling image "x"')


def test_a_pod_without_a_node():
    conditions = [
        {"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available: 3 Insufficient memory."}
    ]
    assert "has no node: 0/3 nodes are available: 3 Insufficient memory." in only(pod(conditions=conditions))


def test_a_volume_that_cannot_be_mounted():
    said = only(pod(), events=[event("FailedMount", "mount.nfs: Connection timed out")])
    assert said == f"Pod {HUB} in data8 waits for a volume: mount.nfs: Connection timed out"


def test_a_container_that_does_not_stay_up():
    crashed = waiting("CrashLoopBackOff", lastState={"terminated": {"exitCode": 2}})
    said = only(pod(containers=[crashed]))
    assert "ended with exit code 2" in said
    assert f"kubectl -n data8 logs {HUB} -c hub --previous" in said


def test_a_pod_that_runs_and_does_not_answer():
    running = {"name": "hub", "ready": False, "state": {"running": {}}}
    said = only(pod(containers=[running], phase="Running"), events=[event("Unhealthy", "probe failed: 503")])
    assert said.endswith("runs and does not answer: probe failed: 503")


def test_a_quota_that_is_used_up():
    said = only(events=[event("FailedCreate", "pods is forbidden: exceeded quota: hub", "hub", "ReplicaSet")])
    assert said.startswith("ReplicaSet hub in data8 may make no pod, as the namespace's quota is used up")


def test_a_pod_that_was_made_in_the_end_is_not_held_against_the_quota():
    ready = [{"type": "Ready", "status": "True"}]
    made = pod("hub-6d5f-x", phase="Running", conditions=ready)
    events = [event("FailedCreate", "exceeded quota", HUB, "ReplicaSet")]
    assert reasons(Seen("data8", [made], events=events)) == []


def test_a_claim_without_a_volume():
    claim = {"metadata": {"name": "hub-db"}, "status": {"phase": "Pending"}}
    events = [event("ProvisioningFailed", "StorageClass not found", "hub-db", "PersistentVolumeClaim")]
    assert only(events=events, claims=[claim]) == "Claim hub-db in data8 gets no volume: StorageClass not found"


def test_a_pod_that_is_well_or_done_waits_for_nothing():
    ready = [{"type": "Ready", "status": "True"}]
    well = [pod(phase="Running", conditions=ready), pod("hook", phase="Succeeded")]
    assert reasons(Seen("data8", well)) == []


def test_where_nothing_says_why_it_says_where_to_look():
    assert f"kubectl -n data8 describe pod {HUB}" in only(pod())
