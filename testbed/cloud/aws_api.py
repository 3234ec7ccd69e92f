"""What AWS's own published models say of a value: which there are, of which pattern, how long or large."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, cast

from botocore.loaders import Loader  # pyright: ignore[reportMissingTypeStubs]

from testbed.cloud.kinds import Inputs, Wrong, at, is_known


@cache
def _shapes(service: str) -> Mapping[str, Any]:
    loader: Any = Loader()
    return cast("Mapping[str, Any]", loader.load_service_model(service, "service-2")["shapes"])


def fits_shape(inputs: Inputs, path: str, service: str, shape: str) -> Iterable[Wrong]:
    """Find the values at a path that are not of a shape of a service's API, such as `AMITypes` of `eks`."""
    wanted = _shapes(service)[shape]
    for value in at(inputs, path):
        if is_known(value) and (why := _wrong(value, wanted)):
            yield Wrong(path, f"ValidationException: Value {json.dumps(value)} at {path!r} {why}")


def fit_shapes(inputs: Inputs, service: str, shapes: Mapping[str, str]) -> Iterable[Wrong]:
    """Find the same for several shapes of a service, given by path."""
    for path, shape in shapes.items():
        yield from fits_shape(inputs, path, service, shape)


def _wrong(value: Any, wanted: Mapping[str, Any]) -> str:
    if "enum" in wanted and value not in wanted["enum"]:
        return f"must satisfy enum value set: [{', '.join(wanted['enum'])}]"
    if "pattern" in wanted and not re.search(f"^(?:{wanted['pattern']})$", str(value)):
        return f"must satisfy regular expression pattern: {wanted['pattern']}"
    size = value if isinstance(value, int) else len(value)
    if not wanted.get("min", size) <= size <= wanted.get("max", size):
        return f"must have a size between {wanted.get('min', 0)} and {wanted.get('max', 'any')}"
    return ""
