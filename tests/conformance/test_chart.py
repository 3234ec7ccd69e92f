"""What hubstack relies on in the jupyterhub chart 4.4.0, for the stand-in and for the real one.

The chart is HUBSTACK_JUPYTERHUB_CHART's, else the stand-in. Where the real one is given, both are compared whole.
"""

import json
from typing import Any

import pytest
import yaml

from tests.conformance.charts import REAL, STAND_IN, Objects, RefusedError, Values, render, sample
from tests.layers import leave_out

CHART = REAL or STAND_IN


@pytest.fixture(scope="module")
def least() -> Objects:
    return render(CHART, sample("least"))


@pytest.fixture(scope="module")
def everything() -> Objects:
    return render(CHART, sample("least"), sample("everything"))


def rendered(*values: Values) -> Objects:
    return render(CHART, sample("least"), *values)


class TestNames:
    def test_the_objects_that_we_and_our_tests_name(self, least: Objects):
        ours = {
            ("Deployment", "hub"),
            ("Deployment", "proxy"),
            ("Service", "hub"),
            ("Service", "proxy-api"),
            ("Service", "proxy-public"),
            ("Secret", "hub"),
            ("ConfigMap", "hub"),
            ("PersistentVolumeClaim", "hub-db-dir"),
            ("NetworkPolicy", "hub"),
            ("NetworkPolicy", "proxy"),
            ("NetworkPolicy", "singleuser"),
        }
        assert set(least) == ours

    def test_no_hook_and_no_right_but_ours(self, least: Objects):
        assert not [name for name, found in least.items() if "helm.sh/hook" in found["metadata"].get("annotations", {})]
        assert not [name for kind, name in least if kind in ("Role", "RoleBinding", "ServiceAccount")]
        assert least.pod("hub")["serviceAccountName"] == "hub"

    def test_images(self, least: Objects):
        images = [least.pod(name)["containers"][0]["image"] for name in ("hub", "proxy")]
        assert images == ["quay.io/jupyterhub/k8s-hub:4.4.0", "quay.io/jupyterhub/configurable-http-proxy:5.2.0"]

    def test_services_select_the_pods_and_open_their_ports(self, least: Objects):
        ports = {"hub": (8081, "http"), "proxy-api": (8001, "api"), "proxy-public": (80, "http")}
        for name, expected in ports.items():
            spec = least["Service", name]["spec"]
            assert [(port["port"], port["targetPort"]) for port in spec["ports"]] == [expected]
            pods = least["Deployment", "hub" if name == "hub" else "proxy"]["spec"]["template"]
            assert spec["selector"].items() <= pods["metadata"]["labels"].items()
            names = [port["name"] for port in pods["spec"]["containers"][0]["ports"]]
            assert expected[1] in names

    def test_one_hub_and_one_proxy_at_a_time(self, least: Objects):
        assert {least["Deployment", name]["spec"]["strategy"]["type"] for name in ("hub", "proxy")} == {"Recreate"}
        assert {least["Deployment", name]["spec"]["replicas"] for name in ("hub", "proxy")} == {1}


class TestTheDoor:
    def test_a_node_port(self):
        objects = rendered({"proxy": {"service": {"type": "NodePort", "nodePorts": {"http": 30080}}}})
        spec = objects["Service", "proxy-public"]["spec"]
        assert (spec["type"], spec["ports"][0]["nodePort"]) == ("NodePort", 30080)

    def test_tls_that_ends_before_the_proxy(self):
        objects = rendered({"proxy": {"https": {"enabled": True, "type": "offload"}}})
        ports = {port["name"]: port["targetPort"] for port in objects["Service", "proxy-public"]["spec"]["ports"]}
        assert ports == {"http": "http", "https": "http"}

    def test_tls_that_ends_in_the_proxy(self):
        objects = rendered({"proxy": {"https": {"enabled": True, "type": "secret", "secret": {"name": "certificate"}}}})
        ports = {port["name"]: port["targetPort"] for port in objects["Service", "proxy-public"]["spec"]["ports"]}
        assert ports == {"http": "http", "https": "https"}
        proxy = objects.pod("proxy")
        assert {"--port=8443", "--ssl-key=/etc/chp/tls/tls.key"} <= set(proxy["containers"][0]["command"])
        assert proxy["volumes"][0]["secret"]["secretName"] == "certificate"

    def test_tls_that_ends_in_a_pod_of_its_own(self):
        objects = rendered(sample("letsencrypt"))
        spec = objects["Service", "proxy-public"]["spec"]
        assert {port["name"]: port["targetPort"] for port in spec["ports"]} == {"http": "http", "https": "https"}
        pod = objects["Deployment", "autohttps"]["spec"]["template"]
        assert spec["selector"].items() <= pod["metadata"]["labels"].items()
        assert pod["spec"]["serviceAccountName"] == "autohttps"
        static = yaml.safe_load(objects.content("ConfigMap", "autohttps")["traefik.yaml"])
        assert static["certificatesResolvers"]["default"]["acme"]["email"] == "hub@example.edu"
        routes = yaml.safe_load(objects.content("ConfigMap", "autohttps")["dynamic.yaml"])
        assert routes["http"]["routers"]["default"]["tls"]["domains"] == [{"main": "data8.example.edu"}]


