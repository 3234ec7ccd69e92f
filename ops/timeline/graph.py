"""What needs what, from a stack's state, and the layers in which the engine deletes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, cast

from ops.recovery.state import entries, fields


@dataclass(frozen=True)
class Node:
    """One resource of a state."""

    urn: str
    needs: frozenset[str]
    """URNs of what is made before it: dependencies and provider."""
    parent: str
    custom: bool = True
    deleted_with: str = ""


@dataclass(frozen=True)
class Graph:
    """The resources of a state, in its order: each stands after all that it needs."""

    nodes: tuple[Node, ...] = ()

    @cached_property
    def by_urn(self) -> Mapping[str, Node]:
        """The nodes by their URN."""
        return {node.urn: node for node in self.nodes}

    @cached_property
    def needed_by(self) -> Mapping[str, frozenset[str]]:
        """The URNs of what needs a resource, and so goes before it."""
        users: dict[str, set[str]] = {}
        for node in self.nodes:
            for urn in node.needs:
                users.setdefault(urn, set()).add(node.urn)
        return {urn: frozenset(found) for urn, found in users.items()}

    @cached_property
    def layers(self) -> Mapping[str, int]:
        """The layer of each resource: how many things stand, one on the other, below it.

        The engine deletes the highest layer first, and begins none before the one above is gone as a whole
        (ScheduleDeletes in pulumi/pulumi's resource/deploy/step_generator.go). So what shares a layer with something
        slow costs nothing, and what is slow in a layer of its own does.
        """
        layers: dict[str, int] = {}
        children: dict[str, list[str]] = {}
        for node in self.nodes:
            below = [urn for urn in (*node.needs, node.parent) if urn in layers]
            # What needs a component needs all that was made in it before.
            below += [child for urn in node.needs if self._is_component(urn) for child in children.get(urn, ())]
            layers[node.urn] = 1 + max((layers[urn] for urn in below), default=-1)
            for ancestor in self._ancestors(node):
                children.setdefault(ancestor, []).append(node.urn)
        return layers

    def _is_component(self, urn: str) -> bool:
        return urn in self.by_urn and not self.by_urn[urn].custom

    def _ancestors(self, node: Node) -> Iterable[str]:
        parent = node.parent
        while parent:
            yield parent
            above = self.by_urn.get(parent)
            parent = above.parent if above else ""


def graph_of(deployment: Mapping[str, Any]) -> Graph:
    """Read the graph from what `pulumi stack export` gave, or from a checkpoint of the backend's."""
    body = fields(deployment.get("deployment")) or fields(fields(deployment.get("checkpoint")).get("latest"))
    return Graph(tuple(_node(entry) for entry in entries(body, "resources") if not entry.get("delete")))


def _texts(value: Any) -> list[str]:
    return cast("list[str]", value or [])


def _node(entry: Mapping[str, Any]) -> Node:
    named = [_texts(entry.get("dependencies")), *map(_texts, fields(entry.get("propertyDependencies")).values())]
    provider = str(entry.get("provider") or "").rpartition("::")[0]
    needs = {*chain.from_iterable(named), provider, entry.get("deletedWith") or ""} - {"", entry["urn"]}
    return Node(
        urn=entry["urn"],
        needs=frozenset(needs),
        parent=entry.get("parent") or "",
        custom=bool(entry.get("custom")),
        deleted_with=entry.get("deletedWith") or "",
    )
