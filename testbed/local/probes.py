"""Quick looks at what this machine has and reaches. Each is taken once a run, so that choosing ways takes seconds."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import httpx

SECONDS = 3.0


@cache
def reachable(url: str) -> bool:
    """Say whether a file can be downloaded from here; an unknown host answers at once, a silent one after 3 seconds."""
    try:
        answer = httpx.head(url, timeout=SECONDS, follow_redirects=True)
    except (httpx.HTTPError, OSError):
        return False
    return answer.is_success


def look_at(urls: Iterable[str]) -> None:
    """Look at several addresses at once, for `reachable` to know."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(reachable, urls))


@cache
def version_of(program: str) -> tuple[int, ...]:
    """Give the version that a program says it has, as numbers; empty where it is missing or says none."""
    path = on_path(program)
    if path is None:
        return ()
    said = _output([str(path), "version"]) or _output([str(path), "--version"])
    found = re.search(r"v?(\d+)\.(\d+)\.(\d+)", said)
    return tuple(int(number) for number in found.groups()) if found else ()


@cache
def docker_runs() -> bool:
    """Say whether there is a Docker engine that this user may use."""
    return shutil.which("docker") is not None and bool(_output(["docker", "info", "--format", "{{.ServerVersion}}"]))


def from_testbed(program: Path) -> bool:
    """Say whether a program is one that `make up` itself put on PATH, in this checkout or another."""
    return program.parent.parent.name == ".hubstack"


def on_path(program: str) -> Path | None:
    """Give the program that this machine had before `make up`; None where it has none."""
    for folder in os.get_exec_path():
        found = shutil.which(program, path=folder)
        if found and not from_testbed(Path(found)):
            return Path(found)
    return None


def _output(words: list[str]) -> str:
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=2 * SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
