"""What inputs a kind takes, of which types, read from the cloud's own SDK and kept in the cache as JSON.

The SDK is imported in a process of its own, once for each of its versions: a plugin reads the JSON only. Replacements
are read from the SDK's documentation ("changing this forces a new resource"), as far as it says so.
"""

import collections.abc
import enum
import importlib
import inspect
import json
import re
import subprocess
import sys
import types
import typing
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from testbed import cache
from testbed.cloud import models

PACKAGES = {"gcp": "pulumi_gcp", "aws": "pulumi_aws", "azure-native": "pulumi_azure_native"}

Type = dict[str, Any]
"""`{"is": "string"}` (or `integer`, `number`, `boolean`, `any`), with `one_of` where the SDK lists the values;
`{"list": Type}`, `{"map": Type}`, or `{"block": name}`, which stands in the schema's `blocks`."""

_PLAIN: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}
_REPLACES = re.compile(
    r"forces? (?:a |the )?(?:new|replacement|re-?creation)|(?:creates|create) a new resource|recreated to modify"
    r"|changing this (?:field |value |attribute )?(?:will |would )?(?:force|recreate|create)",
    re.IGNORECASE,
)


def version(cloud: str) -> str:
    """Give the version of the cloud's SDK, which is also its plugin's."""
    return json.loads((_sdk(cloud) / "pulumi-plugin.json").read_text())["version"]


def load(cloud: str, tokens: Iterable[str]) -> dict[str, Any]:
    """Give the schema of these kinds: `kinds` by token, and the `blocks` that they are built of."""
    wanted = sorted(set(tokens))
    key = cache.content_key(version(cloud), *wanted, Path(__file__), Path(models.__file__))

    def build(folder: Path) -> None:
        words = [sys.executable, "-m", "testbed.cloud.schema", cloud, str(folder / "schema.json"), *wanted]
        checkout = Path(__file__).parent.parent.parent
        done = subprocess.run(words, cwd=checkout, capture_output=True, text=True, check=False)
        if done.returncode:
            raise LookupError(f"{PACKAGES[cloud]}'s inputs could not be read: {done.stderr[-2000:]}")

    return json.loads((cache.entry("cloud-schemas", cloud, key, build) / "schema.json").read_text())


def extract(cloud: str, tokens: Iterable[str]) -> dict[str, Any]:
    """Read the schema from the SDK; raise LookupError where it has no such kind."""
    reader = _Reader()
    classes = _classes(cloud)
    kinds: dict[str, Any] = {}
    for token in tokens:
        if token not in classes:
            raise LookupError(f"{PACKAGES[cloud]} {version(cloud)} has no {token}.")
        package, name = classes[token]
        resource = getattr(importlib.import_module(package), name)
        module = sys.modules[resource.__module__]
        # Where a block bears the kind's name as well (Azure's Subnet), the SDK calls the kind's own inputs so.
        made_of = getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args")
        kinds[token] = reader.fields(made_of) | _secrets(inspect.getsource(resource))
    schema = {"kinds": kinds, "blocks": reader.blocks}
    models.enrich(cloud, schema)
    return schema


class _Reader:
    """Reads input classes into JSON, each block once."""

    def __init__(self) -> None:
        self.blocks: dict[str, Any] = {}

    def fields(self, made_of: type) -> dict[str, Any]:
        """Give a class's fields by their names on the wire."""
        begin: Any = made_of.__init__
        # An `Input[X]` is an X, an Awaitable or an "Output[T]"; the last is of no more interest than the one before.
        names = {"Output": typing.Awaitable, "T": Any, **vars(sys.modules[made_of.__module__])}
        hints = typing.get_type_hints(begin, names)
        fields: dict[str, Any] = {}
        for name, parameter in list(inspect.signature(begin).parameters.items())[1:]:
            getter = inspect.getattr_static(made_of, name, None)
            wire = _wire_name(getter, name)
            fields[wire] = self.type_of(hints.get(name, Any))
            fields[wire]["required"] = parameter.default is inspect.Parameter.empty
            if _REPLACES.search(" ".join((getter.__doc__ or "").split())):
                fields[wire]["replaces"] = True
        return {"fields": fields}

    def type_of(self, hint: Any) -> Type:
        """Give a type, without the ways in which a program may give it."""
        members = [each for each in _members(hint) if not typing.is_typeddict(each)]
        lists = [each for each in members if inspect.isclass(each) and issubclass(each, enum.Enum)]
        if lists:
            return {"is": "string", "one_of": [each.value for each in lists[0]]}
        if len(members) != 1:
            named = {_PLAIN.get(each, "any") for each in members}
            return {"is": named.pop() if len(named) == 1 else "any"}
        only = members[0]
        origin, inner = typing.get_origin(only), typing.get_args(only)
        if origin is collections.abc.Sequence:
            return {"list": self.type_of(inner[0])}
        if origin is collections.abc.Mapping:
            return {"map": self.type_of(inner[1])}
        if inspect.isclass(only) and only.__name__.endswith("Args"):
            return {"block": self._block(only)}
        return {"is": _PLAIN.get(only, "any")}

    def _block(self, made_of: type) -> str:
        name = f"{made_of.__module__}.{made_of.__name__}"
        if name not in self.blocks:
            self.blocks[name] = {}  # a block may hold itself
            self.blocks[name] = self.fields(made_of)
        return name


def _members(hint: Any) -> list[Any]:
    """Take a union apart, and leave out what is there for every input: None, Output, Awaitable."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return [member for each in typing.get_args(hint) for member in _members(each)]
    if hint is type(None) or origin is collections.abc.Awaitable or getattr(origin, "__name__", "") == "Output":
        return []
    return [hint]


def _wire_name(getter: Any, name: str) -> str:
    """Give a property's name on the wire, which the SDK keeps at its getter."""
    function = getattr(getter, "fget", None)
    return getattr(function, "_pulumi_name", None) or name


def _secrets(source: str) -> dict[str, Any]:
    found = re.search(r"additional_secret_outputs=(\[[^\]]*\])", source)
    replaced = re.search(r"replace_on_changes=(\[[^\]]*\])", source)
    return {
        "secrets": json.loads(found[1]) if found else [],
        "replaces": json.loads(replaced[1]) if replaced else [],
    }


def _sdk(cloud: str) -> Path:
    found = find_spec(PACKAGES[cloud])
    if found is None or found.origin is None:
        raise LookupError(
            f"{PACKAGES[cloud]} is not installed: the simulated cloud reads what inputs there are from it."
        )
    return Path(found.origin).parent


def _classes(cloud: str) -> Mapping[str, tuple[str, str]]:
    """Give package and class of every kind, from the list that the SDK registers."""
    source = (_sdk(cloud) / "__init__.py").read_text()
    listed = source.split('resource_modules="""', 1)[1].split('"""', 1)[0]
    return {token: (module["fqn"], name) for module in json.loads(listed) for token, name in module["classes"].items()}


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(extract(sys.argv[1], sys.argv[3:])))
