"""Makes the virtual environment that everything else runs in: `python3 -m testbed.bootstrap [everything]`.

It runs before anything is installed, so it uses the standard library only, and pip for one thing: to fetch uv, pinned
by its hash in requirements/uv.txt, which then installs the packages in seconds.

There are two environments in the cache, each keyed by what goes into it. `make up` needs the packages of cloud `local`
and no other cloud's; tests and the simulated clouds need everything. Everything holds the former in the same versions,
so where it has been made it serves `make up` too, and `.venv`, a link to one of them, never goes back.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from testbed import cache

CHECKOUT = Path(__file__).parent.parent
UV_PIN = CHECKOUT / "requirements" / "uv.txt"


@dataclass(frozen=True)
class Environment:
    """A virtual environment: the file of its pinned packages, and what it and uv's own cache take of the disk."""

    name: str
    packages: Path
    gigabytes: float


LOCAL = Environment("local", CHECKOUT / "requirements" / "local.txt", 1)
"""What `make up` needs."""
EVERYTHING = Environment("everything", CHECKOUT / "requirements" / "dev.txt", 3)
"""What tests, checks and the simulated clouds need: every cloud's SDK, and the tools."""


class BootstrapError(Exception):
    """The environment cannot be made; the message is a sentence that says what to do."""


def main(words: Sequence[str] = ()) -> int:
    """Make the environment that is asked for where it is missing, and link `.venv` to it."""
    if list(words) not in ([], [EVERYTHING.name]):
        print(f"usage: python3 -m testbed.bootstrap [{EVERYTHING.name}]", file=sys.stderr)
        return 2
    try:
        _check_python()
        link(environment(EVERYTHING) if words else made(EVERYTHING) or environment(LOCAL))
    except BootstrapError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; the next run goes on from here.", file=sys.stderr)
        return 130
    return 0


def uv() -> Path:
    """Give the pinned uv."""
    pin = UV_PIN.read_text().split()[0]
    return (
        cache.entry("uv-bin", pin.replace("==", "-"), cache.content_key(UV_PIN), lambda out: _fetch_uv(out, pin)) / "uv"
    )


def environment(wanted: Environment) -> Path:
    """Give a virtual environment, made now where there is none."""
    return made(wanted) or cache.entry("venv", wanted.name, _key(wanted), lambda out: _install(wanted, out))


def link(target: Path) -> None:
    """Let `.venv` in the checkout be a link to the environment."""
    place = CHECKOUT / ".venv"
    if place.is_symlink() and place.resolve() == target.resolve():
        return
    if place.exists() and not place.is_symlink():
        raise BootstrapError(f"{place} is a folder of someone else's making: move it away, and run this again.")
    with tempfile.TemporaryDirectory(dir=CHECKOUT, prefix=".venv-") as folder:
        fresh = Path(folder) / "link"
        fresh.symlink_to(target, target_is_directory=True)
        fresh.replace(place)


def made(wanted: Environment) -> Path | None:
    """Give a virtual environment; None where it has to be made."""
    return cache.find("venv", wanted.name, _key(wanted))


def _key(wanted: Environment) -> str:
    return cache.content_key(wanted.packages, UV_PIN, sys.version, os.path.realpath(sys.executable))


def _check_python() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python reads this file too, and is told
        older = sys.version.split()[0]
        raise BootstrapError(f"Python 3.11 or newer is needed, this is {older}: give one, `make PYTHON=python3.12 up`.")


def _fetch_uv(out: Path, pin: str) -> None:
    print(f"… Getting {pin} (it installs the Python packages)", flush=True)
    words = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", "-r", UV_PIN, "-d", out]
    _run([sys.executable, "-m", "pip", *words], "uv cannot be had from the Python package index.")
    wheel = next(out.glob("uv-*.whl"))
    with zipfile.ZipFile(wheel) as files:
        inside = next(name for name in files.namelist() if name.endswith("/scripts/uv"))
        (out / "uv").write_bytes(files.read(inside))
    (out / "uv").chmod(0o755)
    wheel.unlink()


def _install(wanted: Environment, out: Path) -> None:
    free = shutil.disk_usage(out).free / 1e9
    if free < wanted.gigabytes:
        raise BootstrapError(
            f"{cache.root()} has {free:.1f} GB of free disk, and the Python packages need {wanted.gigabytes:.0f}: "
            "free some, or name a folder on another disk with HUBSTACK_CACHE."
        )
    installer = uv()
    file = wanted.packages.relative_to(CHECKOUT)
    print(f"… Making the virtual environment (the pinned packages of {file})", flush=True)
    shutil.rmtree(out)  # uv makes it anew
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    environment = {**os.environ, "UV_CACHE_DIR": str(cache.root() / "uv"), "VIRTUAL_ENV": str(out)}
    _run(
        [installer, "venv", "--quiet", "--relocatable", "--python", sys.executable, out],
        "The virtual environment cannot be made.",
        environment,
    )
    words = ["pip", "install", "--require-hashes", "--strict", *quiet, "-r", wanted.packages]
    _run([installer, *words], "The Python packages cannot be installed.", environment)


def _run(words: list[str | Path], sentence: str, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run([str(word) for word in words], env=environment, stdout=sys.stderr, check=False)
    if done.returncode and words[1:3] == ["-m", "pip"] and not _has_pip():
        raise BootstrapError("This Python has no pip, which fetches uv: on Debian, `sudo apt-get install python3-pip`.")
    if done.returncode:
        raise BootstrapError(f"{sentence} What it said stands above; mend that and run this again.")


def _has_pip() -> bool:
    return subprocess.run([sys.executable, "-c", "import pip"], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
