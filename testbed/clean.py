"""Removes the cache of all that was built and downloaded: `python3 -m testbed.clean`.

It runs on the standard library alone, as the virtual environment is one of the things it removes.
"""

import os
import shutil
import sys
from pathlib import Path

from testbed import cache

CHECKOUT = Path(__file__).parent.parent


def main() -> int:
    """Remove the cache, unless something still runs from it."""
    root = cache.root()
    users = running_from(root)
    if (CHECKOUT / ".hubstack").exists() or users:
        programs = f" ({', '.join(sorted(users))} run from it)" if users else ""
        print(f"✗ A platform made from {root} is still up{programs}: run `make down` first.", file=sys.stderr)
        return 1
    if root.is_dir():
        make_writable(root)
        shutil.rmtree(root)
    (CHECKOUT / ".venv").unlink(missing_ok=True)
    print(f"✓ {root} is gone; the next `make up` starts cold.")
    return 0


def running_from(root: Path) -> set[str]:
    """Give the names of the programs that run from a folder, as far as this user may see them."""
    names: set[str] = set()
    for link in Path("/proc").glob("[0-9]*/exe"):
        try:
            program = link.readlink()
        except OSError:
            continue
        if program.is_relative_to(root):
            names.add(program.name)
    return names


def make_writable(root: Path) -> None:
    """Let the owner remove Go's downloaded modules, which Go makes read-only."""
    for folder, _, _ in os.walk(root):
        Path(folder).chmod(0o755)


if __name__ == "__main__":
    sys.exit(main())
