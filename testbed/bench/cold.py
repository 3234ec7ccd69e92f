"""A preview with nothing warm: the engine, the program and every plugin start anew."""

import os
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from testbed.bench.simulation import STACKS, simulated
from testbed.steps import step

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_STAND_INS = ("testbed.cloud.plugin", "pulumi-resource-kubernetes", "pulumi-resource-random")
_RUNS = 3


@dataclass(frozen=True)
class Cold:
    """Real seconds: of the whole preview, and of it those that stand-ins' processes were on a core."""

    seconds: float
    stand_ins: float


def measure() -> Cold:
    """Preview course-fall a few times, each in processes of its own, and give the middle one."""
    with simulated(STACKS["gke"], speed=50) as stack, step("A cold preview of course-fall") as current:
        stack.succeed("preview")  # Python compiles what it imports once, as it does where people work
        found = sorted((_preview(stack.succeed) for _ in range(_RUNS)), key=lambda each: each.seconds)
        middle = found[len(found) // 2]
        current.done(f"{middle.seconds:.1f} s")
    return middle


def _preview(succeed: Callable[..., object]) -> Cold:
    with _watched() as watch:
        began = time.monotonic()
        succeed("preview")
        seconds = time.monotonic() - began
    return Cold(seconds, sum(watch.seen.values()))


@dataclass
class Watch:
    """Looks at the stand-ins' processes and remembers how long each was on a core."""

    seen: dict[int, float] = field(default_factory=dict[int, float])
    before: frozenset[int] = frozenset()

    def look(self) -> None:
        """Look once."""
        for pid in _processes() - self.before:
            try:
                words = (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if any(name in words for name in _STAND_INS):
                    self.seen[pid] = _on_a_core(pid)
            except OSError:
                continue  # it has just ended


@contextmanager
def _watched() -> Generator[Watch]:
    watch, ended = Watch(before=frozenset(_processes())), threading.Event()

    def work() -> None:
        while not ended.wait(0.05):
            watch.look()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        ended.set()
        thread.join()


def _processes() -> set[int]:
    return {int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()}


def _on_a_core(pid: int) -> float:
    numbers = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / _TICKS
