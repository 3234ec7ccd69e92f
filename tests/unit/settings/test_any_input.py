"""Whatever a stack file says, it is read or told of, and no secret is told."""

import copy
import string
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from components.settings import SettingsError, load
from components.settings.outline import every_key

ENVIRON = {"HUBSTACK_KUBECONFIG": "files/kubeconfig.yaml", "HUBSTACK_CONTEXT": "hubstack"}
SECRET = "Xq7Zw9Jv"
QUICKLY = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)

KNOWN = sorted({part for path in every_key() for part in path if part != "*"})
words = st.sampled_from(KNOWN) | st.text(max_size=8)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["1Gi", "1Gb", "1h", "local", "data8", "files/chart", "a.example.edu", "30080-30081", 10**40])
)  # fmt: skip
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4), max_leaves=20
)

GOOD: dict[str, Any] = {
    "cloud": {"provider": "local", "node_ports": "30080-30089"},
    "chart": {"path": "files/chart"},
    "homes": {"capacity": "1Ti"},
    "hubs": {
        "data8": {
            "domain": "data8.example.edu",
            "auth": {
                "github": {"client_id": "a", "client_secret": SECRET, "organizations": ["data-8"]},
                "admins": ["ada"],
            },
            "users": {"memory": {"limit": "1Gi"}, "cpu": {"limit": 2}, "environment": {"A": "b"}},
            "storage": {"names": "escaped", "volumes": [{"name": "x", "emptyDir": {}}]},
            "shared": {"allusers": "readonly", "groups": ["staff"]},
            "extra_claims": [{"name": "scratch", "class": "fast", "capacity": "1Gi", "mount": "/scratch"}],
            "user_database": {"postgres": "17", "max_capacity": "2Gi", "upgrade_from": "16", "extensions": ["pg_trgm"]},
            "scheduling": {"tolerations": [{"key": "gpu", "operator": "Exists"}]},
            "proxy": {"https": {"manual": {"certificate": "PEM", "key": SECRET}}},
            "chart_values": {"hub": {"config": {"JupyterHub": {"password": SECRET}}}},
        },
        "trial": {"auth": {"dummy": {"password": SECRET}}, "culling": {"idle": "1h"}},
    },
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return (
        [path, *(place for key, item in inner for place in places(item, (*path, key)))]
        if path
        else [place for key, item in inner for place in places(item, (key,))]
    )


def report(config: dict[str, Any]) -> str:
    """Give the report of a stack file's mistakes, or an empty text; any other error fails the test."""
    try:
        load(config, ENVIRON)
    except SettingsError as error:
        return str(error).encode().decode()
    return ""


def test_what_the_mutations_begin_with_is_right() -> None:
    assert report(GOOD) == ""


@QUICKLY
@given(st.dictionaries(words, json_values, max_size=5))
def test_anything_is_read_or_told_of(config: dict[str, Any]) -> None:
    report(config)


@QUICKLY
@given(st.dictionaries(st.text(max_size=10), st.dictionaries(words, json_values, max_size=5), max_size=3))
def test_any_hub_is_read_or_told_of(hubs: dict[str, Any]) -> None:
    report({"cloud": {"provider": "local"}, "hubs": hubs})


@settings(QUICKLY, max_examples=80)
@given(st.data())
def test_one_change_anywhere_is_read_or_told_of_without_any_secret(data: st.DataObject) -> None:
    config = copy.deepcopy(GOOD)
    *path, last = data.draw(st.sampled_from(places(GOOD)))
    section: Any = config
    for key in path:
        section = section[key]
    match data.draw(st.sampled_from(["other value", "taken away", "other key"])):
        case "other value":
            section[last] = data.draw(json_values)
        case "taken away":
            del section[last]
        case _ if isinstance(section, dict):
            section[data.draw(words)] = section.pop(last)
    assert SECRET not in report(config)


@pytest.mark.parametrize("place", places(GOOD), ids=lambda place: ".".join(map(str, place)))
@pytest.mark.parametrize("wrap", [lambda secret: secret, lambda secret: [secret], lambda secret: {"x": secret}])
def test_a_secret_in_the_wrong_place_of_what_holds_secrets_is_not_told(place: tuple[Any, ...], wrap: Any) -> None:
    config = copy.deepcopy(GOOD)
    *path, last = place
    section: Any = config
    for key in path:
        section = section[key]
    if SECRET in str(section[last]):
        section[last] = wrap(SECRET)
        assert SECRET not in report(config)


@QUICKLY
@given(st.text(alphabet=string.ascii_lowercase + "_", min_size=1, max_size=14))
def test_a_secret_behind_any_misspelled_key_is_not_told(key: str) -> None:
    assume(key not in KNOWN)
    config = copy.deepcopy(GOOD)
    for section in (
        config,
        config["hubs"]["data8"],
        config["hubs"]["data8"]["auth"],
        config["hubs"]["data8"]["auth"]["github"],
    ):
        section.setdefault(key, SECRET)
    assert SECRET not in report(config).replace(key, "")
