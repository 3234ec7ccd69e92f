"""What nodes, a volume provisioner and a cloud's balancer would report, for an API server that has none of them.

The engine's tests are about objects: what is made, changed, waited for and deleted, by the real API server and the real
controllers. No container has to run for that, only somebody has to say that it does. An image whose name starts with
`registry.invalid/` cannot be pulled.
"""

import threading
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Self

from kubernetes import client
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError

UNREACHABLE = "registry.invalid/"
_PERIOD = 0.15


class StandInNodes:
    """Reports pods as running, jobs' pods as done, claims as served and balancers as reachable, until it is stopped."""

    def __init__(self, api: client.ApiClient) -> None:
        self._core = client.CoreV1Api(api)
        self._storage = client.StorageV1Api(api)
        self._stop = threading.Event()
        self._paused = threading.Event()
        self._thread = threading.Thread(target=self._work, name="stand-in-nodes", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def pause(self) -> None:
        """Report nothing from now on: whoever waits for a pod, waits."""
        self._paused.set()

    def resume(self) -> None:
        """Report again."""
        self._paused.clear()

    def _work(self) -> None:
        tasks = (self._pods, self._claims, self._volumes, self._balancers)
        while not self._stop.wait(_PERIOD):
            for task in () if self._paused.is_set() else tasks:
                # What changed or went in between is looked at again in the next round.
                with suppress(ApiException, HTTPError):
                    task()

    def _pods(self) -> None:
        for pod in self._core.list_pod_for_all_namespaces(field_selector="status.phase=Pending").items:
            if pod.metadata.deletion_timestamp is None:
                status = _status(pod)
                self._core.patch_namespaced_pod_status(pod.metadata.name, pod.metadata.namespace, {"status": status})

    def _claims(self) -> None:
        """Make a volume for each claim of a class with a provisioner."""
        classes = {item.metadata.name for item in self._storage.list_storage_class().items}
        for claim in self._core.list_persistent_volume_claim_for_all_namespaces().items:
            if claim.spec.storage_class_name in classes and not claim.spec.volume_name:
                with suppress(ApiException):
                    self._core.create_persistent_volume(_volume_for(claim))

    def _volumes(self) -> None:
        """Remove what a provisioner would: volumes whose claim has gone."""
        for volume in self._core.list_persistent_volume().items:
            spec = volume.spec
            if spec.persistent_volume_reclaim_policy == "Delete" and volume.status.phase in {"Released", "Failed"}:
                self._core.delete_persistent_volume(volume.metadata.name)

    def _balancers(self) -> None:
        for service in self._core.list_service_for_all_namespaces().items:
            if service.spec.type == "LoadBalancer" and not service.status.load_balancer.ingress:
                status = {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.10"}]}}}
                self._core.patch_namespaced_service_status(service.metadata.name, service.metadata.namespace, status)


def _status(pod: client.V1Pod) -> dict[str, Any]:
    """Give what a kubelet would report of a pod."""
    containers = pod.spec.containers
    stuck = [container for container in containers if container.image.startswith(UNREACHABLE)]
    if stuck:
        waiting = {"reason": "ImagePullBackOff", "message": f'Back-off pulling image "{stuck[0].image}"'}
        return {"phase": "Pending", "containerStatuses": [_container(each, {"waiting": waiting}) for each in stuck]}
    now = datetime.now(UTC).isoformat()
    if pod.spec.restart_policy != "Always":
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


def _container(container: client.V1Container, state: dict[str, Any]) -> dict[str, Any]:
    ready = "running" in state
    return {
        "name": container.name,
        "image": container.image,
        "imageID": container.image,
        "ready": ready,
        "started": ready,
        "restartCount": 0,
        "state": state,
    }


def _volume_for(claim: client.V1PersistentVolumeClaim) -> client.V1PersistentVolume:
    return client.V1PersistentVolume(
        metadata=client.V1ObjectMeta(name=f"pvc-{claim.metadata.uid}"),
        spec=client.V1PersistentVolumeSpec(
            access_modes=claim.spec.access_modes,
            capacity=claim.spec.resources.requests,
            claim_ref=client.V1ObjectReference(
                api_version="v1",
                kind="PersistentVolumeClaim",
                name=claim.metadata.name,
                namespace=claim.metadata.namespace,
                uid=claim.metadata.uid,
            ),
            persistent_volume_reclaim_policy="Delete",
            storage_class_name=claim.spec.storage_class_name,
            host_path=client.V1HostPathVolumeSource(path=f"/var/lib/volumes/{claim.metadata.uid}"),
        ),
    )
