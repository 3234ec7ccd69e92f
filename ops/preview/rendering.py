"""The comment: the verdict first, then what fails, what loses data, what people feel; the rest is folded away."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ops.preview import markdown
from ops.preview.differences import Difference
from ops.preview.fitting import Part, fitted
from ops.preview.judging import Judged, Level, Report, Verdict, overall
from ops.preview.markdown import code, folded, inside_html
from ops.preview.reading import Message, Op

_HEADLINES = {
    Verdict.NO_CHANGE: "✅ No change",
    Verdict.SAFE: "✅ Safe",
    Verdict.ATTENTION: "⚠️ Attention",
    Verdict.FAILED: "❌ The preview failed",
    Verdict.DATA_AT_RISK: "⛔ Data at risk",
}
_DOES = {
    Op.DELETE: "delete",
    Op.REPLACE: "replace",
    Op.UPDATE: "change",
    Op.CREATE: "create",
    Op.IMPORT: "import",
}
_DONE = {
    Op.DELETE: "deleted",
    Op.REPLACE: "replaced",
    Op.UPDATE: "changed",
    Op.CREATE: "created",
    Op.IMPORT: "imported",
}
_FIRST = 3
"""So many errors stand before what loses data; the rest comes after it, so that nobody has to look for either."""

_OPEN = 15
"""How many changes that people feel stand in the open."""

_FEW_LINES = 10
"""How many lines of a diff are shown where the comment is full."""

_RELEASE = "kubernetes:helm.sh/v3:Release"


@dataclass(frozen=True)
class Extent:
    """How much is told of each thing."""

    most: int | None = None
    """How many bytes the whole may have; None is any number."""

    value: int | None = 200
    """How many characters of a value are shown."""

    error: int | None = 1_500
    differences: int | None = 8
    """How many differences of one resource are shown in its line."""

    lines: int | None = 80
    """How many lines of a diff are shown."""


WHOLE = Extent(value=None, error=None, differences=None, lines=None)


def render(reports: Sequence[Report], last: str, where: str, extent: Extent) -> str:
    """Give the comment for these stacks. `last` is its end, `where` says where the rest is when it is cut."""
    alone = len(reports) == 1
    errors = [line for report in reports for line in _errors(report, extent, alone=alone)]
    parts = _sections(reports, errors, extent, alone=alone)
    return fitted(headline(reports), parts, last, extent.most, where)


def headline(reports: Sequence[Report]) -> str:
    """Give the first line: the verdict and how much would change."""
    return f"### {verdict_line(reports)}"


def verdict_line(reports: Sequence[Report]) -> str:
    """Give the verdict and the counts over all stacks."""
    if len(reports) == 1:
        return f"{_HEADLINES[reports[0].verdict]} in {code(reports[0].stack, 100)}: {_counts(reports)}"
    return f"{_HEADLINES[overall(reports)]} in {len(reports)} stacks: {_counts(reports)}"


def _counts(reports: Iterable[Report]) -> str:
    reports = list(reports)
    counts = [(op, sum(report.counts[op] for report in reports)) for op in _DONE]
    said = [f"{number:,} {_DONE[op]}" for op, number in counts if number]
    errors = sum(len(report.preview.errors) for report in reports)
    findings = sum(len(report.preview.findings) for report in reports)
    said = [*_number(errors, "error"), *_number(findings, "policy finding"), *said]
    outputs = sum(len(report.preview.outputs) for report in reports)
    return ", ".join(said) or ("; ".join(_number(outputs, "output")) or "nothing is to be done")


def _number(number: int, what: str) -> list[str]:
    return [f"{number:,} {what}{'' if number == 1 else 's'}"] if number else []


def _stacks(reports: Sequence[Report]) -> Part:
    """Give one line for each stack; the worst stand first, as only they are surely read."""
    ordered = sorted(reports, key=lambda report: -report.verdict)
    lines = [f"- {code(report.stack, 100)}: {_HEADLINES[report.verdict]}: {_counts([report])}" for report in ordered]
    return Part(3, lines, head="**Stacks**", what="stacks")


def _sections(reports: Sequence[Report], errors: list[str], extent: Extent, *, alone: bool) -> list[Part]:
    """Give the parts in their order; of several stacks, what is risky in any comes before what is safe in one."""
    stacks = [part for report in reports for part in _of_stack(report, extent, alone=alone)]
    risks = [line for report in reports for line in _risks(report, extent, alone=alone)]
    attention = [each for report in reports for each in _attention(report, extent, alone=alone)]
    parts = [
        Part(1, errors[:_FIRST], what="errors"),
        Part(0, risks, what="changes that lose data"),
        Part(2, errors[_FIRST:], head="**Further errors and findings**", what="errors"),
    ]
    parts += [Part(2, list(_how_to_accept(reports)))] if risks else []
    parts += [] if alone else [_stacks(reports)]
    parts += _felt(attention)
    return [part for part in [*parts, *stacks] if part.items]


def _felt(attention: Sequence[tuple[str, str]]) -> Iterator[Part]:
    """Give what people feel: the first in the open, the rest folded away, so that a hundred stay readable."""
    what = "changes that people feel"
    whole, short = [each for each, _ in attention], [each for _, each in attention]
    yield Part(4, whole[:_OPEN], head="**What people feel, or what goes**", what=what, short=short[:_OPEN])
    yield _fold(4, f"{len(whole) - _OPEN:,} more of these", whole[_OPEN:], what, short[_OPEN:])


def _errors(report: Report, extent: Extent, *, alone: bool) -> Iterator[str]:
    """Give what fails the run, then what it is warned of."""
    stack = "" if alone else f"{code(report.stack, 100)}: "
    for error in report.preview.errors:
        yield f"- ❌ {stack}{_message(error, extent)}"
    for finding in sorted(report.preview.findings, key=lambda each: not each.is_mandatory):
        sign, sort = ("❌", "policy") if finding.is_mandatory else ("⚠️", "advice of policy")
        yield f"- {sign} {stack}{sort} {code(finding.policy, 100)}: {_message(finding, extent)}"
    if report.acceptance.unread:
        yield f"- ⚠️ {stack}{code(report.acceptance.unread, extent.error)}: so it accepts no loss"


def _message(message: Message, extent: Extent) -> str:
    of = f"{code(_short(message.urn), 200)}: " if message.urn and ":Stack::" not in message.urn else ""
    return of + code(message.text, extent.error)


def _short(urn: str) -> str:
    kind, _, name = urn.rpartition("::")
    return f"{kind.rpartition(':')[2]} {name}"


def _risks(report: Report, extent: Extent, *, alone: bool) -> Iterator[str]:
    for each in report.at_risk:
        yield _line(report, each, extent, alone=alone)
    if report.preview.untold:
        stack = "" if alone else f" in {code(report.stack, 100)}"
        yield (
            f"- ⛔ {report.preview.untold:,} more to delete or replace{stack}, which the preview counts and does not "
            "name: look at it before anything is done"
        )


def _attention(report: Report, extent: Extent, *, alone: bool) -> Iterator[tuple[str, str]]:
    for each in report.attention:
        yield _line(report, each, extent, alone=alone), _line(report, each, _BRIEF, alone=alone)


_BRIEF = Extent(value=40, differences=1)


def _line(report: Report, judged: Judged, extent: Extent, *, alone: bool) -> str:
    """Give a change in one line: what becomes of it, why, what is lost, who feels it."""
    change = judged.change
    sign = "⛔" if judged.level is Level.RISK else "⚠️"
    stack = "" if alone else f" in {code(report.stack, 100)}"
    said = [f"- {sign} **{_DOES[change.op]}** {code(change.title, 200)}{stack}"]
    if change.type != _RELEASE or change.op is not Op.UPDATE:
        causes = _causes(judged)
        said += [f": {_some(causes, extent)}"] if causes else []
    told: list[str] = []
    if judged.loses:
        told.append(f"**{judged.loses} would be lost**" if not judged.note else f"**{judged.loses}** would be lost")
    told += [_sentence(judged.note)] if judged.note else []
    told += [judged.felt] if judged.felt else []
    if judged.accepted:
        told.append(f"accepted until {judged.accepted.until}: {code(judged.accepted.reason, extent.value)}")
    if judged.expired:
        told.append(f"what the stack file accepts is over since {judged.expired.until}")
    return "".join(said) + (f". {_capital('; '.join(told))}." if told else "")


def _sentence(note: str) -> str:
    """Give a note; one that names a property has it as code."""
    path, becomes, rest = note.partition(" becomes ")
    return f"{code(path)} becomes {rest}" if becomes else note


def _capital(text: str) -> str:
    start = 2 if text.startswith("**") else 0
    return text[:start] + text[start : start + 1].upper() + text[start + 1 :]


def _causes(judged: Judged) -> list[Difference]:
    """Give what a change comes from: for a replacement the properties that force it, where they are known."""
    seen = [each for each in judged.change.differences if not each.is_noise] or list(judged.change.differences)
    forcing = [each for each in seen if each.forces]
    return forcing or seen


def _some(differences: Sequence[Difference], extent: Extent) -> str:
    shown = differences[: extent.differences]
    rest = len(differences) - len(shown)
    return ", ".join(markdown.change_of(each, extent.value) for each in shown) + (f" and {rest:,} more" if rest else "")


def _how_to_accept(reports: Sequence[Report]) -> Iterator[str]:
    """Say how to go on: once, as the way is the same for all."""
    names = [_accepted_by(report, each) for report in reports for each in report.at_risk]
    if not names:
        return
    entry = f"{{resource: {names[0]}, reason: …, until: …}}"
    yield (
        "If the loss is meant, say so in the stack file, one entry a resource: "
        f"{code(f'hubstack:accept_data_loss: [{entry}]', 300)}. Until then this check fails."
    )


def _accepted_by(report: Report, judged: Judged) -> str:
    """Give the name that accepts a loss: of the component, where that goes as a whole."""
    whole = {each.urn: each.title for each in report.preview.changes if each.is_component and each.op is Op.DELETE}
    return whole.get(judged.change.parent, judged.change.title)


def _of_stack(report: Report, extent: Extent, *, alone: bool) -> Iterator[Part]:
    """Give what is folded away: charts' values, everything else by component, outputs, noise."""
    of = "" if alone else f"{inside_html(report.stack, 100)}: "
    for each in report.judged:
        if each.change.type == _RELEASE and each.change.op in (Op.UPDATE, Op.REPLACE) and each.change.differences:
            yield _values(each, of, extent)
    yield from _components(report, of, extent)
    if report.preview.outputs:
        lines = [line for each in report.preview.outputs for line in markdown.diff_lines(each, extent.value)]
        yield _diff(5, f"{of}outputs that change", lines, extent)
    warnings = [f"- {_message(each, extent)}" for each in report.preview.warnings]
    if warnings:
        yield _fold(7, f"{of}{len(warnings)} warnings" if len(warnings) > 1 else f"{of}1 warning", warnings, "warnings")
    if report.noise:
        names = [f"- {code(each.change.title, 200)}" for each in report.noise]
        yield _fold(8, f"{of}nothing but tags and the provider's own: {len(names):,}", names, "changes")


