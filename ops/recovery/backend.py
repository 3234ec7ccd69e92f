"""A state backend that is a folder (`file://…`): its locks, and files that a killed engine left half-written.

Pulumi keeps every object of such a backend as a file with a `.attrs` file beside it (gocloud.dev/blob/fileblob). The
object itself appears whole, by a rename; its `.attrs` are written in place just before. An engine killed there leaves
them empty, and the state cannot be read at all: "failed to load checkpoint: EOF". Without them it can.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from ops.recovery.processes import Lock

_HALF_WRITTEN = re.compile(r"\.json(\.gz|\.zst)?\.[0-9a-f]+\.tmp$")


@dataclass(frozen=True)
class Folder:
    """The part of a folder backend that belongs to one stack."""

    root: Path
    project: str
    stack: str

    def locks(self) -> list[Lock]:
        """Give the stack's locks."""
        return [_lock(json.loads(file.read_text())) for file in sorted(self._locks.glob("*.json"))]

    def torn(self) -> list[Path]:
        """Give the files that were being written when the engine ended; removing them loses nothing."""
        files = [*self._stacks.glob(f"{self.stack}.json*"), *self._locks.glob("*"), *self._history.glob("*")]
        return sorted(file for file in files if _is_torn(file))

    @property
    def _stacks(self) -> Path:
        return self.root / ".pulumi" / "stacks" / self.project

    @property
    def _locks(self) -> Path:
        return self.root / ".pulumi" / "locks" / "organization" / self.project / self.stack

    @property
    def _history(self) -> Path:
        return self.root / ".pulumi" / "history" / self.project / self.stack


def folder(url: str, project_folder: Path, project: str, stack: str) -> Folder | None:
    """Give the backend at `url` where it is a folder; None for a bucket and for Pulumi's own service."""
    parsed = urlparse(url)
    if parsed.scheme != "file":
        return None
    # file://relative and file://~ are folders too: what stands before the first slash belongs to the path.
    path = Path(unquote(parsed.netloc + parsed.path)).expanduser()
    return Folder(project_folder / path, project, stack.rsplit("/", 1)[-1])


def _is_torn(file: Path) -> bool:
    if _HALF_WRITTEN.search(file.name):
        return True
    if file.suffix != ".attrs":
        return False
    try:
        json.loads(file.read_text())
    except ValueError:
        return True
    return False


def _lock(content: dict[str, Any]) -> Lock:
    # Go writes nanoseconds; fromisoformat takes microseconds.
    since = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", content["timestamp"]))
    return Lock(int(content["pid"]), content["username"], content["hostname"], since)
