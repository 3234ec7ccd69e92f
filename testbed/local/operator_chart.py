"""CloudNativePG's chart: the given one, the repository's, or the testbed's stand-in."""

import os
import shutil
from pathlib import Path

import yaml

from components import versions
from testbed import cache, tools
from testbed.local import probes
from testbed.local.ways import Got, Part, Way
from testbed.steps import StepError, step

GIVEN = "HUBSTACK_CLOUDNATIVE_PG_CHART"
INDEX = f"{versions.CLOUDNATIVE_PG_CHART_REPOSITORY.rstrip('/')}/index.yaml"

_TEMPLATES = Path(__file__).parent.parent / "charts" / "cloudnative-pg"
_MODULE = "github.com/cloudnative-pg/cloudnative-pg"
_KEEP = {"helm.sh/resource-policy": "keep"}


def part() -> Part:
    """Give the ways to have the chart."""
    return Part(
        "the chart of CloudNativePG's operator",
        "databases are made by it",
        (
            Way(f"given by {GIVEN}", _lacks_given, _given),
            Way(f"{versions.CLOUDNATIVE_PG_CHART} from its repository", _lacks_repository, Got),
            Way("the testbed's stand-in", tools.lacks_go, _stand_in, stands_in=True),
        ),
    )


def stand_in() -> Path:
    """Give the stand-in's folder in the cache: our templates, and the operator's kinds from its Go module.

    Raises StepError where the module cannot be had.
    """
    module = tools.source("cloudnative-pg")
    key = cache.content_key(_TEMPLATES, module / "go.mod", Path(__file__))
    return cache.find("charts", "cloudnative-pg", key) or cache.entry("charts", "cloudnative-pg", key, _fill)


def _fill(folder: Path) -> None:
    with step("Getting the kinds of CloudNativePG's operator", "from its Go module"):
        kinds = tools.module_folder("cloudnative-pg", _MODULE) / "config" / "crd" / "bases"
        shutil.copytree(_TEMPLATES, folder, dirs_exist_ok=True)
        definitions = [_definition(path) for path in sorted(kinds.glob("*.yaml"))]
        body = "---\n".join(definitions)
        (folder / "templates" / "kinds.yaml").write_text(f"{{{{- if .Values.crds.create }}}}\n{body}{{{{- end }}}}\n")


def _definition(path: Path) -> str:
    """Give one kind as a template; it stays when the release goes, and with it the objects that people have of it."""
    document = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
    document["metadata"].setdefault("annotations", {}).update(_KEEP)
    text = yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, width=200)
    return text.replace("{{", '{{ "{{" }}')


def _stand_in() -> Got:
    return Got(variables={GIVEN: str(stand_in())})


def _lacks_given() -> str:
    given = os.environ.get(GIVEN, "")
    if not given or Path(given).is_relative_to(cache.root()):  # an activated shell has the stand-in set
        return "it is not set"
    path = Path(given).expanduser()
    if not (path / "Chart.yaml").is_file() and not (path.is_file() and path.suffix in (".tgz", ".gz")):
        raise StepError(f"{GIVEN} is {given}, which is no chart: set it to a chart's folder or .tgz file, or unset it.")
    return ""


def _given() -> Got:
    return Got(variables={GIVEN: str(Path(os.environ[GIVEN]).expanduser().absolute())})


def _lacks_repository() -> str:
    return "" if probes.reachable(INDEX) else f"{versions.CLOUDNATIVE_PG_CHART_REPOSITORY} cannot be reached"
