"""Stack files for the tests."""

import copy
import re
from functools import reduce
from pathlib import Path
from typing import Any

import yaml

from components.settings import stack_file

Config = dict[str, Any]

Changes = tuple[tuple[Any, ...], ...]
"""Settings that one preview changes at once: each a path, a value, and what the test expects of it."""

USERS = {"memory": {"guarantee": "128Mi", "limit": "512Mi"}, "most": 5, "start_timeout": "3m"}


def one_hub(name: str, **settings: Any) -> Config:
    """Give a small hub on the local cloud; `settings` are the hub's own."""
    return {"cloud": {"provider": "local"}, "hubs": {name: {"auth": {"dummy": {}}, "users": USERS, **settings}}}


def changed(config: Config, path: str, value: Any) -> Config:
    """Give a copy in which the setting at `path`, such as `hubs.exam.users.most`, has another value."""
    result = copy.deepcopy(config)
    *front, last = path.split(".")
    place = result
    for key in front:
        place = place.setdefault(key, {})
    place[last] = value
    return result


def changed_in(config: Config, *changes: tuple[Any, ...]) -> Config:
    """Give a copy with several settings changed."""
    return reduce(lambda result, change: changed(result, change[0], change[1]), changes, config)


def example(file: Path) -> str:
    """Give the text of one of the repository's stack files once its secrets are set by the commands in its comments."""
    text = file.read_text()
    content = yaml.load(text, stack_file._Loader)  # noqa: S506 - a safe one, which reads texts as Pulumi does
    for key, path in re.findall(r"pulumi config set [^'\n]*--path [^'\n]*'(hubstack:\w+)\.([^']+)'", text):
        *front, last = path.split(".")
        section = content["config"][key]
        for part in front:
            section = section[part]
        section[last] = {"secure": "v1:AAAAAAAA:BBBBBBBB"}
    return yaml.safe_dump(content, sort_keys=False)
