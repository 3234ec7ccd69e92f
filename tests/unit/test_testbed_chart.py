"""The stand-in chart: what it says it honours, and the JupyterHub configuration it makes of the values."""

import ast
import json
import re
import runpy
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
CHART = ROOT / "testbed/charts/jupyterhub"
SCHEMA = json.loads((ROOT / "components/hub/jupyterhub-4.4.0.values.schema.json").read_text())
DEFAULTS = yaml.safe_load((CHART / "values.yaml").read_text())
EVERYTHING = yaml.safe_load((ROOT / "tests/conformance/chart/everything.yaml").read_text())
HONOURED = yaml.safe_load((CHART / "files/honoured.yaml").read_text())


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Give each dotted path of honoured.yaml that is not a map, with what stands there."""
    if not isinstance(tree, dict):
        yield path, tree
        return
    for key, below in tree.items():
        yield from leaves(below, f"{path}.{key}".strip("."))


def at(tree: Any, path: str) -> Any:
    for key in path.split(".") if path else []:
        tree = tree[key]
    return tree


def in_schema(path: str) -> Any:
    below = SCHEMA
    for key in path.split("."):
        below = {**below, **below.get("then", {})}
        if "properties" not in below and below.get("additionalProperties"):
            return {}
        below = below["properties"][key]
    return below


class TestWhatIsHonoured:
    def test_the_schema_is_the_real_charts(self):
        assert (CHART / "values.schema.json").is_symlink()
        assert json.loads((CHART / "values.schema.json").read_text()) == SCHEMA

    def test_the_defaults_are_valid(self):
        jsonschema.validate(DEFAULTS, SCHEMA)

    def test_every_default_is_honoured_or_refused_by_its_value(self):
        def unknown(given: Any, honoured: Any, path: str) -> list[str]:
            if not isinstance(honoured, dict):
                return []
            extra = [f"{path}.{key}" for key in given if key not in honoured]
            return extra + [
                found
                for key in given.keys() & honoured
                for found in unknown(given[key], honoured[key], f"{path}.{key}")
            ]

        assert unknown(DEFAULTS, HONOURED, "") == []

    @pytest.mark.parametrize(("path", "rule"), list(leaves(HONOURED)))
    def test_each_honoured_value_is_one_the_real_schema_knows(self, path: str, rule: Any):
        assert rule == "all" or isinstance(rule, list), f"{path}: {rule!r} is neither a map, a list nor `all`"
        known = in_schema(path)
        for value in rule if isinstance(rule, list) else []:
            jsonschema.validate(value, known)

    @pytest.mark.parametrize("path", [path for path, rule in leaves(HONOURED) if rule == "all"])
    def test_each_honoured_value_is_read(self, path: str):
        text = sources()
        # Only a parent chart reads some, users' code another, and some mean nothing while what they belong to is off.
        for_others = {"enabled", "global", "custom"}
        of_what_is_off = {f"scheduling.userScheduler.{key}" for key in ("logLevel", "plugins", "pluginConfig")}
        of_what_is_off |= {"scheduling.userPlaceholder.enabled", "httpRoute.gateway", "proxy.https.hosts"}
        if path in for_others | of_what_is_off:
            return
        if re.search(r"\.(liveness|readiness)Probe\.", path):  # these go to Kubernetes as they are
            path = "standin.probes"
        assert re.search(rf"\b{re.escape(path)}\b", text), (
            f"{path} is honoured, but neither template nor Python reads it"
        )


@cache
def sources() -> str:
    """Give the text of templates and Python with each value written by its whole path."""
    text = "\n".join(path.read_text() for path in [*CHART.glob("templates/*"), *CHART.glob("files/hub/*.py")])
    short = {
        "$hub.": "hub.",
        "$proxy.": "proxy.",
        "$chp.": "proxy.chp.",
        "$service.": "proxy.service.",
        "$traefik.": "proxy.traefik.",
        "$sync.": "proxy.secretSync.",
    }
    for name, path in short.items():
        text = text.replace(name, path)
    for module, section in (("user_pods", "singleuser"), ("hub_process", "hub")):
        table = re.search(
            r"^TRAITS = (\{.*?^\})", (CHART / f"files/hub/{module}.py").read_text(), re.MULTILINE | re.DOTALL
        )
        assert table
        text += "".join(f"\n{section}.{key}" for key in ast.literal_eval(table[1]).values())
    return text


# Values that nothing but the Python reads; the sample gives each of them.
FOR_USERS_PODS = ("singleuser.", "scheduling.userPods", "cull")


def seen(c: "Config") -> dict[str, Any]:
    return {name: vars(section) for name, section in c.items()}


def without(values: dict[str, Any], path: str) -> dict[str, Any]:
    values = deepcopy(values)
    *above, last = path.split(".")
    del at(values, ".".join(above))[last]
    return values


class Section(SimpleNamespace):
    def update(self, traits: dict[str, Any]) -> None:
        self.__dict__.update(traits)


class Config(defaultdict[str, Section]):
    """As much of traitlets' Config as the chart needs: sections made when they are named."""

    def __init__(self) -> None:
        super().__init__(Section)

    def __getattr__(self, name: str) -> Section:
        return self[name]


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    both = {k: merged(below[k], v) for k, v in above.items() if isinstance(v, dict) and isinstance(below.get(k), dict)}
    return {**below, **above, **both}


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Config]]:
    """Give a function that runs jupyterhub_config.py as the hub would: on the chart's defaults and the values given."""
    monkeypatch.setenv("HUB_SERVICE_PORT", "8081")
    monkeypatch.setenv("PROXY_API_SERVICE_PORT", "8001")
    monkeypatch.setenv("POD_NAMESPACE", "data8")
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    modules = {path.stem for path in CHART.glob("files/hub/*.py")}

    def run(values: dict[str, Any] | None = None, secrets: dict[str, str] | None = None) -> Config:
        for name in modules:
            sys.modules.pop(name, None)
        for path in CHART.glob("files/hub/*.py"):
            (tmp_path / path.name).write_text(path.read_text())
        installed = {"Chart": {"Name": "jupyterhub", "Version": "4.4.0+standin"}, "Release": {"Name": "data8"}}
        files = {
            "secret/values.yaml": json.dumps(merged(deepcopy(DEFAULTS) | installed, values or {})),
            "secret/hub.config.JupyterHub.cookie_secret": "c0ffee",
            "secret/hub.config.CryptKeeper.keys": "aa;bb",
            **{f"config/{name}": name for name in ("hub", "proxy-api", "singleuser")},
            **(secrets or {}),
        }
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        c = Config()
        runpy.run_path(str(tmp_path / "jupyterhub_config.py"), init_globals={"c": c})
        return c

    yield run
    for name in modules:
        sys.modules.pop(name, None)