class TestSecrets:
    def test_they_are_the_ones_given(self, least: Objects):
        content = least.content("Secret", "hub")
        assert content["hub.config.ConfigurableHTTPProxy.auth_token"] == "between-hub-and-proxy"
        assert content["hub.config.JupyterHub.cookie_secret"] == "5e12a7c0ffee"
        assert content["hub.config.CryptKeeper.keys"] == "0b5e55ed"

    def test_hub_and_proxy_read_their_token_there(self, least: Objects):
        for name in ("hub", "proxy"):
            environment = {entry["name"]: entry for entry in least.pod(name)["containers"][0]["env"]}
            key = {"name": "hub", "key": "hub.config.ConfigurableHTTPProxy.auth_token"}
            assert environment["CONFIGPROXY_AUTH_TOKEN"]["valueFrom"]["secretKeyRef"] == key

    def test_a_services_token(self):
        objects = rendered({"hub": {"services": {"grader": {"apiToken": "abc"}}}})
        assert objects.content("Secret", "hub")["hub.services.grader.apiToken"] == "abc"

    def test_no_token_is_written_where_more_people_look(self, least: Objects):
        public = [found for (kind, _), found in least.items() if kind != "Secret"]
        for secret in ("between-hub-and-proxy", "5e12a7c0ffee", "0b5e55ed"):
            assert secret not in str(public)

    def test_the_values_are_there_for_the_hub(self):
        values = yaml.safe_load(rendered({"custom": {"course": "data8"}}).content("Secret", "hub")["values.yaml"])
        assert values["custom"] == {"course": "data8"}
        assert values["Release"]["Name"] == "data8"


class TestChanges:
    def test_another_setting_restarts_the_hub_and_not_the_proxy(self, least: Objects):
        changed = rendered({"cull": {"timeout": 60}})
        assert changed.annotations("hub") != least.annotations("hub")
        assert changed.annotations("proxy") == least.annotations("proxy")

    def test_another_file_restarts_the_hub(self):
        before, after = (
            rendered({"hub": {"extraFiles": {"a": {"mountPath": "/srv/a.py", "stringData": text}}}}) for text in "ab"
        )
        assert before.annotations("hub") != after.annotations("hub")

    def test_another_token_restarts_the_proxy(self, least: Objects):
        changed = rendered({"hub": {"config": {"ConfigurableHTTPProxy": {"auth_token": "another"}}}})
        assert changed.annotations("proxy") != least.annotations("proxy")

    def test_the_same_values_render_the_same(self, least: Objects):
        assert rendered() == least


class TestFiles:
    def test_the_hubs_files(self, everything: Objects):
        content = everything.content("Secret", "hub")
        assert content["text"] == "print(1)\n"
        assert content["bytes"] == "hello"
        assert yaml.safe_load(content["yaml"]) == {"a": [1, 2], "b": {"c": "d"}}
        mounts = {mount["mountPath"]: mount for mount in everything.pod("hub")["containers"][0]["volumeMounts"]}
        assert mounts["/srv/text.py"] | {"subPath": "text", "name": "files"} == mounts["/srv/text.py"]
        volumes = {volume["name"]: volume for volume in everything.pod("hub")["volumes"]}
        assert {"key": "text", "path": "text", "mode": 420} in volumes["files"]["secret"]["items"]

    def test_the_users_files(self, everything: Objects):
        content = everything.content("Secret", "singleuser")
        assert content["text"].strip() == "text"
        assert yaml.safe_load(content["yaml"]) == {"a": "b"}

    def test_a_file_that_says_nothing_is_refused(self):
        with pytest.raises(RefusedError, match="extraFiles"):
            rendered({"hub": {"extraFiles": {"a": {"mountPath": "/a", "stringData": ""}}}})


