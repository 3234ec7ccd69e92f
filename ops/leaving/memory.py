"""What is remembered of a stack: its platform, its accounts and what was kept, as its last whole state had them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ops.clouds.account import cloud_of, places
from ops.clouds.place import Place
from ops.history import states
from ops.recovery.state import Resource, State, entries, fields, read

_STACK_FILES = "stacks"


@dataclass(frozen=True)
class Memory:
    """What is remembered of a stack."""

    platform: str = ""
    places: tuple[Place, ...] = ()

    here: tuple[Resource, ...] = ()
    """Resources outside the cluster that the stack has now."""

    kept: tuple[Resource, ...] = ()
    """Resources that it had and that a destroy left in the account on purpose."""

    on_destroy: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the stack's outputs said of destroying: the setting's path, and what it was."""


def remember(folder: Path, project: str, stack: str) -> Memory:
    """Read a stack's states until one knows the platform; an empty memory where none does."""
    for number, deployment in enumerate(states(folder, project, stack)):
        whole = _as_deployment(deployment)
        state = read(whole)
        if state.platform:
            here = (
                tuple(each for each in state.resources if cloud_of(each.type) and each.provider) if number == 0 else ()
            )
            kept = () if here else _kept(whole, state)
            return Memory(state.platform, tuple(places(state.resources)), here, kept, _on_destroy(state))
    return Memory()


def place_in(stack_file: Path) -> Place | None:
    """Give the account that a stack file names; None where it names no cloud, or is not there."""
    if not stack_file.is_file():
        return None
    config = fields(fields(yaml.safe_load(stack_file.read_text())).get("config"))
    cloud = fields(config.get("hubstack:cloud"))
    name = {"gcp": "gcp", "aws": "aws", "azure": "azure-native"}.get(str(cloud.get("provider")))
    if name is None:
        return None
    return Place(
        name,
        project=str(cloud.get("project") or ""),
        region=str(cloud.get("region") or ""),
        subscription=str(cloud.get("subscription") or ""),
    )


def stack_file(folder: Path, stack: str) -> Path:
    """Give where a stack's file is."""
    return folder / _STACK_FILES / f"Pulumi.{stack}.yaml"


def _as_deployment(state: dict[str, Any]) -> dict[str, Any]:
    """Give a checkpoint of the backend's in the shape of an export."""
    latest = fields(fields(state.get("checkpoint")).get("latest"))
    return {"deployment": latest} if latest else state


def _kept(deployment: dict[str, Any], state: State) -> tuple[Resource, ...]:
    retained = {
        entry["urn"]
        for entry in entries(fields(deployment.get("deployment")), "resources")
        if entry.get("retainOnDelete")
    }
    return tuple(each for each in state.resources if each.urn in retained and cloud_of(each.type))


def _on_destroy(state: State) -> Mapping[str, Any]:
    stacks = (each for each in state.resources if each.type == "pulumi:pulumi:Stack")
    return next((fields(each.outputs.get("on_destroy")) for each in stacks), fields(None))
