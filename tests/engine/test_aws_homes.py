"""What becomes of people's homes and databases on the simulated AWS when a stack asks for last backups."""

from typing import Any

import pytest
from kubernetes.client import CustomObjectsApi

from testbed.cloud.ledger import Account
from tests.engine.test_aws import BASE, left
from tests.support.engine import Stack
from tests.support.kube import Kube
from tests.support.simulated import NewStack, cluster_of
from tests.support.stack_files import changed


@pytest.fixture(scope="module")
def archived(account: Account, simulated_stack: NewStack) -> Stack:
    """A stack of which everything is to be archived."""
    made = simulated_stack("archived")
    config = changed(BASE, "homes.on_destroy", "archive")
    made.configure(changed(config, "databases.analytics.on_destroy", "archive"))
    made.up()
    return made


def test_a_backup_that_fails_stops_the_destroy_and_the_database_lives(account: Account, archived: Stack) -> None:
    kube = cluster_of(account)
    assert kube
    classes = Classes(kube)
    (chosen,) = classes.all()
    classes.delete(chosen)
    said = archived.pulumi("destroy", "--yes", "--skip-preview")
    assert said.code != 0
    assert "The last backup of database analytics failed" in said.text
    assert f'"{chosen["metadata"]["name"]}" not found' in said.text
    assert "The database is still there." in said.text
    assert kube.pods("analytics", "cnpg.io/cluster=analytics")
    assert account.records("aws:ebs/volume:Volume")
    assert account.records("aws:eks/cluster:Cluster")
    assert not account.records("aws:ebs/snapshot:Snapshot")
    classes.make(chosen)


def test_archive_leaves_last_copies_and_nothing_else(account: Account, archived: Stack) -> None:
    platform = archived.output("platform")
    assert archived.output("on_destroy")["databases.analytics"] == "archive"
    said = archived.destroy()
    (snapshot,) = account.records("aws:ebs/snapshot:Snapshot")
    assert f"The last backup of database analytics is the snapshot {snapshot.id}." in said.text
    assert snapshot.tags["hubstack-platform"] == platform
    assert {name.split(" ")[0] for name in left(account)} == {"backup/vault", "ebs/snapshot"}
    (copy,) = account.records("aws:backup/recoveryPoint:RecoveryPoint")
    assert copy.tags == {"hubstack-platform": platform}


def test_the_leftovers_name_the_snapshot_its_price_and_its_removal(account: Account, archived: Stack) -> None:
    (snapshot,) = account.records("aws:ebs/snapshot:Snapshot")
    said = archived.leftovers().out
    assert "kept on purpose" in said.lower()
    assert f"ec2:snapshot {snapshot.id} in eu-central-1: $0.05 a GiB a month" in said
    assert f"aws ec2 delete-snapshot --snapshot-id {snapshot.id} --region eu-central-1" in said
    assert "Left behind" not in said


class Classes:
    """The classes of snapshots in a cluster."""

    def __init__(self, kube: Kube) -> None:
        self.api: Any = CustomObjectsApi(kube.api)
        self.where = {"group": "snapshot.storage.k8s.io", "version": "v1", "plural": "volumesnapshotclasses"}

    def all(self) -> list[dict[str, Any]]:
        return self.api.list_cluster_custom_object(**self.where)["items"]

    def delete(self, one: dict[str, Any]) -> None:
        self.api.delete_cluster_custom_object(name=one["metadata"]["name"], **self.where)

    def make(self, one: dict[str, Any]) -> None:
        kept = {key: one["metadata"].get(key) for key in ("name", "labels", "annotations")}
        self.api.create_cluster_custom_object(body={**one, "metadata": kept}, **self.where)
