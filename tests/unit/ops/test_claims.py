"""People's disks as `python -m ops.claims` lists and removes them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from components.hub.runtime import marks
from ops import claims
from ops.disks import disk as words
from ops.disks.disk import Disk, disks
from ops.disks.wish import Wish
from ops.recovery.errors import RecoverError
from tests.unit.ops.deployments import PROVIDER, deployment, kubernetes, provider

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
Object = dict[str, Any]


def claim(name: str = "postgres-ada", owner: str = "ada", *, labels: Object | None = None, **marked: str) -> Object:
    annotations = {"hub.jupyter.org/username": owner, **{key.replace("_", "-"): v for key, v in marked.items()}}
    annotations = {f"hubstack.dev/{key}" if "/" not in key else key: value for key, value in annotations.items()}
    own = {"component": "extra-pvc", "hubstack.dev/claim": name.partition("-")[0]}
    metadata = {"name": name, "uid": f"uid-{name}", "labels": own if labels is None else labels}
    made = {"annotations": annotations, "creationTimestamp": "2026-09-01T08:00:00Z"}
    spec = {"resources": {"requests": {"storage": "2Gi"}}}
    return {"metadata": {**metadata, **made}, "spec": spec, "status": {"capacity": {"storage": "1Gi"}}}


def pod(claim: str, phase: str = "Running", name: str = "jupyter-ada") -> Object:
    volumes = [{"name": "home"}, {"name": "disk", "persistentVolumeClaim": {"claimName": claim}}]
    return {"metadata": {"name": name}, "spec": {"volumes": volumes}, "status": {"phase": phase}}


def only(*objects: Object, pods: tuple[Object, ...] = ()) -> Disk:
    (found,) = disks("data8", "data8", objects, pods)
    return found


# What a disk is


def test_the_marks_are_those_that_the_hub_writes():
    assert (words.COMPONENT, words.EXTRA_CLAIM) == (marks.COMPONENT, marks.EXTRA_CLAIM)
    assert (words.USERNAME, words.SERVERNAME) == (marks.USERNAME, marks.SERVERNAME)
    assert (words.LAST_USED, words.USED_BYTES) == (marks.LAST_USED, marks.USED_BYTES)


def test_a_disk_has_what_stands_on_its_claim():
    found = only(claim(last_used="2026-11-01T10:00:00Z", used_bytes="73400320"))
    assert (found.owner, found.server, found.size, found.used) == ("ada", "", 1 << 30, 70 << 20)
    assert found.last_used == datetime(2026, 11, 1, 10, tzinfo=UTC)


def test_a_disk_that_says_little_is_listed_all_the_same():
    bare = claim(used_bytes="much", last_used="yesterday")
    bare["metadata"]["annotations"].pop("hub.jupyter.org/username")
    bare["status"] = {}
    found = only(bare)
    assert (found.owner, found.used, found.size) == ("", None, 2 << 30)
    assert found.last_used == datetime(2026, 9, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("labels", [{}, {"component": "singleuser-storage"}, {"app": "jupyterhub"}])
def test_homes_and_the_hubs_own_are_no_such_disks(labels: Object):
    assert disks("data8", "data8", [claim(labels=labels)], []) == []


@pytest.mark.parametrize("phase", ["Pending", "Running", "Unknown"])
def test_a_disk_is_in_use_by_whichever_pod_has_it(phase: str):
    assert only(claim(), pods=(pod("postgres-ada", phase), pod("postgres-bob"))).mounted_by == ("jupyter-ada",)


def test_a_pod_that_has_ended_has_no_disk():
    assert only(claim(), pods=(pod("postgres-ada", "Succeeded"), pod("postgres-ada", "Failed"))).mounted_by == ()


# Which are meant


@pytest.mark.parametrize(
    ("wish", "means"),
    [
        (Wish.read([], [], ""), True),
        (Wish.read(["component=extra-pvc", "hubstack.dev/claim=postgres"], [], ""), True),
        (Wish.read(["hubstack.dev/claim=scratch"], [], ""), False),
        (Wish.read([], ["bob", "ada"], ""), True),
        (Wish.read([], ["bob"], ""), False),
        (Wish.read([], [], "2w"), True),
        (Wish.read([], [], "30d"), False),
        (Wish.read(["component=extra-pvc"], ["bob"], "2w"), False),
    ],
)
def test_each_part_of_a_wish_narrows_it(wish: Wish, means: bool):  # noqa: FBT001
    assert wish.means(only(claim(last_used="2026-11-01T10:00:00Z")), NOW) is means


def test_a_disk_is_not_older_than_the_moment_of_its_age():
    found = replace(only(claim()), last_used=NOW - timedelta(days=90))
    assert not Wish.read([], [], "90d").means(found, NOW)
    assert Wish.read([], [], "90d").means(found, NOW + timedelta(seconds=1))


@pytest.mark.parametrize("age", ["90", "d", "0d", "-3d", "3 d", "3y", "٣d"])
def test_what_is_no_age_is_refused(age: str):
    with pytest.raises(RecoverError, match="is no age: write hours, days or weeks"):
        Wish.read([], [], age)


@pytest.mark.parametrize("label", ["postgres", "=postgres", "claim=", ""])
def test_what_is_no_label_is_refused(label: str):
    with pytest.raises(RecoverError, match="is no label"):
        Wish.read([label], [], "")


# The command


@dataclass
class Cluster:
    """A cluster that holds objects by namespace and kind, and forgets what is deleted."""

    objects: dict[tuple[str, str], list[Object]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    api: Any = None

    def __post_init__(self) -> None:
        self.api = self

    def list(self, api_version: str, kind: str, namespace: str) -> list[Object]:  # noqa: ARG002
        return self.objects.get((namespace, kind), [])

    def delete(self, references: Any) -> None:
        self.deleted += [str(reference) for reference in references]


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    made = Cluster()
    made.objects["data8", "PersistentVolumeClaim"] = [
        claim(last_used="2026-06-01T10:00:00Z", used_bytes="73400320"),
        claim("postgres-bob", "bob", last_used="2026-06-01T10:00:00Z"),
        claim("hub-db-dir", "", labels={"component": "hub"}),
    ]
    made.objects["data8", "Pod"] = [pod("postgres-bob", name="jupyter-bob")]
    made.objects["lab", "PersistentVolumeClaim"] = [claim("scratch-eve", "eve")]
    spaces = [
        kubernetes("Namespace", name, labels={"hubstack.dev/hub": name} if name != "databases" else {})
        for name in ("data8", "lab", "databases")
    ]
    state = deployment([provider("a: kubeconfig"), *spaces])

    class Engine:
        def export(self, *, show_secrets: bool) -> Object:  # noqa: ARG002
            return state

    class Clusters:
        def __init__(self, exits: Any, kubeconfig: str) -> None: ...

        def of(self, resource: Any, state: Any) -> Cluster:  # noqa: ARG002
            assert resource.provider_urn == PROVIDER
            return made

    monkeypatch.setattr(claims, "engine_in", lambda folder, stack: Engine())
    monkeypatch.setattr(claims, "Clusters", Clusters)
    return made


def run(*words: str, typed: str = "", code: int = 0) -> str:
    done = CliRunner().invoke(claims.app, words, input=typed, env={"COLUMNS": "200"})
    assert done.exit_code == code, done.output
    return done.output


def test_disks_of_all_hubs_are_listed_with_their_owners(cluster: Cluster):
    said = run()
    assert said.splitlines()[0].split("  ")[0] == "hub"
    assert "postgres-ada  ada     1Gi  70Mi  2026-06-01" in said
    assert "jupyter-bob" in said
    assert "scratch-eve" in said
    assert "hub-db-dir" not in said
    assert said.splitlines()[-1] == "3 disks of 3Gi, 1 of them in use."
    assert cluster.deleted == []


def test_nothing_that_is_meant_is_told(cluster: Cluster):
    assert run("--user", "nobody") == "There is no such disk.\n"


def test_removing_asks_for_the_hubs_name_and_leaves_what_is_in_use(cluster: Cluster):
    said = run("--remove", "--hub", "data8", typed="data8\n")
    assert "Those that a pod has, or that are being removed, stay as they are." in said
    assert "Every free disk in data8: 1 disk of 1Gi. The data goes with them for good." in said
    assert "Removed 1 disk of 1Gi." in said
    assert cluster.deleted == ["PersistentVolumeClaim postgres-ada in data8"]


@pytest.mark.parametrize("typed", ["\n", "y\n", "yes\n", "lab\n", "Data8\n"])
def test_another_word_than_the_hubs_name_removes_nothing(cluster: Cluster, typed: str):
    assert "nothing was removed" in run("--remove", "--hub", "data8", typed=typed, code=1)
    assert cluster.deleted == []


def test_a_dry_run_says_what_would_go_and_asks_nothing(cluster: Cluster):
    said = run("--remove", "--dry-run", "--hub", "data8", "--older-than", "1w")
    assert "What is free of these in data8: 1 disk of 1Gi would be removed, with the data. Nothing was." in said
    assert cluster.deleted == []


def test_disks_of_several_hubs_are_not_removed_at_once(cluster: Cluster):
    assert "name it with --hub (data8, lab)" in run("--remove", code=1)


def test_a_hub_that_is_not_there_is_told(cluster: Cluster):
    assert "The stack has no hub nope." in run("--hub", "nope", code=1)


def test_only_what_is_in_use_is_nothing_to_remove(cluster: Cluster):
    assert "Nothing is to be removed." in run("--remove", "--hub", "data8", "--user", "bob")


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda cluster: cluster.objects["data8", "Pod"].append(pod("postgres-ada")),
        lambda cluster: cluster.objects["data8", "PersistentVolumeClaim"][0]["metadata"].update(uid="another"),
        lambda cluster: cluster.objects["data8", "PersistentVolumeClaim"].pop(0),
    ],
    ids=["in use", "made anew", "gone"],
)
def test_a_disk_that_changed_while_the_question_stood_stays(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[Cluster], None]
):
    def typed(*_: Any, **__: Any) -> str:
        meanwhile(cluster)
        return "data8"

    monkeypatch.setattr(claims.typer, "prompt", typed)
    assert "Removed 0 disks" in run("--remove", "--hub", "data8")
    assert cluster.deleted == []
