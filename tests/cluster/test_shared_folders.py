"""Who of a hub can read and write which folder, tried for each; and what is kept when servers and the hub change."""

import base64
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import yaml

from testbed.local.places import CHECKOUT
from tests.support.hub_client import Person
from tests.support.hubs import BringUp, Hubs
from tests.support.kube import wait_for
from tests.support.stack_files import one_hub

HUB = "studio"
ADMIN, MEMBER, OTHER = "ada", "bob", "carol"
SETTINGS = {
    "auth": {"dummy": {}, "admins": [ADMIN]},
    "shared": {"allusers": "readonly", "public": True, "groups": ["staff"]},
    "culling": False,
}

# Prints which of some folders can be read, and which written.
_TRY = """
import json, os
def can(act):
    try:
        act()
        return True
    except OSError:
        return False
def write(folder):
    with open(f"{{folder}}/by-{me}.txt", "w") as file:
        file.write("{me}")
print(json.dumps({{f: [can(lambda: os.listdir(f)), can(lambda: write(f))] for f in {folders!r}}}))
"""

READ, WRITE, NOTHING = [True, False], [True, True], [False, False]
FOLDERS = {
    ".": (WRITE, WRITE, WRITE),
    "shared": (READ, READ, READ),
    "shared-readwrite": (WRITE, NOTHING, NOTHING),
    "shared-public": (WRITE, WRITE, WRITE),
    "groups/staff": (NOTHING, WRITE, NOTHING),
    "groups/other": (NOTHING, NOTHING, NOTHING),
    "allusers": (READ, NOTHING, NOTHING),
    "allusers/carol": (READ, NOTHING, NOTHING),
    "allusers/_shared": (READ, NOTHING, NOTHING),
}
"""What an admin, a member of the group and somebody else may do in each folder of their home."""


@pytest.fixture(scope="module")
def hubs(bring_up: BringUp) -> Hubs:
    return bring_up(HUB, **SETTINGS)


@pytest.fixture(scope="module")
def people(hubs: Hubs) -> Iterator[dict[str, Person]]:
    """An admin, a member of the group staff, and somebody else, whose servers run."""
    with ExitStack() as doors:
        there = {name: doors.enter_context(hubs.person(HUB, name)).log_in() for name in (OTHER, MEMBER, ADMIN)}
        there[ADMIN].put_into_group("staff", MEMBER)
        there[ADMIN].put_into_group("other", OTHER)
        for person in there.values():
            person.start()
        yield there


@pytest.fixture(scope="module")
def rights(people: dict[str, Person]) -> dict[str, dict[str, list[bool]]]:
    return {
        name: json.loads(person.run(_TRY.format(me=name, folders=list(FOLDERS)))) for name, person in people.items()
    }


@pytest.mark.parametrize("folder", FOLDERS)
def test_who_may_read_and_write(rights: dict[str, dict[str, list[bool]]], folder: str):
    assert tuple(rights[name][folder] for name in (ADMIN, MEMBER, OTHER)) == FOLDERS[folder]


def test_what_an_admin_shares_everyone_reads(people: dict[str, Person]):
    people[ADMIN].shell("echo 'a dataset' > shared-readwrite/data.csv")
    for person in people.values():
        assert person.shell("cat shared/data.csv") == "a dataset\n"


def test_an_admin_sees_what_somebody_wrote(people: dict[str, Person]):
    people[OTHER].shell("echo mine > homework.txt")
    assert people[ADMIN].shell(f"cat allusers/{OTHER}/homework.txt") == "mine\n"


def test_everyone_can_change_what_is_public(people: dict[str, Person]):
    people[MEMBER].shell("mkdir shared-public/together && echo one > shared-public/together/notes.txt")
    people[OTHER].shell("echo two >> shared-public/together/notes.txt")
    assert people[ADMIN].shell("cat shared-public/together/notes.txt") == "one\ntwo\n"


def test_sqlite_files_are_not_on_the_shared_file_system(people: dict[str, Person]):
    """SQLite locks files in a way that network file systems do not honour."""
    people[OTHER].run("print(1)")
    databases = "find . -xdev -name '*.sqlite*' -o -xdev -name '*.db' -o -xdev -name '.jupyter_ystore*'"
    assert people[OTHER].shell(databases) == ""


def test_files_outlast_the_server_and_the_hub(hubs: Hubs, people: dict[str, Person]):
    """A hub that is upgraded leaves servers running, and what people wrote is there whichever way they come back."""
    people[OTHER].shell("echo precious > kept.txt")
    hubs.stack.configure(one_hub(HUB, **SETTINGS, chart_values={"hub": {"extraEnv": {"UPGRADED": "yes"}}}))
    hubs.stack.up()
    assert people[OTHER].shell("cat kept.txt") == "precious\n"
    people[OTHER].stop().start()
    assert people[OTHER].shell("cat kept.txt") == "precious\n"


def test_who_leaves_a_group_loses_its_folder_at_the_next_start(
    people: dict[str, Person], rights: dict[str, dict[str, list[bool]]]
):
    assert rights[MEMBER]["groups/staff"] == WRITE
    people[ADMIN].api("DELETE", "/hub/api/groups/staff/users", {"users": [MEMBER]})
    assert people[MEMBER].shell("ls groups/staff") == f"by-{MEMBER}.txt\n"
    people[MEMBER].stop().start()
    assert people[MEMBER].shell("ls groups/staff") == "", "the empty place of the mount is all that is left"


def test_homes_are_brought_here_as_the_page_says(hubs: Hubs):
    page = (CHECKOUT / "docs" / "moving-homes.md").read_text()
    mover = yaml.safe_load(page.partition("# mover.yaml\n")[2].partition("```")[0])
    mover["metadata"]["namespace"] = HUB
    hubs.kube.core.create_namespaced_pod(HUB, mover)
    wait_for("the mover runs", lambda: hubs.kube.pod_runs(HUB, "mover"))
    files = base64.b64encode(_home_of("dora", b"from the old hub\n")).decode()
    hubs.kube.run_in_pod(HUB, "mover", ["sh", "-c", f"echo {files} | base64 -d | tar -C /homes -x"])
    hubs.kube.core.delete_namespaced_pod("mover", HUB, grace_period_seconds=0)
    with hubs.person(HUB, "dora") as dora:
        assert dora.log_in().start().shell("cat notes.txt; echo and new >> notes.txt") == "from the old hub\n"
        assert dora.stop().start().shell("cat notes.txt") == "from the old hub\nand new\n"


def _home_of(person: str, notes: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo(f"{person}/notes.txt")
        entry.size, entry.mode = len(notes), 0o644
        archive.addfile(entry, io.BytesIO(notes))
    return packed.getvalue()
