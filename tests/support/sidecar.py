"""The container of one person's database, as a pod has it: its own root, processes and mounts, and no cluster."""

import json
import os
import shutil
import signal
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from tests.support.memory import tmpfs

FILES = Path(__file__).parents[2] / "components" / "hub" / "user_database_files"
_JOVYAN, _USERS = 1000, 100
_MOUNTED = "/usr/local/share/hubstack"
_START = f"{_MOUNTED}/start.sh"
_PSQL = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", "jovyan", "-h", "/var/run/postgresql", "-d"]

# What the kubelet and the runtime do before a container's first process, which is the last command's.
_ENTER = """
set -e
mount --make-rprivate /
mount --bind "$ROOT" "$ROOT"
mount -t tmpfs tmpfs "$ROOT/dev"
for device in null zero urandom; do touch "$ROOT/dev/$device"; mount --bind /dev/$device "$ROOT/dev/$device"; done
ln -s /proc/self/fd "$ROOT/dev/fd"
mkdir -m 1777 "$ROOT/dev/shm"
mount -t tmpfs -o size=64m tmpfs "$ROOT/dev/shm"
mount -t proc proc "$ROOT/proc"
mount -t tmpfs tmpfs "$ROOT/tmp"
touch "$ROOT/dev/termination-log"
mount --bind "$POD/last-words" "$ROOT/dev/termination-log"
mount --bind "$POD/claim" "$ROOT/var/lib/postgresql/data"
mount --bind "$POD/socket" "$ROOT/run/postgresql" # where /var/run leads
mount --bind "$POD/home" "$ROOT/home/jovyan"
mount --bind "$FILES" "$ROOT/usr/local/share/hubstack"
mount --bind "$FILES/passwd" "$ROOT/etc/passwd"
mount -o remount,bind,ro "$ROOT"
exec chroot --userspec=1000:100 --groups=100 "$ROOT" /usr/bin/env -i PATH=/usr/local/bin:/usr/bin "$@"
"""

# The notebook beside it, which has the socket's folder and nothing else of it.
_BESIDE = """
set -e
mount --make-rprivate /
mount --rbind /dev "$ROOT/dev"
mount -t tmpfs -o mode=1777 tmpfs "$ROOT/tmp"
mount --bind "$POD/socket" "$ROOT/run/postgresql"
exec chroot --userspec=1000:100 --groups=100 "$ROOT" /usr/bin/env -i PATH=/usr/local/bin:/usr/bin HOME=/tmp "$@"
"""


def unpack(archive: Path, image: str, root: Path) -> None:
    """Lay an image of the testbed's archive into a folder, with the places that a pod mounts things at."""
    with tarfile.open(archive) as tar:
        index = _document(tar, "index.json")
        names = {each["annotations"]["io.containerd.image.name"]: each["digest"] for each in index["manifests"]}
        for layer in _document(tar, _blob(names[image]))["layers"]:
            content = tar.extractfile(_blob(layer["digest"]))
            assert content is not None
            with subprocess.Popen(
                ["tar", "--extract", "--zstd", "--directory", root], stdin=subprocess.PIPE
            ) as process:
                assert process.stdin is not None
                shutil.copyfileobj(content, process.stdin)
            assert process.returncode == 0
    root.chmod(0o755)
    for place in (_MOUNTED, "/home/jovyan", "/var/lib/postgresql/data", "/run/postgresql", "/dev", "/proc", "/tmp"):  # noqa: S108 - within the container
        (root / place.lstrip("/")).mkdir(parents=True, exist_ok=True)


