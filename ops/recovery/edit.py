"""The deployment that goes back into the state: adopted resources in, pending operations out.

Edits the deployment as exported without `--show-secrets`, so that what is secret stays encrypted on its way.
"""

import copy
from collections.abc import Collection, Sequence
from typing import Any, cast

from ops.recovery.settlement import Action, Settlement
from ops.recovery.state import RELEASE_TYPE, entries, fields


def apply(deployment: dict[str, Any], settlements: Sequence[Settlement]) -> dict[str, Any]:
    """Give a copy of the deployment in which the settlements have taken effect."""
    edited = copy.deepcopy(deployment)
    body = edited["deployment"]
    resources = entries(body, "resources")
    adopted = {each.operation.resource.urn: each for each in settlements if each.action.takes_in}
    for entry in entries(body, "pending_operations"):
        settlement = adopted.get(entry["resource"]["urn"])
        if settlement and entry["type"] == "creating":
            without = _without_replaced(resources, entry["resource"]["urn"])
            resources = [*without, _adopted(entry["resource"], settlement)]
    body["resources"] = resources
    body.pop("pending_operations", None)
    return edited


def drop(deployment: dict[str, Any], urns: Collection[str]) -> dict[str, Any]:
    """Give a copy of the deployment without some resources, and without anybody's need of them."""
    edited = copy.deepcopy(deployment)
    body = edited["deployment"]
    body["resources"] = [_freed(entry, urns) for entry in entries(body, "resources") if entry["urn"] not in urns]
    return edited


def _freed(entry: dict[str, Any], urns: Collection[str]) -> dict[str, Any]:
    def left(needs: Any) -> list[str]:
        return [urn for urn in cast("list[str]", needs or []) if urn not in urns]

    by_property = fields(entry.get("propertyDependencies"))
    free = {
        **entry,
        "dependencies": left(entry.get("dependencies")),
        "propertyDependencies": {name: left(needs) for name, needs in by_property.items()},
    }
    return {key: value for key, value in free.items() if key != "deletedWith" or value not in urns}


def _adopted(resource: dict[str, Any], settlement: Settlement) -> dict[str, Any]:
    """Give the entry of a resource that was made; the refresh that follows fills in what only the cluster knows.

    Its outputs are its inputs until then: they carry the provider's `__fieldManager`, without which the next
    server-side apply would come from another manager and conflict with the first; a release needs `__inputs`, or its
    provider takes the refresh for an import and makes inputs of its own.
    """
    inputs = fields(resource.get("inputs"))
    outputs = {**inputs, "__inputs": inputs} if resource["type"] == RELEASE_TYPE else dict(inputs)
    mark = {"taint": True} if settlement.action is Action.REPLACE else {}
    return {**resource, "id": settlement.id, "outputs": outputs, **mark}


def _without_replaced(resources: list[dict[str, Any]], urn: str) -> list[dict[str, Any]]:
    """Give the resources with an older one of the same URN as the engine leaves it once its successor is made.

    One that was deleted before its replacement is gone; one that was to be deleted after it is marked for that.
    """
    remaining = [entry for entry in resources if not (entry["urn"] == urn and entry.get("pendingReplacement"))]
    return [{**entry, "delete": True} if entry["urn"] == urn else entry for entry in remaining]
