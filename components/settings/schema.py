"""The JSON schema that editors check stack files with, and the reference page, both made from the models.

`python -m components.settings.schema` (`make schema`) writes both.
"""

import json
from pathlib import Path
from typing import Any, cast

from components.settings import reference
from components.settings.clouds import PROVIDERS
from components.settings.source import NAMESPACE
from components.settings.stack import StackSettings

_ROOT = Path(__file__).parents[2]
SCHEMA = _ROOT / "stacks" / "schema.json"
PAGE = _ROOT / "docs" / "settings.md"

_FROM_ENVIRONMENT = {"kubeconfig", "context"}
"""Keys of `cloud` that the program must have and the stack file need not: the environment may give them."""

_ENCRYPTED = {
    "type": "object",
    "description": "What `pulumi config set --secret --path` writes; a plain text is refused.",
    "properties": {"secure": {"type": "string"}},
    "required": ["secure"],
    "additionalProperties": False,
}
_PULUMIS_OWN = {
    "encryptionsalt": {"type": "string", "description": "Pulumi's: what the passphrase is held against."},
    "encryptedkey": {"type": "string", "description": "Pulumi's: the key of secrets, itself encrypted."},
    "secretsprovider": {"type": "string", "description": "Pulumi's: what encrypts secrets."},
    "environment": {"description": "Pulumi's: environments whose values are imported."},
}


def stack_schema() -> dict[str, Any]:
    """Give the schema of a whole stack file, Pulumi's own keys among them."""
    ours = StackSettings.model_json_schema(ref_template="#/definitions/{model}")
    sections: dict[str, Any] = ours.pop("$defs")
    cloud = sections["LocalCloud"]
    cloud["required"] = [key for key in cloud["required"] if key not in _FROM_ENVIRONMENT]
    ours["properties"]["cloud"] = _by_provider(ours["properties"]["cloud"])
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A stack file of hubstack",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "description": "hubstack's settings, and those of other providers under their own names.",
                "properties": {NAMESPACE + key: _for_editors(field) for key, field in ours["properties"].items()},
                "required": [NAMESPACE + key for key in ours["required"]],
                "patternProperties": {f"^(?!{NAMESPACE})[^:]+:.+$": {}},
                "additionalProperties": False,
            },
            **_PULUMIS_OWN,
        },
        "required": ["config"],
        "additionalProperties": False,
        "definitions": {name: _for_editors(section) for name, section in sections.items()},
    }


def _by_provider(cloud: dict[str, Any]) -> dict[str, Any]:
    """Say which cloud's keys are meant, so that an editor tells of the one mistake and not of every other cloud."""
    return {
        "type": "object",
        "description": cloud["description"],
        "properties": {"provider": {"enum": list(PROVIDERS), "description": "The cloud the platform runs on."}},
        "required": ["provider"],
        "allOf": [
            {
                "if": {"properties": {"provider": {"const": provider}}, "required": ["provider"]},
                "then": {"$ref": cloud["discriminator"]["mapping"][provider]},
            }
            for provider in PROVIDERS
        ],
    }


def _for_editors(schema: Any) -> Any:
    """Make pydantic's schema what editors make the most of.

    A secret is encrypted. A section may be left empty, for its defaults. The made-up titles go, and so do the
    defaults of whole sections, as each key tells its own. Beside a reference draft 7 ignores everything, descriptions
    too, so a reference goes one level down.
    """
    if isinstance(schema, list):
        return [_for_editors(item) for item in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    node = cast("dict[str, Any]", schema)
    if node.get("format") == "password":
        return {**_ENCRYPTED, **{key: node[key] for key in ("description",) if key in node}}
    made = {key: _for_editors(value) for key, value in node.items() if key != "title" or not isinstance(value, str)}
    if isinstance(made.get("default"), dict):
        del made["default"]
    if made.get("type") == "object" and isinstance(made.get("properties"), dict):
        made["type"] = ["object", "null"]
    if "$ref" in made and len(made) > 1:
        made["allOf"] = [{"$ref": made.pop("$ref")}]
    return made


def write() -> None:
    """Write the schema and the reference page to their places."""
    SCHEMA.write_text(schema_text())
    PAGE.write_text(reference.page())


def schema_text() -> str:
    """Give the schema as it is written to its file."""
    return json.dumps(stack_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write()
    print(f"Wrote {SCHEMA.relative_to(_ROOT)} and {PAGE.relative_to(_ROOT)}.")
