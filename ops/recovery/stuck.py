"""A namespace that is going and cannot: what Kubernetes says of it, as a sentence with what to do."""

from collections.abc import Mapping
from typing import Any

from ops.recovery.state import entries, fields

_FINALIZERS = "NamespaceFinalizersRemaining"
_EXTENSIONS = ("NamespaceDeletionDiscoveryFailure", "NamespaceDeletionGroupVersionParsingFailure")
_REASONS = (_FINALIZERS, "NamespaceContentRemaining", "NamespaceDeletionContentFailure", *_EXTENSIONS)


def why_stuck(namespace: Mapping[str, Any]) -> str:
    """Say why a namespace does not go; an empty text where it is not going, or nothing is in its way."""
    metadata = fields(namespace.get("metadata"))
    if not metadata.get("deletionTimestamp"):
        return ""
    conditions = entries(fields(namespace.get("status")), "conditions")
    holding = {str(each["type"]): str(each.get("message") or "") for each in conditions if each.get("status") == "True"}
    said = [holding[kind].rstrip(".") for kind in _REASONS if kind in holding]
    if not said:
        return ""
    name, since = metadata.get("name"), metadata["deletionTimestamp"]
    return f"Namespace {name} has been going since {since} and cannot: {'; '.join(said)}. {_advice(str(name), holding)}"


def _advice(name: str, holding: Mapping[str, str]) -> str:
    if _FINALIZERS in holding:
        return (
            "Whoever put a finalizer there has to take it off: see that its controller (an operator, a driver) runs, "
            "and the namespace goes by itself. If that will never run again, take it off yourself, which leaves behind "
            f"what it stood for: kubectl -n {name} patch KIND NAME --type=merge -p "
            """'{"metadata":{"finalizers":null}}'."""
        )
    if any(kind in holding for kind in _EXTENSIONS):
        return "An extension of the API does not answer: kubectl get apiservices shows which one; mend or delete it."
    return f"It goes by itself once that has gone: kubectl -n {name} get all,pvc shows what is left."
