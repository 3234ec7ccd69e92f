"""No secret in any output: those that Pulumi blinds, those that are known, and what only looks like one."""

import base64
import html
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ops.preview import veil
from ops.preview.judging import Report
from ops.preview.remark import Past, Remark
from ops.preview.rendering import WHOLE, Extent, render
from tests.unit.ops.preview import documents, rendered
from tests.unit.ops.preview.documents import HUB, INSTANCE, RELEASE, Json, document, judged, outputs, report, root, step

REMARK = Remark((1, 1), Past("safe", "abc", "day"))
MARK = veil.SECRET_SIGNATURE


def all_texts(*reports: Report) -> list[str]:
    """Give everything that is written of a preview."""
    extents = (Extent(most=65_536), Extent(most=5_000), WHOLE)
    return [render(reports, REMARK.written(), "the summary", extent) for extent in extents]


SECRETS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=8, max_size=40).filter(
    lambda text: len(text.strip()) >= 8 and len(set(text)) > 3
)
# How others write a secret, or what stands round it in a text.
FORMS = st.sampled_from(
    [
        lambda secret: secret,
        lambda secret: f"login failed: user=hub&pass{secret}!",
        lambda secret: f"{{{json.dumps(secret)}}}",
        lambda secret: json.dumps(secret, ensure_ascii=False),
        lambda secret: base64.b64encode(secret.encode()).decode(),
        lambda secret: f"x\n{secret}\ny",
        lambda secret: f"{secret}{secret}",
    ]
)


OWN_WORDS = "\n".join(file.read_text() for file in (*Path(veil.__file__).parent.glob("*.py"), Path(documents.__file__)))
"""A secret that is a part of our own words, such as `the stack`, is told by nobody."""


@given(st.data(), st.lists(SECRETS, min_size=1, max_size=3, unique=True))
def test_no_known_secret_is_in_any_output(data: st.DataObject, secrets: list[str]) -> None:
    assume(not any(secret.strip() in OWN_WORDS for secret in secrets))

    def leak() -> str:
        return data.draw(FORMS)(data.draw(st.sampled_from(secrets)))

    steps: list[Json] = []
    for op in data.draw(st.lists(st.sampled_from(["create", "update", "delete", "replace"]), min_size=1, max_size=3)):
        kind = data.draw(st.sampled_from([INSTANCE, RELEASE, "kubernetes:core/v1:ConfigMap"]))
        old: Json = {"values": {"hub": {leak(): leak()}}, "x": [leak(), {"y": leak()}]}
        new: Json = {"values": {"hub": {leak(): leak(), "args": [leak()]}}, "x": [leak()]}
        steps.append(step(op, kind, leak(), old, None if op == "delete" else new, reasons=[leak()], above=HUB))
    told = {"severity": "error", "message": leak(), "urn": leak()}
    text = json.dumps(
        {
            "steps": [root(), *steps],
            "diagnostics": [told, {**told, "severity": "warning"}],
        }
    )
    finding = json.dumps({"policyEvent": {"policyName": leak(), "message": leak(), "resourceUrn": leak()}})
    finding += "\n" + outputs({"a": leak()}, {"a": leak(), leak(): 1})
    broken = judged("not json", secrets=secrets, said=leak())
    for made in all_texts(judged(text, secrets=secrets, events=finding), broken):
        for shown in (made, html.unescape(made), rendered.words(made)):
            for secret in secrets:
                assert secret not in shown
                assert base64.b64encode(secret.encode()).decode() not in shown


@given(st.text(min_size=1), st.text("abcdefghij", min_size=1, max_size=4))
def test_what_hides_is_hidden_itself(text: str, secret: str) -> None:
    assume(secret not in veil.HIDDEN)
    assert veil.Veil([secret]).text(secret) == veil.HIDDEN
    if len(secret) >= 4:
        assert secret not in veil.Veil([secret]).text(f"{text}{secret}{text}").replace(veil.HIDDEN, "")


def test_a_secret_within_another_does_not_uncover_it() -> None:
    assert veil.Veil(["hunter", "hunter2hunter2"]).text("x hunter2hunter2 y") == f"x {veil.HIDDEN} y"


def test_a_secret_of_many_lines_is_hidden_line_by_line() -> None:
    key = "first-line-of-it\nsecond-line-of-it\n"
    assert veil.Veil([key]).text("error near second-line-of-it, col 5") == "error near [secret], col 5"


