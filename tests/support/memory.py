"""Folders in memory, for what is thrown away: a disk takes its time for what clusters and databases write."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLENTY = 10 << 30
"""Bytes of memory that this machine has to have for it; what tests write fills up to half of that."""


@contextmanager
def in_memory(folder: Path) -> Iterator[None]:
    """Let root have an empty folder in memory until the block ends; where there is little, it stays on its disk."""
    if os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") < PLENTY:
        yield
        return
    with tmpfs(folder, "mode=755"):
        yield


@contextmanager
def tmpfs(folder: Path, options: str) -> Iterator[None]:
    """Mount memory at a folder until the block ends."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
