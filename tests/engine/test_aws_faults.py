"""A platform on the simulated AWS when the cloud has a bad day: what is asked again, what is said, what is left."""

import pytest

from testbed.cloud.ledger import Account
from tests.engine.test_aws import BASE, left
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
    assert "ExpiredToken" in said.text
    assert left(account) == set()


def test_a_quota_that_is_full_is_said_and_mended_by_another_up(stack: Stack, account: Account) -> None:
    account.set_quota("ELASTIC_IPS", 1)
    with pytest.raises(EngineError, match="ELASTIC_IPS"):
        stack.up()
    account.set_quota("ELASTIC_IPS", 5)


def test_throttling_and_5xx_are_outlived(stack: Stack, account: Account) -> None:
    account.add_fault("throttled", operation="create", times=5)
    account.add_fault("server-error", kind="aws:eks/nodeGroup", operation="create", times=2)
    stack.up()
    account.clear_faults()
    stack.up("--expect-no-changes")


def test_a_delete_that_says_in_use_for_a_while_goes_through(stack: Stack, account: Account) -> None:
    account.add_fault("in-use", kind="aws:ec2/subnet", operation="delete", seconds=120)
    account.add_fault("throttled", operation="delete", times=5)
    stack.destroy()
    account.clear_faults()
    assert left(account) == set()


def test_a_create_that_fails_after_making_leaves_no_twin(stack: Stack, account: Account) -> None:
    account.add_fault("fails-after-making", kind="aws:eks/cluster", times=1)
    with pytest.raises(EngineError, match="CREATE_FAILED"):
        stack.up()
    account.clear_faults()
    stack.up()
    assert len(account.records("aws:eks/cluster:Cluster")) == 1
    stack.destroy()
    assert left(account) == set()
