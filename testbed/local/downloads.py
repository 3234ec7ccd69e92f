"""Official downloads, each held against the checksum that its publisher gives."""

import hashlib
import platform
import tarfile
from collections.abc import Callable
from pathlib import Path

import httpx

from testbed import cache
from testbed.steps import Step, StepError, step


def machine() -> str:
    """Give this machine's kind of processor as Go and most downloads name it."""
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def archive(name: str, url: str, checksums: str) -> Path:
    """Give the folder in the cache with the content of a .tar.gz file; `checksums` lists its SHA-256."""

    def fetch(out: Path, current: Step) -> None:
        file = out / url.rpartition("/")[2]
        _download(url, file, current)
        _check(file, checksums)
        with tarfile.open(file) as packed:
            packed.extractall(out, filter="data")
        file.unlink()

    return _entry(name, url, fetch)


def program(name: str, url: str, checksums: str) -> Path:
    """Give the folder in the cache with a program that is downloaded as it is."""

    def fetch(out: Path, current: Step) -> None:
        _download(url, out / url.rpartition("/")[2], current)
        _check(out / url.rpartition("/")[2], checksums)
        (out / url.rpartition("/")[2]).rename(out / name)
        (out / name).chmod(0o755)

    return _entry(name, url, fetch)


def _entry(name: str, url: str, fetch: Callable[[Path, Step], None]) -> Path:
    key = cache.content_key(url)
    found = cache.find("downloads", name, key)
    if found:
        return found
    with step(f"Downloading {name}", url) as current:
        return cache.entry("downloads", name, key, lambda out: fetch(out, current))


def _download(url: str, to: Path, current: Step) -> None:
    try:
        with httpx.stream("GET", url, follow_redirects=True, timeout=30) as answer, to.open("wb") as file:
            answer.raise_for_status()
            size = int(answer.headers.get("content-length", 0))
            for chunk in answer.iter_bytes():
                file.write(chunk)
                current.moved(f"{file.tell() / 1e6:.0f} of {size / 1e6:.0f} MB")
    except httpx.HTTPError as error:
        raise StepError(f"{url} cannot be downloaded ({error}): run this again; it goes on from here.") from None


def _check(file: Path, checksums: str) -> None:
    try:
        listed = httpx.get(checksums, follow_redirects=True, timeout=30).raise_for_status().text
    except httpx.HTTPError as error:
        raise StepError(f"{checksums} cannot be read ({error}), so {file.name} cannot be trusted.") from None
    if hashlib.sha256(file.read_bytes()).hexdigest() not in listed.split():
        raise StepError(
            f"{file.name} is not what its publisher lists in {checksums}: the download was changed on its way."
        )
