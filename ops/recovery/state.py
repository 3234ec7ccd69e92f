"""A stack's exported deployment, as far as recovering needs it.

The shape is `apitype.DeploymentV3` of pulumi/pulumi; the export must have been made with `--show-secrets`, as what is
read here (names, labels, kubeconfigs) may stand in a secret.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d"  # noqa: S105 - the engine's mark of a secret, itself none
RELEASE_TYPE = "kubernetes:helm.sh/v3:Release"
PLATFORM_LABEL = "hubstack.dev/platform"
_RANDOM_ID = "random:index/randomId:RandomId"
_KUBERNETES_PROVIDER = "pulumi:providers:kubernetes"


class OperationType(StrEnum):
    """What the engine was doing when it ended."""

    CREATING = "creating"
    UPDATING = "updating"
    DELETING = "deleting"
    READING = "reading"
    IMPORTING = "importing"


@dataclass(frozen=True)
class Resource:
    """One resource of the state; `inputs` are in plain text, so never print a Resource."""

    urn: str
    type: str
    id: str
    provider: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    needs: frozenset[str] = frozenset()
    """URNs of what it depends on, its provider among them."""

    def __repr__(self) -> str:
        return f"Resource({self.urn!r})"

    @property
    def name(self) -> str:
        """The name that the program gave it."""
        return self.urn.rsplit("::", 1)[-1]

    @property
    def title(self) -> str:
        """Its type and name, short enough for a line in a terminal."""
        return f"{self.type.rsplit(':', 1)[-1]} {self.name}"

    @property
    def provider_urn(self) -> str:
        """The URN of the provider that manages it."""
        return self.provider.rpartition("::")[0]


@dataclass(frozen=True)
class Operation:
    """An operation that the state knows as begun and not as ended."""

    type: OperationType
    resource: Resource


@dataclass(frozen=True)
class ObjectRef:
    """Where an object is in a cluster; `namespace` is empty for kinds without one."""

    api_version: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        place = f" in {self.namespace}" if self.namespace else ""
        return f"{self.kind} {self.name}{place}"

    @property
    def id(self) -> str:
        """The ID that Pulumi's Kubernetes provider gives the object."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


@dataclass(frozen=True)
class ReleaseRef:
    """A Helm release of the stack."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"Helm release {self.name} in {self.namespace}"


@dataclass(frozen=True)
class State:
    """A stack's state: what it has, and what it was doing."""

    resources: tuple[Resource, ...]
    operations: tuple[Operation, ...]

    def releases(self) -> dict[ReleaseRef, Resource]:
        """Give every Helm release that the state has or that an operation was about."""
        everything = [*self.resources, *(operation.resource for operation in self.operations)]
        return {
            reference: resource
            for resource in everything
            if resource.type == RELEASE_TYPE and (reference := release_ref(resource))
        }

    def without(self, providers: Collection[str]) -> "State":
        """Give the state less what some providers manage."""
        return State(
            tuple(each for each in self.resources if each.provider_urn not in providers),
            tuple(each for each in self.operations if each.resource.provider_urn not in providers),
        )

    @property
    def platform(self) -> str:
        """The platform's id, which everything outside the cluster is labelled with too; empty before it is made."""
        found = (each.outputs.get("hex") for each in self.resources if each.type == _RANDOM_ID)
        return str(next(filter(None, found), ""))

    def kubeconfigs(self) -> dict[str, str]:
        """Give each Kubernetes provider's kubeconfig by its URN; an empty text where the provider has none."""
        return {
            resource.urn: str(resource.inputs.get("kubeconfig") or "")
            for resource in self.resources
            if resource.type == _KUBERNETES_PROVIDER
        }


def read(deployment: Mapping[str, Any]) -> State:
    """Read what `pulumi stack export --show-secrets` gave."""
    body = fields(deployment.get("deployment"))
    return State(
        resources=tuple(_resource(entry) for entry in entries(body, "resources")),
        operations=tuple(
            Operation(OperationType(entry["type"]), _resource(entry["resource"]))
            for entry in entries(body, "pending_operations")
        ),
    )


def object_ref(resource: Resource) -> ObjectRef | None:
    """Give the object that a Kubernetes resource describes, or None where its inputs name none.

    A name that the provider generated stands in the inputs too: `Check` puts it there before anything is made.
    """
    metadata = fields(resource.inputs.get("metadata"))
    api_version, kind = resource.inputs.get("apiVersion"), resource.inputs.get("kind")
    if not (api_version and kind and metadata.get("name")):
        return None
    return ObjectRef(str(api_version), str(kind), str(metadata.get("namespace") or ""), str(metadata["name"]))


def platform_of(resource: Resource) -> str:
    """Give the platform's id that a Kubernetes resource is labelled with; empty where it has none."""
    labels = fields(fields(resource.inputs.get("metadata")).get("labels"))
    return str(labels.get(PLATFORM_LABEL) or "")


def release_ref(resource: Resource) -> ReleaseRef | None:
    """Give the release that a `helm.v3.Release` resource describes."""
    known = {**resource.outputs, **resource.inputs}
    name = known.get("name")
    return ReleaseRef(str(known.get("namespace") or "default"), str(name)) if name else None


def in_clear(value: Any) -> Any:
    """Give a value of the state with its secrets in plain text."""
    if isinstance(value, list):
        return [in_clear(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    known = fields(cast("Any", value))
    if SECRET_SIGNATURE in known:
        return in_clear(json.loads(known["plaintext"])) if "plaintext" in known else known.get("value")
    return {key: in_clear(item) for key, item in known.items()}


def fields(value: Any) -> dict[str, Any]:
    """Give a map, an empty one for nothing: what may be missing in a record is missing in many ways."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def entries(body: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Give a list of maps that a record has under `key`; an empty one where it has none."""
    return cast("list[dict[str, Any]]", body.get(key) or [])


def _resource(entry: Mapping[str, Any]) -> Resource:
    return Resource(
        urn=entry["urn"],
        type=entry["type"],
        id=entry.get("id") or "",
        provider=entry.get("provider") or "",
        inputs=in_clear(entry.get("inputs") or {}),
        outputs=in_clear(entry.get("outputs") or {}),
        needs=_needs(entry),
    )


def _needs(entry: Mapping[str, Any]) -> frozenset[str]:
    by_property = cast("Mapping[str, list[str] | None]", fields(entry.get("propertyDependencies")))
    named = {urn for urns in by_property.values() for urn in urns or []}
    named |= {*cast("list[str]", entry.get("dependencies") or []), str(entry.get("provider") or "").rpartition("::")[0]}
    return frozenset(named - {""})
