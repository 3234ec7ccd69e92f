"""Every policy lets the repository's stacks pass and stops those that are broken."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from components.settings.policies import POLICIES as IN_STACK_FILES
from policies.checks import POLICIES, rights
from policies.levels import level
from policies.model import Resource, Stack, Withheld
from tests.support.engine import CHECKOUT
from tests.support.policies import stack_and_resources
from tests.support.stack_files import changed
from tests.support.whole_stacks import STACKS, config_of
from tests.unit.policies.breaking import BROKEN, as_it_is, hollow, unproven

BY_NAME = {policy.name: policy for policy in POLICIES}
Made = tuple[Stack, list[Resource]]


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    return {name: as_it_is(name, tmp_path_factory.mktemp(name)) for name in STACKS}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Sequence[Made]]:
    return {name: [each.run(tmp_path_factory.mktemp("broken")) for each in cases] for name, cases in BROKEN.items()}


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("policy", BY_NAME)
def test_the_repositorys_stacks_pass(stacks: dict[str, Made], stack: str, policy: str) -> None:
    made, resources = stacks[stack]
    assert [str(finding) for _, finding in BY_NAME[policy].findings(resources, made)] == []


@pytest.mark.parametrize("policy", BY_NAME)
def test_a_broken_stack_is_stopped(broken: Mapping[str, Sequence[Made]], policy: str) -> None:
    assert broken[policy]
    assert unproven(POLICIES, {policy: broken[policy]}) == []


def test_disks_that_may_go_with_their_hub_are_held_by_that_word(tmp_path: Path) -> None:
    found: list[list[str]] = []
    for word in ("refuse", "delete"):
        stack, made = stack_and_resources(changed(config_of("course-fall"), "hubs.data8.on_destroy", word), tmp_path)
        (consent,) = [each for each in made if each.name == "data8-consent"]
        findings = BY_NAME["data-held"].findings([each for each in made if each is not consent], stack)
        found.append([finding.where for _, finding in findings])
    assert found == [["hubstack:hubs.data8.on_destroy"], []]


@pytest.mark.parametrize("policy", BY_NAME)
def test_a_finding_says_what_where_why_and_how_to_mend(broken: Mapping[str, Sequence[Made]], policy: str) -> None:
    for stack, resources in broken[policy]:
        for resource, finding in BY_NAME[policy].findings(resources, stack):
            assert resource in resources
            assert finding.where.startswith(("hubstack:", "components/")), finding
            assert all(len(part.split()) >= 3 for part in (finding.what, finding.why, finding.mend)), finding
            assert "hunter2" not in str(finding)
            assert "None" not in str(finding)


def test_a_pack_that_checks_nothing_is_seen(broken: Mapping[str, Sequence[Made]]) -> None:
    every = {f"{name} {number}" for name, cases in BROKEN.items() for number in range(len(cases))}
    assert set(unproven([], broken)) == every
    assert set(unproven([hollow(policy) for policy in POLICIES], broken)) == every


@pytest.mark.parametrize("policy", BY_NAME)
def test_every_policy_has_something_to_look_at(stacks: dict[str, Made], policy: str) -> None:
    assert any(BY_NAME[policy].looks_at(each) for _, resources in stacks.values() for each in resources)


def test_stack_files_and_the_page_know_every_policy() -> None:
    named = re.findall(r"^\| `([a-z-]+)` \|", (CHECKOUT / "docs" / "policies.md").read_text(), re.MULTILINE)
    assert list(BY_NAME) == list(IN_STACK_FILES) == named == list(BROKEN)


def test_what_a_preview_does_not_know_is_no_finding(stacks: dict[str, Made]) -> None:
    def forget(value: object, depth: int) -> object:
        if depth == 0 and not isinstance(value, dict):
            return Withheld.UNKNOWN
        return {key: forget(item, depth) for key, item in value.items()} if isinstance(value, dict) else value

    kinds = ("aws:", "gcp:", "azure-native:")
    for stack, resources in stacks.values():
        unknown = [
            replace(each, inputs=forget(dict(each.inputs), 0)) if each.type.startswith(kinds) else each
            for each in resources
        ]
        found = [str(finding) for policy in POLICIES for _, finding in policy.findings(unknown, stack)]
        assert found == []


def test_exceptions_are_of_resources_that_are_there(tmp_path: Path) -> None:
    config = config_of("course-fall")
    config["cloud"]["pools"] = {"gpu": {"machine": "g2-standard-8", "max": 1}}
    stack, resources = stack_and_resources(changed(config, "cloud.provider", "gcp"), tmp_path)
    names = {each.name for each in resources}
    assert not list(BY_NAME["no-privileged-pods"].findings(resources, stack))
    assert set(rights.PRIVILEGED) <= names or not any("gpus" in name for name in names)


TODAY = date(2026, 11, 21)


def accepted(until: date, how: str = "advisory", provider: str = "gcp") -> Stack:
    softer = {"tls": {"level": how, "reason": "a trial", "until": until.isoformat()}}
    return Stack("course", {"cloud": {"provider": provider}, "policies": softer}, TODAY)


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        (Stack("course", {"cloud": {"provider": "gcp"}}, TODAY), "mandatory"),
        (Stack("local", {"cloud": {"provider": "local"}}, TODAY), "advisory"),
        (Stack("nobody told", {}, TODAY), "mandatory"),
        (accepted(TODAY), "advisory"),
        (accepted(TODAY, "off"), "disabled"),
        (accepted(TODAY - timedelta(days=1), "off"), "mandatory"),
        (accepted(TODAY, "off", "local"), "disabled"),
    ],
)
def test_how_strict_a_policy_is(stack: Stack, expected: str) -> None:
    assert level(BY_NAME["tls"], stack) == expected
    if stack.settings.get("policies"):
        assert level(BY_NAME["limits"], stack) == ("advisory" if stack.is_local else "mandatory")


def test_a_day_in_gos_way_is_a_day() -> None:
    stack = Stack("c", {"policies": {"tls": {"reason": "x", "until": "2026-11-21 00:00:00 +0000 UTC"}}}, TODAY)
    assert level(BY_NAME["tls"], stack) == "mandatory"
    soft = Stack("c", {"policies": {"tls": {"level": "advisory", "until": "2026-11-21 00:00:00 +0000 UTC"}}}, TODAY)
    assert level(BY_NAME["tls"], soft) == "advisory"


def texts() -> st.SearchStrategy[object]:
    return st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8) | st.sampled_from(Withheld),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    )


KINDS = sorted({kind for cases in ("Service", "Cluster", "Role", "Job", "Release", "StorageClass") for kind in [cases]})


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from(
        ["kubernetes:core/v1", "kubernetes:helm.sh/v3", "kubernetes:batch/v1", "aws:eks/cluster", "aws:iam/role"]
    ),
    st.sampled_from(KINDS),
    st.dictionaries(st.sampled_from(["metadata", "spec", "values", "rules", "name", "policy"]), texts(), max_size=3),
)
@example("kubernetes:core/v1", "Service", {"policy": ""})
@example("aws:iam/role", "Role", {"policy": "[]"})
def test_no_input_breaks_a_check(module: str, kind: str, content: dict[str, object]) -> None:
    resource = Resource(f"{module}:{kind}", "anything", content)
    for policy in POLICIES:
        for _, finding in policy.findings([resource], Stack()):
            assert str(finding)


def found_in(findings: Iterator[tuple[Resource, object]]) -> list[str]:
    return [str(finding) for _, finding in findings]


def test_tags_that_the_provider_does_not_know_yet_may_be_there() -> None:
    group = Resource("aws:eks/nodeGroup:NodeGroup", "core", {}, provider={"defaultTags": Withheld.UNKNOWN})
    assert not list(BY_NAME["labelled"].findings([group], Stack()))
    assert list(BY_NAME["labelled"].findings([replace(group, provider={"defaultTags": "{}"})], Stack()))


def test_a_secret_is_named_and_never_shown() -> None:
    held = {
        "metadata": {},
        "data": {"password": "hunter2", "url": "https://a:hunter2@example.edu", "fine": Withheld.SECRET},
    }
    (first, second) = found_in(
        BY_NAME["no-plain-secrets"].findings([Resource("kubernetes:core/v1:ConfigMap", "c", held)], Stack())
    )
    assert "data.password" in first
    assert "data.url" in second
    assert "hunter2" not in first + second
