"""What people's files lie on changes by nobody's mistake: refused in the preview, and let through where it is meant."""

from typing import Any

import pytest

from tests.support.engine import EngineError, Stack
from tests.support.kube import Kube
from tests.support.stack_files import Config, changed, one_hub

HUB = "people"
CLAIM = {"name": "scratch", "class": "block", "capacity": "2Gi", "mount": "/scratch"}
BASE: Config = one_hub(HUB, extra_claims=[CLAIM], user_database={"postgres": "17", "capacity": "2Gi"})
RELEASE = {f"Release {HUB}-release": "update"}


def of_hub(**settings: Any) -> Config:
    return {**BASE, "hubs": {HUB: {**BASE["hubs"][HUB], **settings}}}


def test_up(stack: Stack, kube: Kube):
    stack.configure(BASE)
    stack.up()
    assert kube.helm_statuses(HUB) == ["deployed"]
    files = kube.core.read_namespaced_config_map("user-database", HUB).data
    assert "start.sh" in files
    assert kube.chart_values(HUB)["hub"]["extraFiles"]["hubstack-settings"]["data"]["database"]["postgres"] == "17"


def test_a_second_up_changes_nothing(stack: Stack):
    stack.up("--expect-no-changes")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"storage": {"names": "legacy"}},
            "was shared/{safe_username} and cannot become shared/{legacy_escape_username}",
        ),
        ({"storage": {"type": "none"}}, "was shared/{safe_username} and cannot become none"),
        ({"storage": {"names": "escaped", "moved_from": "none"}}, "cannot become shared/{escaped_username}"),
        ({"extra_claims": [{**CLAIM, "class": "fast"}]}, "extra_claims.scratch.class was block and cannot become fast"),
        ({"extra_claims": [{**CLAIM, "capacity": "1Gi"}]}, "scratch.capacity was 2Gi and cannot become 1Gi"),
        ({"user_database": {"postgres": "17", "capacity": "1Gi"}}, "postgres.capacity was 2Gi and cannot become 1Gi"),
        ({"user_database": {"postgres": "18", "capacity": "2Gi"}}, "postgres was 17 and cannot become 18"),
        (
            {"user_database": {"postgres": "18", "capacity": "2Gi", "upgrade_from": "16"}},
            "postgres was 17 and cannot become 18",
        ),
    ],
)
def test_what_would_lose_somebodys_files_is_refused(stack: Stack, settings: dict[str, Any], said: str):
    stack.configure(of_hub(**settings))
    ran = stack.pulumi("preview")
    assert ran.code != 0
    assert said in " ".join(ran.text.split())


@pytest.mark.parametrize(
    ("settings", "changes"),
    [
        ({"extra_claims": [{**CLAIM, "capacity": "3Gi"}]}, {"disks"}),
        ({"extra_claims": [{**CLAIM, "name": "other", "class": "fast", "capacity": "1Gi"}]}, {"disks"}),
        ({"user_database": {"postgres": "18", "capacity": "2Gi", "upgrade_from": "17"}}, {"postgresql"}),
        ({"storage": {"names": "escaped", "moved_from": "shared/{safe_username}"}}, {"place"}),
    ],
)
def test_what_is_meant_or_does_no_harm_goes_through(stack: Stack, settings: dict[str, Any], changes: set[str]):
    stack.configure(of_hub(**settings))
    steps = stack.preview()
    kept = {f"Unchanging {HUB}-{each}": "update" for each in changes}
    assert steps | kept | RELEASE == steps
    assert set(steps.values()) == {"update"}


def test_a_folder_more_is_made_by_another_job(stack: Stack):
    stack.configure(changed(BASE, f"hubs.{HUB}.shared", {"public": True}))
    assert stack.preview() == RELEASE | {f"Job {HUB}-folder": "replace"}


REFUSED = rf"Nothing has been destroyed: hubstack:hubs\.{HUB}\.on_destroy is refuse"


def test_a_hub_with_peoples_disks_is_not_taken_out_of_the_stack_file(stack: Stack, kube: Kube):
    stack.configure(one_hub("another"))
    with pytest.raises(EngineError, match=REFUSED):
        stack.up()
    assert kube.helm_statuses(HUB) == ["deployed"]


def test_destroy_is_refused_before_anything_has_gone_and_leaves_nothing_where_it_is_meant(stack: Stack, kube: Kube):
    stack.configure(BASE)
    stack.up()
    with pytest.raises(EngineError, match=REFUSED):
        stack.destroy()
    assert kube.helm_statuses(HUB) == ["deployed"]
    stack.configure(of_hub(on_destroy="delete"))
    stack.up()
    stack.destroy()
    assert stack.resources() == []
    assert HUB not in kube.namespaces()
