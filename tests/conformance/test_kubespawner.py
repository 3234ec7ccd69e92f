"""The hub's runtime with the KubeSpawner of the chart's hub, which is an older one than the packages here have."""

import os
import re
import subprocess
import sys

import pytest

from testbed import cache
from testbed.bootstrap import uv
from testbed.local.places import CHECKOUT
from tests.layers import TESTS
from tests.unit.runtime.test_version import WANTED

RUNTIME = TESTS / "unit" / "runtime"
HUBS = CHECKOUT / "testbed" / "images" / "locks" / "hub.txt"


def pin():
    """Give the version that the hub has, with its hashes, as pip reads it."""
    return re.search(r"^jupyterhub-kubespawner==(\S+) .*(?:\n .*)*", HUBS.read_text(), re.MULTILINE)


def older():
    def install(out):
        requirement = out / "requirement.txt"
        requirement.write_text(pin()[0].rstrip("\\ \n") + "\n")
        words = ["pip", "install", "--quiet", "--no-deps", "--require-hashes", "--python", sys.executable]
        environment = {**os.environ, "UV_CACHE_DIR": str(cache.root() / "uv")}
        subprocess.run([uv(), *words, "--target", out, "-r", requirement], env=environment, check=True, timeout=120)

    return cache.entry("kubespawner", pin()[1], cache.content_key(pin()[0]), install)


@pytest.mark.nightly  # hubs in the cluster's tests run with it; the unit tests of each day have the newer one
def test_the_hubs_own_kubespawner_does_as_well():
    # This run may be one of several processes of another (pytest-xdist), and the one within is a run of its own.
    around = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment = {**around, "PYTHONPATH": str(older()), WANTED: pin()[1]}
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", RUNTIME]
    done = subprocess.run(
        [sys.executable, *words],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout[-20000:]
