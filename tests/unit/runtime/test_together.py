"""All of it at once, beside whatever people have set for KubeSpawner themselves."""

import pytest
from traitlets.config import Config

from components.hub.runtime.settings import Folder, RuntimeSettings
from tests.unit.runtime.conftest import CHART
from tests.unit.runtime.test_claims import DATA
from tests.unit.runtime.test_database import SETTINGS, init
from tests.unit.runtime.test_folders import GROUPS, READ

ALL = SETTINGS.model_copy(update={"folders": (READ, GROUPS), "claims": (*SETTINGS.claims, DATA)})


def names(things):
    return [thing["name"] for thing in things]


async def test_peoples_own_containers_volumes_and_hooks_stay(start):
    seen = {}

    def modify(spawner, pod):
        seen["pod"] = [container.name for container in (*pod.spec.init_containers, *pod.spec.containers)]
        seen["mounts"] = [mount.mount_path for mount in pod.spec.containers[0].volume_mounts]
        seen["volumes"] = [volume.name for volume in pod.spec.volumes]
        pod.metadata.labels["own"] = "yes"
        return pod

    def after(spawner, pod):
        seen["after"] = pod["metadata"]["name"]

    config = Config(
        KubeSpawner={
            "modify_pod_hook": modify,
            "after_pod_created_hook": after,
            "init_containers": [{"name": "prepare", "image": "prepare:1"}],
            "extra_containers": [{"name": "tool", "image": "tool:1"}],
            "volumes": {"scratch": {"name": "scratch", "emptyDir": {}}, **CHART.KubeSpawner.volumes},
            "volume_mounts": {
                "scratch": {"name": "scratch", "mountPath": "/scratch"},
                **CHART.KubeSpawner.volume_mounts,
            },
            "lifecycle_hooks": {"postStart": {"exec": {"command": ["true"]}}},
        }
    )
    _, pod = await start("ann", groups=["physics"], settings=ALL, config=config)
    assert names(pod["spec"]["initContainers"]) == ["prepare", "postgres"]
    assert names(pod["spec"]["containers"]) == ["notebook", "tool"]
    assert seen["pod"] == ["prepare", "postgres", "notebook", "tool"]
    assert {"/scratch", "/data", "/home/jovyan/shared", "/home/jovyan/groups/physics"} <= set(seen["mounts"])
    assert {"home", "scratch", "extra-data", "extra-postgres"} <= set(seen["volumes"])
    assert seen["after"] == "jupyter-ann"
    assert pod["metadata"]["labels"]["own"] == "yes"


async def test_a_pod_config_in_plain_json_is_added_to(start):
    config = {
        "KubeSpawner": {
            "extra_pod_config": {
                "initContainers": [{"name": "prepare", "image": "prepare:1"}],
                "volumes": [{"name": "home", "emptyDir": {}}],
            }
        }
    }
    everywhere = DATA.model_copy(update={"containers": ("prepare", "notebook")})
    settings = ALL.model_copy(update={"claims": (*SETTINGS.claims, everywhere)})
    _, pod = await start("ann", settings=settings, config=config)
    assert names(pod["spec"]["initContainers"]) == ["prepare", "postgres"]
    assert pod["spec"]["initContainers"][0]["volumeMounts"] == [{"name": "extra-data", "mountPath": "/data"}]
    assert sorted(names(pod["spec"]["volumes"]))[:3] == ["extra-data", "extra-postgres", "home"]


async def test_a_profile_of_the_persons_choice_holds(hub, api):
    profiles = [
        {"display_name": "Small", "slug": "small"},
        {
            "display_name": "Large",
            "slug": "large",
            "kubespawner_override": {
                "image": "large:1",
                "volumes": {"more": {"name": "more", "emptyDir": {}}},
                "volume_mounts": {"more": {"name": "more", "mountPath": "/more"}},
            },
        },
    ]
    spawner = hub.spawner("ann", settings=ALL, config={"KubeSpawner": {"profile_list": profiles}})
    spawner.user_options = {"profile": "large"}
    await spawner.start()
    pod = api.pods["jupyter-ann"]
    assert pod["spec"]["containers"][0]["image"] == "large:1"
    assert {"home", "more", "extra-data"} <= set(names(pod["spec"]["volumes"]))


async def test_nothing_is_added_where_nothing_is_set(start, hub, api):
    _, pod = await start("ann", settings=RuntimeSettings())
    assert names(pod["spec"]["volumes"]) == ["home"]
    assert "initContainers" not in pod["spec"]
    assert not api.claims


async def test_kubespawners_own_claim_is_still_made_and_removed(hub, api):
    config = {
        "KubeSpawner": {
            "storage_pvc_ensure": True,
            "storage_capacity": "1Gi",
            "delete_pvc": True,
            "volumes": {"home": {"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}},
        }
    }
    spawner = hub.spawner("ann", settings=RuntimeSettings(home_volume=None, claims=(DATA,)), config=config)
    await spawner.start()
    assert set(api.claims) == {"claim-ann", "data-ann"}
    await spawner.stop()
    await spawner.delete_forever()
    assert not api.claims


async def test_extra_claims_go_although_the_home_cannot(hub, api):
    spawner = hub.spawner("ann", settings=RuntimeSettings(claims=(DATA,)), config={"KubeSpawner": {"delete_pvc": True}})
    await spawner.start()
    await spawner.stop()
    api.refusals["DELETE", "persistentvolumeclaims"] = [403]
    with pytest.raises(Exception, match="403"):
        await spawner.delete_forever()
    assert not api.claims


async def test_a_start_takes_two_more_questions_a_claim_the_first_time_and_after(hub, api):
    counts = []
    for _ in range(2):
        before = len(api.requests)
        spawner = hub.spawner("ann", settings=ALL)
        await spawner.start()
        counts.append(len(api.requests) - before)
        await spawner.stop()
    assert counts == [1 + 2 * len(ALL.claims)] * 2  # the one is the pod itself


async def test_the_sidecars_mounts_are_its_own(start):
    more = Folder(path="_more", mount="more", audience="everyone", write=True)
    _, pod = await start("ann", settings=ALL.model_copy(update={"folders": (more,)}))
    assert "_more" not in str(init(pod))
