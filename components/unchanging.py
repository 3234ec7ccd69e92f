"""What may not change once people's files rest on it, refused before anything has changed.

Only here are old and new side by side: the settings know the stack file alone, and a policy pack sees new inputs only.
This module's path never moves: the state of every stack names the provider by it.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult


class Comparer(ResourceProvider):
    """Makes nothing, and refuses a setting that is not what it was."""

    # The provider itself holds no secret, so the state may show which code it is.
    serialize_as_secret_always = False

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Compare each setting with what it was; in another cluster everything is new."""
        was: dict[str, str] = _olds["settings"] if _olds.get("cluster") == news["cluster"] else {}
        changed = [path for path, value in news["settings"].items() if was.get(path, value) != value]
        return CheckResult(news, [CheckFailure("settings", _refusal(path, was, news)) for path in changed])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Remember the settings."""
        return CreateResult("unchanging", props)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """See whether there is something new to remember."""
        return DiffResult(changes=any(_olds.get(key) != _news[key] for key in _news if key != "__provider"))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Remember what is new."""
        return UpdateResult(_news)


class Unchanging(Resource, module="hubstack", name="Unchanging"):
    """Settings that stay as they were made; what rests on them depends on this."""

    def __init__(
        self,
        name: str,
        cluster: pulumi.Input[str],
        settings: Mapping[str, str],
        reason: str,
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Keep `settings`, by their path in the stack file; `reason` is a sentence that says why and what to do."""
        super().__init__(Comparer(), name, {"cluster": cluster, "settings": dict(settings), "reason": reason}, opts)


def _refusal(path: str, was: Mapping[str, str], news: Mapping[str, Any]) -> str:
    return f"{path} was {was[path]} and cannot become {news['settings'][path]}. {news['reason']}"
