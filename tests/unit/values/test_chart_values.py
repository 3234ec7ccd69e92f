"""Chart values, held against the real chart's schema and its own words."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pulumi
import pytest

from components import versions
from components.hub.doors import NodePorts
from components.hub.runtime.settings import RuntimeSettings
from components.hub.values import Surroundings, Tokens, chart_values, culling, images, scheduling, users
from components.hub.values.tree import combine, look_up, override, without_nulls_in_lists
from components.settings import Hub, Quantity, stack_file
from components.settings.workload import Culling, Image, Scheduling
from tests.support.stack_files import example
from tests.support.stacks import stack

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / f"components/hub/jupyterhub-{versions.JUPYTERHUB_CHART}.values.schema.json").read_text())
AROUND = Surroundings(
    tokens=Tokens(proxy="11" * 32, cookie="22" * 32, crypt="33" * 32),
    dummy_password="a password",
    labels={"hubstack.dev/platform": "1234abcd", "hubstack.dev/hub": "data8"},
    homes_claim="homes",
    classes={"block": "disks"},
    node_ports=None,
    entrance=None,
    own_pools=False,
    tolerations=(),
    api_addresses=["203.0.113.5"],
)
OAUTH = {"client_id": "id", "client_secret": "hush"}
CERTIFICATE = {"certificate": "-----BEGIN CERTIFICATE-----", "key": "-----BEGIN PRIVATE KEY-----"}

HUBS: dict[str, dict[str, Any]] = {
    "defaults": {"auth": {"dummy": {}}},
    "github": {
        "domain": "data8.example.edu",
        "auth": {"github": {**OAUTH, "organizations": ["data-8", "data-8:staff"]}, "admins": ["ada"]},
        "proxy": {"https": {"letsencrypt": {"contact": "hub@example.edu"}}},
    },
    "google": {
        "domain": "data8.example.edu",
        "auth": {"google": {**OAUTH, "hosted_domain": ["example.edu"]}, "allow_all": True},
        "proxy": {"https": {"secret": {"name": "data8-tls"}}},
    },
    "generic": {
        "domain": "data8.example.edu",
        "auth": {
            "generic_oauth": {
                **OAUTH,
                "authorize_url": "https://login.example.edu/authorize",
                "token_url": "https://login.example.edu/token",
                "userdata_url": "https://login.example.edu/userinfo",
            },
            "allowed_users": ["ada", "grace"],
        },
        "proxy": {"https": {"manual": CERTIFICATE}},
    },
    "everything": {
        "domain": "data8.example.edu",
        "auth": {"github": OAUTH, "admins": ["ada"]},
        "users": {
            "memory": {"guarantee": "1.5Gi", "limit": "3Gi"},
            "cpu": {"guarantee": "100m", "limit": 4},
            "most": 300,
            "default_url": "/tree",
            "environment": {"COURSE": "data8"},
        },
        "image": {"name": "example.edu/course", "digest": "sha256:" + "a" * 64, "pull_policy": "Always"},
        "pull_secrets": ["registry"],
        "scheduling": {
            "node_selector": {"hub.jupyter.org/node-purpose": "user"},
            "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoExecute", "seconds": 60}],
        },
        "culling": {"idle": "2h", "max_age": None, "every": "10m"},
        "proxy": {"https": {"offload": {}}},
        "security": {"metadata": "iptables", "egress": {"networks": [{"network": "10.20.0.0/16", "ports": [5432]}]}},
        "chart_values": {"hub": {"config": {"JupyterHub": {"shutdown_on_logout": True}}}},
    },
    "people": {
        "auth": {"dummy": {}},
        "storage": {
            "names": "legacy",
            "working_dir": "/home/jovyan",
            "volumes": [{"name": "data", "emptyDir": {}}],
            "volume_mounts": [{"name": "data", "mountPath": "/data"}],
        },
        "shared": {"public": True, "groups": True, "allusers": "readwrite"},
        "extra_claims": [{"name": "scratch", "capacity": "1Gi", "mount": "/scratch"}],
        "user_database": {"extensions": ["pg_trgm"]},
    },
    "disks": {
        "auth": {"dummy": {}},
        "storage": {"type": "dynamic", "sub_path": "home", "storage_class": "fast", "extra_labels": {"a": "b"}},
        "user_database": {"postgres": "18", "upgrade_from": "17"},
    },
    "static": {"auth": {"dummy": {}}, "storage": {"type": "static", "claim": "old", "home": "/home/rstudio"}},
    "none": {"auth": {"dummy": {}}, "storage": {"type": "none", "storage_pvc_ensure": True}},
    "shut": {"auth": {"dummy": {"password": "x"}}, "culling": False, "security": {"egress": {"internet": False}}},
}


def hub(tmp_path: Path, **described: Any) -> Hub:
    return stack(tmp_path, {"data8": {"auth": {"dummy": {}}, **described}}).hubs["data8"]


def plain(values: Any) -> Any:
    """Give values with a text in the place of each Output, which is what the engine puts there."""
    if isinstance(values, pulumi.Output):
        return "an output"
    if isinstance(values, dict):
        return {key: plain(value) for key, value in values.items()}
    return [plain(value) for value in values] if isinstance(values, list) else values


def partial(schema: Any) -> Any:
    """Give the schema for a part of the values: what it requires at all, the chart's own defaults give."""
    if isinstance(schema, list):
        return [partial(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    left_out = {"required"} if "properties" in schema else set()
    return {key: partial(value) for key, value in schema.items() if key not in left_out}


def hold_against_schema(values: Any) -> None:
    """Raise where the chart would refuse the values."""
    jsonschema.Draft7Validator(partial(SCHEMA)).validate(plain(values))


@pytest.mark.parametrize("name", HUBS)
@pytest.mark.parametrize("ports", [None, NodePorts(30080), NodePorts(30080, 30081)])
def test_the_chart_takes_the_values(tmp_path: Path, name: str, ports: NodePorts | None) -> None:
    values = chart_values(stack(tmp_path, {"data8": HUBS[name]}).hubs["data8"], override_ports(ports))
    hold_against_schema(values)
    assert json.loads(json.dumps(plain(values))) == plain(values), "values are plain data"


def override_ports(ports: NodePorts | None) -> Surroundings:
    return Surroundings(**{**vars(AROUND), "node_ports": ports})


@pytest.mark.parametrize("path", sorted((ROOT / "stacks").glob("Pulumi.*.yaml")), ids=lambda path: path.stem)
def test_the_chart_takes_the_values_of_every_stack_file(tmp_path: Path, path: Path) -> None:
    config, _ = stack_file.read(example(path), path.name)
    for described in stack(tmp_path, config["hubs"]).hubs.values():
        hold_against_schema(chart_values(described, AROUND))


@pytest.mark.parametrize(
    "wrong",
    [{"auth": {}}, {"hub": {"extraConfig": "text"}}, {"singleuser": {"cpu": {"limit": "2"}}}, {"proxy": {"nginx": {}}}],
)
def test_the_schema_refuses_what_the_chart_would(wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        hold_against_schema(wrong)


def test_secrets_are_outputs_at_the_leaves(tmp_path: Path) -> None:
    for name in ("github", "google", "generic"):
        values = chart_values(stack(tmp_path, {"data8": HUBS[name]}).hubs["data8"], AROUND)
        assert "hush" not in str(plain(values))
        assert "PRIVATE KEY" not in str(plain(values))


def test_who_may_come_in(tmp_path: Path) -> None:
    everyone = chart_values(hub(tmp_path), AROUND)
    assert look_up(everyone, "hub.config.Authenticator.allow_all") is True
    named = {"github": OAUTH, "admins": ["ada"], "allowed_users": ["grace"]}
    some = chart_values(hub(tmp_path, domain="a.example.edu", auth=named), AROUND)
    assert look_up(some, "hub.config.Authenticator") == {
        "admin_users": ["ada"],
        "allowed_users": ["grace"],
        "allow_all": False,
    }
    assert look_up(some, "hub.config.GitHubOAuthenticator.scope") is None
    callback = look_up(some, "hub.config.GitHubOAuthenticator.oauth_callback_url")
    assert callback == "https://a.example.edu/hub/oauth_callback"


def test_teams_need_the_scope_to_see_them(tmp_path: Path) -> None:
    described = stack(tmp_path, {"data8": HUBS["github"]}).hubs["data8"]
    traits = look_up(chart_values(described, AROUND), "hub.config.GitHubOAuthenticator")
    assert traits["scope"] == ["read:org"]
    assert traits["allowed_organizations"] == ["data-8", "data-8:staff"]


@pytest.mark.parametrize(
    ("amount", "written"),
    [("512Mi", "512M"), ("1Gi", "1G"), ("1.5Gi", "1536M"), ("1G", "976563K"), ("2Ti", "2T"), ("1048577", "1025K")],
)
def test_memory_is_written_as_jupyterhub_reads_it(amount: str, written: str) -> None:
    # 512Mi itself is an error to JupyterHub, whose M is Kubernetes' Mi.
    assert users.memory(Quantity(amount)) == written


def test_a_digest_pins_the_image() -> None:
    image = Image(name="example.edu/course", tag="2026-09", digest="sha256:" + "b" * 64)
    written = images.values(image, [])["singleuser"]["image"]
    assert f"{written['name']}:{written['tag']}" == image.reference
    bare = images.values(Image(name="example.edu/course", digest="sha256:" + "b" * 64), [])["singleuser"]["image"]
    assert bare["name"] == "example.edu/course@sha256"


def test_no_culling_leaves_servers_alone() -> None:
    assert culling.values(None) == {"cull": {"enabled": False}}
    cull = culling.values(Culling(max_age=None))["cull"]
    assert cull["timeout"] == 3600
    assert cull["maxAge"] == 0


def test_nothing_of_the_charts_own_scheduling_runs() -> None:
    values = scheduling.values(Scheduling())
    assert not values["scheduling"]["userScheduler"]["enabled"]
    assert not values["prePuller"]["hook"]["enabled"]


def test_a_user_reaches_the_internet_and_no_private_address(tmp_path: Path) -> None:
    policy = look_up(chart_values(hub(tmp_path), AROUND), "singleuser.networkPolicy")
    allowed = {rule for rule, on in policy["egressAllowRules"].items() if on}
    assert allowed == {"dnsPortsKubeSystemNamespace", "dnsPortsPrivateIPs"}
    (internet,) = policy["egress"]
    closed = internet["to"][0]["ipBlock"]["except"]
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} <= set(closed[:-1])


def test_a_user_without_internet_reaches_named_networks_only(tmp_path: Path) -> None:
    egress = {"internet": False, "networks": [{"network": "10.20.0.0/16", "ports": [5432]}]}
    values = chart_values(hub(tmp_path, security={"egress": egress}), AROUND)
    assert look_up(values, "singleuser.networkPolicy.egress") == [
        {"to": [{"ipBlock": {"cidr": "10.20.0.0/16"}}], "ports": [{"port": 5432, "protocol": "TCP"}]}
    ]


def test_the_proxy_reaches_the_hub_and_servers_only(tmp_path: Path) -> None:
    proxy = look_up(chart_values(hub(tmp_path), AROUND), "proxy.chp")
    assert not proxy["networkPolicy"]["egressAllowRules"]["nonPrivateIPs"]
    assert not proxy["networkPolicy"]["egressAllowRules"]["privateIPs"]
    assert proxy["extraPodSpec"] == {"automountServiceAccountToken": False}


def test_chart_values_have_the_last_word(tmp_path: Path) -> None:
    last = {"hub": {"concurrentSpawnLimit": 7, "config": {"KubeSpawner": {"delete_grace_period": 9}}}}
    values = chart_values(hub(tmp_path, chart_values=last), AROUND)
    assert look_up(values, "hub.concurrentSpawnLimit") == 7
    assert look_up(values, "hub.config.KubeSpawner.delete_grace_period") == 9
    assert look_up(values, "hub.config.KubeSpawner.delete_pvc") is False


def test_two_subjects_cannot_set_one_value() -> None:
    with pytest.raises(ValueError, match=r"hub\.config\.a"):
        combine({"hub": {"config": {"a": 1}}}, {"hub": {"config": {"a": 2}}})
    with pytest.raises(ValueError, match="hub"):
        combine({"hub": {"config": {}}}, {"hub": 1})


def test_combining_and_overriding_change_neither_part() -> None:
    first, second = {"hub": {"a": {"b": 1}}}, {"hub": {"a": {"c": 2}}}
    assert combine(first, second) == {"hub": {"a": {"b": 1, "c": 2}}}
    assert override(first, second) == {"hub": {"a": {"b": 1, "c": 2}}}
    assert first == {"hub": {"a": {"b": 1}}}


def test_nulls_within_lists_are_left_out_and_others_stay():
    given = {"a": None, "b": {"c": None}, "d": [{"e": None, "f": {"g": None, "h": []}}, None, [1, None]]}
    assert without_nulls_in_lists(given) == {"a": None, "b": {"c": None}, "d": [{"f": {"h": []}}, [1]]}


def test_no_hubs_values_hold_a_null_within_a_list(tmp_path):
    people = {
        "user_database": {"capacity": "1Gi"},
        "extra_claims": [{"name": "data", "capacity": "1Gi", "mount": "/d"}],
    }
    volumes = {"singleuser": {"storage": {"extraVolumes": [{"name": "x", "emptyDir": None}]}}}
    hub = {**HUBS["defaults"], **people, "shared": {"groups": True}, "chart_values": volumes}
    values = chart_values(stack(tmp_path, {"data8": hub}).hubs["data8"], override_ports(None))
    assert without_nulls_in_lists(values) == values
    document = look_up(values, "hub.extraFiles.hubstack-settings")["data"]
    assert RuntimeSettings.model_validate(document).claims[1].max_capacity is None
