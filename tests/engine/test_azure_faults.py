"""A platform on the simulated Azure when the cloud has a bad day: what is asked again, what is said, what is left."""

import pytest

from testbed.cloud.ledger import Account
from tests.engine.test_azure import DELETED, left
from tests.support.engine import EngineError, Stack
from tests.support.simulated import NewStack


@pytest.fixture(scope="module")
def stack(simulated_stack: NewStack) -> Stack:
    made = simulated_stack("faults")
    made.configure(DELETED)
    return made


def test_an_expired_credential_is_said_and_makes_nothing(stack: Stack, account: Account) -> None:
    account.credential = "expired"
    said = stack.pulumi("up", "--yes", "--skip-preview")
    account.credential = "valid"
    assert said.code != 0
    assert "AADSTS" in said.text
    assert left(account) == set()


def test_a_quota_that_is_full_is_said_and_mended_by_another_up(stack: Stack, account: Account) -> None:
    account.set_quota("PublicIPAddresses", 0)
    try:
        with pytest.raises(EngineError, match="PublicIPAddresses"):
            stack.up()
    finally:
        account.set_quota("PublicIPAddresses", 10)


def test_a_grant_that_holds_late_stops_the_cluster_and_another_up_goes_on(stack: Stack, account: Account) -> None:
    account.add_fault("late-grant", kind="RoleAssignment", times=-1, seconds=1_000_000)
    with pytest.raises(EngineError, match="it may take a few minutes until it holds"):
        stack.up()
    account.clear_faults()


def test_throttling_and_5xx_are_outlived(stack: Stack, account: Account) -> None:
    account.add_fault("throttled", operation="create", times=5)
    account.add_fault("server-error", kind="AgentPool", operation="create", times=2)
    stack.up()
    account.clear_faults()
    stack.up("--expect-no-changes")


def test_a_delete_that_says_in_use_for_a_while_goes_through(stack: Stack, account: Account) -> None:
    account.add_fault("in-use", kind="azure-native:network:Subnet", operation="delete", seconds=120)
    account.add_fault("throttled", operation="delete", times=5)
    stack.destroy()
    account.clear_faults()
    assert left(account) == set()


def test_a_create_that_fails_after_making_leaves_no_twin(stack: Stack, account: Account) -> None:
    account.add_fault("fails-after-making", kind="containerservice:ManagedCluster", times=1)
    with pytest.raises(EngineError):
        stack.up()
    account.clear_faults()
    stack.up()
    assert len(account.records("azure-native:containerservice:ManagedCluster")) == 1
    stack.destroy()
    assert left(account) == set()
