"""Disks beside the home: made before the pod, a person's own, grown when asked for, removed with the person only."""

import copy
import re

import pytest

from components.hub.runtime import marks
from components.hub.runtime.quantities import size, write_size
from components.hub.runtime.settings import Claim, RuntimeSettings
from components.hub.runtime.upstream import Refused
from tests.unit.runtime.api_server import CLAIM, POD

GI = 1024**3
DATA = Claim(name="data", storage_class="block", capacity=GI, mount="/data", delete_with_user=True)
KEPT = Claim(name="kept", storage_class="fast", capacity=2 * GI, mount="/kept", sub_path="mine")


def having(*claims, **changes):
    return RuntimeSettings(claims=tuple(claim.model_copy(update=changes) for claim in claims))


def existing(name="data-ann", *, owner="ann", server=None, storage="1Gi", used=None, storage_class="block"):
    annotations = {marks.USERNAME: owner, marks.SERVERNAME: server, marks.USED_BYTES: used}
    return {
        "metadata": {
            "name": name,
            "labels": {"component": "extra-pvc"},
            "annotations": {key: value for key, value in annotations.items() if value is not None},
        },
        "spec": {"storageClassName": storage_class, "resources": {"requests": {"storage": storage}}},
    }


def requested(api, name="data-ann"):
    return api.claims[name]["spec"]["resources"]["requests"]["storage"]


def order(api):
    return [(method, kind) for method, kind, _, _ in api.requests if method == "POST"]


async def test_claims_are_made_before_the_pod_and_mounted(start, api):
    _, pod = await start("ann", settings=having(DATA, KEPT))
    assert order(api) == [("POST", CLAIM), ("POST", CLAIM), ("POST", POD)]
    made = api.claims["data-ann"]
    assert made["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "block",
        "resources": {"requests": {"storage": "1Gi"}},
    }
    assert made["metadata"]["labels"] == {
        "hub.jupyter.org/username": "ann",
        "app": "jupyterhub",
        "component": "extra-pvc",
        "app.kubernetes.io/component": "extra-pvc",
        "hubstack.dev/claim": "data",
        "hubstack.dev/platform": "p1",
    }
    annotations = made["metadata"]["annotations"]
    assert annotations["hub.jupyter.org/username"] == "ann"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", annotations["hubstack.dev/last-used"])
    notebook = pod["spec"]["containers"][0]
    assert {"name": "extra-data", "mountPath": "/data"} in notebook["volumeMounts"]
    assert {"name": "extra-kept", "mountPath": "/kept", "subPath": "mine"} in notebook["volumeMounts"]
    assert {"name": "extra-kept", "persistentVolumeClaim": {"claimName": "kept-ann"}} in pod["spec"]["volumes"]


async def test_a_named_server_has_claims_of_its_own(hub, api):
    for server in ("", "lab"):
        await hub.spawner("ann", server, settings=having(DATA)).start()
    assert set(api.claims) == {"data-ann", "data-ann--lab"}
    assert marks.SERVERNAME not in api.claims["data-ann"]["metadata"]["annotations"]
    assert api.claims["data-ann--lab"]["metadata"]["annotations"][marks.SERVERNAME] == "lab"


async def test_the_slug_scheme_does_not_change_a_claims_name(start, api):
    await start("Ann.B", settings=having(DATA), config={"KubeSpawner": {"slug_scheme": "escape"}})
    assert set(api.claims) == {"data-ann-b---0b0665e5"}


async def test_another_start_makes_no_other_claim(hub, api):
    for _ in range(2):
        spawner = hub.spawner("ann", settings=having(DATA))
        await spawner.start()
        await spawner.stop()
    assert len(api.asked("POST")) == 1


async def test_a_larger_capacity_grows_the_claim(start, api):
    api.put(CLAIM, existing())
    await start("ann", settings=having(DATA, capacity=3 * GI))
    assert requested(api) == "3Gi"


@pytest.mark.parametrize("there", ["1Gi", "5Gi", "1073741824", "1.5e9"])
async def test_what_is_large_enough_stays(start, api, there):
    api.put(CLAIM, existing(storage=there))
    await start("ann", settings=having(DATA))
    assert requested(api) == there
    assert not [body for body in api.asked("PATCH") if "spec" in body]


