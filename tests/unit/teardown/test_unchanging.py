"""What may not change, compared with what it was."""

from typing import Any

from components.unchanging import Comparer

WAS = {"cluster": "a-uid", "settings": {"hubstack:cloud.homes_path": "/homes"}, "reason": "Files lie there."}


def refusals(olds: dict[str, Any], news: dict[str, Any]) -> list[str]:
    return [failure.reason for failure in Comparer().check(olds, news).failures]


def moved(**changes: Any) -> dict[str, Any]:
    return {**WAS, "settings": {"hubstack:cloud.homes_path": "/elsewhere"}, **changes}


def test_the_first_time_all_is_well() -> None:
    assert refusals({}, WAS) == []
    assert Comparer().create(WAS).outs == WAS


def test_the_same_again_is_well() -> None:
    assert refusals(WAS, WAS) == []
    assert not Comparer().diff("", WAS, {**WAS, "__provider": "code"}).changes


def test_a_change_is_refused_with_the_reason() -> None:
    assert refusals(WAS, moved()) == [
        "hubstack:cloud.homes_path was /homes and cannot become /elsewhere. Files lie there."
    ]


def test_in_another_cluster_everything_is_new() -> None:
    assert refusals(WAS, moved(cluster="another")) == []


def test_another_setting_may_join() -> None:
    more = {**WAS, "settings": {**WAS["settings"], "hubstack:homes.tier": "fast"}}
    assert refusals(WAS, more) == []
    assert Comparer().diff("", WAS, more).changes
    assert Comparer().update("", WAS, more).outs == more


def test_a_size_may_grow_and_not_shrink() -> None:
    def sized(gibibytes: float) -> dict[str, Any]:
        return {**WAS, "settings": {"hubstack:homes.capacity": gibibytes * 1024**3}}

    assert refusals(sized(1024), sized(2048)) == []
    assert refusals(sized(1024), sized(1024.0)) == []
    assert refusals(sized(2048), sized(1024)) == [
        "hubstack:homes.capacity was 2048Gi and cannot become 1024Gi. Files lie there."
    ]


def test_what_is_meant_to_change_may_from_what_it_was_and_from_nothing_else() -> None:
    path = "hubstack:cloud.homes_path"
    assert refusals(WAS, moved(meant={path: "/homes"})) == []
    assert refusals(WAS, moved(meant={path: "/elsewhere"})) != []
    assert refusals(WAS, moved(meant={"hubstack:another": "/homes"})) != []


def test_a_stack_made_before_changes_could_be_meant_has_nothing_new() -> None:
    assert not Comparer().diff("", WAS, {**WAS}).changes
    assert Comparer().diff("", WAS, {**WAS, "meant": {"a": "b"}}).changes
