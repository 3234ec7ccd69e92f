"""The random provider's values: made once, kept, made anew only with their arguments, secret where they must be."""

import base64
import re

import pulumi
import pulumi_random as random
import pytest

pytestmark = pytest.mark.timeout(300)


def test_ids_come_in_several_spellings(stack):
    def program():
        made = random.RandomId("id", byte_length=4, prefix="hub-")
        for name in ("hex", "dec", "b64_std", "b64_url", "id"):
            pulumi.export(name, getattr(made, name))

    outputs = stack.up(program).outputs
    raw = base64.urlsafe_b64decode(outputs["id"] + "==")
    assert len(raw) == 4
    assert outputs["hex"] == "hub-" + raw.hex()
    assert outputs["dec"] == f"hub-{int.from_bytes(raw, 'big')}"
    assert outputs["b64_url"] == "hub-" + outputs["id"]
    assert outputs["b64_std"] == "hub-" + base64.b64encode(raw).decode()


def test_passwords_are_secret_and_obey_their_classes(stack):
    def program():
        made = random.RandomPassword("password", length=20, special=False, min_numeric=3)
        pulumi.export("password", made.result)
        pulumi.export("hash", made.bcrypt_hash)

    outcome = stack.up(program)
    assert outcome.secret_outputs == {"password", "hash"}
    password = outcome.outputs["password"]
    assert re.fullmatch(r"[A-Za-z0-9]{20}", password)
    assert len(re.findall(r"[0-9]", password)) >= 3
    assert outcome.outputs["hash"].startswith("$2")
    assert password not in stack.stored()
    assert stack.state()["password"]["id"] == "none"


def test_bytes_are_secret(stack):
    def program():
        made = random.RandomBytes("bytes", length=32)
        pulumi.export("hex", made.hex)
        pulumi.export("base64", made.base64)

    outcome = stack.up(program)
    assert outcome.secret_outputs == {"hex", "base64"}
    assert base64.b64decode(outcome.outputs["base64"]).hex() == outcome.outputs["hex"]
    assert outcome.outputs["hex"] not in stack.stored()


def test_strings_are_not_secret(stack):
    def program():
        pulumi.export("text", random.RandomString("text", length=8, upper=False, override_special="_").result)

    outcome = stack.up(program)
    assert outcome.secret_outputs == set()
    assert re.fullmatch(r"[a-z0-9_]{8}", outcome.outputs["text"])


def test_values_stay_until_an_argument_changes(stack):
    def program(length=8, keeper="a"):
        made = random.RandomString("text", length=length, special=False, keepers={"for": keeper})
        pulumi.export("text", made.result)

    first = stack.up(program).outputs["text"]
    again = stack.up(program, expect_no_changes=True)
    assert again.error == ""
    assert again.outputs["text"] == first
    stack.refresh(program)
    assert stack.up(program).outputs["text"] == first
    kept = stack.up(lambda: program(keeper="b"))
    assert kept.ops() == {"text": "replace"}
    assert kept.outputs["text"] != first
    assert stack.up(lambda: program(length=9, keeper="b")).ops() == {"text": "replace"}


def test_a_preview_makes_nothing_up(stack):
    seen = []

    def program():
        made = random.RandomString("text", length=8)
        made.result.apply(seen.append)

    assert stack.preview(program).ops() == {"text": "create"}
    assert seen == []


def test_a_value_that_exists_is_taken_over(stack):
    def program():
        made = random.RandomPassword("password", length=5, opts=pulumi.ResourceOptions(import_="s3cre"))
        pulumi.export("password", made.result)

    outcome = stack.up(program)
    assert outcome.error == ""
    assert outcome.outputs["password"] == "s3cre"


def test_arguments_that_cannot_be_met(stack):
    assert stack.up(lambda: random.RandomString("text", length=2, min_lower=3)).error
    assert stack.up(lambda: random.RandomBytes("bytes", length=0)).error
