"""A small part of `make chaos`, on one cloud: the engine killed, recovered, and the account held against the state."""

import pytest

from testbed.chaos.run import Run, batter
from testbed.cloud.ledger import Account
from tests.engine.test_recover_clouds import CONFIG
from tests.support.simulated import NewStack

SEED = 4


@pytest.mark.nightly  # test_kill.py and test_recover_clouds.py kill it at chosen moments
def test_three_kills_leave_neither_a_twin_nor_anything_behind(account: Account, simulated_stack: NewStack) -> None:
    stack = simulated_stack("chaos")
    stack.configure(CONFIG)
    run = Run("gke", SEED)
    batter(stack, account, run, 3, print)
    assert len(run.kills) == 3
    assert run.faults == []
    assert [kill.faults for kill in run.kills if kill.faults] == []
