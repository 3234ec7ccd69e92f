"""What the stand-ins for command lines have in common: how they answer, and how they find what is asked for."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.clouds.thing import Look
from testbed.cloud import providers
from testbed.cloud.ledger import Account
from testbed.cloud.records import Record

TAG = "hubstack-platform"


class NotThere(Exception):  # noqa: N818 - it is an answer
    """What is asked for does not exist."""


@dataclass(frozen=True)
class Said:
    """What a command line says, and its exit code."""

    code: int = 0
    out: Any = None
    """Printed as JSON; None for nothing."""
    err: str = ""

    def say(self) -> int:
        """Print it, and give the exit code."""
        if self.out is not None:
            print(json.dumps(self.out, indent=2))
        if self.err:
            print(self.err, file=sys.stderr)
        return self.code


def asked(words: list[str], looks: Mapping[str, Look]) -> Iterator[tuple[str, Look, dict[str, str]]]:
    """Give the kinds that a command line may ask for, and with which values."""
    for kind, look in looks.items():
        template = look.command.split()[1:]
        if len(words) < len(template):
            continue
        values: dict[str, str] = {}
        if all(_matches(part, word, values) for part, word in zip(template, words, strict=False)):
            yield kind, look, values


def _matches(part: str, word: str, values: dict[str, str]) -> bool:
    names = re.findall(r"{(\w+)}", part)
    pattern = "(.*)".join(re.escape(each) for each in re.split(r"{\w+}", part))
    match = re.fullmatch(pattern, word)
    if match is None:
        return False
    values.update(zip(names, match.groups(), strict=True))
    return True


def fitting(account: Account, kind: str, values: Mapping[str, str]) -> list[Record]:
    """Give the things of a kind that the values are true of."""
    return [each for each in account.records(kind) if all(_is(each, name, want) for name, want in values.items())]


def _is(record: Record, name: str, wanted: str) -> bool:
    if name == TAG.replace("-", "_"):
        return record.tags.get(TAG) == wanted
    has = record.inputs.get(name, record.outputs.get(name)) or (record.name if name == "name" else None)
    if has is None:  # such as the project, which the provider knows
        return True
    return wanted in (str(has), str(has).rstrip("/").rpartition("/")[2])


def option(words: list[str], name: str) -> str:
    """Give what follows an option, as `--name value` or `--name=value`; empty where it is not given."""
    for place, word in enumerate(words):
        if word == name and place + 1 < len(words):
            return words[place + 1]
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return ""


def needed(words: list[str], name: str) -> str:
    """Give what follows an option; raise NotThere where it is not given."""
    value = option(words, name)
    if not value:
        raise NotThere(f"argument {name}: Must be specified")
    return value


def removed(account: Account, cloud: str, words: list[str]) -> Said:
    """Delete what the words name, where nothing uses it."""
    for word in words[1:]:
        value = re.sub(r"^--[\w-]+=|^gs://|^s3://", "", word)
        record = None if value.startswith("-") else account.find(value)
        if record and record.cloud == cloud:
            _remove(account, record)
            return Said()
    raise NotThere(" ".join(words))


def _remove(account: Account, record: Record) -> None:
    """Take one thing away as the cloud does: a cluster's pools go with it, and so does what runs in it."""
    kind = providers.open_provider(record.cloud).kinds.get(record.kind)
    along = kind.takes_along if kind else frozenset[str]()
    users = [each for each, _ in account.referring(record)]
    holding = next((each for each in users if each.kind not in along), None)
    if holding:
        raise providers.in_use(record.cloud, record.id, holding.id)
    if kind and kind.gone:
        kind.gone(account, record)
    for each in (*users, record):
        account.remove(each)
