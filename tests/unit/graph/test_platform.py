"""The graph that the program asks the engine for, under Pulumi's mocks."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.clouds import local
from components.clouds.cloud import Cluster
from components.platform import Platform
from tests.support.graph import Graph, Made, Secret, record
from tests.support.stacks import stack

OAUTH = {"client_id": "id", "client_secret": "hush"}
TWO = {
    "data8": {"auth": {"dummy": {}}},
    "stat": {"domain": "stat.example.edu", "auth": {"github": OAUTH, "admins": ["ada"]}},
}


@pytest.fixture(autouse=True)
def a_cluster_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_cluster(_kubeconfig: Path, context: str) -> Cluster:
        return Cluster(pulumi.Output.secret('{"kind": "Config"}'), context, "a-uid", "kubeconfig", ("203.0.113.5",))

    monkeypatch.setattr(local, "find_cluster", find_cluster)


def graph_of(folder: Path, hubs: dict[str, Any] | None = None, **sections: Any) -> Graph:
    settings = stack(folder, hubs, **sections)
    return record(lambda: Platform("platform", settings))


def belongs_to(made: Made, hub: str) -> bool:
    return f"hub:Hub::{hub}" in made.parent or made.parent.endswith(f"Hub::{hub}")


def test_one_hub_is_all_of_this_and_no_more(tmp_path: Path) -> None:
    made = sorted(f"{each.type.split(':')[-1]} {each.name}" for each in graph_of(tmp_path))
    assert made == [
        "Consent data8-consent",
        "Homes homes",
        "Hub data8",
        "Job data8-folder",
        "LimitRange data8-defaults",
        "Namespace data8-namespace",
        "Namespace homes-namespace",
        "NetworkPolicy data8-closed",
        "NetworkPolicy homes-closed",
        "PersistentVolume data8-volume",
        "PersistentVolume homes-volume",
        "PersistentVolumeClaim data8-claim",
        "PersistentVolumeClaim homes-claim",
        "Platform platform",
        "RandomBytes data8-cookie-secret",
        "RandomBytes data8-crypt-key",
        "RandomBytes data8-proxy-token",
        "RandomId platform-id",
        "RandomPassword data8-password",
        "Release data8-release",
        "ResourceQuota data8-quota",
        "Role data8-hub-role",
        "RoleBinding data8-hub-binding",
        "Service data8-address",
        "ServiceAccount data8-hub-account",
        "ServiceAccount data8-user-account",
        "StorageClass storage-block",
        "Teardown data8-teardown",
        "Unchanging data8-place",
        "Unchanging homes-place",
        "kubernetes platform-kubernetes",
    ]


def test_every_object_names_the_provider(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, TWO)
    ours = graph.named("platform-kubernetes")
    for made in graph.kubernetes():
        assert made.provider.startswith(ours.urn), f"{made.name} would go to the default provider"


def test_the_provider_knows_its_cluster_and_keeps_its_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", "/somewhere/else")
    inputs = graph_of(tmp_path).named("platform-kubernetes").inputs
    assert inputs == {
        "kubeconfig": Secret('{"kind": "Config"}'),
        "context": "test",
        "clusterIdentifier": "a-uid",
        "enableServerSideApply": "true",
    }


def test_every_object_says_whose_it_is(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, TWO)
    for made in graph.kubernetes():
        if made.type.endswith(":Release") or made.was_read:
            continue
        labels = made.at("metadata.labels")
        assert (
            labels["hubstack.dev/platform"]
            == graph.named("storage-block").at("metadata.labels")["hubstack.dev/platform"]
        )
        assert labels["app.kubernetes.io/managed-by"] == "pulumi"
        for hub in TWO:
            if made.name.startswith(hub):
                assert labels["hubstack.dev/hub"] == hub


def test_what_the_chart_makes_says_whose_it_is(tmp_path: Path) -> None:
    values = graph_of(tmp_path).named("data8-release").inputs["values"]
    places = (values["hub"], values["proxy"], values["proxy"]["service"])
    for labels in [*(place["labels"] for place in places), values["singleuser"]["extraLabels"]]:
        assert labels["hubstack.dev/hub"] == "data8"
        assert len(labels["hubstack.dev/platform"]) == 8


def test_two_hubs_share_only_what_they_should(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, TWO)
    for one, other in (("data8", "stat"), ("stat", "data8")):
        needed = {name for made in graph if made.name.startswith(f"{one}-") for name in graph.needs(made)}
        assert not [name for name in needed if name.startswith(f"{other}-")]
        text = json.dumps([made.inputs for made in graph if made.name.startswith(f"{one}-")], default=vars)
        assert f'"{other}"' not in text
    shared = {"homes", "homes-place", "homes-namespace", "homes-volume", "homes-claim", "homes-closed"}
    shared |= {"platform", "platform-id", "platform-kubernetes", "storage-block"}
    assert {made.name for made in graph if not made.name.startswith(("data8", "stat"))} == shared


def test_each_hub_has_its_own_secrets(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, TWO)
    configs = [graph.named(f"{hub}-release").inputs["values"]["hub"]["config"] for hub in TWO]
    tokens = [
        token.value
        for config in configs
        for token in (
            config["ConfigurableHTTPProxy"]["auth_token"],
            config["JupyterHub"]["cookie_secret"],
            config["CryptKeeper"]["keys"][0],
        )
    ]
    assert len(set(tokens)) == 6
    assert {len(token) for token in tokens} == {64}


def test_secrets_are_secret_wherever_they_stand(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, TWO)
    config = graph.named("stat-release").inputs["values"]["hub"]["config"]
    assert config["GitHubOAuthenticator"]["client_secret"] == Secret("hush")
    password = graph.named("data8-release").inputs["values"]["hub"]["config"]["DummyAuthenticator"]["password"]
    assert isinstance(password, Secret)
    assert isinstance(graph.named("data8-teardown").inputs["kubeconfig"], Secret)


def test_a_preview_shows_values_that_are_no_secret(tmp_path: Path) -> None:
    values = graph_of(tmp_path).named("data8-release").inputs["values"]
    assert values["singleuser"]["memory"] == {"guarantee": "512M", "limit": "1G"}


def test_the_hub_starts_when_its_homes_and_rights_are_there(tmp_path: Path) -> None:
    graph = graph_of(tmp_path)
    needs = graph.needs(graph.named("data8-release"))
    assert {
        "data8-folder",
        "data8-claim",
        "homes-claim",
        "data8-hub-binding",
        "data8-closed",
        "data8-teardown",
    } <= needs


def test_nothing_waits_for_what_it_does_not_need(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, TWO)
    assert graph.needs(graph.named("data8-quota")) == {"platform-id", "data8-namespace"}
    assert "data8-quota" not in graph.needs(graph.named("data8-release"))
    assert "homes-namespace" not in graph.needs(graph.named("data8-hub-binding"))


def test_the_way_down_leaves_nothing_open_or_behind(tmp_path: Path) -> None:
    # What a thing needs outlives it: servers and disks go while their policy, claim, class and namespace still stand.
    graph = graph_of(tmp_path)
    needs = graph.needs(graph.named("data8-teardown"))
    assert {"data8-closed", "data8-claim", "data8-volume", "data8-namespace", "storage-block"} <= needs
    assert "data8-release" not in needs


def test_homes_are_kept_and_go_to_one_claim_only(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, TWO, cloud={"homes_path": "/srv/homes"}, homes={"capacity": "50Gi"})
    platform = graph.named("storage-block").at("metadata.labels")["hubstack.dev/platform"]
    for hub in TWO:
        volume, claim = graph.named(f"{hub}-volume"), graph.named(f"{hub}-claim")
        assert volume.at("spec.hostPath") == {"path": f"/srv/homes/{platform}/{hub}", "type": "Directory"}
        assert volume.at("spec.persistentVolumeReclaimPolicy") == "Retain"
        assert volume.at("spec.claimRef") == {"namespace": hub, "name": "homes"}
        assert volume.at("spec.capacity.storage") == "50Gi"
        assert claim.at("metadata.name") == "homes"
        assert claim.at("spec.volumeName") == volume.at("metadata.name") == f"hubstack-{platform}-{hub}"
        assert claim.at("spec.storageClassName") == ""
        assert claim.at("spec.resources.requests.storage") == "1Mi", "a claim of a volume made by hand cannot grow"


def test_homes_wait_for_the_word_that_their_place_stays(tmp_path: Path) -> None:
    graph = graph_of(tmp_path)
    assert graph.named("homes-place").at("settings") == {"hubstack:cloud.homes_path": "/var/lib/hubstack/homes"}
    for volume in graph.of_type(":PersistentVolume"):
        assert "homes-place" in graph.needs(volume)


def test_a_hubs_namespace_mounts_its_own_homes_only(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, TWO)
    root = graph.named("homes-claim")
    assert root.at("metadata.namespace").startswith("hubstack-")
    for job in graph.of_type(":Job"):
        assert job.at("metadata.namespace") == root.at("metadata.namespace")


def test_the_folders_job_has_none_of_roots_powers(tmp_path: Path) -> None:
    pod = graph_of(tmp_path).named("data8-folder").at("spec.template.spec")
    (container,) = pod["containers"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert pod["automountServiceAccountToken"] is False


@pytest.mark.parametrize(("metadata", "standard"), [("network_policy", "restricted"), ("iptables", "privileged")])
def test_a_namespace_is_as_strict_as_its_hub_allows(tmp_path: Path, metadata: str, standard: str) -> None:
    hubs = {"data8": {"auth": {"dummy": {}}, "security": {"metadata": metadata}}}
    labels = graph_of(tmp_path, hubs).named("data8-namespace").at("metadata.labels")
    assert labels["pod-security.kubernetes.io/enforce"] == standard


def test_accounts_have_the_least_rights(tmp_path: Path) -> None:
    graph = graph_of(tmp_path)
    assert graph.named("data8-user-account").inputs["automountServiceAccountToken"] is False
    rules = graph.named("data8-hub-role").inputs["rules"]
    assert {tuple(rule["resources"]): set(rule["verbs"]) for rule in rules} == {
        ("pods",): {"get", "list", "watch", "create", "delete"},
        ("events",): {"get", "list", "watch"},
    }


def test_the_certificate_getter_gets_rights_with_lets_encrypt_only(tmp_path: Path) -> None:
    https = {"letsencrypt": {"contact": "hub@example.edu"}}
    hubs = {**TWO, "stat": {**TWO["stat"], "proxy": {"https": https}}}
    graph = graph_of(tmp_path, hubs)
    assert {role.name for role in graph.of_type(":Role")} == {
        "data8-hub-role",
        "stat-hub-role",
        "stat-autohttps-role",
    }


def test_a_namespace_takes_what_its_users_may_have(tmp_path: Path) -> None:
    users = {"most": 10, "memory": {"guarantee": "1Gi", "limit": "2Gi"}, "cpu": {"guarantee": "0.5", "limit": 1}}
    graph = graph_of(tmp_path, {"data8": {"auth": {"dummy": {}}, "users": users}})
    assert graph.named("data8-quota").at("spec.hard") == {
        "pods": "20",
        "requests.memory": str(10 * 1024**3 + 2 * (256 + 64) * 1024**2),
        "requests.cpu": "5300m",
        "requests.storage": str(2 * 1024**3),
        "services.loadbalancers": "1",
    }


def test_a_quota_can_be_set_or_left_out(tmp_path: Path) -> None:
    hubs = {
        "data8": {
            "auth": {"dummy": {}},
            "users": {"most": 3},
            "quota": {"pods": 5, "memory": "7Gi", "cpu": 2, "storage": "9Gi"},
        },
        "stat": {"auth": {"dummy": {}}, "quota": False},
    }
    graph = graph_of(tmp_path, hubs)
    hard = graph.named("data8-quota").at("spec.hard")
    assert (hard["pods"], hard["requests.memory"], hard["requests.cpu"], hard["requests.storage"]) == (
        "5",
        "7Gi",
        "2",
        "9Gi",
    )
    assert {quota.name for quota in graph.of_type(":ResourceQuota")} == {"data8-quota"}


def test_the_chart_comes_pinned_from_its_repository(tmp_path: Path) -> None:
    inputs = graph_of(tmp_path).named("data8-release").inputs
    assert inputs["version"] == "4.4.0"
    assert inputs["repositoryOpts"] == {"repo": "https://hub.jupyter.org/helm-chart/"}
    assert inputs["name"] == inputs["namespace"] == "data8"
    assert graph_of(tmp_path).named("data8-release").delete_before_replace


def test_the_chart_can_come_from_a_folder(tmp_path: Path) -> None:
    chart = tmp_path / "chart"
    chart.mkdir()
    (chart / "Chart.yaml").write_text("name: jupyterhub\nversion: 4.4.0\n")
    inputs = graph_of(tmp_path, chart={"path": str(chart)}).named("data8-release").inputs
    assert inputs["chart"] == str(chart)
    assert "version" not in inputs
    assert "repositoryOpts" not in inputs


def urls(folder: Path, hubs: dict[str, Any], **sections: Any) -> dict[str, str]:
    settings, found = stack(folder, hubs, **sections), dict[str, str]()

    def program() -> None:
        for name, hub in Platform("platform", settings).hubs.items():
            pulumi.Output.from_input(hub.url).apply(lambda url, name=name: found.update({name: url}))

    record(program)
    return found


def test_where_a_hub_answers(tmp_path: Path) -> None:
    assert urls(tmp_path, TWO) == {"data8": "http://192.0.2.7", "stat": "http://stat.example.edu"}


def test_where_a_hub_answers_without_load_balancers(tmp_path: Path) -> None:
    hubs = {name: {"auth": {"dummy": {}}} for name in ("a", "b", "c")}
    found = urls(tmp_path, hubs, cloud={"node_ports": "30080-30089"})
    assert len(set(found.values())) == 3
    assert all(url.startswith("http://localhost:3008") for url in found.values())
    alone = urls(tmp_path, {"a": hubs["a"]}, cloud={"node_ports": "30080-30089"})
    assert alone["a"] == found["a"], "another hub moves no door"