class TestTheHub:
    def test_it_finds_the_proxy_and_says_where_it_is_found(self, configured):
        c = configured()
        assert c.JupyterHub.hub_connect_url == "http://hub:8081"
        assert c.ConfigurableHTTPProxy.api_url == "http://proxy-api:8001"
        assert c.ConfigurableHTTPProxy.should_start is False
        assert c.JupyterHub.cookie_secret == "c0ffee"
        assert c.CryptKeeper.keys == ["aa", "bb"]

    @pytest.mark.parametrize(
        ("database", "url"),
        [
            ({"type": "sqlite-pvc"}, "sqlite:///jupyterhub.sqlite"),
            ({"type": "sqlite-memory"}, "sqlite://"),
            ({"type": "postgres", "url": "postgresql://hub@db/hub"}, "postgresql://hub@db/hub"),
        ],
    )
    def test_its_database(self, configured, database, url):
        assert configured({"hub": {"db": database}}).JupyterHub.db_url == url

    def test_the_databases_password_goes_to_the_environment(self, configured, monkeypatch):
        monkeypatch.setenv("PGPASSWORD", "")  # so that it is restored
        configured({"hub": {"db": {"type": "postgres"}}}, {"secret/hub.db.password": "pw"})
        assert __import__("os").environ["PGPASSWORD"] == "pw"

    def test_any_trait_passes_but_those_that_come_as_secrets(self, configured):
        given = {"JupyterHub": {"admin_access": False, "cookie_secret": "other"}, "KubeSpawner": {"delete_pvc": False}}
        c = configured({"hub": {"config": given}})
        assert c.JupyterHub.admin_access is False
        assert c.KubeSpawner.delete_pvc is False
        assert c.JupyterHub.cookie_secret == "c0ffee"

    def test_a_section_that_is_no_class_ends_the_hub_with_a_sentence(self, configured):
        values = {"hub": {"config": {"loadRoles": {}}}}
        with pytest.raises(SystemExit, match=r"hub\.config\.loadRoles: its keys have to be names of classes"):
            configured(values)

    def test_extra_config_runs_in_the_order_of_its_names_and_shares_them(self, configured):
        code = {"20": "c.JupyterHub.found = found", "10": "import z2jh\nfound = z2jh.get_config('custom.course')"}
        assert configured({"custom": {"course": "data8"}, "hub": {"extraConfig": code}}).JupyterHub.found == "data8"

    def test_extra_config_uses_the_charts_get_config_without_importing_it(self, configured):
        code = {"a": "c.JupyterHub.kind = get_config('hub.db.type')\nc.JupyterHub.none = get_config('no.such', 3)"}
        c = configured({"hub": {"extraConfig": code}})
        assert (c.JupyterHub.kind, c.JupyterHub.none) == ("sqlite-pvc", 3)

    def test_files_in_jupyterhub_config_d_run_before_extra_config(self, configured):
        files = {"jupyterhub_config.d/a.py": "c.JupyterHub.last = 'file'\nc.JupyterHub.file = True"}
        c = configured({"hub": {"extraConfig": {"a": "c.JupyterHub.last = 'extra'"}}}, files)
        assert (c.JupyterHub.file, c.JupyterHub.last) == (True, "extra")

    def test_the_existing_secret_goes_first(self, configured):
        files = {
            "existing-secret/values.yaml": "hub: {config: {KubeSpawner: {cmd: theirs}}, baseUrl: /y/}",
            "existing-secret/hub.config.JupyterHub.cookie_secret": "beef",
        }
        c = configured({"hub": {"config": {"KubeSpawner": {"image": "ours"}}}}, files)
        assert (c.KubeSpawner.cmd, c.KubeSpawner.image) == ("theirs", "ours")
        assert (c.JupyterHub.base_url, c.JupyterHub.cookie_secret) == ("/y/", "beef")

    def test_a_secret_that_is_nowhere_is_named(self, configured):
        with pytest.raises(KeyError, match=r"hub\.services\.gone\.apiToken is neither in"):
            configured({"hub": {"services": {"gone": {}}}})


