"""The policy pack in the real engine: what it refuses fails the preview, and stands first in the comment."""

from pathlib import Path

import pytest

from ops.preview.judging import Verdict
from testbed.cloud import furnishing
from testbed.cloud.ledger import Account
from tests.support.comments import told
from tests.support.engine import CHECKOUT, Stack
from tests.support.judges import PACK, environment
from tests.support.simulated import NewStack
from tests.support.stack_files import changed
from tests.support.whole_stacks import config_of


@pytest.fixture(scope="module")
def with_pack(account: Account, simulated_stack: NewStack) -> NewStack:
    """Makes one of the example stacks, the pack in its folder."""
    furnishing.dns_zones(account)

    def make(name: str) -> Stack:
        made = simulated_stack(name)
        (made.folder / "policies").symlink_to(packed(made.folder / "packed"))
        made.configure(config_of(name))
        return made

    return make


def packed(folder: Path) -> Path:
    """Give the pack with its packages beside it, as people install them."""
    folder.mkdir()
    for each in (CHECKOUT / "policies").iterdir():
        if each.name != ".venv":
            (folder / each.name).symlink_to(each)
    (folder / ".venv").symlink_to(environment(PACK).parent)
    return folder


def test_what_a_policy_refuses_fails_the_preview_and_stands_first(with_pack: NewStack) -> None:
    stack = with_pack("research")
    stack.configure(changed(config_of("research"), "hubs.lab.proxy", {}))
    comment = told(stack, "--policy-pack", "policies")
    assert comment.said.code
    assert {each.policy for each in comment.report.preview.findings if each.is_mandatory} == {"tls"}
    assert comment.report.verdict is Verdict.FAILED
    assert "hub lab speaks plain HTTP" in comment.head


@pytest.mark.parametrize("name", ["course-fall", "team-data"])
def test_what_no_policy_refuses_is_previewed(with_pack: NewStack, name: str) -> None:
    said = with_pack(name).pulumi("preview", "--policy-pack", "policies")
    assert "Policies:" in said.text
    assert said.code == 0, said.text[-3000:]
