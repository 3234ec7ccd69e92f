"""Shapes of the answers that all clouds give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast


@dataclass(frozen=True)
class Thing:
    """Something that exists in an account."""

    kind: str
    """The cloud's own word for its kind, such as `compute.googleapis.com/Disk`."""

    name: str
    place: str
    """Region, zone or resource group; empty for none."""

    id: str
    """The cloud's whole name for it: a full resource name, an ARN, a resource id."""

    removal: str = ""
    """The command that removes it; empty where none is known here."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" in {self.place}" if self.place else "")


@dataclass(frozen=True)
class Look:
    """How one kind of the graph's resources is looked up, and which id Pulumi gives it.

    Both are texts with the resource's inputs in braces, and the provider's `{project}`, `{region}` or `{subscription}`.
    """

    command: str
    id: str = ""

    found: str = ""
    """Where in the answer the things are, where it is a list: `Vpcs`, or `RouteTables.Routes` for a list in each."""

    key: str = ""
    """Which field of a thing is its id, where `id` does not follow from the inputs."""

    match: Mapping[str, str] = field(default_factory=dict[str, str])
    """Fields of a thing, and the inputs that they equal, where the list holds others too."""


@dataclass(frozen=True)
class Existing:
    """What the cloud has of a resource that the state knows as under way only."""

    id: str
    """The id that Pulumi gives it."""

    platform: str
    """The platform's id in its label or tag; empty where its kind bears none, or it has none."""

    state: str = ""
    """How far it is, in the cloud's word."""


def tags_of(answer: Mapping[str, Any]) -> dict[str, str]:
    """Give labels or tags, in whichever of the clouds' shapes they come."""
    for key in ("resourceLabels", "labels", "tags", "Tags", "TagSet", "userLabels"):
        found = answer.get(key)
        if isinstance(found, dict):
            return {name: str(value) for name, value in cast("dict[str, Any]", found).items()}
        if isinstance(found, list):
            pairs = cast("list[dict[str, Any]]", found)
            return {
                str(pair.get("Key", pair.get("TagKey"))): str(pair.get("Value", pair.get("TagValue"))) for pair in pairs
            }
    return {}
