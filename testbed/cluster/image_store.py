"""Bringing container images, from archives, into the node's containerd."""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from testbed.cluster.state import State
from testbed.steps import StepError

AT_ONCE = 2
"""Archives that are brought in side by side; more wait for the same disk."""

Execute = Callable[[Sequence[str]], str]
"""Runs a command on the node and gives its output."""


def require(archives: Sequence[Path]) -> None:
    """Raise StepError where an archive is not there."""
    absent = [archive for archive in archives if not archive.is_file()]
    if absent:
        raise StepError(f"There is no image archive at {absent[0]}; build the images first.")


def waiting(state: State, archives: Sequence[Path]) -> list[Path]:
    """Give the archives that have not been brought in yet."""
    require(archives)
    return [archive for archive in archives if not _mark(state, archive).exists()]


def load(state: State, archives: Sequence[Path], execute: Execute) -> None:
    """Bring archives in."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(_load_one, state, archive, execute) for archive in archives]:
            done.result()


def _load_one(state: State, archive: Path, execute: Execute) -> None:
    ctr = ["ctr", "--namespace=k8s.io", "images", "import", "--snapshotter=overlayfs"]
    said = execute([*ctr, str(archive.absolute())])
    mark = _mark(state, archive)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(f"{archive}\n{said}")


def _mark(state: State, archive: Path) -> Path:
    """Give the file that remembers an archive: another one as soon as the archive is another."""
    facts = archive.stat()
    key = hashlib.sha256(f"{archive.absolute()} {facts.st_size} {facts.st_mtime_ns}".encode()).hexdigest()[:16]
    return state.var / "imported" / key
