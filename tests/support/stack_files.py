"""Stack files for the tests."""

import copy
from typing import Any

Config = dict[str, Any]

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
