"""Reading a stack file without Pulumi: for line numbers, for checks before Pulumi is there, and for tests."""

import re
from collections.abc import Iterator
from typing import Any, cast

import yaml

from components.settings.shapes import entries, keys
from components.settings.source import NAMESPACE, Path, Source

SECRET = "[secret]"  # noqa: S105 - what stands for one
"""What an encrypted value is read as; Pulumi alone can open it."""

_DEEPEST = 50


class StackFileError(Exception):
    """A stack file that is not YAML, or says one key twice; its text is a sentence for people."""


class _Loader(yaml.SafeLoader):
    """YAML as Pulumi reads it: `yes`, `12:30` and `2026-09-01` are texts, as in YAML 1.2."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own way


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9][0-9_]*|0x[0-9a-fA-F]+|0o?[0-7]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("merge", r"<<", "<"),
):
    cast("Any", _Loader).add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), list(_first)
    )


def read(text: str, name: str) -> tuple[dict[str, Any], Source]:
    """Read what a stack file says below `hubstack:`, and the line of each setting.

    `name` is what people call the file. Raises `StackFileError`.
    """
    try:
        loader: Any = _Loader(text)
        root: yaml.Node | None = loader.get_single_node()
        lines = _lines(root, name) if root else {}
        document = loader.construct_document(root) if root else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise StackFileError(f"{name} is not YAML: {error.problem} in line {line}.") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise StackFileError(f"{name} is not YAML.") from None
    config = keys(keys(document).get("config"))
    ours = {
        key.removeprefix(NAMESPACE): _plain(value) for key, value in config.items() if str(key).startswith(NAMESPACE)
    }
    return ours, Source(name, lines, frozenset(_encrypted(config, ())))


def _lines(root: yaml.Node, name: str) -> dict[Path, int]:
    """Find the line of each setting; refuse a key that stands twice in one section, as Pulumi does."""
    return {
        (str(path[1]).removeprefix(NAMESPACE), *path[2:]): line
        for path, line in _walk(root, (), name)
        if path[0] == "config" and len(path) > 1 and str(path[1]).startswith(NAMESPACE)
    }


def _encrypted(value: Any, path: Path) -> Iterator[Path]:
    """Find what Pulumi encrypted."""
    if _is_encrypted(value):
        yield path
    for key, item in (*keys(value).items(), *enumerate(entries(value))):
        yield from _encrypted(item, (*path, key) if path else (str(key).removeprefix(NAMESPACE),))


def _walk(node: yaml.Node, path: Path, name: str) -> Iterator[tuple[Path, int]]:
    if len(path) > _DEEPEST:
        raise StackFileError(f"{name} is nested deeper than {_DEEPEST} levels.")
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(cast("list[yaml.Node]", node.value)):
            yield (*path, index), item.start_mark.line + 1
            yield from _walk(item, (*path, index), name)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: dict[str, int] = {}
    for key_node, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in seen:
            raise StackFileError(
                f"{name} says {key} twice in one section, in line {seen[key]} and line {line}: "
                "take one of them away, or give it another name."
            )
        seen[key] = line
        yield (*path, key), line
        yield from _walk(value, (*path, key), name)


def _plain(value: Any) -> Any:
    """Turn what YAML gave into what Pulumi hands over: keys are texts, an encrypted value is a text."""
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    if _is_encrypted(value):
        return SECRET
    return {str(key): _plain(item) for key, item in cast("dict[Any, Any]", value).items()}


def _is_encrypted(value: Any) -> bool:
    return list(keys(value)) == ["secure"] and isinstance(keys(value)["secure"], str)
