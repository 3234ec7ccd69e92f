"""What a comment remembers in a line that nobody sees: that it is ours, which run wrote it, and its old verdicts."""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from ops.preview.markdown import code
from ops.recovery.state import fields

_MARK = "hubstack-preview"
_LINE = re.compile(rf"<!-- {_MARK} ([A-Za-z0-9_=-]{{2,20000}}) -->\s*\Z")
_KEPT = 5
"""How many old verdicts are shown."""

Run = tuple[int, int]
"""A run of the workflow: GitHub's growing number, and which attempt."""


@dataclass(frozen=True)
class Past:
    """A verdict that was."""

    verdict: str
    commit: str
    when: str

    def __str__(self) -> str:
        return f"{code(self.verdict, 60)} at {code(self.commit[:12] or '?')} ({code(self.when, 20)})"


@dataclass(frozen=True)
class Remark:
    """What one run has to remember."""

    run: Run
    now: Past
    before: Sequence[Past] = field(default=())

    def after(self, earlier: "Remark | None") -> "Remark":
        """Give this with the verdicts that the comment had before; the same of the same commit is told once."""
        if earlier is None:
            return self
        past = [earlier.now, *earlier.before]
        past = [each for each in past if (each.verdict, each.commit) != (self.now.verdict, self.now.commit)]
        return Remark(self.run, self.now, tuple(past[:_KEPT]))

    def written(self) -> str:
        """Give the end of the comment: the old verdicts in one line, and the line that nobody sees."""
        packed = {
            "run": self.run,
            "now": vars(self.now),
            "before": [vars(each) for each in self.before],
        }
        body = base64.urlsafe_b64encode(json.dumps(packed).encode()).decode()
        told = f"<sub>Before: {' ← '.join(map(str, self.before))}</sub>\n\n" if self.before else ""
        return f"{told}<!-- {_MARK} {body} -->"


def read(comment: str) -> Remark | None:
    """Give what a comment remembers; None where it is not one of ours."""
    found = _LINE.search(comment)
    if found is None:
        return None
    try:
        packed = fields(json.loads(base64.urlsafe_b64decode(found[1])))
        run = cast("list[Any]", packed["run"])
        before = [_past(each) for each in cast("list[Any]", packed["before"])][:_KEPT]
        return Remark((int(run[0]), int(run[1])), _past(packed["now"]), tuple(before))
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return Remark((0, 0), Past("?", "", "?"))  # ours by its mark, and somebody edited it


def _past(packed: Any) -> Past:
    known = cast("dict[str, Any]", packed)
    return Past(str(known["verdict"])[:60], str(known["commit"])[:40], str(known["when"])[:20])
