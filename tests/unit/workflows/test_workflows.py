"""The workflows: clean under actionlint and zizmor, and what no linter knows of ours."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.engine import CHECKOUT
from tests.support.judges import JUDGES, environment, tool

FOLDER = CHECKOUT / ".github"
FILES = {file.stem: file for file in sorted((FOLDER / "workflows").glob("*.yml"))}
ACTION = FOLDER / "actions" / "stack" / "action.yml"
WITH_CLOUD = {("preview", "preview"), ("up", "up"), ("destroy", "destroy"), ("drift", "look")}
"""The jobs that log in to a cloud."""


def content(file: Path) -> dict[str, Any]:
    return yaml.safe_load(file.read_text())


def jobs() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, file in FILES.items():
        for job, described in content(file)["jobs"].items():
            yield name, job, described


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    return job["steps"]


ALL_STEPS = [step for _, _, job in jobs() for step in steps(job)] + content(ACTION)["runs"]["steps"]


def test_there_is_a_workflow_for_each_task() -> None:
    assert FILES.keys() == {"preview", "up", "destroy", "drift", "test"}


def test_actionlint_finds_nothing() -> None:
    done = subprocess.run([tool("actionlint"), *FILES.values()], capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0


def test_actionlint_would_find_something(tmp_path: Path) -> None:
    broken = tmp_path / "preview.yml"
    broken.write_text(FILES["preview"].read_text().replace("needs.stacks.outputs.stacks", "needs.stack.outputs.stacks"))
    assert subprocess.run([tool("actionlint"), broken], capture_output=True, check=False).returncode


def zizmor(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [environment(JUDGES) / "zizmor", "--offline", "--no-progress", *words]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def test_zizmor_finds_nothing() -> None:
    done = zizmor(".github")
    assert "No findings to report" in done.stdout + done.stderr
    assert done.returncode == 0


def test_zizmor_would_find_something(tmp_path: Path) -> None:
    broken = tmp_path / "preview.yml"
    broken.write_text(FILES["preview"].read_text().replace("persist-credentials: false", "persist-credentials: true"))
    assert zizmor(broken).returncode


@pytest.mark.parametrize("file", [*FILES.values(), ACTION], ids=lambda file: file.stem)
def test_every_action_is_pinned_by_a_digest_with_its_version_beside(file: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", file.read_text())
    assert used
    for action, behind in used:
        if action != "./.github/actions/stack":
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", behind), action


def test_an_action_has_one_digest_everywhere() -> None:
    used = {tuple(step["uses"].split("@")) for step in ALL_STEPS if "@" in step.get("uses", "")}
    assert len({name for name, _ in used}) == len(used)


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_permitted_but_what_a_job_names(name: str) -> None:
    assert content(FILES[name])["permissions"] == {}
    for job in content(FILES[name])["jobs"].values():
        assert job["permissions"]
        assert job["timeout-minutes"]


def test_only_who_works_on_a_stack_may_log_in_and_nobody_there_may_write() -> None:
    for name, job, described in jobs():
        rights = described["permissions"]
        assert ("id-token" in rights) == ((name, job) in WITH_CLOUD), job
        if (name, job) in WITH_CLOUD:
            assert rights == {"contents": "read", "id-token": "write"}
            assert described["environment"], "its login is bound to an environment"
        elif set(rights.values()) - {"read"}:
            assert "secrets." not in yaml.safe_dump(described)


def test_secrets_are_in_reach_of_environments_only() -> None:
    for name, job, described in jobs():
        if "secrets." in yaml.safe_dump(described):
            assert (name, job) in WITH_CLOUD
            assert "environment" in described


def test_no_secret_is_stored_but_a_passphrase() -> None:
    for file in [*FILES.values(), ACTION]:
        assert set(re.findall(r"secrets\.(\w+)", file.read_text())) <= {"PULUMI_CONFIG_PASSPHRASE"}


def test_a_fork_gets_no_secret_and_no_login() -> None:
    preview = content(FILES["preview"])
    assert "pull_request_target" not in "".join(file.read_text() for file in FILES.values())
    ours, theirs = preview["jobs"]["preview"], preview["jobs"]["simulated"]
    assert "head.repo.full_name == github.repository" in ours["if"]
    assert "head.repo.full_name != github.repository" in theirs["if"]
    assert theirs["permissions"] == {"contents": "read"}
    assert not re.search(r"secrets\.|vars\.|environment", yaml.safe_dump(theirs))


def test_up_and_destroy_of_a_stack_wait_for_each_other() -> None:
    up, destroy = (content(FILES[name])["jobs"][name] for name in ("up", "destroy"))
    assert up["concurrency"]["group"] == "stack-${{ matrix.stack }}"
    assert destroy["concurrency"]["group"] == "stack-${{ inputs.stack }}"
    assert not up["concurrency"]["cancel-in-progress"]
    assert not destroy["concurrency"]["cancel-in-progress"]
    assert "refs/heads/main" in up["if"]


def test_up_asks_the_preview_and_the_policies_first() -> None:
    said = [step.get("run", "") for step in steps(content(FILES["up"])["jobs"]["up"])]
    (judged,) = [number for number, text in enumerate(said) if "ops.preview" in text]
    (done,) = [number for number, text in enumerate(said) if text.startswith("pulumi up")]
    assert judged < done
    assert not said[judged].rstrip().endswith("true"), "its exit code stops the run"
    for text in said:
        if "preview-stack" in text or "pulumi up" in text:
            assert "--policy-pack policies" in text


def test_secrets_are_hidden_in_the_job_that_knows_them() -> None:
    for name, job, described in jobs():
        said = [step.get("run", "") for step in steps(described)]
        reading = [text for text in said if "-m ops.preview" in text]
        if (name, job) in WITH_CLOUD and (name, job) != ("destroy", "destroy"):
            assert reading
            assert all("--secrets <(pulumi stack export --show-secrets " in text for text in reading)
        else:
            assert not any("--secrets" in text for text in said), "it has no login to learn them with"
    previewed = [step for step in steps(content(FILES["preview"])["jobs"]["preview"]) if "uses" not in step]
    (only,) = previewed
    assert only["run"].index("preview-stack") < only["run"].index("-m ops.preview.hiding")
    assert not only["run"].rstrip().endswith("true"), "what is not hidden is not handed on"
    assert "continue-on-error" not in only


def test_no_text_of_others_becomes_part_of_a_script() -> None:
    for step in ALL_STEPS:
        assert "${{" not in step.get("run", ""), step["run"]


def test_what_the_actions_name_is_there() -> None:
    text = "".join(file.read_text() for file in [*FILES.values(), ACTION])
    for script in re.findall(r"\.github/(?:preview-simulated|keep-one-issue|preview-stack)|ops/changed\.py", text):
        assert (CHECKOUT / script).is_file()
    for cloud in ("gcp", "aws", "azure"):
        assert (CHECKOUT / "requirements" / f"{cloud}.txt").is_file()
    assert re.search(r'^PULUMI = "\d', (CHECKOUT / "components" / "versions.py").read_text(), re.MULTILINE)


def test_a_preview_leaves_what_the_comment_reads_and_ends_as_the_engine_does(tmp_path: Path) -> None:
    pulumi = tmp_path / "pulumi"
    pulumi.write_text('#!/bin/sh\necho "$@"; echo "it said" >&2; exit 3\n')
    pulumi.chmod(0o755)
    words = [FOLDER / "preview-stack", "course-fall", "--policy-pack", "policies"]
    done = subprocess.run(words, cwd=tmp_path, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=False)
    assert done.returncode == 3
    said = (tmp_path / "course-fall.json").read_text()
    assert said.startswith(f"preview --json --event-log {tmp_path}/course-fall.events")
    assert said.endswith("--stack course-fall --policy-pack policies\n")
    assert (tmp_path / "course-fall.stderr").read_text() == "it said\n"


GH = """#!/bin/sh
echo "$@" >> "$CALLS"
case "$1 $2" in
"issue list") printf '%s' "$OPEN" ;;
"issue create" | "issue edit")
    while [ "$1" != --body-file ]; do shift; done
    cp "$2" "$BODY" ;;
