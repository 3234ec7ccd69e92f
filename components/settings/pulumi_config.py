"""Where Pulumi hands over what the stack file says. Nothing else of `components.settings` knows Pulumi."""

import json
import os
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import config as runtime

from components.settings import stack_file
from components.settings.errors import SettingsError
from components.settings.loading import load
from components.settings.source import NAMESPACE, Source
from components.settings.stack import StackSettings

STACKS = "stacks"
"""The folder of stack files: `stackConfigDir` in Pulumi.yaml."""


def stack_settings() -> StackSettings:
    """Give the settings of the stack that Pulumi is running.

    Raises `pulumi.RunError` with the report of a stack file's mistakes: Pulumi shows its text as it is, without a
    traceback.
    """
    try:
        return load(read(), os.environ, source())
    except SettingsError as error:
        raise pulumi.RunError(f"{error}\n") from None


def read() -> dict[str, Any]:
    """Give everything below `hubstack:`, known or not, as Pulumi hands it over: secrets open, sections as JSON."""
    given = {**runtime.get_config_env(), **runtime.CONFIG.get()}
    return {key.removeprefix(NAMESPACE): _value(value) for key, value in given.items() if key.startswith(NAMESPACE)}


def _value(text: Any) -> Any:
    """Open what Pulumi packed: a section or list comes as JSON, an empty value as an empty text, all else as it is."""
    if not isinstance(text, str) or not text.startswith(("{", "[")):
        return text or None
    try:
        return json.loads(text)
    except ValueError:
        return text


def source() -> Source:
    """Find the lines of the stack file, so that a report can name them: Pulumi hands sections over in another order.

    The file may be elsewhere (`--config-file`) or changed meanwhile; then the report does without lines.
    """
    name = f"{STACKS}/Pulumi.{pulumi.get_stack()}.yaml"
    try:
        return stack_file.read((Path(pulumi.get_root_directory() or ".") / name).read_text(), name)[1]
    except (OSError, UnicodeDecodeError, stack_file.StackFileError):
        return Source(name)
