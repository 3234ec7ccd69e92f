"""`python -m ops.preview`, as a workflow runs it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from ops.preview import __main__ as command
from ops.preview import hiding
from ops.preview.remark import read
from ops.preview.veil import SECRET_SIGNATURE
from tests.unit.ops.preview.documents import INSTANCE, LOST_HOMES, document, root, step
from tests.unit.ops.preview.fake_github import FakeGitHub, fails

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_SHA", "GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_SERVER_URL", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.course-fall.yaml").write_text("config: {}\n")
    return tmp_path


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    made = FakeGitHub()
    real = httpx.Client
    monkeypatch.setattr(
        command.httpx, "Client", lambda **words: real(transport=httpx.MockTransport(made.answer), **words)
    )
    monkeypatch.setattr("ops.preview.github.time.sleep", made.sleep)
    for name, value in {
        "GITHUB_TOKEN": "a-token",
        "GITHUB_REPOSITORY": "course/platform",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_RUN_ID": "41",
        "GITHUB_RUN_ATTEMPT": "2",
        "GITHUB_SHA": "0123456789abcdef",
    }.items():
        monkeypatch.setenv(name, value)
    return made


def run(*words: str) -> tuple[int, str]:
    done = RUNNER.invoke(command.app, list(words))
    return done.exit_code, done.output


def preview(folder: Path, text: str, stack: str = "course-fall") -> str:
    (folder / f"{stack}.json").write_text(text)
    return f"{stack}.json"


SAFE = document(step("create", INSTANCE, "homes", new={}))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (document(), 0),
        (SAFE, 0),
        (document(step("delete", "gcp:container/nodePool:NodePool", "users", {})), 0),
        (document(*LOST_HOMES), 3),
        (document(diagnostics=[{"severity": "error", "message": "no"}]), 4),
        ("", 4),
    ],
)
def test_exit_codes(folder: Path, text: str, code: int) -> None:
    assert run(preview(folder, text))[0] == code


def test_a_preview_that_is_not_there_failed() -> None:
    assert run("course-fall.json")[0] == 4


def test_the_stack_file_accepts_a_loss_until_a_day(folder: Path) -> None:
    file = preview(folder, document(*LOST_HOMES))
    today = datetime.now(UTC).date()
    for days, code in ((1, 0), (0, 0), (-1, 3)):
        entry = f"{{resource: Instance homes, reason: the course is over, until: {today + timedelta(days)}}}"
        stack = folder / "stacks" / "Pulumi.course-fall.yaml"
        stack.write_text(f"config:\n  hubstack:accept_data_loss: [{entry}]\n")
        assert run(file)[0] == code


def test_what_is_written_where(folder: Path) -> None:
    (folder / "summary").write_text("before\n")
    code, said = run(
        preview(folder, document(*LOST_HOMES)),
        *("--output", "comment.md", "--summary", "summary", "--full", "full.md"),
    )
    assert code == 3
    assert "### " not in said
    comment = (folder / "comment.md").read_text()
    assert comment.startswith("### ⛔ Data at risk")
    assert read(comment) is not None
    assert (folder / "summary").read_text().startswith("before\n### ⛔ Data at risk")
    assert (folder / "full.md").read_text().startswith("### ⛔ Data at risk")


def test_several_stacks_are_one_comment(folder: Path) -> None:
    other = json.dumps({"steps": [root(stack="research")]})
    files = [preview(folder, SAFE), preview(folder, other, "research")]
    code, said = run(*files)
    assert code == 0
    assert "Safe in 2 stacks: 1 created" in said
    assert run(files[0], f"./{files[0]}")[0] == 1


def test_what_the_preview_said_and_what_policies_found_lie_beside(folder: Path) -> None:
    file = preview(folder, "")
    (folder / "course-fall.stderr").write_text("error: passphrase must be set")
    code, said = run(file)
    assert (code, "passphrase must be set" in said) == (4, True)
    preview(folder, SAFE)
    finding = {"policyName": "p", "message": "it is open", "enforcementLevel": "mandatory"}
    (folder / "course-fall.events").write_text(json.dumps({"policyEvent": finding}))
    code, said = run(file)
    assert (code, "it is open" in said) == (4, True)


def test_secrets_of_an_export_are_hidden(folder: Path) -> None:
    file = preview(folder, document(diagnostics=[{"severity": "error", "message": "no login with hush-hush-hush"}]))
    plain = {SECRET_SIGNATURE: "x", "plaintext": json.dumps("hush-hush-hush")}
    (folder / "export").write_text(json.dumps({"deployment": {"resources": [{"inputs": {"a": plain}}]}}))
    assert "hush-hush-hush" in run(file)[1]
    assert "hush-hush-hush" not in run(file, "--secrets", "export")[1]
    (folder / "export").write_text("hush-hush-hush")
    code, said = run(file, "--secrets", "export")
    assert (code, "hush-hush-hush" in said) == (1, False)


def test_one_job_hides_what_the_next_may_not_know(folder: Path) -> None:
    plain = {SECRET_SIGNATURE: "x", "plaintext": json.dumps("hush-hush-hush")}
    (folder / "export").write_text(json.dumps({"deployment": {"resources": [{"inputs": {"a": plain}}]}}))
    values = {"values": {"hub": {"extraEnv": {"GREETING": "say hush-hush-hush"}}}}
    release = step("update", "kubernetes:helm.sh/v3:Release", "r", values, {"values": {"hub": {}}})
    file = preview(folder, document(release, diagnostics=[{"severity": "error", "message": "no hush-hush-hush"}]))
    (folder / "course-fall.stderr").write_text("error: hush-hush-hush\n")
    finding = {"policyName": "p", "message": "hush-hush-hush is open", "enforcementLevel": "mandatory"}
    (folder / "course-fall.events").write_text(json.dumps({"policyEvent": finding}) + '\n{"cut": "hush-hush-hush')
    before = run(file, "--secrets", "export")
    assert RUNNER.invoke(hiding.app, [file, "--secrets", "export"]).exit_code == 0
    for left in folder.glob("course-fall.*"):
        assert "hush" not in left.read_text(), left
    after = run(file)
    assert (after[0], comment_of(after[1])) == (4, comment_of(before[1]))
    assert "is open" in after[1]


def test_what_cannot_be_hidden_is_said(folder: Path) -> None:
    (folder / "export").write_text("")
    done = RUNNER.invoke(hiding.app, [preview(folder, SAFE), "--secrets", "export"])
    assert done.exit_code == 1
    assert "export is not what `pulumi stack export --show-secrets` writes" in done.output


def comment_of(said: str) -> str:
    """Give the comment without the mark that has the time in it."""
    return said.partition("<!--")[0]


def test_the_comment_of_a_pull_request(folder: Path, github: FakeGitHub) -> None:
    code, said = run(preview(folder, document(*LOST_HOMES)), "--pull-request", "12")
    assert (code, "### " in said) == (3, False)
    code, _ = run(preview(folder, document()), "--pull-request", "12", "--commit", "fedcba9876543210")
    assert code == 0
    (body,) = github.bodies()
    assert body.startswith("### ✅ No change in `course-fall`")
    assert "Before: `data at risk` at `0123456789ab`" in body
    found = read(body)
    assert found is not None
    assert found.run == (41, 2)
    assert github.asked[0] == "GET /repos/course/platform/issues/12/comments"


def test_a_comment_that_cannot_be_written_fails_the_run(folder: Path, github: FakeGitHub) -> None:
    github.happenings = [fails(403)]
    code, said = run(preview(folder, SAFE), "--pull-request", "12")
    assert code == 1
    assert "pull-requests: write" in said
    assert "a-token" not in said


def test_nobody_to_write_as(folder: Path) -> None:
    code, said = run(preview(folder, SAFE), "--pull-request", "12")
    assert code == 1
    assert "GITHUB_TOKEN" in said
