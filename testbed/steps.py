"""Steps of a long job: each says what it does and why, shows that it moves, and fails with a sentence.

A step's whole output goes to a log file; a person sees one line a step, and the log's place when it fails.
"""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from rich.console import Console

console = Console(highlight=False, soft_wrap=True)


class StepError(Exception):
    """A step failed; the message is one sentence that says what happened and what to do."""


class Step:
    """One step under way."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.note = ""

    def done(self, note: str) -> None:
        """Say at the end what came of it, such as `already in the cache`."""
        self.note = note


@contextmanager
def step(title: str, why: str = "") -> Generator[Step]:
    """Run the block as a step named `title`, with the time it took; `why` is shown while it runs.

    On a terminal a spinner moves; elsewhere one line is printed at the start and one at the end.
    """
    current = Step(title)
    started = time.monotonic()
    reason = f" [dim]({why})[/dim]" if why else ""
    if console.is_terminal:
        with console.status(f"{title}{reason}"):
            yield current
    else:
        console.print(f"… {title}{reason}")
        yield current
    note = f" [dim]{current.note}[/dim]" if current.note else ""
    console.print(f"[green]✓[/green] {title}{note} [dim]{time.monotonic() - started:.0f} s[/dim]")


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    sentence: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a command with its output in the file `log`; where it fails, raise a StepError that opens with `sentence`.

    `env` is added to this process's environment.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in command]
    with log.open("a") as output:
        output.write(f"$ {shlex.join(words)}\n")
        output.flush()
        code = _call(words, output, cwd, {**os.environ, **(env or {})})
    if code:
        last = next((line for line in reversed(log.read_text(errors="replace").splitlines()) if line.strip()), "")
        raise StepError(f"{sentence} It said: {last.strip()[:400]} (the whole output is in {log})")


def _call(words: list[str], output: IO[str], cwd: Path | None, env: Mapping[str, str]) -> int:
    try:
        return subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=cwd, env=env, check=False
        ).returncode
    except FileNotFoundError:
        output.write(f"{words[0]}: not found\n")
        return 127


def fail(error: StepError) -> int:
    """Print the sentence of a failed step and give the exit code of a failed command."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"[red]✗[/red] {error}", markup=True)
    sys.stderr.flush()
    return 1
