"""Secrets that everybody who sees the stack file can read."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.settings import outline
from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.shapes import entries, keys
from components.settings.source import Path, Source, how_to_encrypt


def check(draft: Draft, source: Source) -> Iterator[Mistake]:
    """Find secrets that the stack file holds as plain text.

    What Pulumi opened looks plain as well, so what counts is the file itself, where it is at hand.
    """
    for path in secrets_in(draft.config):
        if path in source.lines and not source.is_encrypted(path) and draft.sound(*path):
            yield Mistake(
                path,
                "a secret that everybody who sees the stack file can read",
                "an encrypted one: plain, it would stay readable in git and in Pulumi's history",
                f"{how_to_encrypt(path)}; take a new secret, as this one has been read",
            )


def secrets_in(config: Mapping[str, Any]) -> Iterator[Path]:
    """Give the path of every text that stands where a secret does."""
    for place in outline.every_secret():
        if outline.provider_of(place) in (None, keys(config.get("cloud")).get("provider")):
            yield from _found(config, outline.as_written(place), ())


def _found(value: Any, rest: Path, path: Path) -> Iterator[Path]:
    if not rest:
        if isinstance(value, str) and value:
            yield path
    elif rest[0] != "*":
        yield from _found(keys(value).get(str(rest[0])), rest[1:], (*path, rest[0]))
    else:
        for key, item in (*keys(value).items(), *enumerate(entries(value))):
            yield from _found(item, rest[1:], (*path, key))
