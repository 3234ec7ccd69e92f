"""The word that a stack may be destroyed."""

from pathlib import Path
from typing import Any

import pytest

from components.consent import ConsentGiver, RefusedError, on_destroy, refusals
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
