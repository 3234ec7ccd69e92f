"""What the comment says of a preview of the real engine, held against what `up` then does.

The programs are small ones of their own: what counts here is the engine's document. What the platform's own program
changes is told and done in test_changes.py and test_gcp.py.
"""

import subprocess
import sys

import pytest

from ops.preview.judging import Verdict
from ops.preview.reading import Op
from testbed.cloud.ledger import Account
from tests.support.comments import done, told
from tests.support.engine import CHECKOUT, Stack
from tests.support.simulated import NewStack

PROGRAM = """
import json, os
import pulumi
import pulumi_random as random

config = json.loads(os.environ["WISH"])
if config.get("fails"):
    raise pulumi.RunError("the password hush-hush-hush is wrong")


class Group(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("hubstack:index:Hub", name, {})


hub = Group("data8")
inside = pulumi.ResourceOptions(parent=hub)
if config.get("id"):
    random.RandomId(
        "platform-id",
        byte_length=config["id"],
        opts=pulumi.ResourceOptions(
            parent=hub, protect=config.get("protect", False), retain_on_delete=config.get("retain", False)
        ),
    )
random.RandomBytes("token", length=config["token"], opts=inside)
random.RandomPassword(
    "password", length=20, keepers={"a": pulumi.Output.secret(config.get("keeper", "hush-hush-hush"))}, opts=inside
)
pulumi.export("tokens", config["token"])
pulumi.export("hidden", pulumi.Output.secret(config.get("keeper", "hush-hush-hush")))
"""
BASE = '{"id": 4, "token": 2}'
ID, TOKEN, PASSWORD = "RandomId platform-id", "RandomBytes token", "RandomPassword password"


@pytest.fixture(scope="module")
def stack(simulated_stack: NewStack) -> Stack:
    made = simulated_stack("course-fall")
    (made.folder / "__main__.py").write_text(PROGRAM)
    return made


def test_everything_is_new(stack: Stack) -> None:
    comment = told(stack, WISH=BASE)
    assert comment.report.verdict is Verdict.SAFE
    assert comment.steps == {ID: Op.CREATE, TOKEN: Op.CREATE, PASSWORD: Op.CREATE}
    assert "hush" not in comment.text
    stack.up(WISH=BASE)


def test_nothing_changes(stack: Stack) -> None:
    comment = told(stack, WISH=BASE)
    assert (comment.report.verdict, comment.steps) == (Verdict.NO_CHANGE, {})
    assert comment.text.startswith("### ✅ No change in `course-fall`")


@pytest.mark.parametrize(
    ("wish", "expected", "verdict", "words"),
    [
        ('{"id": 5, "token": 2}', {ID: Op.REPLACE}, Verdict.DATA_AT_RISK, "`byteLength` `4` → `5`"),
        ('{"token": 2}', {ID: Op.DELETE}, Verdict.DATA_AT_RISK, f"**delete** `{ID}`"),
        ('{"id": 4, "token": 3}', {TOKEN: Op.REPLACE}, Verdict.ATTENTION, "- tokens: 2\n+ tokens: 3"),
        ('{"id": 4, "token": 2, "keeper": "hush-hush-2"}', {PASSWORD: Op.REPLACE}, Verdict.ATTENTION, "secret"),
    ],
)
def test_what_changes(stack: Stack, wish: str, expected: dict[str, Op], verdict: Verdict, words: str) -> None:
    comment = told(stack, WISH=wish)
    assert comment.steps == expected
    assert comment.report.verdict is verdict
    assert comment.report.preview.untold == 0
    assert words in comment.text
    assert "hush" not in comment.text


def test_a_program_that_fails(stack: Stack) -> None:
    comment = told(stack, WISH='{"id": 4, "token": 2, "fails": true}')
    assert comment.said.code != 0
    assert comment.report.verdict is Verdict.FAILED
    assert "the password" in comment.text


def test_what_up_does_is_what_was_said(stack: Stack) -> None:
    wish = '{"id": 5, "token": 2, "keeper": "hush-hush-2"}'
    comment = told(stack, WISH=wish)
    assert done(stack, WISH=wish) == comment.by_urn
    assert comment.steps == {ID: Op.REPLACE, PASSWORD: Op.REPLACE}
    assert comment.text.splitlines()[2].startswith(f"- ⛔ **replace** `{ID}`")


def test_what_is_protected_makes_the_preview_fail(stack: Stack) -> None:
    stack.up(WISH='{"id": 5, "token": 2, "keeper": "hush-hush-2", "protect": true}')
    comment = told(stack, WISH='{"token": 2, "keeper": "hush-hush-2"}')
    assert comment.said.code != 0
    assert comment.report.verdict in (Verdict.DATA_AT_RISK, Verdict.FAILED)
    assert comment.report.preview.failed
    assert "protect" in comment.text


def test_what_is_kept_is_no_loss_but_no_longer_guarded(stack: Stack) -> None:
    kept = '{"id": 5, "token": 2, "keeper": "hush-hush-2", "retain": true}'
    comment = told(stack, WISH=kept)
    assert "it is no longer protected" in comment.text.lower()
    assert comment.report.verdict is Verdict.ATTENTION
    stack.up(WISH=kept)
    comment = told(stack, WISH='{"token": 2, "keeper": "hush-hush-2"}')
    assert comment.steps == {ID: Op.DELETE}
    assert comment.report.verdict is Verdict.ATTENTION


HOMES = """
import json, os
import pulumi_gcp as gcp
import pulumi_random as random

config = json.loads(os.environ["WISH"])
network = gcp.compute.Network("network", auto_create_subnetworks=False)
gcp.filestore.Instance(
    "homes",
    location=config["location"],
    tier="BASIC_HDD",
    file_shares={"name": "homes", "capacity_gb": 1024},
    networks=[{"network": network.name, "modes": ["MODE_IPV4"]}],
)
for number in range(config["others"]):
    random.RandomBytes(f"other-{number}", length=2)
"""
INSTANCE = "gcp:filestore/instance:Instance"


def test_homes_that_would_be_lost_in_300_changes_are_seen_and_stop_the_run(
    simulated_stack: NewStack, account: Account
) -> None:
    stack = simulated_stack("planted")
    (stack.folder / "__main__.py").write_text(HOMES)
    stack.succeed("config", "set", "gcp:project", "my-university")
    stack.up(WISH='{"location": "europe-west1-b", "others": 0}')
    (before,) = account.records(INSTANCE)

    comment = told(stack, WISH='{"location": "europe-west1-c", "others": 300}')
    assert len(comment.steps) == 301
    assert "⛔ **replace** `Instance homes`: `location` `europe-west1-b` → `europe-west1-c`" in comment.head
    run = subprocess.run(
        [sys.executable, "-m", "ops.preview", stack.folder / "planted.json", "--stacks", stack.folder / "stacks"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 3
    assert "Instance homes" in "\n".join(run.stdout.splitlines()[:10])

    moved = '{"location": "europe-west1-c", "others": 0}'
    assert done(stack, WISH=moved) == told_of(comment.by_urn, "homes")
    (after,) = account.records(INSTANCE)
    assert after.serial != before.serial, "they were lost indeed"
    stack.destroy()


def told_of(steps: dict[str, Op], name: str) -> dict[str, Op]:
    return {urn: op for urn, op in steps.items() if urn.endswith(f"::{name}")}
