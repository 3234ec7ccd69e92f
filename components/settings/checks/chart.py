"""A chart that is the one hubstack is written for."""

import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from components import versions
from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.shapes import keys

_FROM_SOURCE = "0.0.1-set.by.chartpress"
"""What the chart's own repository says before a release gives it a version."""
_LARGEST_DESCRIPTION = 1_000_000


def check(draft: Draft) -> Iterator[Mistake]:
    """Find a path that leads to no chart, or to another one."""
    path = draft.given("chart", "path")
    if not isinstance(path, str) or not draft.sound("chart", "path"):
        return
    if draft.has("chart", "repository"):
        yield Mistake(
            ("chart", "repository"),
            "a repository beside a path",
            "one place that the chart comes from",
            "take path or repository away",
        )
    try:
        name, version = describe(Path(path).expanduser())
    except ChartError as error:
        yield Mistake(("chart", "path"), path, "a folder or .tgz file with a Helm chart in it", str(error))
        return
    wanted = draft.given("chart", "version") or versions.JUPYTERHUB_CHART
    if name != "jupyterhub":
        yield Mistake(
            ("chart", "path"), f"{path}, which is the chart {name}", "the chart jupyterhub", "name its folder or file"
        )
    elif version.partition("+")[0] not in (wanted, _FROM_SOURCE) and draft.sound("chart", "version"):
        yield Mistake(
            ("chart", "path"),
            f"{path}, which is version {version}",
            f"version {wanted}" + ("" if draft.has("chart", "version") else ", the one hubstack is written for"),
            f"get version {wanted}, or set hubstack:chart.version to {version} to try this one",
        )


class ChartError(Exception):
    """A path that leads to no chart; its text says how to mend that."""


def describe(path: Path) -> tuple[str, str]:
    """Give the name and version that a chart says of itself."""
    import yaml  # noqa: PLC0415 - only a stack with a chart's path needs it

    try:
        text = (path / "Chart.yaml").read_bytes() if path.is_dir() else _packed(path)
    except FileNotFoundError:
        missing = "there is no Chart.yaml in it" if path.is_dir() else "there is nothing there"
        raise ChartError(
            f"{missing}; name the folder that holds Chart.yaml, or a file that `helm pull` brought"
        ) from None
    except (OSError, tarfile.TarError, EOFError):
        raise ChartError("it cannot be read as a folder or a .tgz file; name one that `helm pull` brought") from None
    try:
        about: Any = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        about = None
    name, version = keys(about).get("name"), keys(about).get("version")
    if not isinstance(name, str) or not isinstance(version, str):
        raise ChartError("its Chart.yaml does not say a name and a version; get the chart anew")
    return name, version


def _packed(path: Path) -> bytes:
    """Read Chart.yaml out of a packed chart; it lies in the archive's one folder."""
    with tarfile.open(path) as archive:
        for member in archive:
            parts = PurePosixPath(member.name).parts
            if len(parts) == 2 and parts[1] == "Chart.yaml" and member.isfile() and member.size < _LARGEST_DESCRIPTION:  # noqa: PLR2004
                content = archive.extractfile(member)
                if content is not None:
                    return content.read()
    raise FileNotFoundError(path)
