"""Judges that are not ours, over every object that the repository's stacks make in a cluster."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from policies.model import Resource
from policies.pods import pod
from tests.support.rendering import Object, objects, write
from tests.support.whole_stacks import STACKS, config_of, graph_of
from tests.unit.judges.judging import Found, checkov, exceptions, kube_score, pod_security, unexplained, unused

ENFORCE = "pod-security.kubernetes.io/enforce"
OF_THE_CLUSTER = {"kube-system": "privileged"}
"""Namespaces that are no stack's to make."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Object]]:
    return {name: objects(graph_of(config_of(name), tmp_path_factory.mktemp(name))) for name in STACKS}


@pytest.fixture(scope="module")
def files(made: dict[str, list[Object]], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write(made, tmp_path_factory.mktemp("objects"))


@pytest.fixture(scope="module")
def found(files: list[Path], made: dict[str, list[Object]]) -> list[Found]:
    return [*checkov(files), *kube_score(files), *pod_security(pods_of(made))]


def test_no_judge_finds_anything_that_is_not_explained(found: Sequence[Found]) -> None:
    assert unexplained(found, exceptions()) == []


def test_every_exception_is_needed(found: Sequence[Found]) -> None:
    assert unused(found, exceptions()) == []


def test_every_exception_has_a_reason() -> None:
    for one in exceptions():
        assert len(one.reason.split()) >= 3, one


def test_what_is_not_explained_is_seen(found: Sequence[Found]) -> None:
    assert {each.judge for each in found} >= {"checkov", "kube-score"}
    assert unexplained(found, exceptions()[1:])
    assert unused(found[:1], exceptions())


def pods_of(made: dict[str, list[Object]]) -> list[dict[str, Any]]:
    return [asked for found in made.values() for asked in asked_of(found)]


def asked_of(found: list[Object]) -> list[dict[str, Any]]:
    levels = OF_THE_CLUSTER | {
        each["metadata"]["name"]: each["metadata"]["labels"][ENFORCE] for each in found if each["kind"] == "Namespace"
    }
    asked: list[dict[str, Any]] = []
    for each in found:
        described = pod(Resource(f"kubernetes:any:{each['kind']}", "", each))
        if described:
            metadata = each["metadata"]
            name = f"{each['kind']}/{metadata.get('name', metadata['labels'].get('app.kubernetes.io/component'))}"
            level = levels[metadata["namespace"]]
            asked.append({"name": name, "level": level, "pod": {"metadata": {}, "spec": described}})
    return asked


@pytest.mark.parametrize("stack", STACKS)
def test_every_namespace_says_how_strict_it_is(made: dict[str, list[Object]], stack: str) -> None:
    levels = {each["metadata"]["labels"][ENFORCE] for each in made[stack] if each["kind"] == "Namespace"}
    assert levels <= {"restricted", "baseline"}
    assert asked_of(made[stack])


def test_namespaces_are_as_strict_as_their_pods_allow(made: dict[str, list[Object]]) -> None:
    asked = pods_of(made)
    assert pod_security(asked) == []
    loose = [each for each in asked if each["level"] == "baseline"]
    assert loose
    stricter = pod_security([{**each, "level": "restricted"} for each in loose])
    assert {each.of for each in stricter} == {each["name"] for each in loose}, "its namespace could be restricted"


def test_a_privileged_pod_is_seen() -> None:
    spec = {"containers": [{"name": "c", "image": "i", "securityContext": {"privileged": True}}]}
    (seen,) = pod_security([{"name": "Pod/bad", "level": "baseline", "pod": {"metadata": {}, "spec": spec}}])
    assert seen.rule == "privileged"
