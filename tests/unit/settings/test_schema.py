"""The editors' schema and the reference page say what the models say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from components.settings import outline, reference, schema, stack_file
from components.settings.section import Section, fields
from components.settings.stack import StackSettings
from tests.support import stack_files

CASES = Path(__file__).parent / "cases"
STACKS = sorted((Path(__file__).parents[3] / "stacks").glob("Pulumi.*.yaml"))
HAPPY = [*sorted(CASES.glob("*.happy.yaml")), *STACKS]
SEEN_BY_EDITORS = [
    "unknown-top-level-key", "unknown-key", "secret-behind-a-misspelled-key", "wrong-type-text-for-number",
    "wrong-type-text-for-list", "wrong-type-secret-for-section", "memory-1Gb", "count-negative",
    "duration-in-days", "duration-without-unit", "hub-name-too-long", "hubs-none", "hubs-missing",
    "cloud-missing", "cloud-unknown", "auth-missing", "auth-secret-missing", "metadata-unknown",
    "image-pull-policy-unknown", "metadata-port-out-of-range", "storage-type-unknown", "storage-home-relative",
    "shared-allusers-true", "shared-groups-a-text", "claim-of-no-size", "claim-without-containers",
    "claim-key-by-its-other-name", "user-database-version-a-number", "user-database-version-unknown",
]  # fmt: skip


def mistakes(text: str) -> list[str]:
    content = yaml.load(text, stack_file._Loader)  # noqa: S506 - a safe one, which reads dates as editors do
    return [error.message for error in Draft7Validator(schema.stack_schema()).iter_errors(content)]


def sections(kind: type[Section] = StackSettings) -> Iterator[type[Section]]:
    yield kind
    for field in fields(kind).values():
        for inner in outline.sections_inside(field):
            yield from sections(inner.section)


def test_what_is_written_is_what_the_models_say() -> None:
    assert schema.SCHEMA.read_text() == schema.schema_text(), "run `make schema`"
    assert schema.PAGE.read_text() == reference.page(), "run `make schema`"


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(schema.stack_schema())


@pytest.mark.parametrize("file", HAPPY, ids=lambda file: file.name)
def test_editors_take_what_the_program_takes(file: Path) -> None:
    assert mistakes(stack_files.example(file) if file in STACKS else file.read_text()) == []


@pytest.mark.parametrize("name", SEEN_BY_EDITORS)
def test_editors_see_the_mistakes_that_can_be_seen_in_one_place(name: str) -> None:
    assert mistakes((CASES / f"{name}.error.yaml").read_text())


@pytest.mark.parametrize("file", STACKS, ids=lambda file: file.name)
def test_each_stack_file_names_its_schema(file: Path) -> None:
    first = file.read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=schema.json"
    assert (file.parent / "schema.json") == schema.SCHEMA


def test_a_secret_is_encrypted() -> None:
    stack = "config: {hubstack:cloud: {provider: local}, hubstack:hubs: {hub: {auth: {dummy: {password: %s}}}}}"
    assert mistakes(stack % "{secure: v1:abc}") == []
    assert mistakes(stack % "abc") != []


@pytest.mark.parametrize(
    "text", ["encryptionsalt: v1:abc", "secretsprovider: passphrase", "encryptedkey: abc", "environment: [shared]"]
)
def test_pulumis_own_keys_are_known(text: str) -> None:
    stack = "config: {hubstack:cloud: {provider: local}, hubstack:hubs: {hub: {auth: {}}}, gcp:project: university}"
    assert mistakes(f"{stack}\n{text}\n") == []
    assert mistakes(f"{stack}\nnonsense: 1\n") != []


def test_an_encrypted_value_is_taken_for_secrets_only() -> None:
    stack = "config: {hubstack:cloud: {provider: {secure: v1:abc}}, hubstack:hubs: {hub: {auth: {}}}}"
    assert mistakes(stack) != []


@pytest.mark.parametrize("section", dict.fromkeys(sections()), ids=lambda section: section.__name__)
def test_every_key_has_a_sentence(section: type[Section]) -> None:
    assert section.__doc__
    for key, field in fields(section).items():
        assert field.description, key
        assert field.description.endswith("."), key
        assert field.description[0].isupper(), key


def examples(kind: Any) -> Iterator[tuple[str, Any]]:
    for section in set(sections(kind)):
        for key, field in section.model_fields.items():
            for example in field.examples or []:
                yield f"{section.__name__}.{key}", (section, key, example)


@pytest.mark.parametrize(("name", "case"), sorted(examples(StackSettings), key=lambda case: case[0]))
def test_every_example_is_one(name: str, case: tuple[type[Section], str, Any]) -> None:
    section, key, example = case
    section.__pydantic_validator__.validate_assignment(section.model_construct(), key, example)
