"""A grant on the simulated Azure that holds later than it says."""

import pytest

from testbed.cloud.ledger import Account
from tests.engine.test_azure import DELETED
from tests.support.engine import EngineError
from tests.support.simulated import NewStack


def test_a_grant_that_holds_late_stops_the_cluster_and_another_up_goes_on(
    simulated_stack: NewStack, account: Account
) -> None:
    stack = simulated_stack("late")
    stack.configure(DELETED)
    account.add_fault("late-grant", kind="RoleAssignment", times=-1, seconds=1_000_000)
    with pytest.raises(EngineError, match="it may take a few minutes until it holds"):
        stack.up()
    account.clear_faults()
    stack.up()
