"""The Pulumi engine and its host for Python programs."""

import os
from collections.abc import Sequence
from pathlib import Path

from components import versions
from testbed import cache, tools
from testbed.local import downloads, probes
from testbed.local.ways import Got, Part, Way

FROM_SOURCE = "built from its Go module"
LANGUAGE_HOST = "pulumi-language-python"
PROGRAMS = (
    "pulumi",
    LANGUAGE_HOST,
    f"{LANGUAGE_HOST}-exec",
    "pulumi-resource-pulumi-python",
    "pulumi-analyzer-policy-python",
)
PYTHON = Path(__file__).parent / "pulumi-python"
"""Starts policy packs, which the host that is built from its Go module cannot."""
RELEASE = f"https://github.com/pulumi/pulumi/releases/download/v{versions.PULUMI}"
ARCHIVE = f"{RELEASE}/pulumi-v{versions.PULUMI}-linux-{downloads.machine().replace('amd64', 'x64')}.tar.gz"
CHECKSUMS = f"{RELEASE}/pulumi-{versions.PULUMI}-checksums.txt"


def part() -> Part:
    """Give the ways to have the engine."""
    return Part(
        "the Pulumi engine",
        "it makes and changes what the program describes",
        (
            Way("on PATH", _lacks_on_path, _from_path),
            Way(f"official download of {versions.PULUMI}", _lacks_download, _from_download),
            Way(FROM_SOURCE, tools.lacks_go, _from_source),
        ),
        help="Install Pulumi (https://www.pulumi.com/docs/iac/download-install/) or Go (https://go.dev/dl/).",
    )


def _lacks_on_path() -> str:
    needed = tuple(int(number) for number in versions.PULUMI.split("."))
    found = probes.version_of("pulumi")
    if not found:
        return "there is none"
    if found < needed or found[0] != needed[0]:
        return f"it is {'.'.join(map(str, found))}, and {versions.PULUMI} or newer is needed"
    return "" if probes.on_path(LANGUAGE_HOST) else f"{LANGUAGE_HOST} is not beside it"


def _from_path() -> Got:
    found = {name: probes.on_path(name) for name in PROGRAMS}
    return Got({name: path for name, path in found.items() if path})


def _lacks_download() -> str:
    return "" if probes.reachable(ARCHIVE) else "github.com's releases cannot be reached"


def _from_download() -> Got:
    return Got(_programs(downloads.archive("pulumi", ARCHIVE, CHECKSUMS) / "pulumi"))


def _from_source() -> Got:
    parts = (tools.tool("pulumi"), tools.tool("language-python"))
    key = cache.content_key(*(part.name for part in parts))
    programs = _programs(cache.entry("tools", "engine", key, lambda out: _side_by_side(parts, out)))
    return Got({**programs, PYTHON.name: PYTHON}, {"PULUMI_PYTHON_CMD": PYTHON.name})


def _side_by_side(parts: Sequence[Path], out: Path) -> None:
    """Put the language host beside the engine, as in a release: the engine warns of one that it finds elsewhere."""
    for program in (path for part in parts for path in part.iterdir()):
        os.link(program, out / program.name)


def _programs(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in sorted(folder.iterdir())}
