"""Writes the lock files of the images' Python packages anew, from the wishes beside them.

Pins stay as they are where they still fit; delete a lock file to have everything in it newest. The layer of JupyterHub
lies below the hub's and the single-user server's, so these two take its pins over.
"""

import os

from testbed import bootstrap, cache
from testbed.images.recipe import PYTHON
from testbed.images.trees import LOCKS, lock_file
from testbed.steps import run, step

SHARED = "jupyterhub"


def lock() -> None:
    """Resolve each `locks/<name>.in` to `locks/<name>.txt`, with the hash of every file that may be installed."""
    others = sorted(wish.stem for wish in LOCKS.glob("*.in") if wish.stem != SHARED)
    for name in (SHARED, *others):
        with step(f"Resolving {name}", "the Python packages of an image"):
            _resolve(name)


def _resolve(name: str) -> None:
    words = ["pip", "compile", "--quiet", "--no-config", "--generate-hashes", "--no-header", "--no-annotate"]
    target = ["--python-version", PYTHON, "--python-platform", f"{os.uname().machine}-manylinux_2_28"]
    shared = [] if name == SHARED else ["--constraints", lock_file(SHARED)]
    run(
        [bootstrap.uv(), *words, *target, *shared, LOCKS / f"{name}.in", "--output-file", lock_file(name)],
        env={"UV_CACHE_DIR": str(cache.root() / "uv")},
        log=cache.root() / "logs" / "images-lock.log",
        sentence=f"The packages of {name} cannot be resolved.",
    )
