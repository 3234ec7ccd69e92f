"""From what a stack file says to settings that the platform can be built from."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from components.settings import checks, environment, following
from components.settings.checks import secrets
from components.settings.draft import Draft
from components.settings.errors import SettingsError
from components.settings.explain import Fault, explain, faults, unknown_provider
from components.settings.shapes import entries, keys
from components.settings.source import Path, Source, nearest_place, numbered
from components.settings.stack import StackSettings


def load(config: Mapping[str, Any], environ: Mapping[str, str], source: Source | None = None) -> StackSettings:
    """Give the settings of a stack: what its file says, then the environment's defaults, then our own.

    `config` holds what the file says below `hubstack:`, by key; `source` says where it stands, for line numbers.
    Raises `SettingsError` with every mistake there is: pydantic finds what is wrong with single values, the checks find
    what is wrong between those that are right.
    """
    slip, meant = unknown_provider(config)
    filled, origins = environment.fill_in(meant, environ)
    filled = following.with_capacity(filled)
    settings, found = _read(filled)
    if settings is not None:
        filled, settings = following.with_pools(filled, settings)
    found = [*([slip] if slip else []), *found]
    draft = Draft(
        config=_without(filled, {fault.path for fault in found if fault.is_unknown_key}),
        faults=frozenset(fault.path for fault in found if not fault.is_harmless),
    )
    source = source or Source()
    mistakes = [*explain(found), *checks.every(draft), *secrets.check(draft, source)]
    if settings is None or mistakes:
        places = source.lines or numbered(filled)
        told = [replace(mistake, variable=origins.get(mistake.path, "")) for mistake in mistakes]
        raise SettingsError(sorted(told, key=lambda mistake: nearest_place(mistake.path, places) or 0), source)
    return settings


def _read(config: Mapping[str, Any]) -> tuple[StackSettings | None, list[Fault]]:
    try:
        return StackSettings.model_validate(config), []
    except ValidationError as error:
        return None, faults(error, config)


def _without(config: Mapping[str, Any], unknown: set[Path]) -> dict[str, Any]:
    """Give the settings without the keys at these paths."""
    return {key: _pruned(value, (key,), unknown) for key, value in config.items() if (key,) not in unknown}


def _pruned(value: Any, path: Path, unknown: set[Path]) -> Any:
    if isinstance(value, list):
        return [_pruned(item, (*path, index), unknown) for index, item in enumerate(entries(value))]
    if isinstance(value, Mapping):
        return {
            key: _pruned(item, (*path, key), unknown)
            for key, item in keys(value).items()
            if (*path, key) not in unknown
        }
    return value
