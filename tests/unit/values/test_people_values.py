"""Chart values of people's homes, shared folders, disks and databases."""

from pathlib import Path
from typing import Any

import pytest

from components import versions
from components.hub.runtime.settings import RuntimeSettings
from components.hub.values import chart_values, runtime
from components.hub.values.tree import look_up
from components.settings import user_database
from tests.support.stacks import stack
from tests.unit.values.test_chart_values import AROUND


def values(folder: Path, **described: Any) -> Any:
    return chart_values(stack(folder, {"data8": {"auth": {"dummy": {}}, **described}}).hubs["data8"], AROUND)


def told(given: Any) -> RuntimeSettings:
    return RuntimeSettings.model_validate(look_up(given, "hub.extraFiles.hubstack-settings")["data"])


def spawner(given: Any) -> dict[str, Any]:
    return look_up(given, "hub.config.KubeSpawner")


# Homes


def test_homes_lie_in_a_folder_of_the_shared_claim_for_each_person(tmp_path: Path) -> None:
    given = values(tmp_path)
    assert look_up(given, "singleuser.storage.type") == "static"
    assert look_up(given, "singleuser.storage.static") == {"pvcName": "homes", "subPath": "{safe_username}"}
    assert look_up(given, "singleuser.storage.homeMountPath") is None, "the chart's own default"
    assert spawner(given)["delete_pvc"] is False


@pytest.mark.parametrize(
    ("names", "folder"), [("escaped", "{escaped_username}"), ("legacy", "{legacy_escape_username}")]
)
def test_homes_of_before_are_found_by_their_names(tmp_path: Path, names: str, folder: str) -> None:
    given = values(tmp_path, storage={"names": names}, shared=False)
    assert look_up(given, "singleuser.storage.static.subPath") == folder
    # KubeSpawner 7 does not know the oldest names, so the hub's runtime has to be there for them.
    delivered = look_up(given, "hub.extraConfig.00-hubstack") is not None
    assert delivered == (names == "legacy")


def test_a_disk_for_each_server_is_the_charts_own(tmp_path: Path) -> None:
    storage = {"type": "dynamic", "storage_class": "gp2", "storage_capacity": "5Gi", "sub_path": "home"}
    labels = {"extra_labels": {"course": "data8"}, "pvc_name_template": "claim-{username}--{servername}"}
    given = values(tmp_path, storage={**storage, **labels, "delete_pvc": True})
    found = look_up(given, "singleuser.storage")
    assert (found["type"], found["capacity"]) == ("dynamic", "5Gi")
    assert found["dynamic"] == {
        "pvcNameTemplate": "claim-{username}--{servername}",
        "subPath": "home",
        "storageClass": "gp2",
    }
    assert found["extraLabels"] == {**AROUND.labels, "course": "data8"}
    assert spawner(given)["delete_pvc"] is True
    assert "storage_pvc_ensure" not in spawner(given), "the chart says so itself"


def test_claims_of_a_dynamic_home_can_be_made_by_others(tmp_path: Path) -> None:
    given = values(tmp_path, storage={"type": "dynamic", "storage_pvc_ensure": False})
    assert spawner(given)["storage_pvc_ensure"] is False


def test_one_claim_that_is_there_has_a_folder_for_each_person_unless_it_says_otherwise(tmp_path: Path) -> None:
    static = {"type": "static", "claim": "old"}
    assert look_up(values(tmp_path, storage=static), "singleuser.storage.static") == {
        "pvcName": "old",
        "subPath": "{safe_username}",
    }
    elsewhere = values(tmp_path, storage={**static, "sub_path": "homes/{username}"})
    assert look_up(elsewhere, "singleuser.storage.static.subPath") == "homes/{username}"
    whole = values(tmp_path, storage={**static, "sub_path": ""})
    assert look_up(whole, "singleuser.storage.static") == {"pvcName": "old"}


def test_kubespawners_own_way_of_one_claim_works_as_tutorials_tell_it(tmp_path: Path) -> None:
    name = "claim-jupyterhub-single"
    given = values(
        tmp_path,
        storage={
            "type": "none",
            "working_dir": "/home/jovyan",
            "pvc_name_template": name,
            "storage_class": "default",
            "storage_capacity": "2Gi",
            "storage_pvc_ensure": True,
            "volumes": [{"name": name, "persistentVolumeClaim": {"claimName": name}}],
            "volume_mounts": [{"name": name, "subPath": "value", "mountPath": "/home/jovyan"}],
        },
    )
    assert spawner(given) | {
        "working_dir": "/home/jovyan",
        "pvc_name_template": name,
        "storage_class": "default",
        "storage_capacity": "2Gi",
        "storage_pvc_ensure": True,
        "delete_pvc": False,
    } == spawner(given)
    assert look_up(given, "singleuser.storage.type") == "none"
    assert look_up(given, "singleuser.storage.extraVolumeMounts")[0]["subPath"] == "value"


def test_a_home_may_be_elsewhere_in_the_server(tmp_path: Path) -> None:
    given = values(tmp_path, storage={"home": "/home/rstudio"})
    assert look_up(given, "singleuser.storage.homeMountPath") == "/home/rstudio"
    assert told(given).home == "/home/rstudio"


def test_jupyters_sqlite_files_are_kept_off_the_network_and_nowhere_else(tmp_path: Path) -> None:
    files = look_up(values(tmp_path, culling=False), "singleuser.extraFiles")
    places = [path for file in files.values() for section in file["data"].values() for path in section.values()]
    assert len(places) == 4
    assert all(path.startswith("/tmp/") for path in places)  # noqa: S108
    elsewhere = values(tmp_path, culling=False, storage={"type": "dynamic"})
    assert look_up(elsewhere, "singleuser.extraFiles") is None


