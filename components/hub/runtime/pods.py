"""A pod as KubeSpawner gives it: where its containers are, and what can be added to it.

It is made of Kubernetes' models, but within what people set themselves (extra containers, `extra_pod_config`) it is
plain JSON. Additions are models wherever KubeSpawner's own are, so that people's `modify_pod_hook` finds what it knows.
"""

from collections.abc import Mapping
from typing import Any, cast

from kubernetes_asyncio.client import V1Container, V1Volume, V1VolumeMount

from .upstream import get_k8s_model

NOTEBOOK = "notebook"
"""What KubeSpawner calls the container of the person's own server."""

Json = Mapping[str, Any]


def field(thing: Any, name: str) -> Any:
    """Give a field by the name that Kubernetes has for it, of a model or of plain JSON."""
    if isinstance(thing, Mapping):
        return cast("Json", thing).get(name)
    return getattr(thing, _attribute(thing, name))


def containers(pod: Any) -> dict[str, Any]:
    """Give all containers by name, init containers among them."""
    every = [*(field(pod.spec, "initContainers") or ()), *field(pod.spec, "containers")]
    return {field(container, "name"): container for container in every}


def mounts(container: Any) -> dict[str, Any]:
    """Give a container's mounts by their paths."""
    return {_path(mount): mount for mount in field(container, "volumeMounts") or ()}


def mount(container: Any, new: Json) -> bool:
    """Mount a volume in a container; where something is mounted at that path already, it stays, and False is given."""
    if _path(new) in mounts(container):
        return False
    _append(container, "volumeMounts", V1VolumeMount, new)
    return True


def add_volume(pod: Any, new: Json) -> None:
    """Add a volume, unless the pod has one of this name."""
    if not has_volume(pod, new["name"]):
        _append(pod.spec, "volumes", V1Volume, new)


def has_volume(pod: Any, name: str) -> bool:
    """Say whether the pod has a volume of this name."""
    return name in [field(volume, "name") for volume in field(pod.spec, "volumes") or ()]


def add_init_container(pod: Any, new: Json) -> None:
    """Add an init container after all others."""
    _append(pod.spec, "initContainers", V1Container, new)


def _path(mount: Any) -> str:
    path: str = field(mount, "mountPath")
    return path.rstrip("/") or "/"


def _append(thing: Any, name: str, model: type[Any], new: Json) -> None:
    every = [*(field(thing, name) or ()), get_k8s_model(model, new)]
    if isinstance(thing, dict):
        thing[name] = every
    else:
        setattr(thing, _attribute(thing, name), every)


def _attribute(model: Any, name: str) -> str:
    """Give what Python calls a model's field that Kubernetes has under this name."""
    names: dict[str, str] = {theirs: ours for ours, theirs in model.attribute_map.items()}
    return names[name]
