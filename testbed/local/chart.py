"""Zero to JupyterHub's chart: the given one, the repository's, or the testbed's stand-in."""

import os
from pathlib import Path

from components import versions
from testbed.local import probes
from testbed.local.ways import Got, Part, Way
from testbed.steps import StepError

GIVEN = "HUBSTACK_JUPYTERHUB_CHART"
STAND_IN = Path(__file__).parent.parent / "charts" / "jupyterhub"
INDEX = f"{versions.JUPYTERHUB_CHART_REPOSITORY}index.yaml"


def part() -> Part:
    """Give the ways to have the chart."""
    return Part(
        "the JupyterHub chart",
        "each hub is a release of it",
        (
            Way(f"given by {GIVEN}", _lacks_given, _given),
            Way(f"{versions.JUPYTERHUB_CHART} from its repository", _lacks_repository, Got),
            Way("the testbed's stand-in", lambda: "", lambda: Got(variables={GIVEN: str(STAND_IN)}), stands_in=True),
        ),
    )


def _lacks_given() -> str:
    given = os.environ.get(GIVEN, "")
    if not given or Path(given) == STAND_IN:  # an activated shell has the stand-in set, which nobody gave
        return "it is not set"
    path = Path(given).expanduser()
    if not (path / "Chart.yaml").is_file() and not (path.is_file() and path.suffix in (".tgz", ".gz")):
        raise StepError(f"{GIVEN} is {given}, which is no chart: set it to a chart's folder or .tgz file, or unset it.")
    return ""


def _given() -> Got:
    return Got(variables={GIVEN: str(Path(os.environ[GIVEN]).expanduser().absolute())})


def _lacks_repository() -> str:
    return "" if probes.reachable(INDEX) else f"{versions.JUPYTERHUB_CHART_REPOSITORY} cannot be reached"
