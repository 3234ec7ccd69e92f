"""What the graph makes for people's homes, shared folders, disks and databases."""

from pathlib import Path
from typing import Any

import pulumi
import pytest

from components import versions
from components.clouds import local
from components.clouds.cloud import Cluster
from components.hub.runtime.settings import RuntimeSettings
from components.platform import Platform
from tests.support.graph import Graph, record
from tests.support.stacks import stack

BLOCK = "storage-block-1234"
"""What the mocked engine calls the class."""
DUMMY = {"auth": {"dummy": {}}}
DATABASE = {"postgres": "17", "capacity": "2Gi", "extensions": ["pg_trgm"]}


@pytest.fixture(autouse=True)
def a_cluster_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_cluster(_kubeconfig: Path, context: str) -> Cluster:
        return Cluster(pulumi.Output.secret('{"kind": "Config"}'), context, "a-uid", "kubeconfig", ("203.0.113.5",))

    monkeypatch.setattr(local, "find_cluster", find_cluster)


def graph_of(folder: Path, **hub: Any) -> Graph:
    settings = stack(folder, {"data8": {**DUMMY, **hub}})
    return record(lambda: Platform("platform", settings))


def values_of(graph: Graph) -> Any:
    return graph.named("data8-release").inputs["values"]


def told(graph: Graph) -> RuntimeSettings:
    """Give what the hub is told, as it reads it."""
    return RuntimeSettings.model_validate(values_of(graph)["hub"]["extraFiles"]["hubstack-settings"]["data"])


def rights(graph: Graph) -> dict[str, set[str]]:
    return {rule["resources"][0]: set(rule["verbs"]) for rule in graph.named("data8-hub-role").inputs["rules"]}


def folders_made(graph: Graph) -> dict[str, str]:
    pod = graph.named("data8-folder").at("spec.template.spec")
    containers = [*pod.get("initContainers", []), *pod["containers"]]
    env = {each["name"]: {pair["name"]: pair["value"] for pair in each["env"]} for each in containers}
    return {name: variables.get("SHARED", variables["FOLDER"]) for name, variables in env.items()}


def test_a_hub_of_defaults_shares_one_folder_and_has_no_disks(tmp_path: Path) -> None:
    graph = graph_of(tmp_path)
    settings = told(graph)
    assert [(each.path, each.mount, each.audience, each.write) for each in settings.folders] == [
        ("_shared", "shared", "everyone", False),
        ("_shared", "shared-readwrite", "admins", True),
    ]
    assert settings.claims == ()
    assert settings.database is None
    assert "persistentvolumeclaims" not in rights(graph)
    assert folders_made(graph) == {"folder": "data8", "shared": "_shared"}


def test_the_folders_that_people_share_are_made_by_their_owner_and_not_by_root(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, shared={"public": True, "groups": ["staff"], "allusers": "readonly"})
    assert folders_made(graph)["shared"] == "_shared _shared-public _groups"
    pod = graph.named("data8-folder").at("spec.template.spec")
    (root,), (user,) = pod["initContainers"], pod["containers"]
    assert (root["securityContext"]["runAsUser"], user["securityContext"]["runAsUser"]) == (0, 1000)
    for container in (root, user):
        assert container["securityContext"]["runAsGroup"] == 100
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_a_hub_that_shares_nothing_runs_the_chart_as_it_is(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, shared=False)
    hub = values_of(graph)["hub"]
    assert "extraFiles" not in hub
    assert "extraConfig" not in hub
    assert folders_made(graph) == {"folder": "data8"}


def test_a_database_brings_its_disk_its_files_and_the_right_to_grow(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, user_database=DATABASE, shared={"public": True})
    settings = told(graph)
    assert settings.database is not None
    assert settings.database.image == versions.POSTGRESQL_IMAGES["17"]
    assert settings.database.extensions == ("pg_trgm",)
    (claim,) = settings.claims
    assert (claim.name, claim.capacity, claim.mount, claim.sub_path, claim.containers) == (
        "postgres",
        2 * 1024**3,
        "/var/lib/postgresql/data",
        "data",
        ("postgres",),
    )
    assert claim.storage_class == BLOCK
    assert rights(graph)["persistentvolumeclaims"] == {"get", "list", "watch", "create", "delete", "patch"}
    files = graph.named("data8-user-database")
    assert files.at("metadata.name") == settings.database.config_map
    assert {"start.sh", "passwd"} <= set(files.at("data"))
    assert {"data8-user-database", "data8-postgresql", "data8-disks"} <= graph.needs(graph.named("data8-release"))
    assert values_of(graph)["hub"]["config"]["KubeSpawner"]["delete_grace_period"] == 30