HUSH = "hush-hush-hush"


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA PRIVATE KEY-----\nhush-hush-hush\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nhush-hush-hush",
        "token eyJhbGciOiJIUzI1NiJ9.hush-hush-hush.sig",
        "postgresql://hub:hush-hush-hush@db/hub",
        "Authorization: Bearer hush-hush-hush",
        "password=hush-hush-hush is wrong",
        'client_secret: "hush-hush-hush"',
        '{"apiToken": "hush-hush-hush"}',
        "--db-password 'x' --api-key=hush-hush-hush",
    ],
)
def test_what_looks_like_a_secret_is_hidden_in_texts(text: str) -> None:
    assert HUSH not in veil.Veil().text(text)
    for made in all_texts(report(diagnostics=[{"severity": "error", "message": text}])):
        assert HUSH not in made


@pytest.mark.parametrize(
    "text",
    [
        "urn:pulumi:a::hubstack::random:index/randomPassword:RandomPassword::data8-password",
        "random:index/randomPassword:RandomPassword (data8-password)",
        "kubernetes:core/v1:Secret",
        "hubstack:hubs.data8.auth.github.client_secret was not given",
    ],
)
def test_names_are_no_secrets(text: str) -> None:
    assert veil.Veil().text(text) == text


@pytest.mark.parametrize(
    "values",
    [
        {"hub": {"services": {"x": {"apiToken": HUSH}}}},
        {"hub": {"config": {"GitHubOAuthenticator": {"client_secret": HUSH}}}},
        {"hub": {"db": {"password": HUSH}}},
        {"proxy": {"secretToken": HUSH}},
        {"singleuser": {"extraEnv": [{"name": "DB_PASSWORD", "value": HUSH}]}},
        {"hub": {"extraEnv": {"API_KEY": HUSH}}},
        {"custom": {"crypt_keys": [HUSH]}},
    ],
)
def test_a_value_of_a_chart_whose_key_says_secret_is_hidden(values: Json) -> None:
    for op, new in (("update", {"values": {}}), ("replace", {"values": {}}), ("delete", None)):
        for made in all_texts(report(step(op, RELEASE, "data8-release", {"values": values}, new, above=HUB))):
            assert HUSH not in made


def test_kubernetes_secrets_show_no_data() -> None:
    old, new = ({"apiVersion": "v1", "kind": "Secret", "data": {"a": each}} for each in (HUSH, HUSH * 2))
    for made in all_texts(report(step("update", "kubernetes:core/v1:Secret", "x", old, new))):
        assert HUSH not in made


def test_a_secret_that_changes_is_said_to_change() -> None:
    hidden = {"values": {"hub": {"x": "[secret]"}}}
    changes = step("update", RELEASE, "r", hidden, hidden, detailed={"values.hub.x": "update"}, above=HUB)
    text = all_texts(report(changes))[0]
    assert "! hub.x: (a secret, which changes)" in text
    assert "Restarts the hub" in text


def test_a_value_that_becomes_a_secret_is_not_shown_as_it_was() -> None:
    changes = step("update", INSTANCE, "x", {"a": HUSH}, {"a": "[secret]"})
    for made in all_texts(report(changes)):
        assert HUSH not in made


def test_which_secrets_an_export_holds() -> None:
    export: Any = {
        "deployment": {
            "resources": [
                {"inputs": {"a": {MARK: "1b47061264138c4ac30d75fd1eb44270", "plaintext": json.dumps("one-secret")}}},
                {"inputs": {"b": [{MARK: "x", "plaintext": json.dumps({"c": ["two-secret", 12345, True]})}]}},
                {"inputs": {"plain": "no-secret"}},
            ]
        }
    }
    config: Any = {
        "hubstack:x": {"value": '{"password":"three-secret"}', "secret": True},
        "hubstack:y": {"value": "plain", "secret": False},
    }
    assert set(veil.secrets_of(export)) == {"one-secret", "two-secret", "12345"}
    assert set(veil.secrets_of(config)) == {'{"password":"three-secret"}', "three-secret"}


def test_a_document_with_open_secrets_shows_none() -> None:
    mark = {MARK: "1b47061264138c4ac30d75fd1eb44270", "plaintext": json.dumps(HUSH)}
    text = document(step("update", INSTANCE, "x", {"a": mark}, {"a": {**mark, "plaintext": '"other"'}}))
    for made in all_texts(judged(text)):
        assert HUSH not in made
