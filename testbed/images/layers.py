"""A layer's folder written as a compressed tar file, the same to the bit whoever writes it and whenever."""

import hashlib
import json
import stat
import subprocess
import tarfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, cast

from testbed.images.recipe import Folder
from testbed.steps import StepError

WHEN = 1767225600  # every file's time: the first second of 2026
COMPRESSION = "-3"  # half the time of -6 for a tenth more bytes


@dataclass(frozen=True)
class Blob:
    """A finished layer in the cache."""

    file: Path
    digest: str
    """SHA-256 of the compressed file, which the layer is stored under."""
    diff_id: str
    """SHA-256 of the tar file in it, which the image's configuration names it by."""
    size: int
    """Bytes of the compressed file."""
    unpacked: int
    """Bytes of the tar file."""

    def save(self) -> None:
        """Keep what is known of the layer beside it."""
        (self.file.parent / "layer.json").write_text(json.dumps({**asdict(self), "file": self.file.name}))

    @classmethod
    def load(cls, folder: Path) -> "Blob":
        """Read what `save` kept."""
        known = json.loads((folder / "layer.json").read_text())
        return cls(**{**known, "file": folder / known["file"]})


class _Counted:
    """Passes a tar file on to the compressor, counting and hashing it."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out = out
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.size += len(data)
        return self.out.write(data)


def write(tree: Path, folders: Iterable[Folder], out: Path) -> Blob:
    """Write a tree as the compressed layer `out`.

    Everything in it is root's, and as open as programs and data usually are, but for what `folders` says of a folder.
    Raises StepError where it cannot be written.
    """
    special = {folder.path: folder for folder in folders}
    with out.open("wb") as file, _zstd(file) as compressor:
        counted = _Counted(compressor)
        stream = cast("IO[bytes]", counted)
        with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT, bufsize=1 << 20) as tar:
            for info, path in _members(tree, special):
                _add(tar, info, path)
    return Blob(out, sha256(out), f"sha256:{counted.digest.hexdigest()}", out.stat().st_size, counted.size)


def sha256(file: Path) -> str:
    """Give a file's digest as OCI writes it."""
    with file.open("rb") as content:
        return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"


@contextmanager
def _zstd(out: IO[bytes]) -> Generator[IO[bytes]]:
    """Compress in a child, on another core; what comes out does not depend on the number of threads."""
    with subprocess.Popen(["zstd", "-q", "-T2", COMPRESSION], stdin=subprocess.PIPE, stdout=out) as process:
        yield cast("IO[bytes]", process.stdin)
    if process.returncode:
        raise StepError("zstd cannot write a layer of an image; what it says stands above.")


def _members(tree: Path, special: dict[str, Folder]) -> Generator[tuple[tarfile.TarInfo, Path]]:
    names_of: dict[int, str] = {}
    for path in sorted(tree.rglob("*"), key=lambda path: path.relative_to(tree).parts):
        name = str(path.relative_to(tree))
        info = tarfile.TarInfo(name)
        info.mtime = WHEN
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            info.type, info.linkname, info.mode = tarfile.SYMTYPE, str(path.readlink()), 0o777
        elif stat.S_ISDIR(status.st_mode):
            folder = special.get(name, Folder(name))
            info.type, info.mode, info.uid, info.gid = tarfile.DIRTYPE, folder.mode, folder.uid, folder.gid
        elif status.st_ino in names_of:
            info.type, info.linkname = tarfile.LNKTYPE, names_of[status.st_ino]
        else:
            # No set-user-id bit gets through: nothing in these containers is to become root.
            info.mode = 0o755 if status.st_mode & stat.S_IXUSR else 0o644
            info.size = status.st_size
            names_of[status.st_ino] = name
        yield info, path


def _add(tar: tarfile.TarFile, info: tarfile.TarInfo, path: Path) -> None:
    if info.type != tarfile.REGTYPE:
        tar.addfile(info)
        return
    with path.open("rb") as content:
        tar.addfile(info, content)
