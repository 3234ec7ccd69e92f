"""Whose a thing is stands on it, so that what is left behind is found."""

from collections.abc import Iterable, Mapping
from typing import Any

from policies.model import CLOUD_TAG, PLATFORM_LABEL, Finding, Policy, Resource, Stack, Withheld, at, is_object

_GOOGLE = {
    "gcp:container/cluster:Cluster": "resourceLabels",
    "gcp:container/nodePool:NodePool": "nodeConfig.resourceLabels",
    "gcp:filestore/instance:Instance": "labels",
    "gcp:storage/bucket:Bucket": "labels",
    "gcp:compute/address:Address": "labels",
    "gcp:workflows/workflow:Workflow": "labels",
}
_AZURE = tuple(
    f"azure-native:{kind}"
    for kind in (
        "resources:ResourceGroup",
        "network:VirtualNetwork",
        "network:PublicIPAddress",
        "network:NatGateway",
        "network:PrivateEndpoint",
        "managedidentity:UserAssignedIdentity",
        "storage:StorageAccount",
        "containerservice:ManagedCluster",
        "containerservice:AgentPool",
    )
)


def _nobodys(resource: Resource, _stack: Stack) -> Iterable[Finding]:
    if not _is_marked(resource):
        key = PLATFORM_LABEL if is_object(resource) else CLOUD_TAG
        yield Finding(
            f"{resource.kind} {resource.name} does not say whose it is",
            "components/",
            "Once the stack is gone, nobody finds it again, and it is paid for until somebody wonders.",
            f"give it the label {key}, from components/labels.py",
        )


def _is_marked(resource: Resource) -> bool:
    if is_object(resource):
        return _has(resource.at("metadata.labels"), PLATFORM_LABEL)
    if resource.type in _GOOGLE:
        return _has(resource.at(_GOOGLE[resource.type]), CLOUD_TAG)
    if resource.type in _AZURE:
        return _has(resource.at("tags"), CLOUD_TAG)
    # AWS' provider puts its own tags on whatever takes some.
    defaults = resource.provider.get("defaultTags")
    return _has(resource.at("tags"), CLOUD_TAG) or defaults is Withheld.UNKNOWN or CLOUD_TAG in str(defaults)


def _has(labels: Any, key: str) -> bool:
    return labels is Withheld.UNKNOWN or (isinstance(labels, Mapping) and at(labels, key, "\0") is not None)


def _can_say(resource: Resource) -> bool:
    of_aws = resource.type.startswith("aws:") and bool(resource.provider)
    return is_object(resource) or resource.type in (*_GOOGLE, *_AZURE) or of_aws


POLICIES = (Policy("labelled", "Everything says which platform it belongs to.", _can_say, _nobodys),)
