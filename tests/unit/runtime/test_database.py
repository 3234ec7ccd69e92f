"""The PostgreSQL beside the notebook: who sees what of it, how it starts and ends, and what it says of its disk."""

import json

import pytest

from components.hub.runtime import database, marks
from components.hub.runtime.database import used_bytes
from components.hub.runtime.settings import Claim, Database, RuntimeSettings
from tests.unit.runtime.api_server import CLAIM, POD

GI, MI = 1024**3, 1024**2
DISK = Claim(
    name="postgres",
    storage_class="block",
    capacity=GI,
    max_capacity=4 * GI,
    mount="/var/lib/postgresql/data",
    sub_path="data",
    containers=("postgres",),
)
DATABASE = Database(
    image="postgres:17",
    postgres="17",
    memory_guarantee=64 * MI,
    memory_limit=512 * MI,
    cpu_guarantee=0.01,
    cpu_limit=1,
    extensions=("postgis", "vector"),
)
SETTINGS = RuntimeSettings(claims=(DISK,), database=DATABASE)
UPGRADING = SETTINGS.model_copy(
    update={"database": DATABASE.model_copy(update={"upgrade_from": "16", "upgrade_image": "postgres:16"})}
)
FILLED = json.dumps({"used_bytes": 900 * MI, "total_bytes": GI})


def init(pod, name="postgres"):
    return next(container for container in pod["spec"]["initContainers"] if container["name"] == name)


def mounts(container):
    return {mount["mountPath"]: (mount["name"], mount.get("subPath")) for mount in container["volumeMounts"]}


def environment(container):
    return {variable["name"]: variable.get("value") for variable in container["env"]}


def annotations(api):
    return api.claims["postgres-ann"]["metadata"]["annotations"]


async def test_it_is_a_sidecar_that_starts_before_the_notebook_and_ends_after_it(start):
    _, pod = await start("ann", settings=SETTINGS)
    sidecar = init(pod)
    assert sidecar["restartPolicy"] == "Always"
    assert sidecar["command"] == ["/bin/bash", "/usr/local/share/hubstack/start.sh"]
    assert sidecar["lifecycle"] == {"postStart": {"exec": {"command": [*sidecar["command"], "wait"]}}}
    assert [container["name"] for container in pod["spec"]["containers"]] == ["notebook"]


async def test_its_data_is_mounted_in_it_alone(start):
    _, pod = await start("ann", settings=SETTINGS)
    assert mounts(init(pod))["/var/lib/postgresql/data"] == ("extra-postgres", "data")
    assert "extra-postgres" not in str(pod["spec"]["containers"])
    volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
    assert volumes["extra-postgres"]["persistentVolumeClaim"] == {"claimName": "postgres-ann"}


async def test_it_sees_this_persons_home_and_nothing_else_of_the_homes(start):
    _, pod = await start("ann", settings=SETTINGS)
    assert [mount for mount in init(pod)["volumeMounts"] if mount["name"] == "home"] == [
        {"name": "home", "mountPath": "/home/jovyan", "subPath": "ann"}
    ]
    assert environment(init(pod)) == {"EXTENSIONS": "postgis,vector", "HOME_FOLDER": "/home/jovyan"}


async def test_without_a_home_it_runs_all_the_same(start):
    config = {"KubeSpawner": {"volumes": {"home": {"name": "home", "emptyDir": {}}}, "extra_container_config": {}}}
    _, pod = await start("ann", settings=SETTINGS.model_copy(update={"home": "/elsewhere"}), config=config)
    assert environment(init(pod))["HOME_FOLDER"] == ""
    assert "home" not in [mount["name"] for mount in init(pod)["volumeMounts"]]


async def test_the_notebook_finds_it_by_its_socket(start):
    _, pod = await start("ann", settings=SETTINGS)
    notebook = pod["spec"]["containers"][0]
    assert mounts(notebook)["/var/run/postgresql"] == mounts(init(pod))["/var/run/postgresql"]
    wanted = {
        "PGHOST": "/var/run/postgresql",
        "PGUSER": "jovyan",
        "PGDATABASE": "jovyan",
        "DATABASE_URL": "postgresql+psycopg://jovyan@/jovyan?host=/var/run/postgresql",
    }
    assert wanted.items() <= environment(notebook).items()


async def test_a_database_that_people_name_themselves_stays_named(start):
    config = {"KubeSpawner": {"environment": {"PGHOST": "team-rw"}}}
    _, pod = await start("ann", settings=SETTINGS, config=config)
    assert environment(pod["spec"]["containers"][0])["PGHOST"] == "team-rw"


