"""What the chart was given, for jupyterhub_config.py and for `import z2jh` in hub.extraConfig.

The function names are those of the real chart's module of this name, so that the same extraConfig runs with both.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

FOLDER = Path(__file__).parent
"""Where the chart mounts its Secret at secret/, hub.existingSecret at existing-secret/ and its ConfigMap at config/."""

_MUST_BE_THERE: Any = object()


def get_config(key: str, default: Any = None) -> Any:
    """Give the chart value at a dotted path such as `hub.db.type`, or `default` where there is none.

    `values.yaml` of hub.existingSecret goes before the chart's own values. `Chart.*` and `Release.*` name what is
    installed. A list or map is the one that all callers see: copy it before you change it.
    """
    value: Any = _values()
    for level in key.split("."):
        if not isinstance(value, dict) or level not in value:
            return default
        value = cast("dict[str, Any]", value)[level]
    return value


def get_secret_value(key: str, default: Any = _MUST_BE_THERE) -> Any:
    """Give the text under a key of hub.existingSecret or else of the chart's Secret, such as `hub.db.password`.

    Raises KeyError where neither has it and no default was given.
    """
    for folder in ("existing-secret", "secret"):
        file = FOLDER / folder / key
        if file.exists():
            return file.read_text()
    if default is _MUST_BE_THERE:
        raise KeyError(f"{key} is neither in hub.existingSecret nor in the chart's Secret.")
    return default


@cache
def get_name(name: str) -> str:
    """Give an object's name in this release by its short name, such as `proxy-public`."""
    return (FOLDER / "config" / name).read_text()


def get_name_env(name: str, suffix: str = "") -> str:
    """Give an environment variable named after an object, such as HUB_SERVICE_PORT for `hub` and `_SERVICE_PORT`."""
    return os.environ[(get_name(name) + suffix).upper().replace("-", "_")]


def set_config_if_not_none(section: Any, trait: str, key: str) -> None:
    """Set a trait in a section such as `c.JupyterHub` from a chart value, unless that is absent or null."""
    value = get_config(key)
    if value is not None:
        setattr(section, trait, value)


@cache
def _values() -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for folder in ("secret", "existing-secret"):
        file = FOLDER / folder / "values.yaml"
        if file.exists():
            merged = _merged(merged, yaml.safe_load(file.read_text()) or {})
    return merged


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = {**below, **above}
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            merged[key] = _merged(below[key], cast("dict[str, Any]", value))
    return merged
