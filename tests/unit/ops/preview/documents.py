"""Documents as `pulumi preview --json` writes them, made by hand."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from components.settings.accepted import AcceptedLoss
from ops.preview.accepting import Acceptance
from ops.preview.judging import Report, judge
from ops.preview.reading import read
from ops.preview.veil import Veil

STACK = "course-fall"
TODAY = date(2026, 11, 21)
PLATFORM = "hubstack:index:Platform"
HUB = f"{PLATFORM}$hubstack:index:Hub"
INSTANCE = "gcp:filestore/instance:Instance"
RELEASE = "kubernetes:helm.sh/v3:Release"

Json = dict[str, Any]


def urn(kind: str, name: str, above: str = PLATFORM, stack: str = STACK) -> str:
    return f"urn:pulumi:{stack}::hubstack::{above}${kind}::{name}"


def state(inputs: Mapping[str, Any] | None = None, **more: Any) -> Json:
    return {"custom": True, "inputs": dict(inputs or {}), "outputs": {}, **more}


def step(
    op: str,
    kind: str,
    name: str,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    *,
    above: str = PLATFORM,
    detailed: Mapping[str, str] | None = None,
    reasons: Sequence[str] = (),
    was: Mapping[str, Any] | None = None,
    stack: str = STACK,
) -> Json:
    """Give a step; `was` are options of the old state, such as `retainOnDelete`."""
    parent = {"parent": f"urn:pulumi:{stack}::hubstack::{above}::{'data8' if above == HUB else 'platform'}"}
    made: Json = {"op": op, "urn": urn(kind, name, above, stack)}
    if old is not None or op in ("delete", "delete-replaced"):
        made["oldState"] = state(old, **parent, **(was or {}))
    if new is not None or op == "create":
        made["newState"] = state(new, **parent)
    if detailed:
        made["detailedDiff"] = {path: {"kind": sort, "inputDiff": True} for path, sort in detailed.items()}
    if reasons:
        made["replaceReasons"] = list(reasons)
    return made


def replacement(kind: str, name: str, old: Json, new: Json, reasons: Sequence[str], **more: Any) -> list[Json]:
    """Give the three steps of one replacement."""
    detailed = dict.fromkeys(reasons, "update-replace")
    return [
        step(op, kind, name, old, new, reasons=reasons, detailed=detailed, **more)
        for op in ("create-replacement", "replace", "delete-replaced")
    ]


LOST_HOMES = replacement(
    INSTANCE, "homes", {"location": "europe-west1-b"}, {"location": "europe-west1-c"}, ["location"]
)


def root(stack: str = STACK) -> Json:
    """Give the step of the stack itself, which has its old outputs and never the new ones."""
    return {
        "op": "same",
        "urn": f"urn:pulumi:{stack}::hubstack::pulumi:pulumi:Stack::hubstack-{stack}",
        "oldState": {"custom": False, "outputs": {"old": "outputs"}},
        "newState": {"custom": False},
    }


def outputs(old: Json, new: Json) -> str:
    """Give the line of the event log that has the stack's outputs."""
    met = {"type": "pulumi:pulumi:Stack", "op": "same", "old": {"outputs": old}, "new": {"outputs": new}}
    return json.dumps({"resOutputsEvent": {"metadata": met, "planning": True}}) + "\n"


def unchanged(kind: str, name: str, old: Json, new: Json) -> str:
    """Give the line of the event log that has a resource whose inputs stay."""
    met = {"op": "same", "urn": urn(kind, name), "old": {"custom": True, **old}, "new": {"custom": True, **new}}
    return json.dumps({"resourcePreEvent": {"metadata": met, "planning": True}}) + "\n"


def document(*steps: Json, **more: Any) -> str:
    return json.dumps({"config": {}, "steps": [root(), *steps], "duration": 1, **more})


def report(*steps: Json, accepts: Sequence[tuple[str, str]] = (), secrets: Sequence[str] = (), **more: Any) -> Report:
    """Judge these steps; `accepts` are resources, each with the last day on which its loss is accepted."""
    entries = tuple(AcceptedLoss(resource=name, reason="it is over", until=day) for name, day in accepts)
    return judged(document(*steps, **more), Acceptance(entries), secrets)


def judged(text: str, acceptance: Acceptance | None = None, secrets: Sequence[str] = (), **files: str) -> Report:
    return judge(read(STACK, text, Veil(secrets), **files), acceptance or Acceptance(), TODAY)


def many(number: int) -> list[Json]:
    """Give changes of all sorts that lose nothing."""
    made: list[Json] = []
    for index in range(number):
        name = f"thing-{index}"
        match index % 4:
            case 0:
                made.append(step("create", "kubernetes:core/v1:ConfigMap", name, new={"data": {"a": "b" * 100}}))
            case 1:
                made.append(
                    step("update", "kubernetes:core/v1:Service", name, {"spec": {"port": index}}, {"spec": {"port": 1}})
                )
            case 2:
                made.append(step("update", RELEASE, name, _values(index), _values(index + 1), above=HUB))
            case _:
                made.append(step("delete", "kubernetes:core/v1:ServiceAccount", name, {"metadata": {"name": name}}))
    return made


def _values(number: int) -> Json:
    return {"values": {"hub": {"activeServerLimit": number, "config": {"X": {"y": "z" * 200 + str(number)}}}}}
