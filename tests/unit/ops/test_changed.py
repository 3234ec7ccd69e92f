"""Which stacks a change touches."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ops import changed
from tests.support.engine import CHECKOUT

ALL = ["course-fall", "research", "team-data"]
NOTHING = "0" * 40


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["stacks/Pulumi.research.yaml"], ["research"]),
        (["stacks/Pulumi.research.yaml", "stacks/Pulumi.team-data.yaml", "README.md"], ["research", "team-data"]),
        (["stacks/Pulumi.local.yaml"], []),
        (["stacks/Pulumi.gone.yaml"], []),
        (["docs/gke.md", "tests/unit/test_pace.py", "testbed/bench/bounds.json"], []),
        (["components/hub/hub.py"], ALL),
        (["docs/gke.md", "__main__.py"], ALL),
        (["policies/checks/reach.py"], ALL),
        (["requirements.txt"], ALL),
        ([".github/workflows/up.yml"], ALL),
        ([], []),
        (None, ALL),
    ],
)
def test_what_a_change_touches(files: list[str] | None, expected: list[str]) -> None:
    assert changed.touched(files, ALL) == expected


def test_the_stacks_on_clouds_are_found_as_yaml_has_them() -> None:
    said = {
        file.name.split(".")[1]: yaml.safe_load(file.read_text())["config"]["hubstack:cloud"]["provider"]
        for file in (CHECKOUT / "stacks").glob("Pulumi.*.yaml")
    }
    on_clouds = {name: cloud for name, cloud in said.items() if cloud != "local"}
    assert changed.known(CHECKOUT / "stacks") == on_clouds


@pytest.mark.parametrize(
    ("text", "cloud"),
    [
        ("config:\n  hubstack:cloud: {provider: gcp, project: a}\n", "gcp"),
        ("config:\n  hubstack:cloud: {region: x, provider: 'aws'}\n", "aws"),
        ("config:\n  hubstack:cloud:\n    # where\n    region: x\n    provider: azure\n", "azure"),
        ("config:\n  hubstack:cloud:\n    zones:\n      - a\n    provider: gcp\n", "gcp"),
        ("config:\n  hubstack:cloud: {provider: local}\n", None),
        ("config:\n  hubstack:cloud: {}\n  hubstack:hubs: {a: {provider: gcp}}\n", None),
        ("config:\n  hubstack:cloud:\n    region: x\n  hubstack:hubs:\n    provider: gcp\n", None),
        ("", None),
    ],
)
def test_a_stacks_cloud_is_read_without_a_package(tmp_path: Path, text: str, cloud: str | None) -> None:
    (tmp_path / "Pulumi.one.yaml").write_text(text)
    assert changed.known(tmp_path).get("one") == cloud


def test_a_name_that_no_stack_has_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.a b;c.yaml").write_text("config:\n  hubstack:cloud: {provider: gcp}\n")
    assert changed.known(tmp_path) == {}


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", CHECKOUT / "ops" / "changed.py", *words]  # with no package at hand
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "stacks").mkdir()
    for stack, cloud in (("one", "gcp"), ("two", "aws")):
        (tmp_path / "stacks" / f"Pulumi.{stack}.yaml").write_text(f"config:\n  hubstack:cloud: {{provider: {cloud}}}\n")
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    return tmp_path


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.edu"]
    return subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "a change")
    return git(folder, "rev-parse", "HEAD")


def test_what_main_gained_meanwhile_is_not_the_pull_requests(repository: Path) -> None:
    base = git(repository, "rev-parse", "HEAD")
    git(repository, "checkout", "-qb", "pull")
    with (repository / "stacks" / "Pulumi.one.yaml").open("a") as file:
        file.write("# more\n")
    head = commit(repository)
    git(repository, "checkout", "-q", base)
    (repository / "__main__.py").write_text("")
    main = commit(repository)
    assert json.loads(run(repository, main, head).stdout) == [{"stack": "one", "provider": "gcp"}]


def test_what_git_cannot_tell_is_every_stack(repository: Path) -> None:
    head = git(repository, "rev-parse", "HEAD")
    both = [{"stack": "one", "provider": "gcp"}, {"stack": "two", "provider": "aws"}]
    for base in (NOTHING, "", "deadbeef" * 5, "--output=stolen"):
        assert json.loads(run(repository, base, head).stdout) == both
    assert json.loads(run(repository).stdout) == both
    assert not (repository / "stolen").exists()


def test_a_stack_that_is_none_is_refused(repository: Path) -> None:
    assert run(repository, "--provider", "two").stdout == "aws\n"
    refused = run(repository, "--provider", "three")
    assert refused.returncode == 1
    assert "'three' is no stack on a cloud: stacks/ has one, two." in refused.stderr
    assert run(repository, "one").returncode == 2
