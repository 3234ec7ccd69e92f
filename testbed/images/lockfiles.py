"""The locked Python and npm packages of the images: what a layer installs, and how the Python locks are made anew."""

import os
import re
from pathlib import Path

from testbed import bootstrap, cache
from testbed.images.recipe import PYTHON, Layer
from testbed.steps import StepError, run, step

FOLDER = Path(__file__).parent / "locks"
SHARED = "jupyterhub"
"""The lock of the layer below the hub's and the single-user server's, so these two take its pins over."""
OVERRIDES = FOLDER / "overrides.txt"
"""What is in none of them, whatever asks for it."""


def lock_file(name: str) -> Path:
    """Give the lock file of a layer's Python packages."""
    return FOLDER / f"{name}.txt"


def pins(name: str) -> dict[str, str]:
    """Give each package of a lock with its lines there, the hashes among them."""
    lock = lock_file(name).read_text()
    entries: list[tuple[str, str]] = re.findall(r"^(([\w.-]+)==\S+(?: \\\n +--hash=\S+)+)", lock, re.MULTILINE)
    return {package: lines for lines, package in entries}


def requirements(layer: Layer) -> str:
    """Give the lines of a layer's lock for packages that no layer below it has.

    Raises StepError where two of these layers pin a package differently.
    """
    there = {name: lines for part in layer.chain()[:-1] if part.python for name, lines in pins(part.python).items()}
    wanted = pins(layer.python)
    differing = sorted(name for name in wanted.keys() & there.keys() if wanted[name] != there[name])
    if differing:
        mend = "run `python -m testbed.images lock`"
        raise StepError(f"The lock {layer.python} pins another {differing[0]} than a lower layer: {mend}.")
    return "".join(f"{lines}\n" for name, lines in wanted.items() if name not in there)


def renew() -> None:
    """Resolve each `locks/<name>.in` to `locks/<name>.txt`, with the hash of every file that may be installed.

    Pins stay as they are where they still fit; delete a lock file to have everything in it newest.
    """
    others = sorted(wish.stem for wish in FOLDER.glob("*.in") if wish.stem != SHARED)
    for name in (SHARED, *others):
        with step(f"Resolving {name}", "the Python packages of an image"):
            _resolve(name)


def _resolve(name: str) -> None:
    words = ["pip", "compile", "--quiet", "--no-config", "--generate-hashes", "--no-header", "--no-annotate"]
    target = ["--python-version", PYTHON, "--python-platform", f"{os.uname().machine}-manylinux_2_28"]
    shared = ["--overrides", OVERRIDES, *([] if name == SHARED else ["--constraints", lock_file(SHARED)])]
    run(
        [bootstrap.uv(), *words, *target, *shared, FOLDER / f"{name}.in", "--output-file", lock_file(name)],
        env={"UV_CACHE_DIR": str(cache.root() / "uv")},
        log=cache.root() / "logs" / "images-lockfiles.log",
        sentence=f"The packages of {name} cannot be resolved.",
    )
