"""The accounts that a stack's providers work in, and the same three questions to each."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

from ops.clouds import aws, azure, gcp
from ops.clouds.asking import answer
from ops.clouds.looking import TAG, UnclearError, complete, look
from ops.clouds.place import Place
from ops.clouds.thing import Existing, Look, Thing
from ops.recovery.state import Resource

_PROVIDER = "pulumi:providers:"
_MODULES: Mapping[str, ModuleType] = {"gcp": gcp, "aws": aws, "azure-native": azure}

CLUSTERS = frozenset({gcp.CLUSTER, aws.CLUSTER, azure.CLUSTER})
"""The kinds that are a Kubernetes cluster."""


def cloud_of(kind: str) -> str:
    """Give the cloud that a resource's type belongs to, or a provider's own; empty for none of the three."""
    name = kind.removeprefix(_PROVIDER).partition(":")[0]
    return name if name in _MODULES else ""


def places(resources: Iterable[Resource]) -> list[Place]:
    """Give the accounts that the providers among some resources work in."""
    known = list(resources)
    providers = [each for each in known if each.type.startswith(_PROVIDER) and cloud_of(each.type)]
    subscription = next((each.id.split("/")[2] for each in known if each.id.startswith("/subscriptions/")), "")
    found = [_place(each, subscription) for each in providers]
    return list(dict.fromkeys(place for place in found if place.project or place.cloud != "gcp"))


def things_of(place: Place, platform: str) -> list[Thing]:
    """Give what bears a platform's label or tag. Raises CloudError where the cloud does not say."""
    return _MODULES[place.cloud].things_of(place, platform)


def cluster_is_gone(cluster: Resource) -> bool:
    """Say whether the cloud itself says that a cluster does not exist. Raises CloudError where it does not say."""
    words: list[str] = _MODULES[cloud_of(cluster.type)].cluster_command(cluster.id, cluster.outputs)
    return answer(*words) is None


def is_known(kind: str) -> bool:
    """Say whether a resource of this kind can be looked up."""
    return kind in _looks(kind)


def is_same_when_made_again(kind: str) -> bool:
    """Say whether making it twice makes one thing."""
    return bool(cloud_of(kind)) and kind.startswith(_MODULES[cloud_of(kind)].AGAIN)


def look_up(resource: Resource, place: Place, platform: str, known: Collection[str]) -> Existing | None:
    """Give what the cloud has of a resource that the state does not have; None where it has nothing.

    `known` are the ids of the resources of its kind that the state has. Raises CloudError where the cloud does not say,
    and UnclearError where several things fit.
    """
    table = _looks(resource.type)[resource.type]
    if place.cloud == "azure-native" and not place.subscription:
        place = replace(place, subscription=azure.selected_subscription())
    inputs = {**_defaults(place), TAG.replace("-", "_"): platform, TAG: platform, **_given(resource)}
    if place.cloud == "aws":
        inputs |= aws.derived(inputs)
    if not complete(table, inputs):
        raise UnclearError("its inputs do not name it")
    return look(table, inputs, _MODULES[place.cloud].common(place), known)


def _looks(kind: str) -> Mapping[str, Look]:
    module = _MODULES.get(cloud_of(kind))
    return module.LOOKS if module else {}


def _given(resource: Resource) -> dict[str, Any]:
    return {name: value for name, value in resource.inputs.items() if value not in (None, "")}


def _defaults(place: Place) -> dict[str, str]:
    return {"project": place.project, "region": place.region, "subscription": place.subscription}


def _place(provider: Resource, subscription: str) -> Place:
    """Give a provider's account; Azure's may leave the subscription to `az`, and then the resources' ids name it."""
    inputs, cloud = provider.inputs, cloud_of(provider.type)
    if cloud == "azure-native":
        return Place(cloud, subscription=str(inputs.get("subscriptionId") or subscription))
    return Place(cloud, project=str(inputs.get("project") or ""), region=str(inputs.get("region") or ""))
