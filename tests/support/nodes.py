"""What nodes, a volume provisioner and a cloud's balancer would report, for an API server that has none of them.

The engine's tests are about objects: what is made, changed, waited for and deleted, by the real API server and the real
controllers. No container has to run for that, only somebody has to say that it does. An image whose name starts with
`registry.invalid/` cannot be pulled.
"""

import threading
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Self

from testbed.cluster import Cluster
from testbed.cluster.api import Api, ApiError, Object
from testbed.cluster.reflector import Reflector
from testbed.cluster.state import load_settings

UNREACHABLE = "registry.invalid/"

_CORE = "/api/v1"
_AGAIN_AFTER = 0.5
"""Seconds until what was refused, as it changed or went in between, is tried again."""


class StandInNodes:
    """Reports pods as running, jobs' pods as done, claims as served and balancers as reachable, until it is stopped."""

    def __init__(self, cluster: Cluster) -> None:
        settings = load_settings(cluster.state)
        assert settings, f"there is no cluster in {cluster.state.folder}"
        self._api = Api("127.0.0.1", settings.ports["api"], cluster.state.pki, "admin")
        self._changed = threading.Event()
        self._stop = threading.Event()
        self._paused = threading.Event()
        self._thread = threading.Thread(target=self._work, name="stand-in-nodes", daemon=True)
        self._pods = self._copy_of(f"{_CORE}/pods")
        self._claims = self._copy_of(f"{_CORE}/persistentvolumeclaims")
        self._volumes = self._copy_of(f"{_CORE}/persistentvolumes")
        self._services = self._copy_of(f"{_CORE}/services")
        self._classes = self._copy_of("/apis/storage.k8s.io/v1/storageclasses")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._changed.set()
        self._thread.join()
        for copy in (self._pods, self._claims, self._volumes, self._services, self._classes):
            copy.stop()

    def pause(self) -> None:
        """Report nothing from now on: whoever waits for a pod, waits."""
        self._paused.set()

    def resume(self) -> None:
        """Report again."""
        self._paused.clear()
        self._changed.set()

    def _copy_of(self, collection: str) -> Reflector:
        copy = Reflector(self._api, collection, self._changed.set)
        copy.start()
        return copy

    def _work(self) -> None:
        while not self._stop.is_set():
            self._changed.wait(_AGAIN_AFTER)
            self._changed.clear()
            for task in () if self._paused.is_set() else (self._run, self._serve, self._remove, self._balance):
                with suppress(ApiError, OSError):
                    task()

    def _run(self) -> None:
        for pod in self._pods.objects():
            if pod["status"].get("phase") == "Pending" and "deletionTimestamp" not in pod["metadata"]:
                self._report(self._pods, f"{_namespace_of(pod)}/pods/{pod['metadata']['name']}", _status(pod))

    def _serve(self) -> None:
        """Make a volume for each claim of a class with a provisioner."""
        classes = {each["metadata"]["name"] for each in self._classes.objects()}
        made = {each["metadata"]["name"] for each in self._volumes.objects()}
        waiting = [claim for claim in self._claims.objects() if not claim["spec"].get("volumeName")]
        for claim in waiting:
            volume = _volume_for(claim)
            if claim["spec"].get("storageClassName") in classes and volume["metadata"]["name"] not in made:
                self._volumes.take("ADDED", self._api.create(f"{_CORE}/persistentvolumes", volume))

    def _remove(self) -> None:
        """Remove what a provisioner would: volumes whose claim has gone."""
        left = [volume for volume in self._volumes.objects() if "deletionTimestamp" not in volume["metadata"]]
        for volume in left:
            released = volume["status"].get("phase") in {"Released", "Failed"}
            if released and volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete":
                self._api.delete(f"{_CORE}/persistentvolumes/{volume['metadata']['name']}")

    def _balance(self) -> None:
        for service in self._services.objects():
            if service["spec"]["type"] == "LoadBalancer" and not service["status"]["loadBalancer"].get("ingress"):
                status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.10"}]}}
                self._report(self._services, f"{_namespace_of(service)}/services/{service['metadata']['name']}", status)

    def _report(self, copy: Reflector, path: str, status: Object) -> None:
        copy.take("MODIFIED", self._api.patch(f"{path}/status", {"status": status}))


def _namespace_of(item: Object) -> str:
    return f"{_CORE}/namespaces/{item['metadata']['namespace']}"


def _status(pod: Object) -> Object:
    """Give what a kubelet would report of a pod."""
    containers = pod["spec"]["containers"]
    stuck = [container for container in containers if container["image"].startswith(UNREACHABLE)]
    if stuck:
        message = f'Back-off pulling image "{stuck[0]["image"]}"'
        waiting = {"reason": "ImagePullBackOff", "message": message}
        return {"phase": "Pending", "containerStatuses": [_container(each, {"waiting": waiting}) for each in stuck]}
    now = datetime.now(UTC).isoformat()
    if pod["spec"]["restartPolicy"] != "Always":
        done = {"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": now, "finishedAt": now}}
        return {"phase": "Succeeded", "containerStatuses": [_container(each, done) for each in containers]}
    kinds = ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    return {
        "phase": "Running",
        "startTime": now,
        "podIP": "192.0.2.20",
        "podIPs": [{"ip": "192.0.2.20"}],
        "conditions": [{"type": kind, "status": "True", "lastTransitionTime": now} for kind in kinds],
        "containerStatuses": [_container(each, {"running": {"startedAt": now}}) for each in containers],
    }


def _container(container: Object, state: dict[str, Any]) -> Object:
    ready = "running" in state
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": container["image"],
        "ready": ready,
        "started": ready,
        "restartCount": 0,
        "state": state,
    }


def _volume_for(claim: Object) -> Object:
    uid, spec = claim["metadata"]["uid"], claim["spec"]
    reference = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "uid": uid}
    names = {key: claim["metadata"][key] for key in ("name", "namespace")}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"pvc-{uid}"},
        "spec": {
            "accessModes": spec["accessModes"],
            "capacity": spec["resources"]["requests"],
            "claimRef": {**reference, **names},
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": spec.get("storageClassName"),
            "hostPath": {"path": f"/var/lib/volumes/{uid}"},
        },
    }
