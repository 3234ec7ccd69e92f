"""What may not change once people's files rest on it, refused before anything has changed.

Only here are old and new side by side: the settings know the stack file alone, and a policy pack sees new inputs only.
This module's path never moves: the state of every stack names the provider by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, Resource

from components.remembering import Remembering


class Comparer(Remembering):
    """Makes nothing, and refuses a setting that is not what it was, or a size that is less."""

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Compare each setting with what it was; in another cluster everything is new."""
        was: dict[str, Any] = _olds["settings"] if _olds.get("cluster") == news["cluster"] else {}
        meant: dict[str, str] = news.get("meant") or {}
        wrong = [
            path
            for path, value in news["settings"].items()
            if not _may_follow(was.get(path, value), value) and (path not in meant or meant[path] != was[path])
        ]
        return CheckResult(news, [CheckFailure("settings", _refusal(path, was, news)) for path in wrong])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Remember the settings."""
        return CreateResult("unchanging", props)


@dataclass(frozen=True)
class Kept:
    """What stays as it was made."""

    settings: Mapping[str, str | int]
    """By their path in the stack file. A number is a size in bytes, which may grow and not shrink; a text stays."""

    reason: str
    """Sentences that say why, and what to do."""

    meant: Mapping[str, str] = field(default_factory=dict[str, str])
    """Settings that the stack file says are to change, with what they were: from that they may become anything."""


class Unchanging(Resource, module="hubstack", name="Unchanging"):
    """Settings that stay as they were made; what rests on them depends on this."""

    def __init__(self, name: str, cluster: pulumi.Input[str], kept: Kept, opts: pulumi.ResourceOptions) -> None:
        told = {"cluster": cluster, "settings": dict(kept.settings), "reason": kept.reason}
        super().__init__(Comparer(), name, {**told, "meant": dict(kept.meant)} if kept.meant else told, opts)


def _may_follow(was: Any, now: Any) -> bool:
    return now >= was if _is_size(was) and _is_size(now) else now == was


def _refusal(path: str, was: Mapping[str, Any], news: Mapping[str, Any]) -> str:
    return f"{path} was {_said(was[path])} and cannot become {_said(news['settings'][path])}. {news['reason']}"


def _said(value: Any) -> str:
    return f"{value / 1024**3:g}Gi" if _is_size(value) else str(value)


def _is_size(value: Any) -> bool:
    return isinstance(value, int | float)