class TestTheDatabase:
    def test_a_disk_of_the_class_given(self):
        objects = rendered({"hub": {"db": {"pvc": {"storageClassName": "block", "storage": "2Gi"}}}})
        spec = objects["PersistentVolumeClaim", "hub-db-dir"]["spec"]
        assert (spec["storageClassName"], spec["resources"]["requests"]["storage"]) == ("block", "2Gi")
        assert "--upgrade-db" in objects.pod("hub")["containers"][0]["args"]

    def test_none_where_the_database_is_elsewhere(self, everything: Objects):
        assert ("PersistentVolumeClaim", "hub-db-dir") not in everything
        assert everything.content("Secret", "hub")["hub.db.password"] == "secret"


class TestNetwork:
    def test_a_user_reaches_the_hub_the_proxy_names_and_the_internet(self, least: Objects):
        egress = least["NetworkPolicy", "singleuser"]["spec"]["egress"]
        blocks = [peer["ipBlock"] for rule in egress if "ports" not in rule for peer in rule["to"]]
        private = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.169.254/32"}
        assert [(block["cidr"], set(block["except"])) for block in blocks] == [("0.0.0.0/0", private)]

    def test_rules_given_are_added(self):
        rule = {"to": [{"namespaceSelector": {"matchLabels": {"name": "databases"}}}], "ports": [{"port": 5432}]}
        rules = {"egressAllowRules": {"nonPrivateIPs": False}, "egress": [rule]}
        egress = rendered({"singleuser": {"networkPolicy": rules}})["NetworkPolicy", "singleuser"]["spec"]["egress"]
        assert egress[-1] == rule
        assert "0.0.0.0/0" not in str(egress)

    def test_only_hub_and_proxy_enter_a_users_pod(self, least: Objects):
        ingress = least["NetworkPolicy", "singleuser"]["spec"]["ingress"]
        label = {"hub.jupyter.org/network-access-singleuser": "true"}
        peers = [{"podSelector": {"matchLabels": label}}]
        assert ingress == [{"ports": [{"port": "notebook-port"}], "from": peers}]
        for name in ("hub", "proxy"):
            labels = least["Deployment", name]["spec"]["template"]["metadata"]["labels"]
            assert label.items() <= labels.items()


class TestRefusals:
    @pytest.mark.parametrize(
        ("values", "named"),
        [
            ({"auth": {"type": "github"}}, "auth"),
            ({"hub": {"uid": 1000}}, "uid"),
            ({"hub": {"extraConfig": "c.JupyterHub.x = 1"}}, "extraConfig"),
            ({"hub": {"config": {"loadRoles": {}}}}, "loadRoles"),
            ({"singleuser": {"storage": {"type": "hostPath"}}}, "storage/type"),
            ({"singleuser": {"profileList": {"a": {}}}}, "profileList"),
            ({"singleuser": {"memory": {"limit": True}}}, "memory/limit"),
            ({"singleuser": {"startTimeout": "5m"}}, "startTimeout"),
            ({"cull": {"timeout": "1h"}}, "timeout"),
            ({"scheduling": {"userScheduler": {"enabled": "no"}}}, "userScheduler"),
        ],
    )
    def test_what_the_schema_refuses(self, values: Values, named: str):
        with pytest.raises(RefusedError, match=named):
            rendered(values)

    @pytest.mark.parametrize(
        ("values", "named"),
        [
            ({"rbac": {"enabled": True}}, "rbac.enabled"),
            ({"hub": {"fsGid": 1000}}, "hub.fsGid"),
            (
                {
                    "singleuser": {
                        "cloudMetadata": {"blockWithIptables": True},
                        "networkPolicy": {"egressAllowRules": {"cloudMetadataServer": True}},
                    }
                },
                "cloudMetadataServer",
            ),
        ],
    )
    def test_what_the_schema_takes_and_the_chart_refuses(self, values: Values, named: str):
        with pytest.raises(RefusedError, match=named):
            rendered(values)


