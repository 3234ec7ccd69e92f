"""A platform on the simulated Google Cloud when it has a bad day: what is asked again, what is said, what is left."""

import subprocess

import pytest

from testbed.cloud.ledger import Account
from tests.engine.test_gcp import BASE, left
from tests.support.engine import EngineError, Stack
from tests.support.simulated import NewStack
from tests.support.stack_files import changed


@pytest.fixture(scope="module")
def stack(simulated_stack: NewStack) -> Stack:
    made = simulated_stack("faults")
    made.configure(changed(BASE, "homes.on_destroy", "delete"))
    return made


def test_an_expired_credential_is_said_and_makes_nothing(stack: Stack, account: Account) -> None:
    account.credential = "expired"
    said = stack.pulumi("up", "--yes", "--skip-preview")
    account.credential = "valid"
    assert said.code != 0
    assert "invalid_grant" in said.text
    assert left(account) == set()


def test_a_quota_that_is_full_is_said_and_mended_by_another_up(stack: Stack, account: Account) -> None:
    account.set_quota("STATIC_ADDRESSES", 0)
    try:
        with pytest.raises(EngineError, match="STATIC_ADDRESSES"):
            stack.up()
    finally:
        account.set_quota("STATIC_ADDRESSES", 8)


def test_throttling_and_5xx_are_outlived(stack: Stack, account: Account) -> None:
    account.add_fault("throttled", operation="create", times=5)
    account.add_fault("server-error", kind="gcp:container/nodePool", operation="create", times=2)
    stack.up()
    account.clear_faults()
    stack.up("--expect-no-changes")


def test_a_delete_that_says_in_use_for_a_while_goes_through(stack: Stack, account: Account) -> None:
    account.add_fault("in-use", kind="gcp:compute/subnetwork", operation="delete", seconds=60)
    account.add_fault("throttled", operation="delete", times=5)
    stack.destroy()
    account.clear_faults()
    assert left(account) == set()


def test_a_create_that_fails_after_making_leaves_no_twin(stack: Stack, account: Account) -> None:
    account.add_fault("fails-after-making", kind="gcp:container/cluster", times=1)
    with pytest.raises(EngineError, match="internal error"):
        stack.up()
    account.clear_faults()
    stack.up()
    assert len(account.records("gcp:container/cluster:Cluster")) == 1


def test_archive_takes_a_last_backup_that_stays(stack: Stack, account: Account) -> None:
    stack.configure(changed(BASE, "homes.on_destroy", "archive"))
    stack.up()
    platform = stack.output("platform")
    stack.destroy()
    (backup,) = account.records("gcp:filestore/backup:Backup")
    assert backup.tags["hubstack-platform"] == platform
    assert left(account) == {"Bucket"}  # and the backup, which gcloud made and not the program
    for kept in account.records():
        if kept.made_by != "person":
            account.remove(kept)


def test_a_cluster_that_goes_first_leaks_what_kubernetes_made(stack: Stack, account: Account) -> None:
    # What the order of the graph is for: without it, this is what a destroy leaves.
    stack.configure(changed(BASE, "homes.on_destroy", "delete"))
    stack.up()
    (cluster,) = account.records("gcp:container/cluster:Cluster")
    words = ["gcloud", "container", "clusters", "delete", cluster.name, "--location=europe-west1"]
    words += ["--project=my-university", "--quiet"]
    done = subprocess.run(words, env=dict(stack.environment), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    leaked = {each.kind.rpartition(":")[2] for each in account.records(made_by="kubernetes")}
    assert {"Disk", "ForwardingRule", "Firewall"} <= leaked
