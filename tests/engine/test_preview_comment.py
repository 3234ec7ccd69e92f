"""What the comment says of a preview of the real engine, held against what `up` then does.

The program is a small one of its own: what counts here is the engine's document, not the platform. Its resources need
no cluster and no cloud.
"""

from datetime import date

import pytest

from ops.preview.accepting import Acceptance
from ops.preview.judging import Report, Verdict, judge
from ops.preview.reading import Op, read
from ops.preview.remark import Past, Remark
from ops.preview.rendering import WHOLE, render
from ops.preview.veil import Veil
from tests.support.engine import Said, Stack
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
    made.file.write_text(made.file.read_text() if made.file.exists() else "")
    return made


def previewed(stack: Stack, wish: str) -> tuple[Report, str, Said]:
    log = stack.folder / "events"
    log.unlink(missing_ok=True)
    said = stack.pulumi("preview", "--json", "--event-log", str(log), WISH=wish, PULUMI_DEBUG_COMMANDS="true")
    preview = read(stack.name, said.out, Veil(), said=said.err, events=log.read_text())
    report = judge(preview, Acceptance(), date(2026, 11, 21))
    remark = Remark((1, 1), Past("", "", ""))
    return report, render([report], remark.written(), "the summary", WHOLE), said


def titles(report: Report) -> dict[str, Op]:
    return {each.change.title: each.change.op for each in report.judged}


def made(stack: Stack) -> dict[str, str]:
    """Give when each resource was made."""
    return {each["urn"]: each["created"] for each in stack.resources("random:")}


def test_everything_is_new(stack: Stack) -> None:
    report, text, _ = previewed(stack, BASE)
    assert report.verdict is Verdict.SAFE
    assert titles(report) == {ID: Op.CREATE, TOKEN: Op.CREATE, PASSWORD: Op.CREATE}
    assert "hush" not in text
    stack.up(WISH=BASE)


def test_nothing_changes(stack: Stack) -> None:
    report, text, _ = previewed(stack, BASE)
    assert (report.verdict, titles(report)) == (Verdict.NO_CHANGE, {})
    assert text.startswith("### ✅ No change in `course-fall`")


@pytest.mark.parametrize(
    ("wish", "expected", "verdict", "told"),
    [
        ('{"id": 5, "token": 2}', {ID: Op.REPLACE}, Verdict.DATA_AT_RISK, "`byteLength` `4` → `5`"),
        ('{"token": 2}', {ID: Op.DELETE}, Verdict.DATA_AT_RISK, f"**delete** `{ID}`"),
        ('{"id": 4, "token": 3}', {TOKEN: Op.REPLACE}, Verdict.ATTENTION, "- tokens: 2\n+ tokens: 3"),
        ('{"id": 4, "token": 2, "keeper": "hush-hush-2"}', {PASSWORD: Op.REPLACE}, Verdict.ATTENTION, "secret"),
    ],
)
def test_what_changes(stack: Stack, wish: str, expected: dict[str, Op], verdict: Verdict, told: str) -> None:
    report, text, _ = previewed(stack, wish)
    assert titles(report) == expected
    assert report.verdict is verdict
    assert report.preview.untold == 0
    assert told in text
    assert "hush" not in text


def test_a_program_that_fails(stack: Stack) -> None:
    report, text, said = previewed(stack, '{"id": 4, "token": 2, "fails": true}')
    assert said.code != 0
    assert report.verdict is Verdict.FAILED
    assert "the password" in text


def test_what_up_does_is_what_was_said(stack: Stack) -> None:
    wish = '{"id": 5, "token": 2, "keeper": "hush-hush-2"}'
    report, text, _ = previewed(stack, wish)
    before = made(stack)
    stack.up(WISH=wish)
    after = made(stack)
    replaced = {each.change.urn for each in report.judged if each.change.op is Op.REPLACE}
    assert {urn for urn in after if after[urn] != before[urn]} == replaced
    assert text.splitlines()[2].startswith(f"- ⛔ **replace** `{ID}`")


def test_what_is_protected_makes_the_preview_fail(stack: Stack) -> None:
    stack.up(WISH='{"id": 5, "token": 2, "keeper": "hush-hush-2", "protect": true}')
    report, text, said = previewed(stack, '{"token": 2, "keeper": "hush-hush-2"}')
    assert said.code != 0
    assert report.verdict in (Verdict.DATA_AT_RISK, Verdict.FAILED)
    assert report.preview.failed
    assert "protect" in text


def test_what_is_kept_is_no_loss_but_no_longer_guarded(stack: Stack) -> None:
    kept = '{"id": 5, "token": 2, "keeper": "hush-hush-2", "retain": true}'
    report, text, _ = previewed(stack, kept)
    assert "it is no longer protected" in text.lower()
    assert report.verdict is Verdict.ATTENTION
    stack.up(WISH=kept)
    report, _, _ = previewed(stack, '{"token": 2, "keeper": "hush-hush-2"}')
    (only,) = report.judged
    assert (only.change.op, report.verdict) == (Op.DELETE, Verdict.ATTENTION)
