"""The resource that empties a namespace, as the engine asks it."""

import base64
import pickle
import subprocess
import sys

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from components import emptying
from components.teardown import NamespaceEmptier

PROPS = {"kubeconfig": "secret", "context": "test", "cluster": "a-uid", "namespace": "data8"}


def test_it_is_named_by_its_module_and_holds_nothing() -> None:
    packed = base64.b64decode(serialize_provider(NamespaceEmptier()))
    assert b"components.teardown" in packed, "the state finds it by this path, which never moves"
    assert isinstance(pickle.loads(packed), NamespaceEmptier)  # noqa: S301 - packed a line above
    assert len(packed) < 100


def test_making_it_does_nothing() -> None:
    made = NamespaceEmptier().create(PROPS)
    assert made.id == "a-uid/data8"
    assert made.outs == PROPS


def test_new_credentials_are_taken_and_another_place_is_another_one() -> None:
    emptier = NamespaceEmptier()
    same = emptier.diff("", PROPS, {**PROPS, "__provider": "moved"})
    assert not same.changes
    renewed = emptier.diff("", PROPS, {**PROPS, "kubeconfig": "renewed"})
    assert (renewed.changes, renewed.replaces) == (True, [])
    moved = emptier.diff("", PROPS, {**PROPS, "cluster": "another"})
    assert (moved.changes, moved.replaces) == (True, ["cluster"])
    assert emptier.update("", PROPS, {**PROPS, "kubeconfig": "renewed"}).outs == {**PROPS, "kubeconfig": "renewed"}


def test_its_end_empties_the_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(emptying, "empty_namespace", lambda *given: asked.append(given))
    NamespaceEmptier().delete("", PROPS)
    assert asked == [("secret", "test", "data8")]


def test_a_preview_does_not_pay_for_the_client() -> None:
    code = "import sys, components.teardown; print([name for name in sys.modules if name.startswith('kubernetes')])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
