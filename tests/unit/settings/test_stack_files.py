"""Stack files with one mistake each, and the sentences that tell of it; and stack files without any."""

import json
from pathlib import Path

import pytest

from components.settings import SettingsError, StackSettings, load, stack_file
from tests.support.stack_files import example

CASES = Path(__file__).parent / "cases"
STACKS = Path(__file__).parents[3] / "stacks"
ERRORS = sorted(CASES.glob("*.error.yaml"))
HAPPY = [*sorted(CASES.glob("*.happy.yaml")), *sorted(STACKS.glob("Pulumi.*.yaml"))]
ACTIVATED = {"HUBSTACK_KUBECONFIG": "files/kubeconfig.yaml", "HUBSTACK_CONTEXT": "hubstack"}
ENVIRONMENT = "# environment: "


def read(file: Path) -> StackSettings:
    text = example(file) if file.parent == STACKS else file.read_text()
    environ = json.loads(text.splitlines()[0].removeprefix(ENVIRONMENT)) if text.startswith(ENVIRONMENT) else ACTIVATED
    settings, source = stack_file.read(text, file.name)
    return load(settings, environ, source)


def expected(file: Path) -> str:
    """Give the report that stands in comments at the end of the file."""
    _, report = file.read_text().split("\n\n", 1)
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in report.rstrip("\n").splitlines())


@pytest.mark.parametrize("file", ERRORS, ids=lambda file: file.name.removesuffix(".error.yaml"))
def test_a_mistake_is_told(file: Path) -> None:
    with pytest.raises((SettingsError, stack_file.StackFileError)) as told:
        read(file)
    assert str(told.value) == expected(file)
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize("file", HAPPY, ids=lambda file: file.name)
def test_a_stack_file_without_mistakes_is_read(file: Path) -> None:
    assert read(file).hubs


def test_every_mistake_is_told_in_one_run_in_the_order_of_the_file() -> None:
    with pytest.raises(SettingsError) as told:
        read(CASES / "many-at-once.error.yaml")
    lines = [int(line.rsplit("line ", 1)[1].rstrip(")")) for line in str(told.value).splitlines() if " (line " in line]
    assert len(told.value.mistakes) == len(lines) == 12
    assert lines == sorted(lines)


def test_what_everything_says_is_what_is_read() -> None:
    settings = read(CASES / "everything.happy.yaml")
    data8 = settings.hubs["data8"]
    assert settings.cloud.context == "production"
    assert settings.cloud.kubeconfig == CASES / "files/kubeconfig.yaml"
    assert settings.cloud.node_ports is not None
    assert list(settings.cloud.node_ports.ports) == [30080, 30081, 30082, 30083]
    assert data8.auth.github is not None
    assert data8.auth.github.client_secret.get_secret_value() == stack_file.SECRET
    assert data8.users.memory.limit.bytes == 1024**3
    assert data8.users.cpu.guarantee.cores == 0.05
    assert data8.users.http_timeout.seconds == 90
    assert data8.image.reference.startswith("localhost:5000/data8/notebook:2026.08@sha256:0000")
    assert data8.culling is not None
    assert data8.culling.max_age is None
    assert settings.hubs["research"].culling is None
    assert settings.hubs["research"].quota is None
    assert settings.hubs["research"].auth.everyone
    assert not data8.auth.everyone


def test_the_shortest_stack_file_has_defaults_for_all_else() -> None:
    hub = read(CASES / "shortest.happy.yaml").hubs["hub"]
    assert hub == read(CASES / "empty-sections.happy.yaml").hubs["hub"]
    assert hub.auth.everyone
    assert hub.image.reference == "quay.io/jupyterhub/k8s-singleuser-sample:4.4.0"
    assert hub.culling is not None
    assert str(hub.culling.idle) == "1h"


def test_settings_never_change_once_read() -> None:
    settings = read(CASES / "shortest.happy.yaml")
    with pytest.raises(ValueError, match="frozen"):
        settings.hubs["hub"].domain = "data8.example.edu"  # type: ignore[misc]


def test_a_secret_does_not_show_in_the_settings_text() -> None:
    config = {"cloud": {"provider": "local"}, "hubs": {"hub": {"auth": {"dummy": {"password": "hunter2"}}}}}
    assert "hunter2" not in repr(load(config, ACTIVATED))
