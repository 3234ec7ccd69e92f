"""Steps of a long job: each says what it does and why, shows that it moves, and fails with a sentence.

A step's whole output goes to a log file; a person sees one line a step, and the log's place when it fails.
Steps may run side by side in threads: on a terminal every one under way has its line at the foot of the screen.
"""

import contextlib
import itertools
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.text import Text

console = Console(highlight=False, soft_wrap=True)

SECONDS_BETWEEN_LINES = 30
"""Where no terminal shows a moving line, a step under way says how far it is this often."""


class StepError(Exception):
    """A step failed; the message is one sentence that says what happened and what to do."""


class Step:
    """One step under way."""

    def __init__(self, title: str, why: str) -> None:
        self.title = title
        self.why = why
        self.note = ""
        self.started = time.monotonic()
        self.signs = itertools.cycle("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
        self._moved = ""
        self._said = self.started

    def done(self, note: str) -> None:
        """Say at the end what came of it, such as `already in the cache`."""
        self.note = note

    def moved(self, how_far: str) -> None:
        """Show how far the step is, such as `312 of 1034 packages`."""
        self._moved = how_far
        if not console.is_terminal and time.monotonic() - self._said > SECONDS_BETWEEN_LINES:
            self._said = time.monotonic()
            console.print(f"  {escape(self.title)}: {escape(how_far)} [dim]{self.seconds:.0f} s[/dim]")

    @property
    def seconds(self) -> float:
        """The time since the step began."""
        return time.monotonic() - self.started

    def line(self) -> str:
        """Give the line that stands on the terminal while the step runs."""
        return f"{escape(self.title)} [dim]{escape(self._moved or self.why)} {self.seconds:.0f} s[/dim]"


class _Board:
    """The steps under way, as the moving lines at the foot of the terminal; there can be only one such display."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steps: list[Step] = []
        self._live: Live | None = None

    def add(self, step: Step) -> None:
        with self._lock:
            self._steps.append(step)
            if console.is_terminal and self._live is None:
                self._live = Live(console=console, get_renderable=self._lines, transient=True, refresh_per_second=8)
                self._live.start()
        if not console.is_terminal:
            console.print(f"… {escape(step.title)}" + (f" [dim]({escape(step.why)})[/dim]" if step.why else ""))

    def remove(self, step: Step) -> None:
        with self._lock:
            self._steps.remove(step)
            if self._live and not self._steps:
                self._live.stop()
                self._live = None

    def _lines(self) -> RenderableType:
        return Group(*(self._line(step) for step in list(self._steps)))

    def _line(self, step: Step) -> Text:
        line = Text(no_wrap=True, overflow="ellipsis")
        return line.append(f"{next(step.signs)} ").append_text(Text.from_markup(step.line()))


_board = _Board()


@contextmanager
def step(title: str, why: str = "") -> Generator[Step]:
    """Run the block as a step named `title`, with the time it took; `why` is shown while it runs.

    On a terminal a spinner moves; elsewhere one line is printed at the start and one at the end.
    """
    current = Step(title, why)
    _board.add(current)
    try:
        yield current
    finally:
        _board.remove(current)
    note = f" [dim]{escape(current.note)}[/dim]" if current.note else ""
    console.print(f"[green]✓[/green] {escape(title)}{note} [dim]{current.seconds:.0f} s[/dim]")


def run(  # noqa: PLR0913
    command: Sequence[str | Path],
    *,
    log: Path,
    sentence: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    follow: Callable[[str], None] | None = None,
) -> None:
    """Run a command with its output in the file `log`; where it fails, raise a StepError that opens with `sentence`.

    `env` is added to this process's environment; `follow` is called with each line as it comes.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in command]
    with log.open("a") as output:
        output.write(f"$ {shlex.join(words)}\n")
        last = ""
        try:
            with _child(words, cwd, {**os.environ, **(env or {})}) as process:
                for line in process.stdout or ():
                    output.write(line)
                    last = line.strip() or last
                    if follow:
                        follow(line.rstrip("\n"))
            code = process.returncode
        except FileNotFoundError:
            code, last = 127, f"{words[0]}: not found"
            output.write(f"{last}\n")
    if code:
        raise StepError(f"{sentence} It said: {last[:400]} (the whole output is in {log})")


_children: set[subprocess.Popen[str]] = set()
_stopping = threading.Event()


@contextmanager
def _child(words: list[str], cwd: Path | None, env: Mapping[str, str]) -> Generator[subprocess.Popen[str]]:
    """Start a command that does not outlive the block, nor an interrupt of the thread that waits for it."""
    if _stopping.is_set():
        raise StepError("Stopped.")
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=cwd,
        env=env,
    ) as process:
        _children.add(process)
        try:
            yield process
        except BaseException:
            _stop(process)
            raise
        finally:
            _children.discard(process)


def hear_interrupts() -> None:
    """Let SIGTERM end this program as Ctrl-C does, so that what was started is taken down.

    A shell's background job ignores Ctrl-C's signal, and so do its children: an engine, which ends its language host by
    it, would wait for that for five seconds each time.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def stop_children() -> None:
    """End the commands that steps in any thread wait for, and let none begin: an interrupt reaches one thread only."""
    _stopping.set()
    for process in list(_children):
        _terminate(process)


def _terminate(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)


def _stop(process: subprocess.Popen[str]) -> None:
    _terminate(process)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def fail(error: StepError) -> int:
    """Print the sentence of a failed step and give the exit code of a failed command."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"[red]✗[/red] {escape(str(error))}")
    sys.stderr.flush()
    return 1
