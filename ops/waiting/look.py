"""The stack's namespaces and what is in them, asked of the cluster that its own state names."""

from collections.abc import Sequence

from ops.recovery.api import Api
from ops.recovery.clusters import Clusters
from ops.recovery.state import Resource, State, object_ref
from ops.waiting.reasons import Seen

_NAMESPACE = "kubernetes:core/v1:Namespace"


def look(state: State, clusters: Clusters) -> list[Seen]:
    """Look into every namespace that the state has or was making; RecoverError where a cluster does not answer."""
    return [_seen(name, clusters.of(resource, state).api) for name, resource in _namespaces(state)]


def _namespaces(state: State) -> Sequence[tuple[str, Resource]]:
    resources = [*state.resources, *(operation.resource for operation in state.operations)]
    found = {
        reference.name: each
        for each in resources
        if each.type == _NAMESPACE and (reference := object_ref(each)) is not None
    }
    return list(found.items())


def _seen(namespace: str, api: Api) -> Seen:
    return Seen(
        namespace,
        pods=api.list("v1", "Pod", namespace),
        claims=api.list("v1", "PersistentVolumeClaim", namespace),
        events=api.list("v1", "Event", namespace),
    )