def test_what_runs_in_the_hub_is_all_of_the_runtime_and_loads_it(tmp_path: Path) -> None:
    hub = values_of(graph_of(tmp_path))["hub"]
    runtime = Path(__file__).parents[3] / "components/hub/runtime"
    delivered = {file["mountPath"]: file for file in hub["extraFiles"].values()}
    for module in runtime.glob("*.py"):
        file = delivered[f"/usr/local/share/hubstack/runtime/{module.name}"]
        assert file["stringData"] == module.read_text()
    assert len(delivered) == len(list(runtime.glob("*.py"))) + 1
    compile(hub["extraConfig"]["00-hubstack"], "00-hubstack", "exec")


def test_disks_have_the_class_that_is_asked_for(tmp_path: Path) -> None:
    claims = [
        {"name": "scratch", "capacity": "1Gi", "mount": "/scratch"},
        {"name": "data", "class": "premium-rwo", "capacity": "1Gi", "mount": "/data"},
    ]
    graph = graph_of(tmp_path, extra_claims=claims)
    scratch, data = told(graph).claims
    assert scratch.storage_class == BLOCK
    assert (data.storage_class, data.capacity) == ("premium-rwo", 1024**3)


def test_what_people_have_is_held_to_what_it_is(tmp_path: Path) -> None:
    claim = {"name": "scratch", "class": "block", "capacity": "1Gi", "mount": "/scratch"}
    database = {**DATABASE, "postgres": "18", "upgrade_from": "17"}
    graph = graph_of(tmp_path, extra_claims=[claim], user_database=database, storage={"names": "escaped"})
    hub = "hubstack:hubs.data8"
    assert graph.named("data8-place").at("settings") == {f"{hub}.storage": "shared/{escaped_username}"}
    assert graph.named("data8-disks").at("settings") == {
        f"{hub}.extra_claims.scratch.class": "block",
        f"{hub}.extra_claims.scratch.capacity": 1024**3,
        f"{hub}.extra_claims.postgres.class": "block",
        f"{hub}.extra_claims.postgres.capacity": 2 * 1024**3,
    }
    assert graph.named("data8-postgresql").at("settings") == {f"{hub}.user_database.postgres": "18"}
    assert graph.named("data8-postgresql").at("meant") == {f"{hub}.user_database.postgres": "17"}
    for needed in ("data8-place", "data8-disks", "data8-postgresql"):
        assert needed in graph.needs(graph.named("data8-release"))


def test_homes_elsewhere_need_no_folder_and_no_claim_of_ours(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, storage={"type": "dynamic", "storage_class": "block", "storage_capacity": "2Gi"})
    names = {made.name for made in graph}
    assert not {"data8-folder", "data8-claim", "data8-volume"} & names
    storage = values_of(graph)["singleuser"]["storage"]
    assert storage["type"] == "dynamic"
    assert storage["capacity"] == "2Gi"
    assert storage["dynamic"] == {"storageClass": BLOCK}
    assert rights(graph)["persistentvolumeclaims"] == {"get", "list", "watch", "create", "delete"}


def test_the_quota_has_room_for_what_runs_beside_servers_and_for_disks(tmp_path: Path) -> None:
    users = {"most": 10, "memory": {"guarantee": "1Gi", "limit": "2Gi"}, "cpu": {"guarantee": "0.5", "limit": 1}}
    claim = {"name": "scratch", "capacity": "3Gi", "mount": "/scratch"}
    graph = graph_of(tmp_path, users=users, user_database={**DATABASE, "max_capacity": "4Gi"}, extra_claims=[claim])
    hard = graph.named("data8-quota").at("spec.hard")
    assert hard["requests.memory"] == str(10 * (1024 + 64) * 1024**2 + 2 * (256 + 64) * 1024**2)
    assert hard["requests.cpu"] == "5400m"
    assert hard["requests.storage"] == str((2 + 100 * (3 + 4)) * 1024**3)
