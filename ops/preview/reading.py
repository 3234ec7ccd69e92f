"""What `pulumi preview --json` wrote, read into changes, messages and findings.

The shape is `display.PreviewDigest` of pulumi/pulumi. Findings of policies are not in it; the engine's event log
(`--event-log`) has them. Whatever cannot be read counts as a preview that failed, never as one without a change.
"""

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, cast

from ops.preview.differences import NOTHING, Difference, Path, at, blinded, differences, parsed
from ops.preview.veil import Veil
from ops.recovery.state import entries, fields

STACK_TYPE = "pulumi:pulumi:Stack"


GUARDS = ("protect", "retainOnDelete")
"""What keeps a resource, or what is in it, from being deleted."""


class Op(StrEnum):
    """What becomes of a resource; the engine's several steps of a replacement are one."""

    DELETE = "delete"
    REPLACE = "replace"
    UPDATE = "update"
    CREATE = "create"
    IMPORT = "import"


_OPS = {
    "create": Op.CREATE,
    "update": Op.UPDATE,
    "delete": Op.DELETE,
    "replace": Op.REPLACE,
    "create-replacement": Op.REPLACE,
    "delete-replaced": Op.REPLACE,
    "import": Op.IMPORT,
    "import-replacement": Op.REPLACE,
    "read-replacement": Op.REPLACE,
    "discard-replaced": Op.REPLACE,
}
_OF_A_PLUGIN = re.compile(r"warning: using pulumi-resource-\S+ from \$PATH")
_HARMLESS = frozenset({"same", "read", "discard", "refresh", "remove-pending-replace"})
_WORST_FIRST = (Op.REPLACE, Op.DELETE, Op.UPDATE, Op.IMPORT, Op.CREATE)


@dataclass(frozen=True)
class Change:
    """What becomes of one resource."""

    op: Op
    urn: str
    old: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    new: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    differences: tuple[Difference, ...] = ()
    """The inputs that differ, those first that force a replacement."""

    reasons: tuple[str, ...] = ()
    """The properties that the engine names as the cause of a replacement."""

    @property
    def type(self) -> str:
        """The type's token, such as `gcp:filestore/instance:Instance`."""
        return self._types[-1]

    @property
    def name(self) -> str:
        """The name that the program gave it."""
        return self.urn.split("::", 3)[-1]

    @property
    def title(self) -> str:
        """Its kind and name, as one would say them: `Instance homes`."""
        return f"{self.type.rpartition(':')[2]} {self.name}"

    @property
    def part(self) -> str:
        """The component that it belongs to: `Hub data8`."""
        kind, _, name = self.parent.rpartition("::")
        kind = kind.rpartition("::")[2].rpartition("$")[2]
        return "" if not kind or kind == STACK_TYPE else f"{kind.rpartition(':')[2]} {name}"

    @property
    def belongs_to_hub(self) -> bool:
        """Whether a hub is made of it."""
        return self._types[-2:-1] == ["hubstack:index:Hub"]

    @property
    def parent(self) -> str:
        """The URN of the component that it belongs to."""
        return str(self.old.get("parent") or self.new.get("parent") or "")

    @property
    def is_component(self) -> bool:
        """Whether it only holds others together."""
        return (self.old or self.new).get("custom") is False

    @property
    def inputs(self) -> Mapping[str, Any]:
        """What was asked for before, or what is now where there was nothing before."""
        return fields(self.old.get("inputs")) or fields(self.new.get("inputs"))

    @property
    def stays_in_the_cloud(self) -> bool:
        """Whether a delete only forgets it."""
        return bool(self.old.get("retainOnDelete"))

    @property
    def is_noise(self) -> bool:
        """Whether it is an update that only a provider or a bill takes note of."""
        return self.op is Op.UPDATE and (
            self.type.startswith("pulumi:providers:") or all(each.is_noise for each in self.differences)
        )

    def lost(self, guard: str) -> bool:
        """Whether what guarded it (`protect`, `retainOnDelete`) no longer does."""
        return self.op is Op.UPDATE and bool(self.old.get(guard)) and not self.new.get(guard)

    @property
    def _types(self) -> list[str]:
        parts = self.urn.split("::")
        return (parts[2] if len(parts) > 2 else parts[0]).split("$")  # noqa: PLR2004 - stack, project, types, name


