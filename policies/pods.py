"""Pods, wherever they are written: as such, and in what makes them."""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.model import Resource, at, entries, section

_TEMPLATES = {
    "Pod": "spec",
    "Deployment": "spec.template.spec",
    "ReplicaSet": "spec.template.spec",
    "StatefulSet": "spec.template.spec",
    "DaemonSet": "spec.template.spec",
    "Job": "spec.template.spec",
    "CronJob": "spec.jobTemplate.spec.template.spec",
}


def pod(resource: Resource) -> Mapping[str, Any]:
    """Give the description of the pods that it makes; empty where it makes none."""
    return section(resource.at(_TEMPLATES[resource.kind])) if makes_pods(resource) else {}


def makes_pods(resource: Resource) -> bool:
    """Say whether it is a pod or makes some."""
    return resource.type.startswith("kubernetes:") and resource.kind in _TEMPLATES


def containers(described: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give the containers of a pod, those that run first among them."""
    for key in ("initContainers", "containers", "ephemeralContainers"):
        for each in entries(at(described, key)):
            if isinstance(each, Mapping):
                yield each
