"""What a kubelet reports of a pod."""

from collections.abc import Mapping
from typing import Any

from testbed.cloud.managed.world import listed, timestamp
from testbed.cluster.api import Object

_STARTED = ("Initialized", "PodReadyToStartContainers")
_READY = ("ContainersReady", "Ready")


def running_status(pod: Object, address: str, *, ready: bool = True) -> dict[str, Any]:
    """Say that a pod runs, and that it is ready or not."""
    now = timestamp()
    running = {"running": {"startedAt": now}}
    done = {"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": now, "finishedAt": now}}
    first = [
        container_status(each, running if each.get("restartPolicy") == "Always" else done, ready=True)
        for each in listed(pod, "spec", "initContainers")
    ]
    told = [*(_condition(kind, met=True) for kind in _STARTED), *(_condition(kind, met=ready) for kind in _READY)]
    return {
        "phase": "Running",
        "startTime": now,
        "hostIP": "10.99.0.1",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "conditions": [_condition("PodScheduled", met=True), *told],
        "initContainerStatuses": first,
        "containerStatuses": [
            container_status(each, running, ready=ready) for each in listed(pod, "spec", "containers")
        ],
    }


def done_status(pod: Object) -> dict[str, Any]:
    """Say that a pod has done its work."""
    now = timestamp()
    done = {"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": now, "finishedAt": now}}
    kept = [each for each in listed(pod, "status", "conditions") if each["type"] not in ("Ready", "ContainersReady")]
    told = [{**_condition(kind, met=False), "reason": "PodCompleted"} for kind in ("ContainersReady", "Ready")]
    statuses = [container_status(each, done) for each in listed(pod, "spec", "containers")]
    return {"phase": "Succeeded", "conditions": [*kept, *told], "containerStatuses": statuses}


def container_status(container: Mapping[str, Any], state: Mapping[str, Any], *, ready: bool = False) -> dict[str, Any]:
    """Say how one container fares."""
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": container["image"],
        "ready": ready,
        "started": "running" in state,
        "restartCount": 0,
        "state": state,
    }


def _condition(kind: str, *, met: bool) -> dict[str, str]:
    return {"type": kind, "status": "True" if met else "False", "lastTransitionTime": timestamp()}
