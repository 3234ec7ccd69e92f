"""A mistake in a stack file, and the report of all of them."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from components.settings.source import Path, Source, written

_WIDTH = 100
_LABELS = 9


@dataclass(frozen=True)
class Mistake:
    """One thing in a stack file that cannot be, and how to mend it. No text of it holds a secret's value."""

    path: Path
    given: str
    allowed: str
    mend: str = ""
    variable: str = ""
    """The environment variable that the value came from, where it did not come from the stack file."""

    def lines(self, source: Source) -> list[str]:
        """Give the mistake as the lines of a report."""
        place, line = written(self.path), source.line(self.path)
        if self.variable:
            place = f"{self.variable} in the environment, which stands for {place}"
        elif line:
            place = f"{place} (line {line})"
        texts = {"given": self.given, "allowed": self.allowed, "mend": self.mend}
        return [place, *(line for label, text in texts.items() if text for line in _labelled(label, text))]


class SettingsError(Exception):
    """A stack file with mistakes; its text lists every one of them, in the order of the file."""

    def __init__(self, mistakes: Sequence[Mistake], source: Source) -> None:
        """Take mistakes, in the order they are to be told in."""
        self.mistakes = tuple(mistakes)
        super().__init__(_report(self.mistakes, source))


def _report(mistakes: Sequence[Mistake], source: Source) -> str:
    count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    report = [f"{count} in {source.name}:"]
    for number, mistake in enumerate(mistakes, start=1):
        place, *details = mistake.lines(source)
        report += ["", f"{number}. {place}", *(f"   {line}" for line in details)]
    return "\n".join(report)


def _labelled(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f"{label}:".ljust(_LABELS),
        subsequent_indent=" " * _LABELS,
        break_long_words=False,
        break_on_hyphens=False,
    )
