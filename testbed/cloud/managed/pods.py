"""What kubelets do: a pod that was given a node starts, runs or ends, and goes when it is deleted."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from testbed.cloud.managed import durations
from testbed.cloud.managed.outside import Outside
from testbed.cloud.managed.status import container_status, done_status, running_status
from testbed.cloud.managed.world import CORE, World, below, is_going, labels, listed, mapped, owners
from testbed.cluster.api import ApiError, Object

UNREACHABLE = "registry.invalid/"
"""No image of this registry can be pulled."""

_WAITING = "ContainerCreating"
_NOT_ATTACHED = "the volume is not attached to the node yet"


class Pods:
    """Plays the kubelet of every node."""

    def __init__(self, world: World, outside: Outside, never_ready: Callable[[Object], bool]) -> None:
        self.world = world
        self.outside = outside
        self.never_ready = never_ready
        """Pods whose readiness somebody else reports."""
        self._images: set[tuple[str, str]] = set()
        self._addresses = 0

    def look(self) -> None:
        """Bring every pod on its way that has one to go."""
        nodes = {node["metadata"]["name"] for node in self.world.all("nodes")}
        for pod in self.world.all("pods"):
            node, phase, uid = pod["spec"].get("nodeName"), pod["status"].get("phase"), pod["metadata"]["uid"]
            if not node:
                continue
            if is_going(pod):
                grace = pod["metadata"].get("deletionGracePeriodSeconds", 30) if node in nodes else 0
                seconds = min(grace, durations.POD_ENDS)
                self.world.agenda.once(f"end/{uid}", seconds, partial(self.world.remove, "pods", pod, at_once=True))
            elif phase == "Pending" and node in nodes:
                self.world.agenda.once(f"start/{uid}", self._until_start(pod), partial(self._start, uid))
            elif phase == "Running" and _is_of_a_job(pod):
                self.world.agenda.once(f"done/{uid}", durations.JOB_RUNS, partial(self._finish, uid))

    def _until_start(self, pod: Object) -> float:
        """Give the seconds until a pod runs; longer where its node has not its images yet."""
        if any(each["type"] == "ContainersReady" for each in listed(pod, "status", "conditions")):
            return durations.TRY_AGAIN
        new = {(pod["spec"]["nodeName"], each["image"]) for each in _containers(pod)} - self._images
        return durations.POD_STARTS + (durations.IMAGE_IS_PULLED if new else 0)

    def _start(self, uid: str) -> None:
        pod = next((each for each in self.world.all("pods") if each["metadata"]["uid"] == uid), None)
        if pod is None or is_going(pod) or pod["status"].get("phase") != "Pending":
            return
        reason, why = self._hindrance(pod)
        if why:
            if reason != _WAITING:
                self.world.say(pod, "Pod", reason, why, "kubelet")
            self._wait(pod, reason, why)
            return
        self._images |= {(pod["spec"]["nodeName"], each["image"]) for each in _containers(pod)}
        self._addresses += 1
        address = f"10.{200 + self._addresses // 62500}.{self._addresses // 250 % 250}.{self._addresses % 250 + 1}"
        status = running_status(pod, address, ready=not self.never_ready(pod))
        self.world.change("pods", pod, {"status": status}, "/status")

    def _wait(self, pod: Object, reason: str, why: str) -> None:
        """Report what holds a pod up, unless that is reported already."""
        state = {"waiting": {"reason": _WAITING}}
        if reason == "Failed":
            state = {"waiting": {"reason": "ImagePullBackOff", "message": why}}
        statuses = [container_status(each, state) for each in listed(pod, "spec", "containers")]
        told = {"type": "ContainersReady", "status": "False", "reason": "ContainersNotReady", "message": why}
        conditions = [each for each in listed(pod, "status", "conditions") if each["type"] != "ContainersReady"]
        before = [each for each in listed(pod, "status", "conditions") if each.get("message") == why]
        if not before:
            status = {"phase": "Pending", "containerStatuses": statuses, "conditions": [*conditions, told]}
            self.world.change("pods", pod, {"status": status}, "/status")
        uid = pod["metadata"]["uid"]
        self.world.agenda.once(f"start/{uid}", durations.TRY_AGAIN, partial(self._start, uid))

    def _finish(self, uid: str) -> None:
        pod = next((each for each in self.world.all("pods") if each["metadata"]["uid"] == uid), None)
        if pod and not is_going(pod) and pod["status"].get("phase") == "Running":
            self.world.change("pods", pod, {"status": done_status(pod)}, "/status")

    def _hindrance(self, pod: Object) -> tuple[str, str]:
        """Give the event's reason and sentence for why a pod cannot start; two empty texts where it can."""
        for volume in listed(pod, "spec", "volumes"):
            why = self._lacks(volume, pod)
            if why == _NOT_ATTACHED:
                return _WAITING, why
            if why:
                return "FailedMount", f'MountVolume.SetUp failed for volume "{volume["name"]}" : {why}'
        for container in _containers(pod):
            if container["image"].startswith(UNREACHABLE):
                return "Failed", f'Failed to pull image "{container["image"]}": no such host'
        return "", ""

    def _lacks(self, volume: Mapping[str, Any], pod: Object) -> str:
        namespace = pod["metadata"]["namespace"]
        if "persistentVolumeClaim" in volume:
            return self._lacks_claim(volume["persistentVolumeClaim"]["claimName"], pod)
        if "nfs" in volume:
            return self.outside.lacks_share(volume, self._zone(pod))
        for kind, wanted in _needed_objects(volume):
            if not self._exists(f"{CORE}/namespaces/{namespace}/{kind}s/{wanted}"):
                return f'{kind} "{wanted}" not found'
        return ""

    def _lacks_claim(self, name: str, pod: Object) -> str:
        claim = self.world.named("claims", name, pod["metadata"]["namespace"])
        volume = self.world.named("volumes", claim["spec"].get("volumeName", "")) if claim else None
        if volume is None:
            return f'claim "{name}" is not bound'
        driver = below(volume, "spec", "csi", "driver") or ""
        if driver and self.outside.makes(driver):
            attached = any(
                each["spec"]["source"].get("persistentVolumeName") == volume["metadata"]["name"]
                and each["spec"]["nodeName"] == pod["spec"]["nodeName"]
                and below(each, "status", "attached")
                for each in self.world.all("attachments")
            )
            return "" if attached else _NOT_ATTACHED
        if "nfs" in volume["spec"] or driver:
            return self.outside.lacks_share(volume["spec"], self._zone(pod))
        return ""

    def _zone(self, pod: Object) -> str:
        node = self.world.named("nodes", pod["spec"]["nodeName"])
        return labels(node).get("topology.kubernetes.io/zone", "") if node else ""

    def _exists(self, path: str) -> bool:
        try:
            self.world.api.get(path)
        except ApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True


def _containers(pod: Object) -> list[dict[str, Any]]:
    return [*listed(pod, "spec", "initContainers"), *listed(pod, "spec", "containers")]


def _is_of_a_job(pod: Object) -> bool:
    return any(each["kind"] == "Job" for each in owners(pod))


def _needed_objects(volume: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Give kind and name of the Secrets and ConfigMaps without which a volume cannot be mounted."""
    sources = [volume, *listed(volume, "projected", "sources")]
    for source in sources:
        for kind, field, name in (("secret", "secret", "secretName"), ("configmap", "configMap", "name")):
            wanted = mapped(source, field)
            if wanted and not wanted.get("optional"):
                yield kind, wanted.get(name) or wanted.get("name", "")
