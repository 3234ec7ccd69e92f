"""What Pulumi hands over is taken as it is, and mistakes come out without a traceback."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pulumi
import pytest
from pulumi.runtime import config as runtime

from components.settings import pulumi_config

ROOT = Path(__file__).parents[3]


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(pulumi, "get_stack", lambda: "local")
    monkeypatch.setattr(pulumi, "get_root_directory", lambda: str(tmp_path))
    before = runtime.CONFIG.get()
    yield
    runtime.set_all_config(before)


def hand_over(**sections: object) -> None:
    """Hand settings over as Pulumi does: each key's value as a text, of JSON where it is a section."""
    runtime.set_all_config(
        {f"hubstack:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in sections.items()}
        | {"gcp:project": "university"}
    )


@pytest.mark.usefixtures("stack")
def test_everything_of_ours_is_read_known_or_not() -> None:
    hand_over(cloud={"provider": "local"}, hubs={"hub": {"culling": False}}, list=[1, "x"], odd="5", nothing="")
    assert pulumi_config.read() == {
        "cloud": {"provider": "local"},
        "hubs": {"hub": {"culling": False}},
        "list": [1, "x"],
        "odd": "5",
        "nothing": None,
    }


@pytest.mark.usefixtures("stack")
def test_a_text_that_only_begins_like_a_section_stays_a_text() -> None:
    hand_over(hubs="{not json", cloud="[secret]")
    assert pulumi_config.read() == {"hubs": "{not json", "cloud": "[secret]"}


@pytest.mark.usefixtures("stack")
def test_settings_come_from_pulumi_and_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBSTACK_KUBECONFIG", "files/kubeconfig.yaml")
    monkeypatch.setenv("HUBSTACK_CONTEXT", "hubstack")
    monkeypatch.delenv("HUBSTACK_JUPYTERHUB_CHART", raising=False)
    monkeypatch.delenv("HUBSTACK_NODE_PORTS", raising=False)
    hand_over(cloud={"provider": "local"}, hubs={"hub": {"auth": {"dummy": {"password": "hunter2"}}}})
    settings = pulumi_config.stack_settings()
    assert settings.hubs["hub"].auth.dummy is not None
    assert settings.cloud.context == "hubstack"


@pytest.mark.usefixtures("stack")
def test_mistakes_end_the_program_with_their_report_alone() -> None:
    hand_over(hub={"auth": {"dummy": {"password": "hunter2"}}})
    with pytest.raises(pulumi.RunError) as told:
        pulumi_config.stack_settings()
    assert "mistakes in stacks/Pulumi.local.yaml" in str(told.value)
    assert "did you mean hubs?" in str(told.value)
    assert "hunter2" not in str(told.value)
    assert told.value.__suppress_context__


@pytest.mark.usefixtures("stack")
def test_lines_are_those_of_the_stack_file(tmp_path: Path) -> None:
    assert pulumi_config.source().lines == {}
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks/Pulumi.local.yaml").write_text("config:\n  hubstack:hubs:\n    hub: {auth: {}}\n")
    assert pulumi_config.source().line(("hubs", "hub", "auth")) == 3
    assert pulumi_config.source().line(("hubs", "hub", "auth", "dummy")) == 3


def test_stack_files_lie_where_the_project_says() -> None:
    project = (ROOT / "Pulumi.yaml").read_text()
    assert f"stackConfigDir: {pulumi_config.STACKS}\n" in project
    assert "name: hubstack\n" in project


def test_the_settings_alone_need_neither_pulumi_nor_jsonschema() -> None:
    program = (
        "import sys, components.settings\n"
        "print(*sorted({'pulumi', 'jsonschema', 'yaml', 'kubernetes'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""
