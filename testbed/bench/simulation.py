"""The example stacks on simulated clouds."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import yaml

from testbed.bench.surroundings import patient_stack, programs, scratch
from testbed.cloud import clock, furnishing
from testbed.cloud.ledger import Account
from testbed.cloud.managed import cluster
from testbed.local.places import CHECKOUT
from tests.support.engine import Stack
from tests.support.simulated import activate

STACKS = {"gke": "course-fall", "eks": "research", "aks": "team-data"}
"""The example stack of each cloud, by the name of its Kubernetes."""


@contextmanager
def simulated(stack: str, speed: float) -> Generator[Stack]:
    """Give an example stack in an account of its own, whose clock runs this much faster than life.

    It is as its file says, but that a destroy may take everything.
    """
    os.environ[clock.SPEED] = str(speed)
    with scratch(stack) as folder:
        account = Account(folder / "account")
        furnishing.dns_zones(account)
        variables = activate(folder / "checkout", programs(), account, speed)
        place = folder / "stack"
        place.mkdir()
        made = patient_stack(place, stack, variables)
        try:
            made.configure(_example(stack))
            yield made
        finally:
            cluster.end_all(account)


def _example(stack: str) -> dict[str, Any]:
    file = CHECKOUT / "stacks" / f"Pulumi.{stack}.yaml"
    whole = {key.removeprefix("hubstack:"): value for key, value in yaml.safe_load(file.read_text())["config"].items()}
    whole["homes"] = {**whole.get("homes", {}), "on_destroy": "delete"}
    databases: dict[str, Any] = whole.get("databases", {})
    whole["databases"] = {name: {**(each or {}), "on_destroy": "delete"} for name, each in databases.items()}
    for hub in whole["hubs"].values():
        hub["on_destroy"] = "delete"
        hub["auth"]["github"]["client_secret"] = "none"  # noqa: S105 - nobody logs in
    return whole
