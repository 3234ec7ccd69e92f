"""A chart that is the one hubstack is written for."""

import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from components import versions
from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.shapes import keys
from components.settings.words import clean

_FROM_SOURCE = "0.0.1-set.by.chartpress"
"""The version that the JupyterHub chart says in its own repository, before a release gives it one."""
_LARGEST_DESCRIPTION = 1_000_000
_MEND = "name the folder that holds Chart.yaml, or a file that `helm pull` brought"


class _Chart(NamedTuple):
    """A chart that the platform is made with."""

    key: str
    """Where its settings stand."""
    name: str
    version: str


_CHARTS = (
    _Chart("chart", "jupyterhub", versions.JUPYTERHUB_CHART),
    _Chart("operator_chart", "cloudnative-pg", versions.CLOUDNATIVE_PG_CHART),
)


def check(draft: Draft) -> Iterator[Mistake]:
    """Find a path that leads to no chart, or to another one."""
    for chart in _CHARTS:
        path = draft.given(chart.key, "path")
        if path and draft.sound(chart.key, "path"):
            yield from _check(draft, chart, path)


def _check(draft: Draft, chart: _Chart, path: str) -> Iterator[Mistake]:
    place = (chart.key, "path")
    if draft.has(chart.key, "repository"):
        yield Mistake(
            (chart.key, "repository"),
            "a repository beside a path",
            "one place for the chart",
            "take path or repository away",
        )
    try:
        name, version = describe(Path(path).expanduser())
    except ChartError as error:
        yield Mistake(place, f"{clean(path)}, {error}", "a folder or .tgz file with a Helm chart in it", _MEND)
        return
    if name != chart.name:
        yield Mistake(place, f"{clean(path)}, the chart {clean(name)}", f"the chart {chart.name}", _MEND)
    elif draft.sound(chart.key, "version"):
        yield from _version(draft, chart, path, version)


def _version(draft: Draft, chart: _Chart, path: str, version: str) -> Iterator[Mistake]:
    stated = draft.given(chart.key, "version")
    wanted = stated or chart.version
    # What follows a + says how a version was built and nothing of what it is (semver.org, 10): the stand-in has one.
    if wanted in (version, version.partition("+")[0]) or version == _FROM_SOURCE:
        return
    yield Mistake(
        (chart.key, "path"),
        f"{clean(path)}, version {clean(version)}",
        f"version {wanted}" + ("" if stated else ", the one hubstack is written for"),
        f"get version {wanted}, or set hubstack:{chart.key}.version to {clean(version)} to try this one",
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
