"""How bad each change is, and the verdict over all of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from components.settings.accepted import AcceptedLoss
from ops.preview import kinds, people
from ops.preview.accepting import Acceptance, is_over
from ops.preview.differences import NOTHING
from ops.preview.reading import Change, Message, Op, Preview

_CONSENT = "pulumi-python:dynamic/hubstack:Consent"
"""Lists the settings that refuse a destroy (components/consent.py)."""


class Level(IntEnum):
    """How bad a change is; the larger, the worse."""

    NOISE = 0
    SAFE = 1
    ATTENTION = 2
    RISK = 3


class Verdict(IntEnum):
    """What is said of one stack or of all; the larger, the worse."""

    NO_CHANGE = 0
    SAFE = 1
    ATTENTION = 2
    FAILED = 3
    DATA_AT_RISK = 4


@dataclass(frozen=True)
class Judged:
    """One change, and what there is to say of it."""

    change: Change
    level: Level
    loses: str = ""
    """What of people's work is lost with it."""

    note: str = ""
    """What else there is to know, such as that it stays in the cloud."""

    felt: str = ""
    accepted: AcceptedLoss | None = None
    expired: AcceptedLoss | None = None


@dataclass(frozen=True)
class Report:
    """One stack: what would change, each change judged."""

    preview: Preview
    judged: tuple[Judged, ...]
    acceptance: Acceptance

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.preview.stack

    @property
    def at_risk(self) -> list[Judged]:
        """What loses data and is not accepted."""
        return [each for each in self.judged if each.level is Level.RISK]

    @property
    def attention(self) -> list[Judged]:
        """What somebody feels, or loses data and is accepted."""
        return [each for each in self.judged if each.level is Level.ATTENTION]

    @property
    def rest(self) -> list[Judged]:
        """What nobody feels."""
        return [each for each in self.judged if each.level is Level.SAFE]

    @property
    def noise(self) -> list[Judged]:
        """Updates that a provider alone takes note of."""
        return [each for each in self.judged if each.level is Level.NOISE]

    @property
    def refusals(self) -> list[Message]:
        """The findings of policies that must not be."""
        return [each for each in self.preview.findings if each.is_mandatory]

    @property
    def verdict(self) -> Verdict:
        """What is said of the stack."""
        if self.at_risk or self.preview.untold:
            return Verdict.DATA_AT_RISK
        if self.preview.failed or self.refusals:
            return Verdict.FAILED
        if self.attention or self.preview.findings:
            return Verdict.ATTENTION
        return Verdict.SAFE if self.judged or self.preview.outputs else Verdict.NO_CHANGE

    @property
    def counts(self) -> Counter[Op]:
        """How many resources go, are made anew, and so on; noise is not counted."""
        return Counter(each.change.op for each in self.judged if each.level is not Level.NOISE)


def judge(preview: Preview, acceptance: Acceptance, today: date) -> Report:
    """Judge every change of a stack, the worst first."""
    changes = {each.urn: each for each in preview.changes}
    judged = [_judge(each, changes, acceptance, today) for each in preview.changes if not each.is_component]
    return Report(preview, tuple(sorted(judged, key=_order)), acceptance)


def overall(reports: Sequence[Report]) -> Verdict:
    """Give the worst verdict; of nothing at all, that it failed: nobody looked."""
    return max((each.verdict for each in reports), default=Verdict.FAILED)


def _order(judged: Judged) -> tuple[int, int, int]:
    """Put the worst first; among those that lose data, everybody's homes before a single disk."""
    ops = (Op.REPLACE, Op.DELETE, Op.UPDATE, Op.CREATE, Op.IMPORT)
    return (-judged.level, judged.loses != kinds.HOMES, ops.index(judged.change.op))


def _judge(change: Change, changes: Mapping[str, Change], acceptance: Acceptance, today: date) -> Judged:
    level, loses, note = _level(change, changes)
    felt = people.felt(change)
    accepted = expired = None
    if level is Level.RISK:
        named = acceptance.of(change, changes)
        accepted = next((each for each in named if not is_over(each, today)), None)
        expired = next(iter(named), None) if accepted is None else None
        level = Level.ATTENTION if accepted else level
    elif level is Level.SAFE and felt:
        level = Level.ATTENTION
    return Judged(change, level, loses, note, felt, accepted, expired)


def _level(change: Change, changes: Mapping[str, Change]) -> tuple[Level, str, str]:
    """Give how bad a change is, what is lost with it, and what else to know."""
    holds = kinds.held(change)
    if change.op in (Op.CREATE, Op.IMPORT):
        return Level.SAFE, "", ""
    if change.op is Op.UPDATE:
        return _updated(change, holds)
    if not holds:
        harmless = kinds.is_made_anew_at_will(change) and not people.felt(change)
        return (Level.SAFE if harmless else Level.ATTENTION), "", ""
    if kinds.keeps_its_files(change, changes):
        return Level.ATTENTION, "", "the files stay on the file system"
    return _of_data(change, holds)


def _of_data(change: Change, holds: str) -> tuple[Level, str, str]:
    if not change.stays_in_the_cloud:
        return Level.RISK, holds, ""
    if change.op is Op.DELETE:
        return Level.ATTENTION, "", "it stays in the cloud, and is no longer managed"
    return Level.RISK, holds, "the old one stays in the cloud, but people find the new one, which is empty"


def _updated(change: Change, holds: str) -> tuple[Level, str, str]:
    less = kinds.loses_by_update(change) if holds else ""
    if less:
        return Level.RISK, holds, less
    taken = list(_guards_taken(change, holds))
    if taken:
        return Level.ATTENTION, "", " and ".join(taken)
    return (Level.NOISE if change.is_noise else Level.SAFE), "", ""


def _guards_taken(change: Change, holds: str) -> Iterator[str]:
    """Say what no longer stands before a later loss."""
    if holds and change.lost("protect"):
        yield "it is no longer protected: a later change may delete it"
    if holds and change.lost("retainOnDelete"):
        yield "it no longer stays in the cloud when it is deleted"
    for each in change.differences:
        if str(each.path[-1:]).lower().find("deletionprotection") >= 0 and each.old is True:
            yield "the cloud no longer keeps people from deleting it"
    if change.type == _CONSENT and any(not each.is_noise and each.new is NOTHING for each in change.differences):
        yield "a destroy is refused no longer for all that it was"
