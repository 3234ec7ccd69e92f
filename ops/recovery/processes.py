"""Which processes still live: the one that took the lock, and plugins that outlived their engine.

A provider plugin asks every five minutes only whether its engine is still there (rpcutil.Healthcheck in pulumi/pulumi's
SDK), so after a SIGKILL it may work on for a while, on a Helm release say, behind the back of whoever continues.
"""

import os
import re
import signal
import socket
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_PROC = Path("/proc")
_ENGINE_ADDRESS = re.compile(r"127\.0\.0\.1:(\d{2,5})")
_PLUGIN = re.compile(
    r"pulumi-(resource|language|analyzer)-|pulumi-language-python-exec|pulumi\.dynamic|/dynamic/__main__"
)
_PATIENCE = 10.0  # seconds for a plugin to end by itself once asked


@dataclass(frozen=True)
class Lock:
    """A lock of the backend, as the engine wrote it."""

    pid: int
    user: str
    host: str
    since: datetime

    def __str__(self) -> str:
        return f"process {self.pid} of {self.user} on {self.host}, since {self.since:%Y-%m-%d %H:%M:%S}"


def is_dead(lock: Lock) -> bool:
    """Say whether the process that took the lock has surely ended; False where it cannot be seen from this machine."""
    if lock.host != socket.gethostname():
        return False
    try:
        os.kill(lock.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    if not _PROC.is_dir():
        return False
    program = Path(next(iter(_command(lock.pid)), "")).name
    # With a name, the number may belong to another program by now; without one, it is just starting, or a zombie.
    return "pulumi" not in program if program else not _alive(lock.pid)


def orphans(project: Path) -> list[int]:
    """Give the plugins that were started for this project and whose engine no longer answers.

    Empty on a machine without /proc (macOS): there they end by themselves within five minutes.
    """
    if not _PROC.is_dir():
        return []
    pids = (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())
    return [pid for pid in pids if pid != os.getpid() and _is_orphan(pid, project)]


def end(pids: list[int]) -> None:
    """End processes: ask them, wait until they are gone, and then insist."""
    for ask in (signal.SIGTERM, signal.SIGKILL):
        for pid in filter(_alive, pids):
            os.kill(pid, ask)
        deadline = time.monotonic() + _PATIENCE
        while any(map(_alive, pids)) and time.monotonic() < deadline:
            time.sleep(0.1)


def _is_orphan(pid: int, project: Path) -> bool:
    words = _command(pid)
    if not any(_PLUGIN.search(word) for word in words[:4]):
        return False
    addresses = _ENGINE_ADDRESS.findall(" ".join(words))
    return bool(addresses) and _works_in(pid, project) and not any(_answers(int(port)) for port in addresses)


def _works_in(pid: int, project: Path) -> bool:
    try:
        return (_PROC / str(pid) / "cwd").resolve().is_relative_to(project.resolve())
    except OSError:
        return False


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _command(pid: int) -> list[str]:
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
    except OSError:
        return []


def _alive(pid: int) -> bool:
    """Say whether a process runs; one that ended and that nobody has waited for does not."""
    try:
        state = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}
