"""A chart that is the one hubstack is written for."""

import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from components import versions
from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.shapes import keys
from components.settings.words import clean

_NAME = "jupyterhub"
_FROM_SOURCE = "0.0.1-set.by.chartpress"
"""The version that the chart says in its own repository, before a release gives it one."""
_LARGEST_DESCRIPTION = 1_000_000
_MEND = "name the folder that holds Chart.yaml, or a file that `helm pull` brought"


def check(draft: Draft) -> Iterator[Mistake]:
    """Find a path that leads to no chart, or to another one."""
    path = draft.given("chart", "path")
    if not path or not draft.sound("chart", "path"):
        return
    if draft.has("chart", "repository"):
        place = ("chart", "repository")
        yield Mistake(place, "a repository beside a path", "one place for the chart", "take path or repository away")
    try:
        name, version = describe(Path(path).expanduser())
    except ChartError as error:
        yield Mistake(
            ("chart", "path"), f"{clean(path)}, {error}", "a folder or .tgz file with a Helm chart in it", _MEND
        )
        return
    if name != _NAME:
        yield Mistake(("chart", "path"), f"{clean(path)}, the chart {clean(name)}", f"the chart {_NAME}", _MEND)
    elif draft.sound("chart", "version"):
        yield from _version(draft, path, version)


def _version(draft: Draft, path: str, version: str) -> Iterator[Mistake]:
    stated = draft.given("chart", "version")
    wanted = stated or versions.JUPYTERHUB_CHART
    # What follows a + says how a version was built and nothing of what it is (semver.org, 10): the stand-in has one.
    if wanted in (version, version.partition("+")[0]) or version == _FROM_SOURCE:
        return
    yield Mistake(
        ("chart", "path"),
        f"{clean(path)}, version {clean(version)}",
        f"version {wanted}" + ("" if stated else ", the one hubstack is written for"),
        f"get version {wanted}, or set hubstack:chart.version to {clean(version)} to try this one",
    )


class ChartError(Exception):
    """A path that leads to no chart; its text goes on from the path."""


def describe(path: Path) -> tuple[str, str]:
    """Give the name and version that a chart says of itself. Raises `ChartError`."""
    import yaml  # noqa: PLC0415 - not for whoever only wants the models

    try:
        text = (path / "Chart.yaml").read_bytes() if path.is_dir() else _packed(path)
        about: Any = yaml.safe_load(text)
    except FileNotFoundError:
        raise ChartError("which has no Chart.yaml" if path.is_dir() else "which does not exist") from None
    except (OSError, EOFError, tarfile.TarError):
        raise ChartError("which cannot be read as a folder or a .tgz file") from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise ChartError("whose Chart.yaml is not YAML") from None
    name, version = keys(about).get("name"), keys(about).get("version")
    if not isinstance(name, str) or not isinstance(version, str):
        raise ChartError("whose Chart.yaml says no name or no version")
    return name, version


def _packed(path: Path) -> bytes:
    """Read Chart.yaml out of a packed chart, where it lies in the archive's one folder."""
    with tarfile.open(path) as archive:
        for member in archive:
            depth = len(PurePosixPath(member.name).parts)
            if depth == 2 and member.name.endswith("/Chart.yaml") and member.size < _LARGEST_DESCRIPTION:  # noqa: PLR2004
                content = archive.extractfile(member)
                if content is not None:
                    return content.read()
    raise ChartError("which holds no Chart.yaml")
