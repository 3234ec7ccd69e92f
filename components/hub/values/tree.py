"""Chart values as a tree: mappings within mappings, with anything at the leaves."""

from collections.abc import Mapping
from typing import Any, cast

Values = dict[str, Any]


def combine(*parts: Mapping[str, Any]) -> Values:
    """Put trees together that say different things; raise ValueError where two say the same thing differently.

    So no subject can undo what another one set, as one hub-wide `pre_spawn_hook` once switched off the others.
    """
    whole: Values = {}
    for part in parts:
        _graft(whole, part, ())
    return whole


def override(values: Mapping[str, Any], last_word: Mapping[str, Any]) -> Values:
    """Give `values` with `last_word` merged over it, key by key; a list or a null takes the place of what was there."""
    merged = _copy(values)
    for key, new in last_word.items():
        old = merged.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            merged[key] = override(cast("Values", old), cast("Values", new))
        else:
            merged[key] = _copy(cast("Values", new)) if isinstance(new, Mapping) else new
    return merged


def without_nulls_in_lists(values: Mapping[str, Any]) -> Values:
    """Give `values` without what is null within a list; elsewhere a null unsets what the chart has, and stays.

    Within a list it means nothing that its absence does not, and the Kubernetes provider panics at it once the list
    changes (an assertion in `addPatchValueToDiff`; compare pulumi/pulumi-kubernetes#1780).
    """
    return {key: _cleaned(at, in_list=False) for key, at in values.items()}


def look_up(values: Mapping[str, Any], path: str) -> Any:
    """Give what stands at a path such as `hub.config.JupyterHub`; None where nothing does."""
    found: Any = values
    for key in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = cast("Mapping[str, Any]", found).get(key)
    return found


def _cleaned(at: Any, *, in_list: bool) -> Any:
    if isinstance(at, Mapping):
        entries = cast("Values", at).items()
        return {key: _cleaned(each, in_list=in_list) for key, each in entries if each is not None or not in_list}
    if isinstance(at, list | tuple):
        return [_cleaned(each, in_list=True) for each in cast("list[Any]", at) if each is not None]
    return at


def _graft(whole: Values, part: Mapping[str, Any], path: tuple[str, ...]) -> None:
    for key, new in part.items():
        if key not in whole:
            whole[key] = _copy(cast("Values", new)) if isinstance(new, Mapping) else new
        elif isinstance(whole[key], dict) and isinstance(new, Mapping):
            _graft(whole[key], cast("Mapping[str, Any]", new), (*path, key))
        else:
            raise ValueError(f"two subjects set the chart value {'.'.join((*path, key))}")


def _copy(tree: Mapping[str, Any]) -> Values:
    return {key: _copy(cast("Values", at)) if isinstance(at, Mapping) else at for key, at in tree.items()}
