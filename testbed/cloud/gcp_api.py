"""What Google's own description of its APIs says, and how its names and ids are built."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from testbed.cloud.kinds import Inputs, Wanted, Wrong, at, is_known
from testbed.cloud.patterns import fits

NAME = r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?"
"""RFC 1035, as Compute Engine and most others take names."""

_LINK = "https://www.googleapis.com/compute/v1/"


def named(inputs: Inputs, pattern: str = NAME) -> Iterable[Wrong]:
    """Find a name that Google does not take."""
    return fits(inputs, "name", pattern, "googleapi: Error 400: Invalid value for field 'resource.name'")


@cache
def _schemas(api: str) -> Mapping[str, Any]:
    """Give the messages of an API, as the discovery document says that google-api-python-client carries."""
    client = find_spec("googleapiclient")
    if client is None or client.origin is None:
        raise LookupError("google-api-python-client is not installed; `make environment` installs it.")
    file = Path(client.origin).parent / "discovery_cache" / "documents" / f"{api}.json"
    return json.loads(file.read_text())["schemas"]


def one_of(inputs: Inputs, path: str, api: str, message: str, field: str) -> Iterable[Wrong]:
    """Find values at a path that the API's own list does not have."""
    described = _schemas(api)[message]["properties"][field]
    allowed: list[str] = described.get("enum") or described["items"]["enum"]
    for value in at(inputs, path):
        if is_known(value) and value not in allowed:
            yield Wrong(path, f"googleapi: Error 400: Invalid value {value!r}; expected one of {', '.join(allowed)}.")


def project(wanted: Wanted) -> str:
    """Give the project that something is made in."""
    return str(wanted.inputs.get("project") or wanted.place.project)


def region(wanted: Wanted) -> str:
    """Give the region that something is made in."""
    return str(wanted.inputs.get("region") or wanted.place.region)


def regional(kind: str) -> Callable[[Wanted], str]:
    """Give how the id of a regional thing of Compute Engine is built."""
    return lambda wanted: f"projects/{project(wanted)}/regions/{region(wanted)}/{kind}/{wanted.name}"


def located(kind: str, place: str = "location") -> Callable[[Wanted], str]:
    """Give how the id of something with a location (or a region, called so) is built."""

    def identify(wanted: Wanted) -> str:
        where = wanted.inputs.get(place) or wanted.place.region
        return f"projects/{project(wanted)}/locations/{where}/{kind}/{wanted.name}"

    return identify


def compute_outputs(identify: Callable[[Wanted], str]) -> Callable[[Wanted], Mapping[str, Any]]:
    """Give what every thing of Compute Engine says of itself."""

    def computed(wanted: Wanted) -> Mapping[str, Any]:
        return {
            "selfLink": _LINK + identify(wanted),
            "project": project(wanted),
            "creationTimestamp": "2026-09-01T08:00:00.000-07:00",
        }

    return computed


def changed(wanted: Wanted, path: str) -> bool:
    """Say whether an update changes what stands at a path."""
    return bool(wanted.before) and at(wanted.before, path) != at(wanted.inputs, path)
