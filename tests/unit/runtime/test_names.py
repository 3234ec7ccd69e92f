"""Folders named after people and groups: whatever they are called, no clash and no way out."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kubespawner.slugs import escape_slug

from components.hub.runtime import names
from components.hub.runtime.names import group_folder, home_folder, legacy_name, why_no_home
from components.hub.runtime.settings import Claim, Folder, RuntimeSettings
from components.hub.runtime.upstream import Refused
from tests.unit.runtime.api_server import POD
from tests.unit.runtime.conftest import HubOfOne

HOSTILE = [
    "", ".", "..", "../", "../../etc", "a/../b", "/", "//", "/etc", "a/b", "a\\b", "_shared", "_groups", "~", "-",
    "---", "--", "a--b", "a---0b0665e5", "ann.", "ann-", "ANN", "Ann", "a\0b", "a\nb", "ann\n", "{group}", "{username}",
    "$(X)", "李", "İ", "ß", "\u202e", "\u2024\u2024/", "\uff0e\uff0e\uff0f", "\u212a", "a" * 63, "a" * 64, "x" * 255,
    "é" * 200, "日" * 200, "group",
]  # fmt: skip
ALIKE = [("a.b", "a-b"), ("a.b", "a_b"), ("ann", "ann."), ("ann", "ann-"), ("ann", "ANN"), ("x!y", "x?y")]
ANYTHING = st.one_of(st.text(max_size=255), st.text(alphabet="ab-._/A@\0\n", max_size=80), st.sampled_from(HOSTILE))


def now(minutes=0):
    return datetime(2026, 9, 1, tzinfo=UTC) + timedelta(minutes=minutes)


def is_one_folders_name(name):
    return bool(name) and "/" not in name and "\0" not in name and name not in {".", ".."} and len(name.encode()) <= 255


def is_for_kubernetes(name):
    return re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", name) and len(name) <= 253


@given(ANYTHING)
def test_a_groups_folder_is_one_folder(group):
    folder = group_folder(group)
    assert is_one_folders_name(folder)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", folder)
    assert len(folder) <= 63


@given(ANYTHING, ANYTHING)
def test_no_two_groups_share_a_folder(one, other):
    assert (group_folder(one) == group_folder(other)) == (one == other)


@given(ANYTHING)
def test_no_group_can_be_called_as_another_ones_folder(group):
    folder = group_folder(group)
    assert group_folder(folder) == folder if folder == group else group_folder(folder) != folder


@pytest.mark.parametrize("group", ["physics", "Data8", "data8-admins", "cs_101.fall"])
def test_a_plain_group_has_a_folder_of_its_name(group):
    assert group_folder(group) == group


@pytest.mark.parametrize("scheme", ["safe", "escaped", "legacy"])
@given(name=ANYTHING)
def test_whoever_gets_a_home_gets_one_folder(scheme, name):
    if why_no_home(name, scheme, list) is None:
        folder = home_folder(name, scheme)
        assert is_one_folders_name(folder)
        assert not folder.startswith("_")


@pytest.mark.parametrize("scheme", ["safe", "escaped", "legacy"])
@given(one=ANYTHING, other=ANYTHING)
@example(*ALIKE[0])
@example(*ALIKE[3])
def test_no_two_people_get_the_same_home(scheme, one, other):
    people = {one: (now(0), 1), other: (now(1), 2)}.items()
    both = {name: home_folder(name, scheme) for name, _ in people if why_no_home(name, scheme, lambda: people) is None}
    assert len(set(both.values())) == len(both)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_of_two_alike_the_earlier_keeps_the_folder(one, other):
    for first, second in ((one, other), (other, one)):
        people = [(second, (now(1), 1)), (first, (now(0), 2))]
        assert why_no_home(first, "legacy", lambda people=people: people) is None
        assert "was here first" in why_no_home(second, "legacy", lambda people=people: people)


def test_people_of_the_same_moment_are_told_apart_by_number():
    people = [("a.b", (now(), 2)), ("a-b", (now(), 1))]
    assert why_no_home("a-b", "legacy", lambda: people) is None
    assert why_no_home("a.b", "legacy", lambda: people)


@pytest.mark.parametrize("name", ["李", "-", "..", "../", ""])
def test_a_legacy_name_of_nothing_would_be_all_homes_and_is_refused(name):
    assert "no letter or digit" in why_no_home(name, "legacy", list)


def test_a_name_longer_than_a_folders_is_refused():
    assert "too long" in why_no_home("日" * 200, "escaped", list)
    assert why_no_home("日" * 200, "safe", list) is None


def test_two_hashes_that_meet_are_told_apart(monkeypatch):
    monkeypatch.setattr(names, "safe_slug", lambda name, **_: "a---00000000")
    home_folder.cache_clear()
    people = [("A!", (now(0), 1)), ("A?", (now(1), 2))]
    assert why_no_home("A!", "safe", lambda: people) is None
    assert why_no_home("A?", "safe", lambda: people)
    home_folder.cache_clear()


def test_nobody_else_is_looked_at_where_names_cannot_meet():
    def nobody():
        raise AssertionError

    assert why_no_home("ann", "safe", nobody) is None
    assert why_no_home("A.B", "escaped", nobody) is None


@given(ANYTHING)
def test_legacy_names_are_those_of_old_kubespawner(name):
    safe = set("abcdefghijklmnopqrstuvwxyz0123456789")
    assert legacy_name(name) == "".join(letter if letter in safe else "-" for letter in name.lower())


SCHEMES = {"safe": "{safe_username}", "escaped": "{escaped_username}", "legacy": "{legacy_escape_username}"}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["ann", "Ann.B@example.org", "a-b", "日本", "ann."])
async def test_the_pod_mounts_the_folder_that_was_judged(hub, api, scheme, name):
    mount = {"name": "home", "mountPath": "/home/jovyan", "subPath": SCHEMES[scheme]}
    config = {"KubeSpawner": {"volume_mounts": {"home": mount}}}
    spawner = hub.spawner(name, settings=RuntimeSettings(names=scheme), config=config)
    if scheme == "legacy" and name == "日本":
        with pytest.raises(Refused):
            await spawner.start()
        return
    await spawner.start()
    (pod,) = api.pods.values()
    assert pod["spec"]["containers"][0]["volumeMounts"][0]["subPath"] == home_folder(name, scheme)


async def test_the_later_of_two_people_is_refused_at_the_start(hub, api):
    settings = RuntimeSettings(names="legacy")
    later, earlier = hub.person("a.b"), hub.person("a-b")
    later.created, earlier.created = now(1).replace(tzinfo=None), now(0).replace(tzinfo=None)
    hub.db.commit()
    with pytest.raises(Refused, match="a-b, and so is that of another person") as refused:
        await hub.spawner("a.b", settings=settings).start()
    assert refused.value.jupyterhub_message
    assert not api.asked("POST", POD)
    await hub.spawner("a-b", settings=settings).start()


async def test_any_template_may_use_the_legacy_name(hub, api):
    spawner = hub.spawner("Ann.B-")
    assert spawner._expand_user_properties("x/{legacy_escape_username}/{username}") == "x/ann-b-/ann-b---22fc8f1f"
    assert spawner._expand_user_properties("{legacy_escape_username}") == "ann-b"
    assert spawner._expand_user_properties("{legacy_escape_username}-") == "ann-b--"


EVERYTHING = RuntimeSettings(
    folders=(Folder(path="_groups/{group}", mount="groups/{group}", audience="members", write=True),),
    claims=(Claim(name="data", storage_class="block", capacity=1, mount="/data"),),
)


@settings(max_examples=min(50, settings().max_examples))
@given(ANYTHING.filter(bool), st.sampled_from(["", "lab", "../x", "Ä" * 50]), st.lists(ANYTHING, max_size=3))
def test_any_person_and_groups_make_a_pod_that_stays_in_its_folders(person, server, groups):
    async def manifest():
        spawner = HubOfOne().spawner(person, server, settings=EVERYTHING, groups=sorted(set(groups) - {""}))
        return spawner.disks.name(EVERYTHING.claims[0]), await spawner.get_pod_manifest()

    claim, pod = asyncio.run(manifest())
    assert is_for_kubernetes(claim)
    mounts = pod.spec.containers[0].volume_mounts
    paths = [mount.sub_path for mount in mounts if mount.name == "home"]
    assert len(set(paths)) == len(paths)
    for path in paths:
        above, _, folder = path.rpartition("/")
        assert above in ("", "_groups")
        assert is_one_folders_name(folder)
    assert len({mount.mount_path for mount in mounts}) == len(mounts)


def test_kubespawners_escaping_is_what_is_judged():
    assert home_folder("A.b-c", "escaped") == escape_slug("A.b-c") == "-41-2eb-2dc"