async def test_it_may_do_no_more_than_the_strictest_standard_lets_it(start):
    _, pod = await start("ann", settings=UPGRADING)
    for name in ("postgres", "postgres-upgrade"):
        assert init(pod, name)["securityContext"] == {
            "runAsUser": 1000,
            "runAsGroup": 100,
            "runAsNonRoot": True,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        assert init(pod, name)["resources"] == {
            "requests": {"cpu": "10m", "memory": "64Mi"},
            "limits": {"cpu": "1000m", "memory": "512Mi"},
        }
        assert {"/tmp", "/dev/shm", "/var/run/postgresql"} <= mounts(init(pod, name)).keys()  # noqa: S108
        assert mounts(init(pod, name))["/etc/passwd"] == ("user-database", "passwd")


async def test_an_upgrade_runs_the_old_version_before_the_new_one(start):
    _, pod = await start("ann", settings=UPGRADING)
    before, after = pod["spec"]["initContainers"]
    assert (before["name"], before["image"], after["image"]) == ("postgres-upgrade", "postgres:16", "postgres:17")
    assert before["command"][-1] == "dump"
    assert "restartPolicy" not in before
    assert mounts(before)["/var/lib/postgresql/data"] == ("extra-postgres", "data")
    assert mounts(before)["/tmp"] != mounts(after)["/tmp"]  # noqa: S108


async def test_no_upgrade_is_begun_unasked(start):
    _, pod = await start("ann", settings=SETTINGS)
    assert [container["name"] for container in pod["spec"]["initContainers"]] == ["postgres"]


async def test_its_size_is_noted_when_the_server_stops(hub, api):
    api.last_words = FILLED
    spawner = hub.spawner("ann", settings=SETTINGS)
    await spawner.start()
    assert marks.USED_BYTES not in annotations(api)
    await spawner.stop()
    assert annotations(api)[marks.USED_BYTES] == str(900 * MI)


async def test_a_disk_that_was_nearly_full_grows_at_the_next_start(hub, api):
    api.last_words = FILLED
    for wanted in ("1Gi", "2Gi", "2Gi"):
        spawner = hub.spawner("ann", settings=SETTINGS)
        await spawner.start()
        assert api.claims["postgres-ann"]["spec"]["resources"]["requests"]["storage"] == wanted
        await spawner.stop()


async def test_nothing_that_a_database_does_keeps_its_server_from_stopping(hub, api, monkeypatch):
    spawner = hub.spawner("ann", settings=SETTINGS)
    await spawner.start()
    monkeypatch.setattr(database, "used_bytes", lambda pod: 1 / 0)
    await spawner.stop()
    assert not api.pods


async def test_no_pod_is_killed_before_its_database_has_ended(hub, api):
    api.last_words = FILLED
    spawner = hub.spawner("ann", settings=SETTINGS)
    await spawner.start()
    await spawner.stop(now=True)
    assert annotations(api)[marks.USED_BYTES] == str(900 * MI)
    assert [body["gracePeriodSeconds"] for body in api.asked("DELETE", POD)] == [30]


async def test_without_a_database_a_pod_is_killed_as_asked(hub, api):
    spawner = hub.spawner("ann")
    await spawner.start()
    await spawner.stop(now=True)
    assert [body["gracePeriodSeconds"] for body in api.asked("DELETE", POD)] == [0]


async def test_its_size_is_noted_after_a_restart_of_its_own_and_only_once(hub, api):
    spawner = hub.spawner("ann", settings=SETTINGS)
    await spawner.start()
    assert await spawner.poll() is None
    asked = len(api.asked("PATCH"))
    pod = api.pods[spawner.pod_name]
    pod["status"]["initContainerStatuses"][0]["lastState"] = {"terminated": {"exitCode": 1, "message": FILLED}}
    spawner.pod_reflector.pods[f"{spawner.namespace}/{spawner.pod_name}"] = pod
    for _ in range(3):
        assert await spawner.poll() is None
    assert annotations(api)[marks.USED_BYTES] == str(900 * MI)
    assert len(api.asked("PATCH")) == asked + 1


async def test_a_notebook_that_ended_is_noticed_as_by_kubespawner(hub, api):
    spawner = hub.spawner("ann", settings=SETTINGS)
    await spawner.start()
    pod = api.pods[spawner.pod_name]
    pod["status"]["containerStatuses"][0]["state"] = {"terminated": {"exitCode": 3}}
    spawner.pod_reflector.pods[f"{spawner.namespace}/{spawner.pod_name}"] = pod
    assert await spawner.poll() == 3
    assert not api.pods


def ended(message, *, name="postgres", state="state"):
    return {"status": {"initContainerStatuses": [{"name": name, state: {"terminated": {"message": message}}}]}}


@pytest.mark.parametrize("state", ["state", "lastState"])
def test_last_words_are_read(state):
    assert used_bytes(ended('{"used_bytes": 7, "total_bytes": 9}', state=state)) == 7


@pytest.mark.parametrize(
    "message",
    [
        None, "", "Error", "{", "[]", "null", "7", "{}", '{"used_bytes": "7"}', '{"used_bytes": -1}',
        '{"used_bytes": 1.5}', '{"used_bytes": true}', '{"used_bytes": 1e400}', '{"used_bytes": 9223372036854775808}',
        "[" * 4000, '{"used_bytes": NaN}', '{"used_bytes": ' + "9" * 4000 + "}", '{"used_bytes": ' + "9" * 5000 + "}",
    ],
)  # fmt: skip
def test_strange_last_words_say_nothing(message):
    assert used_bytes(ended(message)) is None


@pytest.mark.parametrize(
    "pod", [{}, {"status": {}}, {"status": {"initContainerStatuses": None}}, ended('{"used_bytes": 7}', name="x")]
)
def test_a_pod_without_last_words_says_nothing(pod):
    assert used_bytes(pod) is None


async def test_its_claim_is_kept_where_the_person_goes_unless_set(hub, api):
    spawner = hub.spawner("ann", settings=SETTINGS)
    await spawner.start()
    await spawner.stop()
    await spawner.delete_forever()
    assert "postgres-ann" in api.objects[CLAIM]