@dataclass(frozen=True)
class Message:
    """An error, a warning or a finding of a policy."""

    text: str
    urn: str = ""
    policy: str = ""
    """The policy's name, if it is a finding."""

    is_mandatory: bool = True
    """Whether the run fails for it."""


@dataclass(frozen=True)
class Preview:
    """What one stack would become."""

    stack: str
    changes: tuple[Change, ...] = ()
    errors: tuple[Message, ...] = ()
    warnings: tuple[Message, ...] = ()
    findings: tuple[Message, ...] = ()
    outputs: tuple[Difference, ...] = ()
    unchanged: int = 0
    untold: int = 0
    """Deletes and replacements that the engine counts and gives no step for."""

    @property
    def failed(self) -> bool:
        """Whether the preview did not come to its end, so that nobody knows all that would change."""
        return bool(self.errors)


def read(stack: str, text: str, veil: Veil, said: str = "", events: str = "") -> Preview:
    """Read a preview; `said` is what it wrote to its standard error, `events` its event log. Never raises.

    A document that names another stack than `stack` fails: what it says would be held against the wrong stack file.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    findings = tuple(_findings(events, veil))
    if not isinstance(document, dict):
        return Preview(stack, errors=_nothing_read(veil.text(said or text)), findings=findings)
    try:
        found = _read(stack, veil.over(document), findings)
        unguarded = tuple(_unguarded(events, {each.urn for each in found.changes}, veil))
        outputs = tuple(_outputs(events, veil))
        found = replace(found, changes=(*found.changes, *unguarded), outputs=outputs)
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError):
        return Preview(stack, errors=_nothing_read("It is not what this version reads."), findings=findings)
    if not found.errors and not fields(document).get("steps"):
        return Preview(stack, errors=_nothing_read(veil.text(said)), warnings=found.warnings, findings=findings)
    return found


def _nothing_read(said: str) -> tuple[Message, ...]:
    told = said.strip()
    return (Message("The preview did not come to its end." + (f"\n{told}" if told else "")),)


def _read(stack: str, document: Mapping[str, Any], findings: tuple[Message, ...]) -> Preview:
    steps = entries(document, "steps")
    others = {_stack_of(step["urn"]) for step in steps} - {stack}
    if others:
        return Preview(stack, errors=(Message(f"This is the preview of another stack: {', '.join(sorted(others))}."),))
    grouped: dict[str, list[dict[str, Any]]] = {}
    for step in steps:
        if step["op"] not in _HARMLESS and _type_of(step["urn"]) != STACK_TYPE:
            grouped.setdefault(step["urn"], []).append(step)
    changes = tuple(_change(urn, these) for urn, these in grouped.items())
    summary = fields(document.get("changeSummary"))
    told = sum(1 for each in changes if each.op in (Op.DELETE, Op.REPLACE))
    counted = int(summary.get("delete") or 0) + int(summary.get("replace") or 0)
    messages = entries(document, "diagnostics")
    return Preview(
        stack,
        changes,
        errors=tuple(_messages(messages, "error")),
        warnings=tuple(
            each for each in dict.fromkeys(_messages(messages, "warning")) if not _OF_A_PLUGIN.match(each.text)
        ),
        findings=findings,
        unchanged=int(summary.get("same") or 0),
        untold=max(0, counted - told),
    )


def _change(urn: str, steps: Sequence[Mapping[str, Any]]) -> Change:
    ops = {_OPS.get(str(step["op"]), Op.REPLACE) for step in steps}  # an unknown operation is taken for the worst
    op = next(each for each in _WORST_FIRST if each in ops)
    old, new = (
        fields(next(filter(None, (step.get(side) for step in steps)), None)) for side in ("oldState", "newState")
    )
    detailed = {path: fields(kind) for step in steps for path, kind in fields(step.get("detailedDiff")).items()}
    named = [cast("list[str]", step.get("replaceReasons") or []) for step in steps]
    reasons = tuple(dict.fromkeys(str(each) for names in named for each in names))
    found = tuple(_differences(op, old, new, detailed, reasons))
    return Change(op, urn, old, new, found, reasons)


def _differences(
    op: Op,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    detailed: Mapping[str, Mapping[str, Any]],
    why: Sequence[str],
) -> Iterator[Difference]:
    if op not in (Op.UPDATE, Op.REPLACE):
        return
    olds, news = fields(old.get("inputs")), fields(new.get("inputs"))
    forcing = {parsed(path) for path, kind in detailed.items() if "replace" in str(kind.get("kind"))}
    forcing |= {parsed(each) for each in why}
    leaves = [
        Difference(each.path, each.old, each.new, _touches(each.path, forcing)) for each in differences(olds, news)
    ]
    # What the engine names and the inputs do not show: a secret, as both sides are hidden; or what was changed by hand.
    shown = {each.path for each in leaves}
    leaves += [
        _unseen(path, old, new, forces=_touches(path, forcing))
        for path in sorted({*map(parsed, detailed), *forcing}, key=repr)
        if path and not _touches(path, shown)
    ]
    yield from sorted(leaves, key=lambda each: not each.forces)


def _unseen(path: Path, old: Mapping[str, Any], new: Mapping[str, Any], *, forces: bool) -> Difference:
    now = at(new.get("inputs"), path)
    was = at(old.get("outputs"), path)
    if was is NOTHING or isinstance(was, dict | list):
        was = at(old.get("inputs"), path)
    return blinded(path, was, now, forces=forces)


def _touches(path: Path, others: Iterable[Path]) -> bool:
    return any(path[: len(each)] == each or each[: len(path)] == path for each in others if each)


def _messages(found: Iterable[Mapping[str, Any]], severity: str) -> Iterator[Message]:
    for each in found:
        text = str(each.get("message") or "").strip()
        if text and str(each.get("severity")).removeprefix("info#") == severity:
            yield Message(text, str(each.get("urn") or ""))


def _events(log: str) -> Iterator[Mapping[str, Any]]:
    for line in log.splitlines():
        try:
            yield fields(json.loads(line))
        except (ValueError, RecursionError):
            continue  # the last line of an engine that was killed


def _findings(log: str, veil: Veil) -> Iterator[Message]:
    for each in _events(log):
        event = fields(each.get("policyEvent"))
        if event:
            yield Message(
                veil.text(str(event.get("message") or "").strip()),
                veil.text(str(event.get("resourceUrn") or "")),
                veil.text(str(event.get("policyName") or "policy")),
                is_mandatory=event.get("enforcementLevel") == "mandatory",
            )


def _outputs(log: str, veil: Veil) -> Iterator[Difference]:
    """Find the stack's outputs that change: the document has what they were, the event log what they will be."""
    for each in _events(log):
        known = fields(fields(each.get("resOutputsEvent")).get("metadata"))
        old, new = fields(known.get("old")), fields(known.get("new"))
        if known.get("type") == STACK_TYPE and old and new:
            yield from differences(veil.over(fields(old.get("outputs"))), veil.over(fields(new.get("outputs"))))


def _unguarded(log: str, known: Container[str], veil: Veil) -> Iterator[Change]:
    """Find what changes in nothing but that it is no longer guarded: the document leaves it out."""
    for each in _events(log):
        met = fields(fields(each.get("resourcePreEvent")).get("metadata"))
        old, new = fields(met.get("old")), fields(met.get("new"))
        change = Change(Op.UPDATE, veil.text(str(met.get("urn") or "")), veil.over(old), veil.over(new))
        if met.get("op") == "same" and old.get("custom") and change.urn not in known and any(map(change.lost, GUARDS)):
            yield change


def _stack_of(urn: str) -> str:
    return urn.removeprefix("urn:pulumi:").split("::")[0]


def _type_of(urn: str) -> str:
    return Change(Op.UPDATE, urn).type
