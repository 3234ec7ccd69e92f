"""What a preview shows of an update: the new inputs, and what the cloud itself put beside them before.

A file system's address stands within a block of inputs. A preview that left it out would show everything that uses the
address as another thing, where the real providers keep what a change does not touch.
"""

from collections.abc import Mapping
from typing import Any, cast


def kept(outputs: Any, old_inputs: Any, inputs: Any) -> Any:
    """Give the new inputs, with those outputs that no input ever said."""
    if isinstance(outputs, Mapping) and isinstance(inputs, Mapping):
        return _block(_as_block(outputs), _as_block(old_inputs), _as_block(inputs))
    before, after = _as_list(outputs), _as_list(inputs)
    if after and len(before) == len(after):
        said = [*_as_list(old_inputs), *after][: len(after)]
        return [kept(*each) for each in zip(before, said, after, strict=True)]
    return inputs


def _block(outputs: Mapping[str, Any], old_inputs: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    theirs = {key: value for key, value in outputs.items() if key not in inputs and key not in old_inputs}
    return {**theirs, **{key: kept(outputs.get(key), old_inputs.get(key), value) for key, value in inputs.items()}}


def _as_block(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _as_list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