def test_kernels_that_nobody_uses_end_where_jupyter_reads_it(tmp_path: Path) -> None:
    culled = look_up(values(tmp_path, culling={"idle": "2h"}), "singleuser.extraFiles.hubstack-jupyter")
    assert culled["mountPath"] == "/etc/jupyter/jupyter_config.json"
    assert culled["data"]["MappingKernelManager"]["cull_idle_timeout"] == 7200
    kept = look_up(values(tmp_path, culling=False), "singleuser.extraFiles.hubstack-jupyter")
    assert "MappingKernelManager" not in kept["data"]


# What the hub is told


def test_no_folders_are_shared_where_homes_are_elsewhere(tmp_path: Path) -> None:
    given = values(tmp_path, storage={"type": "dynamic"})
    assert look_up(given, "hub.extraFiles") is None
    assert told(values(tmp_path, storage={"type": "dynamic"}, user_database={})).home_volume is None


def test_folders_that_are_asked_for_come_from_a_claim_of_their_own_where_homes_are_elsewhere(tmp_path: Path) -> None:
    settings = told(values(tmp_path, storage={"type": "dynamic"}, shared={"public": True}))
    assert (settings.folders_claim, settings.home_volume) == ("homes", None)
    assert "shared-public" in {folder.mount for folder in settings.folders}


@pytest.mark.parametrize(
    ("shared", "mounts"),
    [
        ({}, ["shared everyone ro", "shared-readwrite admins rw"]),
        ({"readonly": False, "readwrite_for_admins": False, "public": True}, ["shared-public everyone rw"]),
        ({"allusers": "readonly"}, ["shared everyone ro", "shared-readwrite admins rw", "allusers admins ro"]),
        ({"readonly": False, "allusers": "readwrite"}, ["shared-readwrite admins rw", "allusers admins rw"]),
    ],
)
def test_each_folder_goes_to_those_it_is_for(tmp_path: Path, shared: dict[str, Any], mounts: list[str]) -> None:
    folders = told(values(tmp_path, shared=shared)).folders
    assert [f"{each.mount} {each.audience} {'rw' if each.write else 'ro'}" for each in folders] == mounts


@pytest.mark.parametrize(("groups", "known"), [(True, None), (["staff"], ("staff",))])
def test_groups_have_folders_for_their_members(tmp_path: Path, groups: Any, known: Any) -> None:
    (*_, folder) = told(values(tmp_path, shared={"groups": groups})).folders
    assert (folder.path, folder.mount, folder.audience) == ("_groups/{group}", "groups/{group}", "members")
    assert (folder.groups, folder.write) == (known, True)


def test_a_claim_is_told_as_it_is_written(tmp_path: Path) -> None:
    claim = {"name": "scratch", "class": "gp2", "capacity": "1.5Gi", "mount": "/scratch", "sub_path": "x"}
    (made,) = told(values(tmp_path, extra_claims=[{**claim, "delete_with_user": True}])).claims
    assert made.model_dump() == {
        "name": "scratch",
        "storage_class": "gp2",
        "capacity": 1536 * 1024**2,
        "max_capacity": None,
        "mount": "/scratch",
        "sub_path": "x",
        "containers": ("notebook",),
        "delete_with_user": True,
    }


def test_a_database_is_given_time_to_stop_and_what_upgrades_it(tmp_path: Path) -> None:
    given = values(tmp_path, user_database={"postgres": "18", "upgrade_from": "16", "max_capacity": "4Gi"})
    database = told(given).database
    assert database is not None
    assert database.image == versions.POSTGRESQL_IMAGES["18"]
    assert (database.upgrade_from, database.upgrade_image) == ("16", versions.POSTGRESQL_IMAGES["16"])
    assert (database.memory_guarantee, database.memory_limit) == (64 * 1024**2, 512 * 1024**2)
    assert (database.cpu_guarantee, database.cpu_limit) == (0.01, 1)
    (claim,) = told(given).claims
    assert (claim.name, claim.max_capacity) == (database.claim, 4 * 1024**3)
    assert spawner(given)["delete_grace_period"] >= 30
    assert "delete_grace_period" not in spawner(values(tmp_path))


def test_each_version_that_can_be_asked_for_has_an_image() -> None:
    majors = user_database.UserDatabase.model_json_schema()["properties"]["postgres"]["enum"]
    assert set(majors) == set(versions.POSTGRESQL_IMAGES)
    for major, image in versions.POSTGRESQL_IMAGES.items():
        assert image.partition(":")[2].startswith(f"{major}.")


def test_what_people_add_runs_after_ours(tmp_path: Path) -> None:
    theirs = {"hub": {"extraConfig": {"hook": "pass", "01-first": "pass"}}}
    names = sorted(look_up(values(tmp_path, chart_values=theirs), "hub.extraConfig"))
    assert names == ["00-hubstack", "01-first", "hook"]


def test_files_of_the_runtime_have_keys_that_a_secret_takes(tmp_path: Path) -> None:
    files = look_up(values(tmp_path), "hub.extraFiles")
    assert all(key.replace("-", "").replace("_", "").isalnum() for key in files)
    assert len({file["mountPath"] for file in files.values()}) == len(files)
    assert "/usr/local/share/hubstack/runtime/__init__.py" in {file["mountPath"] for file in files.values()}


def test_settings_of_a_hub_without_anything_are_the_runtimes_own_defaults(tmp_path: Path) -> None:
    hub = stack(tmp_path, {"data8": {"auth": {"dummy": {}}, "shared": False}}).hubs["data8"]
    assert runtime.runtime_settings(hub) == RuntimeSettings()