@pytest.mark.parametrize(
    ("used", "most", "wanted"),
    [
        (int(0.85 * GI), 8 * GI, "2Gi"),
        (int(0.85 * GI), 3 * GI // 2, "1536Mi"),
        (int(0.75 * GI), 8 * GI, "1Gi"),
        (int(0.85 * GI), None, "1Gi"),
        (int(0.85 * GI), GI, "1Gi"),
        ("rubbish", 8 * GI, "1Gi"),
        ("²", 8 * GI, "1Gi"),
    ],
)
async def test_a_nearly_full_disk_grows_as_far_as_it_may(start, api, used, most, wanted):
    api.put(CLAIM, existing(used=str(used)))
    await start("ann", settings=having(DATA, max_capacity=most))
    assert requested(api) == wanted


@pytest.mark.parametrize("code", [403, 422])
async def test_a_disk_that_cannot_grow_keeps_nobody_from_starting(start, api, code):
    api.put(CLAIM, existing())
    api.refusals["PATCH", CLAIM] = [code, code]
    await start("ann", settings=having(DATA, capacity=3 * GI))
    assert requested(api) == "1Gi"


async def test_another_class_stays_and_is_told(start, api, caplog):
    api.put(CLAIM, existing(storage_class="slow"))
    await start("ann", settings=having(DATA))
    assert api.claims["data-ann"]["spec"]["storageClassName"] == "slow"
    assert "keeps its class slow" in caplog.text


@pytest.mark.parametrize(
    "there",
    [existing(owner="base-ann"), existing(server="lab"), existing(owner=None)],
    ids=["another person's", "another server's", "nobody's"],
)
async def test_a_claim_that_is_not_this_persons_is_refused(hub, api, there):
    before = copy.deepcopy(api.put(CLAIM, there))
    spawner = hub.spawner("ann", settings=having(DATA))
    with pytest.raises(Refused, match="something else is"):
        await spawner.start()
    await spawner.stop()
    await spawner.delete_forever()
    assert api.claims["data-ann"] == before
    assert not api.asked("POST", POD)


async def test_a_claim_of_another_kind_is_refused(hub, api):
    home = existing("claim-ann")
    home["metadata"]["labels"]["component"] = "singleuser-storage"
    api.put(CLAIM, home)
    with pytest.raises(Refused):
        await hub.spawner("ann", settings=having(DATA, name="claim")).start()


async def test_two_names_that_meet_are_told_apart(hub, api):
    await hub.spawner("base-ann", settings=having(DATA)).start()
    with pytest.raises(Refused):
        await hub.spawner("ann", settings=having(DATA, name="data-base")).start()


async def test_no_room_is_told_in_a_sentence(hub, api):
    api.refusals["POST", CLAIM] = [403]
    with pytest.raises(Refused, match=r"Your disk `data` could not be made \(403") as refused:
        await hub.spawner("ann", settings=having(DATA)).start()
    assert refused.value.jupyterhub_message == str(refused.value)


async def test_the_api_servers_bad_moments_are_waited_out(start, api):
    api.refusals["GET", CLAIM] = [503, 429]
    api.refusals["POST", CLAIM] = [500]
    await start("ann", settings=having(DATA))
    assert set(api.claims) == {"data-ann"}


async def test_an_api_server_that_stays_away_is_told_in_a_sentence(hub, api):
    api.refusals["GET", CLAIM] = [503] * 1000
    with pytest.raises(Refused, match="did not answer"):
        await hub.spawner("ann", settings=having(DATA)).start()


async def test_a_claim_made_by_an_unheard_request_is_taken(start, api):
    api.refusals["GET", CLAIM] = [404]
    api.put(CLAIM, existing())
    _, pod = await start("ann", settings=having(DATA))
    assert "data-ann" in str(pod["spec"]["volumes"])


async def test_a_claim_on_its_way_out_is_waited_for(hub, api):
    leaving = existing()
    leaving["metadata"]["deletionTimestamp"] = "2026-09-01T00:00:00Z"
    api.put(CLAIM, leaving)
    with pytest.raises(Refused, match="being removed"):
        await hub.spawner("ann", settings=having(DATA)).start()
    api.remove(CLAIM, "data-ann")
    await hub.spawner("ann", settings=having(DATA)).start()
    assert "deletionTimestamp" not in api.claims["data-ann"]["metadata"]


async def test_use_is_noted_at_the_start_and_at_the_end(hub, api):
    old = existing()
    old["metadata"]["annotations"][marks.LAST_USED] = "2020-01-01T00:00:00Z"
    api.put(CLAIM, old)
    spawner = hub.spawner("ann", settings=having(DATA))
    await spawner.start()
    noted = api.claims["data-ann"]["metadata"]["annotations"]
    assert noted[marks.LAST_USED] > "2026"
    noted[marks.LAST_USED] = "2020-01-01T00:00:00Z"
    await spawner.stop()
    assert api.claims["data-ann"]["metadata"]["annotations"][marks.LAST_USED] > "2026"


async def test_a_stop_goes_well_where_nothing_can_be_noted(hub, api):
    spawner = hub.spawner("ann", settings=having(DATA))
    await spawner.start()
    api.refusals["PATCH", CLAIM] = [403]
    await spawner.stop()
    assert not api.pods
    api.remove(CLAIM, "data-ann")
    await spawner.stop()


async def test_what_goes_with_a_person_goes_and_the_rest_stays(hub, api):
    spawner = hub.spawner("ann", settings=having(DATA, KEPT))
    await spawner.start()
    await spawner.stop()
    api.put(CLAIM, existing("data-ben", owner="ben"))
    await spawner.delete_forever()
    assert set(api.claims) == {"kept-ann", "data-ben"}


async def test_a_named_servers_claims_go_with_it_and_no_others(hub, api):
    for server in ("", "lab"):
        spawner = hub.spawner("ann", server, settings=having(DATA))
        await spawner.start()
        await spawner.stop()
    await spawner.delete_forever()
    assert set(api.claims) == {"data-ann"}


async def test_a_claim_that_a_pod_mounts_is_not_removed(hub, api, caplog):
    spawner = hub.spawner("ann", settings=having(DATA))
    await spawner.start()
    await spawner.delete_forever()
    assert set(api.claims) == {"data-ann"}
    assert "a pod mounts it" in caplog.text


async def test_the_very_claim_that_was_looked_at_is_removed(hub, api):
    spawner = hub.spawner("ann", settings=having(DATA))
    await spawner.start()
    await spawner.stop()
    uid = api.claims["data-ann"]["metadata"]["uid"]
    await spawner.delete_forever()
    assert [body["preconditions"]["uid"] for body in api.asked("DELETE")] == [uid]


async def test_a_person_who_never_started_a_server_can_be_deleted(hub, api):
    await hub.spawner("ann", settings=having(DATA)).delete_forever()
    assert not api.asked("DELETE")


async def test_mounts_are_in_the_containers_that_are_named(start, caplog):
    config = {"KubeSpawner": {"extra_containers": [{"name": "tool", "image": "tool:1"}]}}
    _, pod = await start("ann", settings=having(DATA, containers=("tool", "nowhere")), config=config)
    notebook, tool = pod["spec"]["containers"]
    assert "extra-data" not in str(notebook)
    assert tool["volumeMounts"] == [{"name": "extra-data", "mountPath": "/data"}]
    assert "container nowhere is not in the pod" in caplog.text


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1Gi", GI), ("1.5Gi", 3 * GI // 2), ("500M", 500 * 10**6), ("1e3", 1000), ("1E", 10**18), ("1500m", 2), ("7", 7)],
)
def test_quantities_are_read_as_kubernetes_does(written, meant):
    assert size(written) == meant


@pytest.mark.parametrize("written", ["", "Gi", "1 Gi", "1gi", "-1", "1e3Gi"])
def test_what_is_no_quantity_is_refused(written):
    with pytest.raises(ValueError, match="no quantity"):
        size(written)


@pytest.mark.parametrize(("amount", "written"), [(GI, "1Gi"), (GI + 1024, "1048577Ki"), (5, "5")])
def test_sizes_are_written_as_people_do(amount, written):
    assert write_size(amount) == written
