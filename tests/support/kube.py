"""What the tests look at in a cluster: pods, claims, volumes, and all that bears a platform's label."""

import base64
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic import DynamicClient
from kubernetes.dynamic.resource import Resource
from kubernetes.stream import stream

from components.labels import HUB, MANAGED_BY, PLATFORM, PULUMI

# Kinds that the cluster itself makes of others, or that only answer questions.
_NOT_LOOKED_AT = {
    "Event",
    "EndpointSlice",
    "Endpoints",
    "ControllerRevision",
    "ComponentStatus",
    "PodMetrics",
    "NodeMetrics",
}


@dataclass
class Kube:
    """A cluster, as its administrator sees it."""

    kubeconfig: Path
    context: str

    @cached_property
    def api(self) -> client.ApiClient:
        return self._new_client()

    @cached_property
    def core(self) -> client.CoreV1Api:
        return client.CoreV1Api(self.api)

    def namespaces(self) -> set[str]:
        return {item.metadata.name for item in self.core.list_namespace().items}

    def namespaces_that_go(self) -> set[str]:
        """Give the namespaces that were deleted and are still there."""
        items = self.core.list_namespace().items
        return {item.metadata.name for item in items if item.metadata.deletion_timestamp}

    def pods(self, namespace: str, selector: str = "") -> list[client.V1Pod]:
        return self.core.list_namespaced_pod(namespace, label_selector=selector).items

    def as_json(self, thing: object) -> dict[str, Any]:
        """Give an object as the API server writes it."""
        return self.api.sanitize_for_serialization(thing)

    def claims(self, namespace: str) -> set[str]:
        return {item.metadata.name for item in self.core.list_namespaced_persistent_volume_claim(namespace).items}

    def volumes_of(self, namespace: str) -> set[str]:
        """Give the volumes that a namespace's claims took, or that still remember that they did."""
        volumes = self.core.list_persistent_volume().items
        return {
            volume.metadata.name
            for volume in volumes
            if volume.spec.claim_ref and volume.spec.claim_ref.namespace == namespace
        }

    def has_job(self, platform_hub: str) -> bool:
        """Say whether the job that makes a hub's folder is there."""
        jobs = client.BatchV1Api(self.api).list_job_for_all_namespaces(label_selector=f"{HUB}={platform_hub}")
        return bool(jobs.items)

    def class_of(self, role: str) -> str:
        """Give the platform's storage class for a role, which Pulumi has named."""
        classes = client.StorageV1Api(self.api).list_storage_class().items
        (found,) = [each.metadata.name for each in classes if each.metadata.name.startswith(f"storage-{role}-")]
        return found

    def run_server(self, namespace: str, name: str, disk: str = "") -> None:
        """Make a pod such as the hub makes for a person's server; `disk`: the class of a disk of the person's own."""
        if disk:
            claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
            body = {"metadata": {"name": name}, "spec": {**claim, "storageClassName": disk}}
            self.core.create_namespaced_persistent_volume_claim(namespace, body)
        self.core.create_namespaced_pod(namespace, _server(name, name if disk else ""))

    def helm_statuses(self, namespace: str) -> list[str]:
        """Give the statuses of a namespace's Helm revisions, oldest first."""
        secrets = self.core.list_namespaced_secret(namespace, label_selector="owner=helm").items
        secrets.sort(key=lambda secret: int(secret.metadata.labels["version"]))
        return [secret.metadata.labels["status"] for secret in secrets]

    def helm_releases(self) -> dict[tuple[str, str], str]:
        """Give the status of each Helm release's newest revision, by namespace and name."""
        secrets = self.core.list_secret_for_all_namespaces(label_selector="owner=helm").items
        secrets.sort(key=lambda secret: int(secret.metadata.labels["version"]))
        labels = [(each.metadata.namespace, each.metadata.labels) for each in secrets]
        return {(namespace, each["name"]): each["status"] for namespace, each in labels}

    def chart_values(self, namespace: str) -> dict[str, Any]:
        """Give the values that the chart handed to the hub, whole."""
        secret = self.core.read_namespaced_secret("hub", namespace)
        return yaml.safe_load(base64.b64decode(secret.data["values.yaml"]))

    def exists(self, kind: str, namespace: str, name: str, api_version: str = "v1") -> bool:
        return self._get(kind, namespace, name, api_version) is not None

    def is_going(self, kind: str, namespace: str, name: str, api_version: str = "v1") -> bool:
        """Say whether an object was deleted and is still there, or gone already."""
        found = self._get(kind, namespace, name, api_version)
        return found is None or bool(found["metadata"].get("deletionTimestamp"))

    def _get(self, kind: str, namespace: str, name: str, api_version: str) -> dict[str, Any] | None:
        resource = self._dynamic.resources.get(api_version=api_version, kind=kind)
        try:
            return resource.get(name=name, **({"namespace": namespace} if namespace else {})).to_dict()
        except ApiException as error:
            if error.status == 404:
                return None
            raise

    def made_by_pulumi(self, platform: str) -> set[tuple[str, str, str]]:
        """Give kind, namespace and name of everything that the platform's graph itself made."""
        return self.labelled(platform, f",{MANAGED_BY}={PULUMI}")

    def labelled(self, platform: str, more: str = "") -> set[tuple[str, str, str]]:
        """Give kind, namespace and name of everything with the platform's label that no other object owns."""
        kinds = [
            resource
            for resource in self._dynamic.resources.search()
            if type(resource) is Resource and "list" in (resource.verbs or ())
            if resource.kind not in _NOT_LOOKED_AT
        ]
        with ThreadPoolExecutor(8) as pool:
            lists = pool.map(lambda kind: self._list(kind, f"{PLATFORM}={platform}{more}"), kinds)
        return {
            (item["kind"], item["metadata"].get("namespace") or "", item["metadata"]["name"])
            for items in lists
            for item in items
            if not item["metadata"].get("ownerReferences")
        }

    def pod_runs(self, namespace: str, name: str) -> bool:
        return self.core.read_namespaced_pod(name, namespace).status.phase == "Running"

    def run_in_pod(self, namespace: str, name: str, command: list[str], container: str | None = None) -> str:
        """Run a command in a pod, by default in its only container, and give what it printed."""
        # The client's own call, bound to another transport for as long as it runs, so it gets a client to itself.
        core = client.CoreV1Api(self._new_client())
        where = {"container": container} if container else {}
        return stream(
            core.connect_get_namespaced_pod_exec, name, namespace, command=command, stdout=True, stderr=True, **where
        )

    def api_address(self) -> tuple[str, int]:
        """Give where the API server itself listens, behind its Service."""
        endpoints = client.DiscoveryV1Api(self.api).list_namespaced_endpoint_slice(
            "default", label_selector="kubernetes.io/service-name=kubernetes"
        )
        (found,) = endpoints.items
        return found.endpoints[0].addresses[0], found.ports[0].port

    def hub_secrets(self, namespace: str) -> set[str]:
        """Give the tokens and keys of a hub, as they are stored."""
        data = self.core.read_namespaced_secret("hub", namespace).data
        return {value for key, value in data.items() if key.startswith("hub.") and value}

    def hold(self, kind: str, namespace: str, name: str, api_version: str = "v1", *, on: bool = True) -> None:
        """Keep an object from going, however much it is deleted, until it is let go."""
        resource = self._dynamic.resources.get(api_version=api_version, kind=kind)
        change = {"metadata": {"finalizers": ["tests.hubstack.dev/hold"] if on else None}}
        resource.patch(name=name, namespace=namespace, body=change, content_type="application/merge-patch+json")

    def _new_client(self) -> client.ApiClient:
        return config.new_client_from_config(str(self.kubeconfig), context=self.context, persist_config=False)

    @cached_property
    def _dynamic(self) -> DynamicClient:
        return DynamicClient(self.api)

    @staticmethod
    def _list(kind: Any, selector: str) -> list[dict[str, Any]]:
        try:
            answer = kind.get(label_selector=selector).to_dict()
        except ApiException as error:
            if error.status in {404, 405}:
                return []
            raise
        return [{**item, "kind": kind.kind} for item in answer.get("items") or []]


def wait_for(what: str, condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until a condition holds; fails with what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds:.0f} s still not: {what}")
        time.sleep(0.25)


def _server(name: str, claim: str) -> dict[str, Any]:
    container: dict[str, Any] = {
        "name": "notebook",
        "image": "server",
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    spec: dict[str, Any] = {
        "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
    }
    if claim:
        container["volumeMounts"] = [{"name": "disk", "mountPath": "/disk"}]
        spec["volumes"] = [{"name": "disk", "persistentVolumeClaim": {"claimName": claim}}]
    return {"metadata": {"name": name, "labels": {"component": "singleuser-server"}}, "spec": spec}