def _values(judged: Judged, of: str, extent: Extent) -> Part:
    """Give a chart's values, key by key, as a diff."""
    inner = [
        Difference(each.path[1:], each.old, each.new) if each.path[0] == "values" else each
        for each in judged.change.differences
        if each.path
    ]
    lines = [line for each in inner if each.path for line in markdown.diff_lines(each, extent.value)]
    return _diff(5, f"{of}values of {inside_html(judged.change.title, 200)}", lines, extent)


def _components(report: Report, of: str, extent: Extent) -> Iterator[Part]:
    by_part: dict[str, list[Judged]] = {}
    for each in report.rest:
        by_part.setdefault(each.change.part or "the stack itself", []).append(each)
    for part, those in by_part.items():
        number = f"{len(those):,} change{'' if len(those) == 1 else 's'}"
        lines = [_rest(each, extent) for each in those]
        short = [_rest(each, _BRIEF) for each in those]
        yield _fold(6, f"{of}{inside_html(part, 200)}: {number}", lines, "changes that nobody feels", short)


def _rest(judged: Judged, extent: Extent) -> str:
    change = judged.change
    causes = _causes(judged)
    told = f": {_some(causes, extent)}" if causes else ""
    return f"- {_DOES[change.op]} {code(change.title, 200)}{told}"


def _fold(importance: int, summary: str, lines: Sequence[str], what: str, short: Sequence[str] = ()) -> Part:
    head, tail = folded(summary, "\n\n").split("\n\n\n\n", 1)
    return Part(importance, lines, head.strip("\n"), tail.strip("\n"), what=what, short=short)


def _diff(importance: int, summary: str, lines: list[str], extent: Extent) -> Part:
    """Give a folded diff. It is one item, as half a block of code would swallow what follows."""
    told, brief = (_cut_block(lines, most) for most in (extent.lines, _FEW_LINES))
    return Part(importance, [folded(summary, told)], what="diffs", short=[folded(summary, brief)])


def _cut_block(lines: list[str], most: int | None) -> str:
    shown = lines[:most]
    rest = len(lines) - len(shown)
    return markdown.block([*shown, *([f"… and {rest:,} lines more"] if rest else [])], "diff")
