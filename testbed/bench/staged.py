"""How long the same resources would take in stages, each of which begins when the one before has ended as a whole.

The stages are those that a deployment in stages has (Nebari's, by its documentation): cluster, network and storage;
what every cluster needs; ingress and DNS; services and the hub. Within one, resources come up beside each other as they
do here. Their durations are those that were measured, so both orders are of the very same things.
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum

from ops.timeline.graph import Graph
from ops.timeline.log import Run


class Stage(IntEnum):
    """In which stage a resource would be."""

    OUTSIDE = 1  # cluster, network and storage
    BASE = 2  # what every cluster needs
    INGRESS = 3  # addresses and DNS
    SERVICES = 4  # databases and hubs


_CLOUDS = ("gcp:", "aws:", "azure-native:")
_INGRESS = ("Address", "Eip", "PublicIPAddress", "RecordSet", "Record")
_BASE = ("StorageClass", "DaemonSet", "PriorityClass")
_OPERATOR = "operator"


def stage_of(urn: str) -> Stage:
    """Give the stage of a resource."""
    kind, _, name = urn.split("::", 2)[2].partition("::")
    kind = kind.rpartition("$")[2]
    short = kind.rpartition(":")[2]
    if kind.startswith(_CLOUDS):
        return Stage.INGRESS if short in _INGRESS else Stage.OUTSIDE
    if short in _BASE or _OPERATOR in name:
        return Stage.BASE
    return Stage.SERVICES


def staged_seconds(run: Run, graph: Graph) -> float:
    """Give how long an `up` would take in stages: the sum of each stage's longest chain."""
    took: dict[str, float] = {}
    for span in run.spans:
        took[span.urn] = took.get(span.urn, 0) + span.seconds
    return sum(_longest(stage, took, graph) for stage in Stage)


def _longest(stage: Stage, took: Mapping[str, float], graph: Graph) -> float:
    ends: dict[str, float] = {}
    for node in graph.nodes:  # each stands after what it needs
        if node.urn in took and stage_of(node.urn) is stage:
            ends[node.urn] = took[node.urn] + max(_ended(node.needs, ends), default=0.0)
    return max(ends.values(), default=0.0)


def _ended(urns: Iterable[str], ends: Mapping[str, float]) -> list[float]:
    return [ends[urn] for urn in urns if urn in ends]
