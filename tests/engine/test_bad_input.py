"""Mistakes a person makes, each tried with the engine: a clear sentence, no traceback, nothing half-made."""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.support.engine import Said, Stack
from tests.support.kube import Kube
from tests.support.nodes import UNREACHABLE
from tests.support.stack_files import Config, changed, one_hub

HUB = "bad-input"
BASE: Config = one_hub(HUB)


@pytest.fixture(scope="module")
def vault() -> dict[str, str]:
    """None: these stacks have a passphrase."""
    return {}


def refused(stack: Stack, *sentences: str, **environment: str) -> Said:
    """Bring the stack up and check that this is refused with these words, and nothing made."""
    said = stack.pulumi("up", "--yes", "--skip-preview", **environment)
    assert said.code != 0
    for sentence in sentences:
        assert sentence in said.text
    assert "Traceback" not in said.text
    assert stack.objects() == set()
    return said


@pytest.mark.parametrize(
    ("path", "value", "sentences"),
    [
        (f"hubs.{HUB}.usres", {}, ["usres", "users"]),
        (f"hubs.{HUB}.users.most", "many", ["users.most", "many"]),
        (f"hubs.{HUB}.users.most", -1, ["users.most", "-1"]),
        (f"hubs.{HUB}.users.memory.limit", "1Gb", ["users.memory.limit", "1Gb", "1Gi"]),
        (f"hubs.{HUB}.users.memory.guarantee", "4Gi", ["guarantee", "limit"]),
        (f"hubs.{HUB}.domain", "data8.example.edu", ["dummy"]),
        ("hubs.Not_a_name", {"auth": {"dummy": {}}}, ["Not_a_name"]),
        ("cloud.provider", "digitalocean", ["digitalocean", "local"]),
    ],
)
def test_a_mistake_in_the_stack_file(stack: Stack, path: str, value: object, sentences: list[str]):
    stack.configure(changed(BASE, path, value))
    refused(stack, *sentences)


def test_every_mistake_in_one_run(stack: Stack):
    twice = changed(changed(BASE, f"hubs.{HUB}.users.most", -1), f"hubs.{HUB}.users.memory.limit", "1Gb")
    stack.configure(twice)
    refused(stack, "2 mistakes", "-1", "1Gb")


def test_a_kubeconfig_that_is_not_there(stack: Stack):
    stack.configure(changed(BASE, "cloud.kubeconfig", "/nowhere/kubeconfig"))
    refused(stack, "/nowhere/kubeconfig")


def test_a_context_that_is_not_there(stack: Stack, kube: Kube):
    stack.configure(changed(BASE, "cloud.context", "another"))
    refused(stack, "another", kube.context)


def test_no_kubeconfig_at_all(stack: Stack):
    stack.configure(BASE)
    refused(stack, "HUBSTACK_KUBECONFIG", HUBSTACK_KUBECONFIG="", HUBSTACK_CONTEXT="", KUBECONFIG="/root/.kube/config")


def test_a_cluster_that_does_not_answer(stack: Stack, kube: Kube, tmp_path: Path):
    content = yaml.safe_load(kube.kubeconfig.read_text())
    content["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:9"
    elsewhere = tmp_path / "kubeconfig"
    elsewhere.write_text(yaml.safe_dump(content))
    stack.configure(BASE)
    refused(stack, "No cluster answers", str(elsewhere), HUBSTACK_KUBECONFIG=str(elsewhere))


def test_no_passphrase(stack: Stack):
    stack.configure(BASE)
    refused(stack, "passphrase", PULUMI_CONFIG_PASSPHRASE_FILE="")


def test_another_passphrase(stack: Stack, tmp_path: Path):
    stack.configure(BASE)
    other = tmp_path / "passphrase"
    other.write_text("not the one")
    refused(stack, "passphrase", PULUMI_CONFIG_PASSPHRASE_FILE=str(other))


def test_a_folder_that_is_no_chart(stack: Stack, tmp_path: Path):
    stack.configure(changed(BASE, "chart.path", str(tmp_path)))
    refused(stack, str(tmp_path), "Chart.yaml")


def test_another_chart(stack: Stack, tmp_path: Path):
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: wordpress\nversion: 4.4.0\n")
    stack.configure(changed(BASE, "chart.path", str(tmp_path)))
    refused(stack, "wordpress", "jupyterhub")


def test_values_that_the_chart_does_not_know(stack: Stack):
    stack.configure(changed(BASE, f"hubs.{HUB}.chart_values", {"hub": {"uid": 1000}}))
    refused(stack, "hub.uid")


def test_an_image_that_cannot_be_pulled(stack: Stack, kube: Kube):
    """The release gives up in the time it is given, and the next `up` goes on once the mistake is mended.

    Which image it was, Helm does not say; `python -m ops.why` does, which `make up` runs by itself.
    """
    image = {"name": f"{UNREACHABLE}hub", "tag": "1"}
    stack.configure(
        changed(changed(BASE, f"hubs.{HUB}.chart_values", {"hub": {"image": image}}), "chart.timeout", "5s")
    )
    said = stack.pulumi("up", "--yes", "--skip-preview")
    assert said.code != 0
    assert "failed to become available within allocated timeout" in said.text
    assert "Traceback" not in said.text
    why = stack.why()
    assert why.code == 0, why.text
    assert f"in {HUB} waits for the image {image['name']}:1: Back-off pulling image" in why.out
    stack.configure(BASE)
    stack.up()
    stack.up("--expect-no-changes")
    assert kube.helm_statuses(HUB)[-1] == "deployed"
    assert "waits for nothing" in stack.why().out


def test_a_damaged_chart_does_not_harm_a_hub_that_is_up(stack: Stack, kube: Kube, tmp_path: Path):
    chart = tmp_path / "chart"
    shutil.copytree(stack.environment["HUBSTACK_JUPYTERHUB_CHART"], chart)
    (chart / "templates" / "broken.yaml").write_text('{{ fail "this chart is damaged" }}\n')
    stack.configure(changed(BASE, "chart.path", str(chart)))
    said = stack.pulumi("up", "--yes", "--skip-preview")
    assert said.code != 0
    assert "this chart is damaged" in said.text
    assert "Traceback" not in said.text
    assert kube.helm_statuses(HUB)[-1] in {"deployed", "failed"}
    stack.configure(BASE)
    stack.up()
