"""The word that a stack, or one hub of it, may be destroyed, asked for before anything has gone.

Everything else of it comes before this resource, so it is the first to go. Its `delete` runs from the state alone, on a
plain `pulumi destroy`; where it refuses, the engine takes nothing away. `protect` alone would not do: it is looked at
resource by resource, and what is not protected is gone by then.

This module's path never moves: the state of every stack names the provider by it.
"""

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource

from components.remembering import Remembering
from components.settings import Hub, OnDestroy, StackSettings


class RefusedError(Exception):
    """The stack file says that what holds people's work is not to be destroyed."""


class ConsentGiver(Remembering):
    """Makes nothing, and refuses its own deletion where a setting says so."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Remember which settings refuse."""
        return CreateResult("consent", props)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Raise RefusedError, which says what to do, where a setting refuses."""
        refused: Sequence[str] = _props["refused"]
        if refused:
            raise RefusedError(
                f"Nothing has been destroyed: {' and '.join(refused)} {'is' if len(refused) == 1 else 'are'} refuse, so"
                " that people's work is not lost by one command. Say in the stack file what is to become of it"
                " (docs/settings.md says what each can be, and means), run pulumi up, and destroy again."
            )


class Consent(Resource, module="hubstack", name="Consent"):
    """Goes before everything that it depends on."""

    def __init__(self, name: str, refused: Sequence[str], opts: pulumi.ResourceOptions) -> None:
        """`refused` are the paths, in the stack file, of the settings that say refuse."""
        super().__init__(ConsentGiver(), name, {"refused": list(refused)}, opts)


def on_destroy(settings: StackSettings) -> dict[str, OnDestroy]:
    """Say what becomes of what holds people's work, by its path in the stack file.

    A local stack's homes are a folder of the node, which stays whatever the stack file says.
    """
    homes: OnDestroy = "keep" if settings.cloud.provider == "local" else settings.homes.on_destroy
    databases: dict[str, OnDestroy] = {
        f"databases.{name}": database.on_destroy for name, database in settings.databases.items()
    }
    hubs: dict[str, OnDestroy] = {}
    for name, hub in settings.hubs.items():
        hubs |= _of_hub(name, hub)
    return {"homes": homes, **databases, **hubs}


def refusals(settings: StackSettings) -> list[str]:
    """Give the paths of the settings that refuse a destroy."""
    return _refused(on_destroy(settings))


def refusals_of_hub(name: str, hub: Hub) -> list[str]:
    """Give the path of the setting that refuses to let a hub go, if it does."""
    return _refused(_of_hub(name, hub))


def _of_hub(name: str, hub: Hub) -> dict[str, OnDestroy]:
    return {f"hubs.{name}": hub.on_destroy} if hub.has_disks else {}


def _refused(choices: dict[str, OnDestroy]) -> list[str]:
    return [f"hubstack:{path}.on_destroy" for path, choice in choices.items() if choice == "refuse"]
