"""The deployment that goes back into the state: adopted resources in, pending operations out.

Edits the deployment as exported without `--show-secrets`, so that what is secret stays encrypted on its way.
"""

import copy
from collections.abc import Sequence
from typing import Any

from ops.recovery.plan import Action, Settlement
from ops.recovery.state import RELEASE_TYPE, entries, fields


def apply(deployment: dict[str, Any], settlements: Sequence[Settlement]) -> dict[str, Any]:
    """Give a copy of the deployment in which the settlements have taken effect."""
    edited = copy.deepcopy(deployment)
    body = edited["deployment"]
    resources = entries(body, "resources")
    adopted = {each.operation.resource.urn: each.id for each in settlements if each.action is Action.ADOPT}
    for entry in entries(body, "pending_operations"):
        identity = adopted.get(entry["resource"]["urn"])
        if identity and entry["type"] == "creating":
            resources = [*_without_replaced(resources, entry["resource"]["urn"]), _adopted(entry["resource"], identity)]
    body["resources"] = resources
    body.pop("pending_operations", None)
    return edited


def _adopted(resource: dict[str, Any], identity: str) -> dict[str, Any]:
    """Give the entry of a resource that was made; the refresh that follows fills in what only the cluster knows.

    Its outputs are its inputs until then: they carry the provider's `__fieldManager`, without which the next
    server-side apply would come from another manager and conflict with the first; a release needs `__inputs`, or its
    provider takes the refresh for an import and makes inputs of its own.
    """
    inputs = fields(resource.get("inputs"))
    outputs = {**inputs, "__inputs": inputs} if resource["type"] == RELEASE_TYPE else dict(inputs)
    return {**resource, "id": identity, "outputs": outputs}


def _without_replaced(resources: list[dict[str, Any]], urn: str) -> list[dict[str, Any]]:
    """Give the resources with an older one of the same URN as the engine leaves it once its successor is made.

    One that was deleted before its replacement is gone; one that was to be deleted after it is marked for that.
    """
    remaining = [entry for entry in resources if not (entry["urn"] == urn and entry.get("pendingReplacement"))]
    return [{**entry, "delete": True} if entry["urn"] == urn else entry for entry in remaining]
