"""The word that a stack may be destroyed."""

from pathlib import Path
from typing import Any

import pytest

from components.consent import ConsentGiver, RefusedError, on_destroy, refusals, refusals_of_hub
from tests.support.stacks import stack


def test_where_a_setting_refuses_nothing_goes() -> None:
    with pytest.raises(RefusedError, match=r"Nothing has been destroyed: hubstack:homes\.on_destroy is refuse") as said:
        ConsentGiver().delete("consent", {"refused": ["hubstack:homes.on_destroy"]})
    assert "pulumi up" in str(said.value)


def test_where_none_refuses_it_goes() -> None:
    ConsentGiver().delete("consent", {"refused": []})


def test_another_choice_is_an_update_and_never_another_consent() -> None:
    olds: dict[str, Any] = {"refused": ["hubstack:homes.on_destroy"], "__provider": "old"}
    diff = ConsentGiver().diff("consent", olds, {"refused": [], "__provider": "new"})
    assert diff.changes
    assert not diff.replaces
    assert not ConsentGiver().diff("consent", olds, {**olds, "__provider": "new"}).changes


def test_a_local_stacks_homes_stay_whatever_it_says(tmp_path: Path) -> None:
    settings = stack(tmp_path, homes={"on_destroy": "refuse"})
    assert on_destroy(settings) == {"homes": "keep"}
    assert refusals(settings) == []


def test_each_database_refuses_for_itself(tmp_path: Path) -> None:
    settings = stack(tmp_path, databases={"analytics": {}, "scratch": {"on_destroy": "delete"}})
    assert refusals(settings) == ["hubstack:databases.analytics.on_destroy"]


@pytest.mark.parametrize(
    "disks",
    [
        {"user_database": {}},
        {"extra_claims": [{"name": "scratch", "capacity": "1Gi", "mount": "/scratch"}]},
        {"storage": {"type": "dynamic"}},
        {"storage": {"type": "static", "claim": "course-homes"}},
    ],
)
def test_a_hub_refuses_where_people_have_disks(tmp_path: Path, disks: dict[str, Any]) -> None:
    path = "hubstack:hubs.data8.on_destroy"
    settings = stack(tmp_path, hubs={"data8": {"auth": {"dummy": {}}, **disks}})
    assert refusals(settings) == refusals_of_hub("data8", settings.hubs["data8"]) == [path]
    meant = stack(tmp_path, hubs={"data8": {"auth": {"dummy": {}}, **disks, "on_destroy": "delete"}})
    assert refusals(meant) == refusals_of_hub("data8", meant.hubs["data8"]) == []
    assert on_destroy(meant)["hubs.data8"] == "delete"
