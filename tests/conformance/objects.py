"""Objects in a test's namespace, as the administrator reads and changes them by hand."""

from dataclasses import dataclass
from typing import Any

from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic import DynamicClient

from tests.support.kube import Kube


@dataclass
class Objects:
    """The objects of one namespace."""

    kube: Kube
    namespace: str

    def get(self, kind: str, name: str, api_version: str = "v1") -> dict[str, Any] | None:
        """Give an object, or None where it is not there."""
        try:
            return self._kind(kind, api_version).get(name=name, namespace=self.namespace).to_dict()
        except ApiException as error:
            if error.status == 404:
                return None
            raise

    def names(self, kind: str, api_version: str = "v1") -> set[str]:
        """Give the names of a kind's objects."""
        found = self._kind(kind, api_version).get(namespace=self.namespace).to_dict()
        return {item["metadata"]["name"] for item in found["items"]}

    def create(self, body: dict[str, Any]) -> None:
        """Make an object by hand."""
        self._kind(body["kind"], body["apiVersion"]).create(body=body, namespace=self.namespace)

    def patch(self, kind: str, name: str, change: dict[str, Any], api_version: str = "v1") -> None:
        """Merge a change into an object by hand."""
        self._kind(kind, api_version).patch(
            name=name,
            namespace=self.namespace,
            body=change,
            content_type="application/merge-patch+json",
            field_manager="somebody",
        )

    def delete(self, kind: str, name: str, api_version: str = "v1") -> None:
        """Delete an object by hand."""
        self._kind(kind, api_version).delete(name=name, namespace=self.namespace)

    def owners(self, kind: str, name: str, api_version: str = "v1") -> set[tuple[str, str]]:
        """Give who owns fields of an object: manager and operation."""
        entries = (self.get(kind, name, api_version) or {})["metadata"]["managedFields"]
        return {(entry["manager"], entry["operation"]) for entry in entries}

    def _kind(self, kind: str, api_version: str) -> Any:
        return DynamicClient(self.kube.api).resources.get(kind=kind, api_version=api_version)
