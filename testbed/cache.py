"""The one place, outside every checkout, where what was built or downloaded is kept for the next run.

An entry is keyed by the content it was made from and appears whole or not at all, so an interrupted run leaves
nothing half-made, and a second clone finds what the first one made.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path


def root() -> Path:
    """Give the cache's folder: `HUBSTACK_CACHE`, or `~/.cache/hubstack`."""
    return Path(os.environ.get("HUBSTACK_CACHE") or Path.home() / ".cache" / "hubstack").expanduser().absolute()


def content_key(*parts: str | Path) -> str:
    """Give 16 hex digits that change when any part does: a text by itself, a file or folder by what is in it."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(b"text\0" + part.encode() + b"\0")
            continue
        for path in [part] if part.is_file() else _files(part):
            digest.update(b"file\0" + str(path.relative_to(part)).encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def find(kind: str, name: str, key: str) -> Path | None:
    """Give the folder of a finished entry, or None where it has to be made."""
    entry = root() / kind / f"{name}-{key}"
    return entry if entry.is_dir() else None


def entry(kind: str, name: str, key: str, build: Callable[[Path], None]) -> Path:
    """Give the folder of an entry; where there is none yet, let `build` fill an empty folder that becomes it.

    Two runs at once build it once: the second waits for the first.
    """
    finished = root() / kind / f"{name}-{key}"
    with lock(f"{kind}-{name}-{key}"):
        if finished.is_dir():
            return finished
        finished.parent.mkdir(parents=True, exist_ok=True)
        half_made = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=finished.parent))
        try:
            build(half_made)
            half_made.chmod(0o755)
            half_made.rename(finished)
        except BaseException:
            shutil.rmtree(half_made, ignore_errors=True)
            raise
    return finished


def _files(folder: Path) -> Generator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


@contextmanager
def lock(name: str, *, wait: bool = True) -> Generator[None]:
    """Hold a lock of the whole cache for the block; another process or thread waits for its end.

    Without `wait`, raise BlockingIOError where it is held. The kernel releases it at the process's end.
    """
    path = root() / "locks" / name.replace("/", "-")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