@dataclass
class Pod:
    """What one person's pods have, one after the other: the claim and the home stay, the container is new each time."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        for name in ("claim", "socket", "home"):
            (self.folder / name).mkdir()
            os.chown(self.folder / name, 0, _USERS)
            (self.folder / name).chmod(0o2775)  # as a volume's fsGroup leaves them
        self.last_words.touch(0o666)
        self.last_words.chmod(0o666)

    @property
    def claim(self) -> Path:
        return self.folder / "claim"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def last_words(self) -> Path:
        return self.folder / "last-words"

    def notes(self) -> list[str]:
        """Give the names of the files that the person finds."""
        return sorted(path.name for path in self.home.iterdir())

    def note(self, name: str) -> str:
        """Read one of them."""
        return (self.home / f"{name}.txt").read_text()

    def wait_for_notes(self, *names: str) -> None:
        """Wait until these are all that the person finds."""
        with suppress(AssertionError):
            wait_for(lambda: self.notes() == sorted(names), "them")
        assert self.notes() == sorted(names)

    def wish_to_reset(self, words: str = "delete my database") -> None:
        """Write what the person writes to have an empty database."""
        (self.home / "reset-my-database").write_text(f"{words}\n")

    @contextmanager
    def container(self, root: Path, *command: str, **environment: str) -> Iterator["Container"]:
        """Run a container of an image's root until the block ends; by default the server."""
        variables = {**self.environment, **environment}
        words = [f"{name}={value}" for name, value in variables.items()]
        log = self.folder / "log"
        with log.open("w") as out:
            process = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--fork", "sh", "-c", _ENTER, "enter", *words,
                 "/bin/bash", _START, *command],
                env={**os.environ, "ROOT": str(root), "POD": str(self.folder), "FILES": str(FILES)},
                stdout=out,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
            container = Container(self, root, process, log)
            try:
                yield container
            finally:
                container.kill()

    def beside(self, root: Path, command: Sequence[str], environment: Mapping[str, str]) -> str:
        """Run a command as the notebook does, in an image of its own, and give what it printed."""
        words = [f"{name}={value}" for name, value in environment.items()]
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", _BESIDE, "beside", *words, *command],
            env={**os.environ, "ROOT": str(root), "POD": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(self, root: Path, *command: str, **environment: str) -> str:
        """Run a container to its end, which is to be a good one, and give what it said."""
        with self.container(root, *command, **environment) as container:
            assert container.ended() == 0, container.said()
            return container.said()


@dataclass
class Container:
    """A container that runs."""

    pod: Pod
    root: Path
    process: subprocess.Popen[Any]
    log: Path

    def said(self) -> str:
        """Give its log."""
        return self.log.read_text()

    def wait(self, seconds: float = 30) -> "Container":
        """Run what its postStart hook runs."""
        wait_for(lambda: self._first() or self.process.poll(), "the container to have a process")
        assert self.process.poll() is None, self.said()
        self._within(["/bin/bash", _START, "wait"], seconds)
        return self

    def sql(self, query: str, database: str = "jovyan") -> str:
        """Ask the database as the notebook does: on its socket, and by nothing else."""
        asked = self.try_sql(query, database)
        assert asked.returncode == 0, f"{asked.stderr}\n{self.said()}"
        return asked.stdout.strip()

    def try_sql(self, query: str, database: str = "jovyan") -> subprocess.CompletedProcess[str]:
        """Ask the database, whatever comes of it."""
        return self._within([*_PSQL, database, "-c", query], 60, check=False)

    def begin(self, query: str) -> subprocess.Popen[bytes]:
        """Ask the database something that takes its time."""
        command, path = self._entering([*_PSQL, "jovyan", "-c", query])
        return subprocess.Popen(command, env=path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def signal(self, name: str) -> None:
        """Send a signal to its first process, as the kubelet does."""
        subprocess.run(["kill", f"-{name}", str(self._first())], check=True)

    def kill(self) -> None:
        """Kill its first process, where it has not ended, and with that all that run in it."""
        if self.process.poll() is None and (first := self._child()):
            os.kill(first, signal.SIGKILL)
        self.process.wait(10)

    def kill_postgres(self) -> None:
        """Kill PostgreSQL itself, as who runs out of memory is killed."""
        children = Path(f"/proc/{self._first()}/task/{self._first()}/children").read_text().split()
        postgres = [pid for pid in children if Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"]
        subprocess.run(["kill", "-KILL", *postgres], check=True)

    def stop(self, seconds: float = 20) -> dict[str, int]:
        """End it as the kubelet does, and give its last words."""
        self.signal("TERM")
        assert self.ended(seconds) == 0, self.said()
        return json.loads(self.pod.last_words.read_text())

    def ended(self, seconds: float = 30) -> int:
        """Wait for its end, and give its code."""
        return self.process.wait(timeout=seconds)

    def _first(self) -> int | None:
        first = self._child()
        return first if first and Path(f"/proc/{first}/comm").read_text().strip() == "bash" else None

    def _child(self) -> int | None:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0]) if children else None

    def _within(self, words: list[str], seconds: float, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        command, path = self._entering(words)
        return subprocess.run(command, env=path, capture_output=True, text=True, timeout=seconds, check=check)

    def _entering(self, words: list[str]) -> tuple[list[str], dict[str, str]]:
        into = ["nsenter", "--target", str(self._first()), "--mount", "--pid", "--root", "--wd=/"]
        became = ["--setuid", str(_JOVYAN), "--setgid", str(_USERS)]
        return [*into, *became, *words], {"PATH": f"{self._programs()}:/usr/local/bin:/usr/bin"}

    def _programs(self) -> str:
        return next(f"/{path.relative_to(self.root)}" for path in self.root.glob("usr/lib/postgresql/*/bin"))


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 20) -> Any:
    """Wait until a condition gives something true, and give that."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)
    return found


def disk(place: Path, mebibytes: int) -> AbstractContextManager[None]:
    """Mount a disk of so much, in memory."""
    return tmpfs(place, f"size={mebibytes}m,mode=2775,gid={_USERS}")


def _document(tar: tarfile.TarFile, name: str) -> Mapping[str, Any]:
    content = tar.extractfile(name)
    assert content is not None
    return cast("Mapping[str, Any]", json.load(content))


def _blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"
