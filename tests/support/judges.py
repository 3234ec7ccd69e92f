"""Judges that are not ours, each in an environment of its own, as it pins what it uses itself."""

import shutil
from pathlib import Path

import pytest

from testbed import bootstrap, tools
from testbed.bootstrap import BootstrapError, Environment
from testbed.steps import StepError
from tests.support.engine import CHECKOUT

PACK = Environment("policies", CHECKOUT / "policies" / "requirements.txt", 1)
JUDGES = Environment("judges", CHECKOUT / "requirements" / "judges.txt", 1)


def environment(wanted: Environment) -> Path:
    """Give the folder of programs of an environment; leaves the test out where it cannot be had."""
    try:
        return bootstrap.environment(wanted) / "bin"
    except BootstrapError as error:
        pytest.skip(f"the packages of {wanted.packages.relative_to(CHECKOUT)} cannot be had: {error}")


def tool(name: str) -> Path:
    """Give a Go program of the testbed; leaves the test out where it cannot be built."""
    if found := shutil.which(name):
        return Path(found)
    try:
        return tools.tool(name) / name
    except StepError as error:
        pytest.skip(f"{name} is not here: {error}")
