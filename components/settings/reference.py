"""The reference page of settings, docs/settings.md, made from the models."""

import json
import textwrap
from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from components.settings import outline
from components.settings.section import Section, fields
from components.settings.stack import StackSettings

_INTRODUCTION = """\
# Settings

What a stack file may say, made from the models in `components/settings` by `make schema`; edit those, not this page.

A stack file is `stacks/Pulumi.<stack>.yaml`. Its settings stand under `config:`, and each first key begins with
`hubstack:`. What is left out has the default given here in brackets. `pulumi preview -s <stack>` reports every mistake
of a stack file at once, and editors that read `stacks/schema.json` mark most of them while you type. A secret is set
with

    pulumi config set --path --secret 'hubstack:hubs.data8.auth.github.client_secret' -s <stack>

which asks for the value and stores it encrypted. Amounts are Kubernetes quantities (`512Mi`, `0.5`, `1Ti`), lengths of
time are written `30s`, `90m` or `1h30m`, and texts that look like numbers need quotes (`tag: "4.10"`).
"""


def page() -> str:
    """Give the page as Markdown."""
    return "\n".join([_INTRODUCTION, *_section(StackSettings, "")])


def _section(section: type[Section], path: str, provider: str = "") -> Iterator[str]:
    if path:
        yield f"## `hubstack:{path}`{f' with `provider: {provider}`' if provider else ''}\n"
        yield f"{_paragraph(section.__doc__ or '')}\n"
        for key, field in fields(section).items():
            entry = f"- **`{key}`**{_facts(field)}: {field.description}{_examples(field)}"
            yield textwrap.fill(entry, 120, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        yield ""
    for key, field in fields(section).items():
        for inner in outline.sections_inside(field):
            inside = f"{path}.{key}{inner.mark}" if path else f"{key}{inner.mark}"
            yield from _section(inner.section, inside, provider or inner.provider)


def _paragraph(text: str) -> str:
    return " ".join(text.split())


def _facts(field: FieldInfo) -> str:
    facts: list[str] = []
    if not outline.sections_inside(field):
        facts = _need(field) if field.is_required() else _default(field.get_default())
    if outline.is_secret(field):
        facts.append("secret")
    return f" ({', '.join(facts)})" if facts else ""


def _need(field: FieldInfo) -> list[str]:
    return ["required" if "HUBSTACK_" not in (field.description or "") else "required, here or in the environment"]


def _default(default: Any) -> list[str]:
    if default is PydanticUndefined or default is None or default in ((), {}, ""):
        return []
    return [f"`{_written(default)}`"]


def _examples(field: FieldInfo) -> str:
    return f" Example: `{_written(field.examples[0])}`." if field.examples else ""


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float | list | tuple | dict):
        return json.dumps(value)
    return str(value)
