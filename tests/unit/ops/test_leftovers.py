"""What a stack leaves in its account: what was kept, what should not be there, and what each costs."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ops import leftovers
from ops.clouds.place import Place
from ops.clouds.thing import Thing
from ops.leaving.judging import Sort, judge
from ops.leaving.memory import Memory, place_in, remember
from ops.leaving.prices import price
from tests.unit.ops.command_lines import CommandLines
from tests.unit.ops.deployments import STACK, deployment, resource

GCP = "pulumi:providers:gcp"
ACCOUNT = {"urn": f"{STACK}::{GCP}::uni", "type": GCP, "id": "1", "inputs": {"project": "uni", "region": "r"}}
PROVIDER = f"{STACK}::{GCP}::uni::1"
PLATFORM = resource("random:index/randomId:RandomId", "platform-id", {}, {"hex": "p1"}, provider="")
FILES = resource(
    "gcp:filestore/instance:Instance",
    "homes",
    {"name": "homes-1a", "tier": "BASIC_HDD", "fileShares": {"capacityGb": 1024}},
    id="projects/uni/locations/r-b/instances/homes-1a",
    provider=PROVIDER,
    retainOnDelete=True,
)
NETWORK = resource(
    "gcp:compute/network:Network",
    "net",
    {"name": "net-1a"},
    id="projects/uni/global/networks/net-1a",
    provider=PROVIDER,
    retainOnDelete=True,
)
POOL = resource("gcp:container/nodePool:NodePool", "users", {"name": "users-1a"}, id="x/users-1a", provider=PROVIDER)
WHOLE = [ACCOUNT, PLATFORM, NETWORK, FILES, POOL]
EMPTY = deployment([])

FILESTORE = Thing(
    "file.googleapis.com/Instance", "homes-1a", "r-b", f"//file.googleapis.com/{FILES['id']}", "gcloud filestore …"
)
DISK = Thing(
    "compute.googleapis.com/Disk", "pvc-1", "r-b", "//compute/disks/pvc-1", "gcloud compute disks delete pvc-1"
)


def remembered(monkeypatch: pytest.MonkeyPatch, *states: dict[str, Any]) -> Memory:
    monkeypatch.setattr("ops.leaving.memory.states", lambda *_: iter(states))
    return remember(Path(), "hubstack", "fall")


def test_a_destroyed_stack_is_remembered_from_its_history(monkeypatch: pytest.MonkeyPatch):
    checkpoint = {"version": 3, "checkpoint": {"latest": deployment(WHOLE)["deployment"]}}
    memory = remembered(monkeypatch, EMPTY, checkpoint)
    assert memory.platform == "p1"
    assert memory.places == (Place("gcp", project="uni", region="r"),)
    assert memory.here == ()
    assert [each.name for each in memory.kept] == ["net", "homes"]


def test_a_stack_that_is_up_has_kept_nothing_yet(monkeypatch: pytest.MonkeyPatch):
    memory = remembered(monkeypatch, deployment(WHOLE))
    assert [each.name for each in memory.here] == ["net", "homes", "users"]
    assert memory.kept == ()


def test_what_was_kept_and_what_was_left(monkeypatch: pytest.MonkeyPatch):
    memory = remembered(monkeypatch, EMPTY, deployment(WHOLE))
    found = {each.name.split()[1]: each for each in judge(memory, [FILESTORE, DISK])}
    assert found["homes-1a"].sort is Sort.KEPT
    assert found["homes-1a"].monthly == "about $205 (1,024 GiB)"
    assert found["pvc-1"].sort is Sort.LEFT
    assert found["pvc-1"].monthly == "$0.1 a GiB"
    assert found["pvc-1"].removal == DISK.removal
    assert found["projects/uni/global/networks/net-1a"].sort is Sort.KEPT, "a network bears no label and is kept too"


def test_a_disk_of_a_stack_that_is_up_is_its_clusters(monkeypatch: pytest.MonkeyPatch):
    memory = remembered(monkeypatch, deployment(WHOLE))
    assert [each.sort for each in judge(memory, [FILESTORE, DISK])] == [Sort.STACK, Sort.CLUSTER]


@pytest.mark.parametrize(("asked", "sort"), [("archive", Sort.KEPT), ("delete", Sort.LEFT)])
def test_a_backup_is_kept_on_purpose_only_where_the_stack_file_asked_for_it(asked: str, sort: Sort):
    backup = Thing("file.googleapis.com/Backup", "homes-1a-last", "r", "//file/backups/homes-1a-last")
    memory = Memory(platform="p1", on_destroy={"hubstack:homes.on_destroy": asked})
    assert [each.sort for each in judge(memory, [backup])] == [sort]


@pytest.mark.parametrize("kind", ["compute.googleapis.com/Snapshot", "ec2:snapshot", "Microsoft.Compute/snapshots"])
def test_a_databases_last_snapshot_is_kept_on_purpose(kind: str):
    snapshot = Thing(kind, "snapshot-1", "r", "//snapshot-1", "delete it")
    memory = Memory(platform="p1", on_destroy={"hubstack:databases.analytics.on_destroy": "archive"})
    (found,) = judge(memory, [snapshot])
    assert (found.sort, found.monthly, found.removal) == (Sort.KEPT, "$0.05 a GiB", "delete it")


@pytest.mark.parametrize(
    ("kind", "gib", "said"),
    [
        ("ec2:natgateway", None, "about $33"),
        ("elasticfilesystem:file-system", 100, "about $30 (100 GiB)"),
        ("Microsoft.Network/privateEndpoints", None, "about $7"),
        ("Microsoft.Network/virtualNetworks", None, "nothing"),
        ("s3:course-archive", None, "$0.023 a GiB"),
    ],
)
def test_prices(kind: str, gib: float | None, said: str):
    found = price(kind)
    assert found
    assert found.of(gib) == said


def test_an_unknown_kind_has_no_price():
    assert price("aws:lambda") is None


@pytest.mark.parametrize(
    ("cloud", "place"),
    [
        ({"provider": "gcp", "project": "uni", "region": "r"}, Place("gcp", project="uni", region="r")),
        ({"provider": "azure", "subscription": "s"}, Place("azure-native", subscription="s")),
        ({"provider": "local"}, None),
    ],
)
def test_the_account_of_a_stack_file(cloud: dict[str, str], place: Place | None, tmp_path: Path):
    file = tmp_path / "Pulumi.fall.yaml"
    file.write_text(json.dumps({"config": {"hubstack:cloud": cloud}}))
    assert place_in(file) == place


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    (folder / "stacks").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text("name: hubstack\n")
    monkeypatch.chdir(folder)
    return folder


def run(*words: str) -> tuple[int, str]:
    said = CliRunner().invoke(leftovers.app, ["-s", "fall", *words], env={"COLUMNS": "200"})
    return said.exit_code, " ".join(said.output.split())


def test_the_command_after_a_destroy(project: Path, clouds: CommandLines, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ops.leaving.memory.states", lambda *_: iter([EMPTY, deployment(WHOLE)]))
    found = [{"name": DISK.id, "assetType": DISK.kind, "displayName": "pvc-1", "location": "r-b"}]
    clouds.answer("labels.hubstack-platform=p1", said=found)
    code, said = run()
    assert code == 0
    assert "Kept on purpose" in said
    assert "Left behind" in said
    assert "gcloud compute disks delete pvc-1 --zone=r-b --project=uni" in said


def test_nothing_is_left(project: Path, clouds: CommandLines, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ops.leaving.memory.states", lambda *_: iter([EMPTY, deployment([ACCOUNT, PLATFORM])]))
    clouds.answer("asset search-all-resources", said=[])
    assert run() == (0, "Nothing else with the platform's id p1 is in the account.")


def test_a_stack_that_nobody_remembers(project: Path, clouds: CommandLines, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ops.leaving.memory.states", lambda *_: iter([]))
    code, said = run()
    assert code == 1
    assert "--platform" in said
    code, said = run("--platform", "p7")
    assert code == 1
    assert "on no cloud" in said
    cloud = {"provider": "gcp", "project": "uni", "region": "r"}
    (project / "stacks" / "Pulumi.fall.yaml").write_text(json.dumps({"config": {"hubstack:cloud": cloud}}))
    clouds.answer("labels.hubstack-platform=p7", said=[])
    assert run("--platform", "p7") == (0, "Nothing else with the platform's id p7 is in the account.")


def test_the_account_does_not_answer(project: Path, clouds: CommandLines, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ops.leaving.memory.states", lambda *_: iter([deployment(WHOLE)]))
    clouds.answer("asset", error="ERROR: There was a problem refreshing your current auth tokens")
    code, said = run()
    assert code == 1
    assert "gcloud auth login" in said