esac
"""


@pytest.mark.parametrize(
    ("drifted", "already_open", "done"),
    [
        (("course-fall", "research"), "", "issue create"),
        (("course-fall",), "7", "issue edit 7"),
        ((), "7", "issue close 7"),
        ((), "", ""),
    ],
)
def test_drift_keeps_one_issue(tmp_path: Path, drifted: tuple[str, ...], already_open: str, done: str) -> None:
    gh = tmp_path / "gh"
    gh.write_text(GH)
    gh.chmod(0o755)
    (tmp_path / "drift").mkdir()
    for stack in drifted:
        (tmp_path / "drift" / f"{stack}.md").write_text(f"{stack} differs " * 30000)
    facts = {"GH_REPO": "a/b", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_RUN_ID": "1", "OPEN": already_open}
    places = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "BODY": str(tmp_path / "body"),
    }
    subprocess.run([FOLDER / "keep-one-issue", tmp_path / "drift"], env={**facts, **places}, check=True)
    calls = (tmp_path / "calls").read_text().splitlines()
    changes = [call for call in calls if not call.startswith(("issue list", "label"))]
    assert len(changes) == bool(done)
    assert not done or changes[0].startswith(done)
    if drifted:
        body = (tmp_path / "body").read_text()
        assert "## course-fall" in body
        assert len(body) <= 65536
