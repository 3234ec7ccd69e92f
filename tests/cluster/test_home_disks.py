"""Homes that are disks: one for each server, named ones too, or folders of a disk that is there already."""

from collections.abc import Iterator

import pytest

from tests.support.hub_client import Person
from tests.support.hubs import BringUp, Hubs
from tests.support.kube import wait_for
from tests.support.stack_files import one_hub

HUB = "disks"
COURSE = "course-homes"
DYNAMIC = {
    "type": "dynamic",
    "pvc_name_template": "claim-{username}--{servername}",
    "storage_class": "block",
    "storage_capacity": "200Mi",
    "working_dir": "/home/jovyan",
    "sub_path": "value",
    "extra_labels": {"course": "data8"},
    "delete_pvc": True,
    "volumes": [{"name": "course", "persistentVolumeClaim": {"claimName": COURSE}}],
    "volume_mounts": [{"name": "course", "mountPath": "/course", "subPath": "material"}],
}
SETTINGS = {
    "auth": {"dummy": {}, "admins": ["admin"]},
    "chart_values": {"hub": {"config": {"JupyterHub": {"allow_named_servers": True}}}},
    "culling": False,
    "on_destroy": "delete",
}
STATIC = {"type": "static", "claim": COURSE, "sub_path": "homes/{username}"}


@pytest.fixture(scope="module")
def hubs(bring_up: BringUp) -> Hubs:
    """A hub where each server has a disk, beside one with a course's material."""
    made = bring_up(HUB, **SETTINGS, storage=DYNAMIC, shared={"public": True})
    classes = made.stack.resources("StorageClass")
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    spec["storageClassName"] = classes[0]["outputs"]["metadata"]["name"]
    made.kube.core.create_namespaced_persistent_volume_claim(HUB, {"metadata": {"name": COURSE}, "spec": spec})
    return made


@pytest.fixture(scope="module")
def ada(hubs: Hubs) -> Iterator[Person]:
    with hubs.person(HUB, "ada") as person:
        yield person.log_in().start()


@pytest.fixture(scope="module")
def lab(hubs: Hubs) -> Iterator[Person]:
    """The same person, at a second server of hers."""
    with hubs.person(HUB, "ada", "lab") as person:
        yield person.log_in().start()


def test_each_server_has_a_disk_of_its_own(hubs: Hubs, ada: Person, lab: Person):
    ada.shell("echo mine > file.txt")
    assert "file.txt" not in lab.shell("ls")
    claims = hubs.kube.core.list_namespaced_persistent_volume_claim(HUB, label_selector="course=data8").items
    assert {each.metadata.name for each in claims} == {"claim-ada", "claim-ada--lab"}
    assert {each.spec.resources.requests["storage"] for each in claims} == {"200Mi"}
    assert ada.run("import os; print(os.getcwd())") == "/home/jovyan\n"


def test_what_is_on_the_disk_outlasts_the_server(ada: Person):
    ada.shell("echo kept > kept.txt")
    ada.stop().start()
    assert ada.shell("cat kept.txt") == "kept\n"


def test_further_volumes_and_shared_folders_are_there_too(ada: Person, lab: Person):
    ada.shell("echo lesson > /course/lesson.txt && echo note > shared-public/note.txt")
    assert lab.shell("cat /course/lesson.txt shared-public/note.txt") == "lesson\nnote\n"


def test_a_disk_goes_with_its_named_server_and_with_its_person(hubs: Hubs, ada: Person, lab: Person):
    lab.remove()
    wait_for("the named server's disk to go", lambda: "claim-ada--lab" not in hubs.kube.claims(HUB))
    assert "claim-ada" in hubs.kube.claims(HUB)
    ada.stop()
    with hubs.person(HUB, "admin") as admin:
        admin.log_in().delete("ada")
    wait_for("the person's disk to go", lambda: "claim-ada" not in hubs.kube.claims(HUB))


def test_homes_are_folders_of_a_disk_that_is_there(hubs: Hubs):
    """Another place of homes would be an empty one: it is refused until the stack file says that it is meant."""
    settings = {**SETTINGS, "storage": STATIC}
    hubs.stack.configure(one_hub(HUB, **settings))
    refused = hubs.stack.pulumi("up", "--yes", "--skip-preview")
    assert refused.code != 0
    place = "dynamic claim-{username}--{servername}/value"
    assert f"was {place} and cannot become" in refused.text
    hubs.stack.configure(one_hub(HUB, **{**settings, "storage": {**STATIC, "moved_from": place}}))
    hubs.stack.up()
    with hubs.person(HUB, "bob") as bob:
        bob.log_in().start()
        bob.shell("echo mine > file.txt")
        assert bob.stop().start().shell("cat file.txt") == "mine\n"