class TestTheStandInAlone:
    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"scheduling": {"userScheduler": {"enabled": True}}}, "scheduling.userScheduler.enabled is true"),
            ({"scheduling": {"podPriority": {"enabled": True}}}, "scheduling.podPriority.enabled is true"),
            ({"scheduling": {"userPlaceholder": {"enabled": True, "replicas": 1}}}, "userPlaceholder.replicas is 1"),
            ({"prePuller": {"hook": {"enabled": True}}}, "prePuller.hook.enabled is true"),
            ({"prePuller": {"extraImages": {}}}, "prePuller.extraImages is not honoured"),
            ({"ingress": {"enabled": True}}, "ingress.enabled is true"),
            ({"httpRoute": {"enabled": True}}, "httpRoute.enabled is true"),
            ({"fullnameOverride": "other"}, "fullnameOverride is"),
            ({"nameOverride": "other"}, "nameOverride is"),
            ({"proxy": {"https": {"enabled": True}}}, "proxy.https.type is letsencrypt"),
            ({"proxy": {"traefik": {"labels": {"a": "b"}}}}, "proxy.traefik.labels is not honoured"),
            ({"hub": {"command": ["sh"]}}, "hub.command is not honoured"),
            ({"hub": {"db": {"type": "mysql"}}}, "hub.db.type is"),
            ({"hub": {"livenessProbe": {"successThreshold": 1}}}, "hub.livenessProbe.successThreshold is not honoured"),
        ],
    )
    def test_what_it_does_not_honour_is_refused_with_a_way_out(self, values: Values, said: str):
        with pytest.raises(RefusedError) as refused:
            render(STAND_IN, sample("least"), values)
        assert f"- {said}" in str(refused.value) or said in str(refused.value)
        assert "HUBSTACK_JUPYTERHUB_CHART" in str(refused.value)

    def test_the_defaults_are_refused_as_the_real_chart_would_do_more(self):
        with pytest.raises(RefusedError, match=r"scheduling\.userScheduler\.enabled is true; it has to be false"):
            render(STAND_IN)

    @pytest.mark.parametrize("name", ["least", "other", "everything", "letsencrypt"])
    def test_it_renders_what_the_real_chart_renders(self, name: str):
        if not REAL:
            leave_out("the real chart is not here: set HUBSTACK_JUPYTERHUB_CHART to it")
        real, ours = (comparable(render(chart, sample("least"), sample(name))) for chart in (REAL, STAND_IN))
        assert ours == real


# The stand-in's configuration in modules of its own: one of the differences that docs/conformance.md names.
OWN_MODULES = {"hub_process.py", "hub_services.py", "user_pods.py"}


def comparable(objects: Objects) -> dict[str, Any]:
    """Bring both charts' objects to one form: sorted where order means nothing, and without what is meant to differ."""
    result: dict[str, Any] = {}
    for (kind, name), found in objects.items():
        content = {}
        if kind in ("Secret", "ConfigMap"):
            content = {k: v for k, v in objects.content(kind, name).items() if kind == "Secret" and k != "values.yaml"}
        rest = {key: value for key, value in found.items() if key not in ("data", "stringData", "metadata")}
        labels = found["metadata"]["labels"]
        result[f"{kind}/{name}"] = plain({"content": content, "labels": labels, **rest})
    return result


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: plain(below) for key, below in value.items() if not key.startswith("checksum/")}
        unsaid = (None, {}, [], "", "HTTP")  # a probe's scheme is HTTP without being said
        return {key: below for key, below in kept.items() if below not in unsaid}
    if isinstance(value, list):
        kept = [plain(below) for below in value if not belongs_to_one(below)]
        return sorted(kept, key=lambda entry: json.dumps(entry, sort_keys=True))
    return value.replace("4.4.0_standin", "4.4.0").rstrip("\n") if isinstance(value, str) else value


def belongs_to_one(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    of_autohttps = "autohttps" in str(entry.get("to"))  # the pod that gets Let's Encrypt's certificates
    return of_autohttps or entry.get("subPath") in OWN_MODULES
