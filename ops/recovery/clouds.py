"""What has to become of a cloud's resource that a killed engine had begun to make, change or delete.

A create is judged by what the cloud's own command line says: what exists is adopted, and is never made twice.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from ops.clouds.account import cloud_of, is_known, is_same_when_made_again, look_up, places
from ops.clouds.asking import CloudError
from ops.clouds.looking import UnclearError
from ops.clouds.place import Place
from ops.clouds.thing import Existing
from ops.recovery.errors import RecoverError
from ops.recovery.settlement import Action, Settlement
from ops.recovery.state import Operation, OperationType, Resource, State

_PATIENCE = 30 * 60
"""Seconds: a cluster, the slowest of all, takes ten to fifteen minutes."""

_PERIOD = 2.0

_UNDER_WAY = ("creating", "provisioning", "staging", "pending", "updating", "reconciling", "accepted")
_WELL = ("active", "ready", "succeeded", "available", "up", "enabled")
_FAILED = ("failed", "error", "degraded", "canceled")


@dataclass(frozen=True)
class Looked:
    """What the cloud says of a resource that was being made."""

    existing: Existing | None = None
    platform: str = ""
    """The id of the platform that asks."""

    unclear: str = ""
    """Why it cannot be told, as the end of a sentence; empty where it can."""


def judge_outside(operation: Operation, looked: Looked | None) -> Settlement:
    """Say what becomes of a pending operation on a cloud's resource."""
    resource = operation.resource
    if operation.type is not OperationType.CREATING:
        return Settlement(operation, Action.REFRESH, "read again from the cloud")
    if is_same_when_made_again(resource.type):
        return Settlement(operation, Action.CLEAR, "made again by the next pulumi up, which is the same thing")
    if looked is None or looked.unclear:
        why = looked.unclear if looked else f"{resource.type} is not known here"
        return Settlement(operation, Action.UNKNOWN, why)
    if looked.existing is None:
        return Settlement(operation, Action.CLEAR, "was not made, cleared")
    return _judge_existing(operation, looked.existing, looked.platform)


def _judge_existing(operation: Operation, existing: Existing, platform: str) -> Settlement:
    if existing.platform and existing.platform != platform:
        return Settlement(operation, Action.CLEAR, f"{existing.id} exists and is not of this platform: left alone")
    if existing.state.lower().endswith(_FAILED):
        why = f"{existing.id} came to nothing ({existing.state}): adopted, the next pulumi up replaces it"
        return Settlement(operation, Action.REPLACE, why, existing.id)
    return Settlement(operation, Action.ADOPT, f"{existing.id} was made: adopted into the state", existing.id)


@dataclass(frozen=True)
class Clouds:
    """Looks up what a state's pending creates have come to."""

    state: State
    say: Callable[[str], None]
    """Told what is waited for."""

    waits: bool
    """Whether to wait for what is still being made; a dry run does not."""

    def look(self) -> dict[str, Looked]:
        """Give, by URN, what the clouds say of pending creates; kinds that are not known here are left out.

        Raises RecoverError where a cloud does not say.
        """
        creating = [each.resource for each in self.state.operations if each.type is OperationType.CREATING]
        return {each.urn: self._look(each) for each in creating if cloud_of(each.type) and is_known(each.type)}

    def _look(self, resource: Resource) -> Looked:
        place = self._place(resource)
        try:
            existing = self._once_made(resource, place)
        except UnclearError as unclear:
            return Looked(unclear=f"it cannot be told apart: {unclear}")
        except CloudError as error:
            raise RecoverError(f"Nothing was changed, as the cloud does not say what became of it: {error}") from error
        return Looked(existing, self.state.platform)

    def _once_made(self, resource: Resource, place: Place) -> Existing | None:
        """Give what exists once it is no longer on its way: a cluster adopted half-made would fail what needs it."""
        deadline = time.monotonic() + _PATIENCE
        existing = look_up(resource, place, self.state.platform, self._known(resource))
        if existing and self.waits and _is_under_way(existing):
            self.say(f"{resource.title} is still being made by the cloud ({existing.state}): waiting for it")
        while existing and self.waits and _is_under_way(existing):
            if time.monotonic() > deadline:
                minutes = _PATIENCE // 60
                raise RecoverError(f"{existing.id} is still {existing.state} after {minutes} min. See why, run again.")
            time.sleep(_PERIOD)
            existing = look_up(resource, place, self.state.platform, self._known(resource))
        return existing

    def _known(self, resource: Resource) -> frozenset[str]:
        return frozenset(each.id for each in self.state.resources if each.type == resource.type)

    def _place(self, resource: Resource) -> Place:
        cloud = cloud_of(resource.type)
        own = [
            each for each in self.state.resources if each.urn == resource.provider_urn or cloud_of(each.type) == cloud
        ]
        return next((each for each in places(own) if each.cloud == cloud), Place(cloud))


def _is_under_way(existing: Existing) -> bool:
    state = existing.state.lower()
    return state.startswith(_UNDER_WAY) and not state.endswith(_WELL)
