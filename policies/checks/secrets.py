"""Secrets that anyone who may read an input can read."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from policies import pods
from policies.model import Finding, Policy, Resource, Stack, at, entries, place, section

_NAMED_LIKE_ONE = re.compile(
    r"(^|_|-)(password|passwd|passphrase|secret|token|api_?key|access_?key|secret_?key|private_?key|credentials?)$",
    re.IGNORECASE,
)
_LOOKS_LIKE_ONE = re.compile(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
    r"|\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,})"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{35}\b|://[^/\s:@{}]+:[^/\s@{}]+@"
)
_LIST_OF_USERS = re.compile(r"[\w-]+:[x*!]?:\d+:\d+:")
"""How /etc/passwd begins, which has held no password since 1988."""
_SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def _plain(resource: Resource, _stack: Stack) -> Iterable[Finding]:
    for path in sorted({*_in(resource.inputs, ()), *_in_environments(resource), *_in_objects(resource)}):
        written = ".".join(path)
        yield Finding(
            f"{resource.name} has what looks like a secret in plain text, at {written}",
            place(resource, "chart_values", "hubstack:cloud"),
            "It stands readable in the state, in previews and in the cluster; whoever has seen it has it.",
            "take a new secret, and set it with `pulumi config set --path --secret`; in a pod, take it from a Secret"
            " with `secretKeyRef`",
        )


def _in(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for key, item in section(value).items():
        yield from _in(item, (*path, key))
    if isinstance(value, list):
        for number, item in enumerate(entries(value)):
            yield from _in(item, (*path, str(number)))
    elif isinstance(value, str) and _is_one(path, value):
        yield path


def _is_one(path: tuple[str, ...], value: str) -> bool:
    named = bool(value) and _is_named_like_one(path) and not _LIST_OF_USERS.match(value)
    return named or bool(_LOOKS_LIKE_ONE.search(value))


def _is_named_like_one(path: tuple[str, ...]) -> bool:
    names = [part for part in path if not part.isdigit()]
    return bool(names) and bool(_NAMED_LIKE_ONE.search(_SNAKE.sub("_", names[-1])))


def _in_environments(resource: Resource) -> Iterator[tuple[str, ...]]:
    """Give the variables of containers whose name says secret and whose value stands beside it."""
    for container in pods.containers(pods.pod(resource)):
        for variable in entries(at(container, "env")):
            name = str(at(variable, "name"))
            if _is_named_like_one((name,)) and isinstance(at(variable, "value"), str):
                yield ("env", name)


def _in_objects(resource: Resource) -> Iterator[tuple[str, ...]]:
    if resource.is_a("kubernetes:core/v1:Secret"):
        for part in ("data", "stringData"):
            for key, value in section(resource.at(part)).items():
                if isinstance(value, str) and value:
                    yield (part, key)


POLICIES = (
    Policy("no-plain-secrets", "No secret stands in plain text in what a stack makes.", lambda _: True, _plain),
)
