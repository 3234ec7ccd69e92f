"""Whether a pod would run on a node: the part of the scheduler's rules by which an autoscaler picks a pool."""

from collections.abc import Mapping
from typing import Any

from testbed.cloud.managed.world import below, is_going, labels, listed, mapped
from testbed.cluster.api import Object

_UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "m": 1e-3}


class Room:
    """What is left on a node, planned or there."""

    def __init__(self, node: Object) -> None:
        self.node = node
        self.left = {name: quantity(value) for name, value in node["status"]["allocatable"].items()}

    def takes(self, pod: Object, zones: set[str] | None = None) -> bool:
        """Say whether the pod can run here, and if so keep its room for it."""
        zone = labels(self.node).get("topology.kubernetes.io/zone", "")
        needed = {**requests(pod), "pods": 1.0}
        fits = all(self.left.get(name, 0) >= amount for name, amount in needed.items())
        if not fits or (zones and zone not in zones) or not _tolerated(pod, self.node) or not _selected(pod, self.node):
            return False
        self.fill(pod)
        return True

    def fill(self, pod: Object) -> None:
        """Take what a pod needs off what is left."""
        for name, amount in {**requests(pod), "pods": 1.0}.items():
            self.left[name] = self.left.get(name, 0) - amount


def is_unschedulable(pod: Object) -> bool:
    """Say whether the scheduler found no node for a pod."""
    if pod["spec"].get("nodeName") or is_going(pod) or pod["status"].get("phase") != "Pending":
        return False
    conditions = listed(pod, "status", "conditions")
    return any(each["type"] == "PodScheduled" and each.get("reason") == "Unschedulable" for each in conditions)


def requests(pod: Object) -> dict[str, float]:
    """Give what a pod asks for: its containers together, or its hungriest init container."""
    total: dict[str, float] = {}
    for container in listed(pod, "spec", "containers"):
        for name, amount in _asked(container).items():
            total[name] = total.get(name, 0) + amount
    for container in listed(pod, "spec", "initContainers"):
        for name, amount in _asked(container).items():
            total[name] = max(total.get(name, 0), amount)
    return total


def quantity(text: str | float) -> float:
    """Give the number that Kubernetes writes as `250m` or `1Gi`."""
    said = str(text)
    unit = next((each for each in _UNITS if said.endswith(each)), "")
    return float(said.removesuffix(unit)) * _UNITS.get(unit, 1)


def _asked(container: Mapping[str, Any]) -> dict[str, float]:
    asked = {**mapped(container, "resources", "limits"), **mapped(container, "resources", "requests")}
    return {name: quantity(amount) for name, amount in asked.items()}


def _tolerated(pod: Object, node: Object) -> bool:
    tolerations = listed(pod, "spec", "tolerations")
    taints = listed(node, "spec", "taints")
    # Kubernetes' own taints go in a moment: a node that has just come has them.
    own = "node.kubernetes.io/"
    hard = [each for each in taints if each["effect"] != "PreferNoSchedule" and not each["key"].startswith(own)]
    return all(any(_tolerates(each, taint) for each in tolerations) for taint in hard)


def _tolerates(toleration: Mapping[str, str], taint: Mapping[str, str]) -> bool:
    if toleration.get("effect") not in (None, "", taint["effect"]):
        return False
    if not toleration.get("key"):
        return toleration.get("operator") == "Exists"
    same = toleration.get("operator") == "Exists" or toleration.get("value", "") == taint.get("value", "")
    return toleration["key"] == taint["key"] and same


def _selected(pod: Object, node: Object) -> bool:
    has = labels(node)
    selector = mapped(pod, "spec", "nodeSelector")
    if any(has.get(key) != value for key, value in selector.items()):
        return False
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    terms = listed(pod, "spec", "affinity", "nodeAffinity", required, "nodeSelectorTerms")
    return not terms or any(_meets(term, node) for term in terms)


def _meets(term: Mapping[str, Any], node: Object) -> bool:
    has = {**labels(node), "metadata.name": node["metadata"]["name"]}
    return all(_holds(rule, has) for rule in [*listed(term, "matchExpressions"), *listed(term, "matchFields")])


def _holds(rule: Mapping[str, Any], has: Mapping[str, str]) -> bool:
    value, values = has.get(rule["key"]), list[str](below(rule, "values") or [])
    match rule["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case _:
            return False
