"""Stand-ins for gcloud, aws and az that answer what a test tells them to."""

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_PROGRAM = """#!{python}
import json, pathlib, sys
folder = pathlib.Path({folder!r})
words = " ".join(sys.argv[1:])
with (folder / "asked").open("a") as asked:
    asked.write({name!r} + " " + words + "\\n")
for line in (folder / "answers").read_text().splitlines():
    answer = json.loads(line)
    if answer["part"] in {name!r} + " " + words:
        sys.stderr.write(answer["error"])
        sys.stdout.write(answer["said"])
        sys.exit(1 if answer["error"] else 0)
sys.stderr.write("no answer for: " + words)
sys.exit(2)
"""


@dataclass(frozen=True)
class CommandLines:
    """What the three answer, and what they were asked."""

    folder: Path

    def answer(self, part: str, said: Any = None, error: str = "") -> None:
        """Answer every command that contains `part` in this way; the first that fits is taken."""
        line = {"part": part, "said": "" if said is None else json.dumps(said), "error": error}
        with (self.folder / "answers").open("a") as answers:
            answers.write(json.dumps(line) + "\n")

    def forget(self) -> None:
        (self.folder / "answers").write_text("")

    @property
    def asked(self) -> list[str]:
        file = self.folder / "asked"
        return file.read_text().splitlines() if file.exists() else []


def command_lines(folder: Path, python: str, monkeypatch: pytest.MonkeyPatch) -> CommandLines:
    """Put the stand-ins first on PATH."""
    programs = folder / "bin"
    programs.mkdir()
    for name in ("gcloud", "aws", "az"):
        program = programs / name
        program.write_text(_PROGRAM.format(python=python, folder=str(folder), name=name))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (folder / "answers").write_text("")
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return CommandLines(folder)
