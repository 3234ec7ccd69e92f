"""Which values the clouds themselves take, from their published API models as PyPI packages carry them.

AWS's are botocore's service models, Google's the discovery documents of google-api-python-client. Azure's enumerations
are in Pulumi's own SDK. A field of the SDK takes on what the API's field of the same name, at the same place, allows;
where the two call things differently nothing is added.
"""

import gzip
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Schema = dict[str, Any]
Model = Mapping[str, Any]

_DOCUMENTS = {"filestore": "file.v1", "kms": "cloudkms.v1", "serviceaccount": "iam.v1"}
_SERVICES = {"cloudwatch": "logs", "vpc": "ec2", "index": "ec2", "alb": "elbv2", "lb": "elbv2"}
_CALLED = {"vpcconfig": "resourcesvpcconfig"}
"""What the SDK calls otherwise than the API, in small letters."""


def enrich(cloud: str, schema: Schema) -> None:
    """Add to a schema's fields what the cloud's API model says of their values."""
    find = {"aws": _aws_model, "gcp": _gcp_model}.get(cloud)
    if find is None:
        return
    for token, kind in schema["kinds"].items():
        found = find(token)
        if found is not None:
            shapes, members = found
            _enrich(kind["fields"], members, shapes, schema["blocks"], set())


Shapes = Callable[[Model], Model]
"""Gives what a field's model stands for: the members of a structure, and what values it takes."""


def _enrich(fields: Schema, members: Model, shapes: Shapes, blocks: Schema, seen: set[str]) -> None:
    by_name = {name.lower(): member for name, member in members.items()}
    for name, field in fields.items():
        member = by_name.get(_CALLED.get(name.lower(), name.lower()))
        if member is None:
            continue
        shape = shapes(member)
        inner = field.get("list", field)
        if "list" in field and shape.get("item") is not None:
            shape = shapes(shape["item"])
        if "is" in inner:
            inner.update({key: shape[key] for key in ("one_of", "pattern", "least", "most") if key in shape})
        elif "block" in inner and inner["block"] not in seen:
            seen.add(inner["block"])
            _enrich(blocks[inner["block"]]["fields"], shape.get("members") or {}, shapes, blocks, seen)


# AWS


def _aws_model(token: str) -> tuple[Shapes, Model] | None:
    _, module, kind = token.split(":")
    group = module.partition("/")[0]
    service = _service(_SERVICES.get(group, group))
    if service is None:
        return None
    operations = {name.lower(): operation for name, operation in service["operations"].items()}
    operation = operations.get(f"create{kind.lower()}")
    if operation is None or "input" not in operation:
        return None
    shapes = service["shapes"]

    def read(member: Model) -> Model:
        return _aws_shape(shapes[member["shape"]])

    return read, shapes[operation["input"]["shape"]]["members"]


def _aws_shape(shape: Model) -> Model:
    match shape["type"]:
        case "structure":
            return {"members": shape["members"]}
        case "list":
            return {"item": shape["member"]}
        case "string":
            found = {"one_of": shape.get("enum"), "pattern": _usable(shape.get("pattern"))}
            return {key: value for key, value in found.items() if value}
        case "integer" | "long":
            found = {"least": shape.get("min"), "most": shape.get("max")}
            return {key: value for key, value in found.items() if value is not None}
        case _:
            return {}


@cache
def _service(name: str) -> Model | None:
    folder = _package("botocore") / "data" / name
    if not folder.is_dir():
        return None
    file = max(folder.iterdir()) / "service-2.json.gz"
    return json.loads(gzip.decompress(file.read_bytes())) if file.exists() else None


# Google Cloud


def _gcp_model(token: str) -> tuple[Shapes, Model] | None:
    _, module, kind = token.split(":")
    group = module.partition("/")[0]
    documents = _package("googleapiclient") / "discovery_cache" / "documents"
    file = documents / f"{_DOCUMENTS.get(group, f'{group}.v1')}.json"
    if not file.exists():
        return None
    schemas = _document(file)["schemas"]
    if kind not in schemas:
        return None

    def read(member: Model) -> Model:
        return _gcp_shape(schemas[member["$ref"]] if "$ref" in member else member)

    return read, schemas[kind].get("properties", {})


def _gcp_shape(shape: Model) -> Model:
    found = {
        "members": shape.get("properties"),
        "item": shape.get("items"),
        "one_of": shape.get("enum"),
        "pattern": _usable(shape.get("pattern")),
    }
    return {key: value for key, value in found.items() if value}


@cache
def _document(file: Path) -> Model:
    return json.loads(file.read_text())


# Both


def _package(name: str) -> Path:
    found = find_spec(name)
    if found is None or found.origin is None:
        raise LookupError(f"{name} is not installed: the simulated clouds read from it what values an API takes.")
    return Path(found.origin).parent


def _usable(pattern: str | None) -> str | None:
    """Give a pattern that Python reads as well; what it does not is left out."""
    if not pattern:
        return None
    try:
        re.compile(pattern)
    except re.error:
        return None
    return pattern