class TestServices:
    def test_the_culler_has_its_options_and_no_more_scopes_than_it_needs(self, configured):
        c = configured({"hub": {"baseUrl": "/base/"}, "cull": {"timeout": 60, "maxAge": 600, "adminUsers": False}})
        culler, role = c.JupyterHub.services[0], c.JupyterHub.load_roles[0]
        assert culler["command"][3:] == [
            "--url=http://localhost:8081/base/hub/api",
            "--timeout=60",
            "--cull-every=600",
            "--concurrency=10",
            "--max-age=600",
            "--cull-admin-users=false",
        ]
        assert role["services"] == [culler["name"]]
        assert "admin:users" not in role["scopes"]

    def test_culling_users_takes_the_scope_for_it(self, configured):
        c = configured({"cull": {"users": True}})
        assert "--cull-users=true" in c.JupyterHub.services[0]["command"]
        assert "admin:users" in c.JupyterHub.load_roles[0]["scopes"]

    def test_services_get_their_token_from_the_secret_and_roles_their_key_as_name(self, configured):
        values = {
            "cull": {"enabled": False},
            "hub": {
                "services": {"grader": {"url": "http://g", "apiToken": ""}},
                "loadRoles": {"r": {"scopes": ["self"]}},
            },
        }
        c = configured(values, {"secret/hub.services.grader.apiToken": "token"})
        assert c.JupyterHub.services == [{"name": "grader", "url": "http://g", "api_token": "token"}]
        assert c.JupyterHub.load_roles == [{"name": "r", "scopes": ["self"]}]


