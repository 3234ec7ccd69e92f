"""Which KubeSpawner these tests run with: our packages' own, or the older one that tests/conformance gives them."""

import os

import kubespawner

WANTED = "HUBSTACK_TESTED_KUBESPAWNER"
"""Names the other version, within a run that has it."""


def test_the_version_is_the_one_that_was_asked_for():
    assert kubespawner.__version__ == os.environ.get(WANTED, "7.1.0")
