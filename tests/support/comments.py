"""The comment of a pull request, made of what the real engine says, and what an `up` then does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ops.preview.accepting import Acceptance
from ops.preview.judging import Report, judge
from ops.preview.reading import STACK_TYPE, Op, read
from ops.preview.remark import Past, Remark
from ops.preview.rendering import WHOLE, render
from ops.preview.veil import Veil
from tests.support.engine import Said, Stack

TODAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Told:
    """A preview: as it is judged, as people read it, and what the engine said besides."""

    report: Report
    text: str
    said: Said

    @property
    def steps(self) -> dict[str, Op]:
        """What becomes of which resource, such as `{"Namespace data8": Op.CREATE}`."""
        return {each.change.title: each.change.op for each in self.report.judged}

    @property
    def by_urn(self) -> dict[str, Op]:
        """The same by URN."""
        return {each.change.urn: each.change.op for each in self.report.judged}

    @property
    def head(self) -> str:
        """The comment's first ten lines, which everybody reads."""
        return "\n".join(self.text.splitlines()[:10])


def told(stack: Stack, *words: str, **environment: str) -> Told:
    """Preview a stack as the workflows do; the files that `ops.preview` reads are left in the stack's folder."""
    log = stack.folder / f"{stack.name}.events"
    log.unlink(missing_ok=True)
    said = stack.pulumi("preview", "--json", "--event-log", str(log), *words, **_with_log(environment))
    (stack.folder / f"{stack.name}.json").write_text(said.out)
    preview = read(stack.name, said.out, Veil(), said=said.err, events=log.read_text())
    report = judge(preview, Acceptance(), TODAY)
    text = render([report], Remark((1, 1), Past("", "", "")).written(), "the summary", WHOLE)
    return Told(report, text, said)


def done(stack: Stack, **environment: str) -> dict[str, Op]:
    """Bring a stack up, and give by URN what became of what; what stayed as it was is not in it."""
    log = stack.folder / "done.events"
    log.unlink(missing_ok=True)
    stack.up("--event-log", str(log), **_with_log(environment))
    met = [json.loads(line).get("resOutputsEvent", {}).get("metadata", {}) for line in log.read_text().splitlines()]
    return {
        each["urn"]: Op.REPLACE if "replace" in each["op"] else Op(each["op"])
        for each in met
        if each.get("op", "same") not in ("same", "read", "refresh") and each["type"] != STACK_TYPE
    }


def _with_log(environment: Mapping[str, str]) -> dict[str, str]:
    return {**environment, "PULUMI_DEBUG_COMMANDS": "true"}  # else the engine knows no --event-log