class TestUserPods:
    def test_a_person_has_a_claim_by_default(self, configured):
        c = configured()
        assert c.KubeSpawner.storage_pvc_ensure is True
        assert c.KubeSpawner.volumes == {
            "volume-{user_server}": {
                "name": "volume-{user_server}",
                "persistentVolumeClaim": {"claimName": "{pvc_name}"},
            }
        }
        mount = {"name": "volume-{user_server}", "mountPath": "/home/jovyan"}
        assert c.KubeSpawner.volume_mounts == {"volume-{user_server}": mount}

    def test_homes_share_one_claim_where_storage_is_static(self, configured):
        c = configured({"singleuser": {"storage": {"type": "static", "static": {"pvcName": "homes"}}}})
        assert c.KubeSpawner.volumes["home"]["persistentVolumeClaim"] == {"claimName": "homes"}
        assert c.KubeSpawner.volume_mounts["home"]["subPath"] == "{username}"
        assert not hasattr(c.KubeSpawner, "storage_pvc_ensure")

    def test_no_storage_is_none(self, configured):
        c = configured({"singleuser": {"storage": {"type": "none"}}})
        assert (c.KubeSpawner.volumes, c.KubeSpawner.volume_mounts) == ({}, {})

    def test_extra_volumes_come_as_list_or_map(self, configured):
        volume, mount = {"name": "data", "emptyDir": {}}, {"name": "data", "mountPath": "/data"}
        for volumes, mounts in (([volume], [mount]), ({"data": volume}, {"0-data": mount})):
            storage = {"type": "none", "extraVolumes": volumes, "extraVolumeMounts": mounts}
            c = configured({"singleuser": {"storage": storage}})
            assert (c.KubeSpawner.volumes, c.KubeSpawner.volume_mounts) == ({"data": volume}, {"0-data": mount})

    def test_extra_files_are_mounted_from_their_secret_one_by_one(self, configured):
        files = {"a.py": {"mountPath": "/srv/a.py", "stringData": "1", "mode": 292}}
        c = configured({"singleuser": {"extraFiles": files, "storage": {"type": "none"}}})
        items = [{"key": "a.py", "path": "a.py", "mode": 292}]
        assert c.KubeSpawner.volumes["files"]["secret"] == {"secretName": "singleuser", "items": items}
        assert c.KubeSpawner.volume_mounts["0-files"] == {"name": "files", "mountPath": "/srv/a.py", "subPath": "a.py"}

    def test_the_metadata_address_is_blocked_after_other_init_containers(self, configured):
        given = {"name": "mine", "image": "busybox"}
        c = configured({"singleuser": {"initContainers": [given]}})
        assert c.KubeSpawner.init_containers[0] == given
        block = c.KubeSpawner.init_containers[1]
        assert block["image"] == "quay.io/jupyterhub/k8s-network-tools:4.4.0"
        assert "169.254.169.254" in block["command"]
        assert block["securityContext"]["privileged"] is True

    def test_nothing_privileged_runs_where_a_network_policy_does_the_blocking(self, configured):
        assert (
            configured({"singleuser": {"cloudMetadata": {"blockWithIptables": False}}}).KubeSpawner.init_containers
            == []
        )

    @pytest.mark.parametrize(
        ("purpose", "required", "preferred"), [("ignore", 0, 0), ("prefer", 0, 1), ("require", 1, 0)]
    )
    def test_where_pods_go(self, configured, purpose, required, preferred):
        c = configured({"scheduling": {"userPods": {"nodeAffinity": {"matchNodePurpose": purpose}}}})
        assert len(c.KubeSpawner.node_affinity_required) == required
        assert len(c.KubeSpawner.node_affinity_preferred) == preferred

    def test_labels_are_those_the_network_policies_select(self, configured):
        labels = configured().KubeSpawner.common_labels
        assert labels["app"] == "jupyterhub"
        assert labels["release"] == "data8"
        assert labels["helm.sh/chart"] == "jupyterhub-4.4.0_standin"
        assert labels["app.kubernetes.io/managed-by"] == "kubespawner"

    def test_plain_values_reach_their_traits_and_null_leaves_them(self, configured):
        given = {"memory": {"limit": "1G", "guarantee": None}, "cpu": {"limit": 2}, "image": {"name": "i", "tag": "t"}}
        c = configured({"singleuser": given})
        assert (c.KubeSpawner.mem_limit, c.KubeSpawner.cpu_limit, c.KubeSpawner.image) == ("1G", 2, "i:t")
        assert not hasattr(c.KubeSpawner, "mem_guarantee")

    @pytest.mark.parametrize(
        "path",
        [
            path
            for path, _ in leaves(HONOURED)
            if path.startswith(FOR_USERS_PODS) and path != "singleuser.networkPolicy"
        ],
    )
    def test_each_value_does_something(self, configured, path):
        tokens = {f"secret/hub.services.{name}.apiToken": "token" for name in EVERYTHING["hub"]["services"]}
        assert seen(configured(EVERYTHING, tokens)) != seen(configured(without(EVERYTHING, path), tokens))

    def test_every_trait_in_the_tables_is_in_the_defaults(self, configured):
        configured()
        for key in sys.modules["user_pods"].TRAITS.values():
            at(DEFAULTS["singleuser"], key)
        for key in sys.modules["hub_process"].TRAITS.values():
            at(DEFAULTS["hub"], key)
