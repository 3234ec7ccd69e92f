"""What the tests look at in a cluster: pods, claims, volumes, and all that bears a platform's label."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic import DynamicClient

LABEL = "hubstack.dev/platform"

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
        return config.new_client_from_config(str(self.kubeconfig), context=self.context, persist_config=False)

    @cached_property
    def core(self) -> client.CoreV1Api:
        return client.CoreV1Api(self.api)

    def namespaces(self) -> set[str]:
        return {item.metadata.name for item in self.core.list_namespace().items}

    def pods(self, namespace: str, selector: str = "") -> list[client.V1Pod]:
        return self.core.list_namespaced_pod(namespace, label_selector=selector).items

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

    def helm_statuses(self, namespace: str) -> list[str]:
        """Give the statuses of a namespace's Helm revisions, oldest first."""
        secrets = self.core.list_namespaced_secret(namespace, label_selector="owner=helm").items
        secrets.sort(key=lambda secret: int(secret.metadata.labels["version"]))
        return [secret.metadata.labels["status"] for secret in secrets]

    def exists(self, kind: str, namespace: str, name: str, api_version: str = "v1") -> bool:
        resource = self._dynamic.resources.get(api_version=api_version, kind=kind)
        try:
            resource.get(name=name, **({"namespace": namespace} if namespace else {}))
        except ApiException as error:
            if error.status == 404:
                return False
            raise
        return True

    def labelled(self, platform: str) -> set[tuple[str, str, str]]:
        """Give kind, namespace and name of everything in the cluster that bears the platform's label and that no other
        object owns."""
        kinds = [
            resource
            for resource in self._dynamic.resources.search()
            if "list" in (getattr(resource, "verbs", None) or []) and resource.kind not in _NOT_LOOKED_AT
        ]
        with ThreadPoolExecutor(8) as pool:
            lists = pool.map(lambda kind: self._list(kind, f"{LABEL}={platform}"), kinds)
        return {
            (item["kind"], item["metadata"].get("namespace") or "", item["metadata"]["name"])
            for items in lists
            for item in items
            if not item["metadata"].get("ownerReferences")
        }

    @property
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
