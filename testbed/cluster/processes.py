"""Processes that are known by more than a number, as numbers are used again."""

import os
import select
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """One process on this machine, in this boot."""

    pid: int
    started: int
    """When it started, in clock ticks since boot."""
    boot: str

    def alive(self) -> bool:
        """Say whether it still runs; a zombie does not."""
        return find(self.pid) == self

    def kill(self, limit: float = 30) -> bool:
        """End it at once and wait for its end, at most `limit` seconds; say whether it ended."""
        with suppress(ProcessLookupError):
            handle = os.pidfd_open(self.pid)
            try:
                if self.alive():
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
                    readable(handle, limit)
            finally:
                os.close(handle)
        return not self.alive()


def readable(descriptor: int, seconds: float) -> bool:
    """Wait until a descriptor has something to read or is at its end, at most `seconds`; say whether it is so.

    By poll: `select` refuses descriptors above 1,023, which a long run of tests has.
    """
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def find(pid: int | str) -> Process | None:
    """Give the process that has this number now, or None where there is none or it is a zombie."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        number = int(Path(f"/proc/{pid}").resolve().name)
    except (FileNotFoundError, ProcessLookupError, NotADirectoryError):
        return None
    if state in "ZX":
        return None
    return Process(number, int(fields[18]), Path("/proc/sys/kernel/random/boot_id").read_text().strip())
