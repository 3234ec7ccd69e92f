"""What has to become of each operation that a killed engine left pending: a plan, made without touching anything.

The judgement is by kind: objects and releases in a cluster here, what lies outside in `clouds`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ops.clouds.account import cloud_of
from ops.recovery.clouds import Looked, judge_outside
from ops.recovery.gone import Gone
from ops.recovery.releases import Remedy, Treatment
from ops.recovery.settlement import Action, Settlement
from ops.recovery.state import (
    RELEASE_TYPE,
    ObjectRef,
    Operation,
    OperationType,
    ReleaseRef,
    State,
    object_ref,
    platform_of,
    release_ref,
)

# Others wait until these are ready or done, which an adopted one is not held to. They hold nothing: they are made anew.
MADE_ANEW = frozenset({"CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet"})

# Nothing outside the state exists for these.
_IN_STATE_ONLY = ("pulumi:providers:", "pulumi:pulumi:", "pulumi-python:", "random:", "hubstack:")


@dataclass(frozen=True)
class Found:
    """An object that exists in the cluster: where, and of which platform (empty: of none)."""

    reference: ObjectRef
    platform: str


@dataclass(frozen=True)
class Plan:
    """All that has to be done: releases first, as what they come to decides about their resources."""

    releases: tuple[Treatment, ...]
    settlements: tuple[Settlement, ...]
    refreshed: tuple[str, ...]  # URNs that the engine reads again at the end
    gone: tuple[Gone, ...] = ()  # clusters that are no more, with all that the state says is in them

    @property
    def empty(self) -> bool:
        """Whether there is nothing to recover."""
        return not self.releases and not self.settlements and not self.gone

    @property
    def unknown(self) -> list[Settlement]:
        """The operations that a person has to judge."""
        return [settlement for settlement in self.settlements if settlement.action is Action.UNKNOWN]


@dataclass(frozen=True)
class Findings:
    """What was found out before the plan is made."""

    objects: Mapping[str, Found] = field(default_factory=dict[str, Found])
    """By URN, the objects of pending creates that exist in the cluster."""

    treatments: Mapping[ReleaseRef, Treatment] = field(default_factory=dict[ReleaseRef, Treatment])
    """Each release's own part of the plan."""

    outside: Mapping[str, Looked] = field(default_factory=dict[str, Looked])
    """By URN, what the clouds say of pending creates."""

    gone: tuple[Gone, ...] = ()
    """Clusters that are no more."""


def make_plan(state: State, findings: Findings) -> Plan:
    """Make the plan."""
    treatments = findings.treatments
    settlements = tuple(judge(each, findings) for each in state.operations)
    treated = {each.reference: each for each in treatments.values() if each.remedy is not Remedy.NONE}
    changed = [each.operation.resource.urn for each in settlements if each.action.is_read_again]
    changed += [resource.urn for reference, resource in state.releases().items() if reference in treated]
    known = {resource.urn for resource in state.resources}
    known |= {each.operation.resource.urn for each in settlements if each.action.takes_in}
    known -= {urn for gone in findings.gone for urn in gone.dropped}
    changed += [urn for gone in findings.gone for urn in gone.read_again]
    refreshed = tuple(urn for urn in dict.fromkeys(changed) if urn in known)
    return Plan(tuple(treated.values()), settlements, refreshed, findings.gone)


def judge(operation: Operation, findings: Findings) -> Settlement:
    """Say what becomes of one pending operation."""
    resource = operation.resource
    if resource.type.startswith(_IN_STATE_ONLY):
        return Settlement(operation, Action.CLEAR, "nothing outside the state belongs to it, cleared")
    if any(resource.provider_urn == gone.provider for gone in findings.gone):
        return Settlement(operation, Action.CLEAR, "it went with its cluster, cleared")
    if operation.type in {OperationType.READING, OperationType.IMPORTING}:
        return Settlement(operation, Action.CLEAR, "only looked at, cleared")
    if cloud_of(resource.type):
        return judge_outside(operation, findings.outside.get(resource.urn))
    if not resource.type.startswith("kubernetes:"):
        return Settlement(operation, Action.UNKNOWN, f"{resource.type} is not known here")
    return _judge_inside(operation, findings)


def _judge_inside(operation: Operation, findings: Findings) -> Settlement:
    resource = operation.resource
    if operation.type is not OperationType.CREATING:
        return Settlement(operation, Action.REFRESH, "read again from the cluster")
    if resource.type == RELEASE_TYPE:
        return _judge_release(operation, findings.treatments)
    return _judge_object(operation, findings.objects.get(resource.urn))


def _judge_object(operation: Operation, found: Found | None) -> Settlement:
    resource = operation.resource
    if resource.type.endswith("Patch"):
        return Settlement(operation, Action.CLEAR, "a patch, applied again by the next pulumi up")
    if object_ref(resource) is None:
        return Settlement(operation, Action.UNKNOWN, "its inputs do not name the object")
    if found is None:
        return Settlement(operation, Action.CLEAR, "was not made, cleared")
    reference = found.reference
    if not found.platform or found.platform != platform_of(resource):
        return Settlement(operation, Action.CLEAR, f"{reference} exists and is not of this platform: left alone")
    if reference.kind in MADE_ANEW:
        why = f"{reference} was made, its wait was lost: deleted, the next pulumi up makes it anew"
        return Settlement(operation, Action.DELETE, why, reference.id)
    return Settlement(operation, Action.ADOPT, f"{reference} was made: adopted into the state", reference.id)


def _judge_release(operation: Operation, treatments: Mapping[ReleaseRef, Treatment]) -> Settlement:
    reference = release_ref(operation.resource)
    treatment = treatments.get(reference) if reference else None
    if reference is None or treatment is None:
        return Settlement(operation, Action.CLEAR, "was not made, cleared")
    if treatment.remedy is Remedy.UNINSTALL:
        return Settlement(operation, Action.CLEAR, "taken away with its release, cleared")
    identity = f"{reference.namespace}/{reference.name}"
    return Settlement(operation, Action.ADOPT, f"{reference} is installed: adopted into the state", identity)
