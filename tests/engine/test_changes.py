"""From an empty stack to an empty stack: what the engine says of each change, and that it leaves alone what is well."""

import pytest

from ops.preview.judging import Verdict
from tests.support.comments import done, told
from tests.support.engine import EngineError, Stack
from tests.support.kube import Kube
from tests.support.stack_files import Config, changed, one_hub

HUB = "changes"
BASE: Config = one_hub(HUB)
RELEASE = {f"Release {HUB}-release": "update"}
HOMES = {"PersistentVolume", "PersistentVolumeClaim"}


def test_preview_makes_nothing(stack: Stack, kube: Kube):
    steps = stack.preview()
    assert steps[f"Release {HUB}-release"] == "create"
    assert set(steps.values()) == {"create"}
    assert stack.resources() == []
    assert HUB not in kube.namespaces()


def test_up(stack: Stack, kube: Kube):
    stack.up()
    assert kube.helm_statuses(HUB) == ["deployed"]
    assert kube.made_by_pulumi(stack.output("platform")) == stack.objects()


def test_outputs_say_how_to_get_in(stack: Stack):
    assert stack.output("hubs")[HUB]["namespace"] == HUB
    assert stack.output("hubs")[HUB]["url"].startswith("http://")
    password = stack.output("passwords")[HUB]
    assert len(password) == 20
    assert password not in stack.succeed("stack", "output", "--json").text
    assert password not in stack.succeed("stack", "export").text


def test_a_second_up_changes_nothing(stack: Stack):
    stack.up("--expect-no-changes")


@pytest.mark.parametrize(
    ("path", "value", "steps"),
    [
        ("users.memory.limit", "1Gi", RELEASE),
        ("users.most", 6, RELEASE | {f"ResourceQuota {HUB}-quota": "update"}),
        ("users.default_url", "/tree", RELEASE),
        ("users.environment", {"COURSE": "x"}, RELEASE),
        ("image", {"name": "quay.io/jupyter/scipy-notebook", "tag": "2025-01-01"}, RELEASE),
        ("culling", False, RELEASE),
        ("auth.admins", ["ada"], RELEASE),
        ("auth.dummy.password", "a-password-of-mine", RELEASE | {f"RandomPassword {HUB}-password": "delete"}),
        ("security.metadata", "iptables", RELEASE | {f"Namespace {HUB}-namespace": "update"}),
        ("security.egress", {"internet": False}, RELEASE),
        ("quota", False, {f"ResourceQuota {HUB}-quota": "delete", f"LimitRange {HUB}-defaults": "delete"}),
        ("chart_values", {"hub": {"config": {"JupyterHub": {"shutdown_on_logout": True}}}}, RELEASE),
    ],
)
def test_a_setting_of_the_hub_changes_in_place(stack: Stack, path: str, value: object, steps: dict[str, str]):
    stack.configure(changed(BASE, f"hubs.{HUB}.{path}", value))
    assert stack.preview() == steps


def test_another_class_of_disks_is_another_object(stack: Stack):
    stack.configure(changed(BASE, "cloud.volume_provisioner", "example.org/disks"))
    assert stack.preview() == RELEASE | {"StorageClass storage-block": "replace"}


def test_homes_do_not_move(stack: Stack):
    stack.configure(changed(BASE, "cloud.homes_path", "/srv/elsewhere"))
    said = stack.pulumi("preview")
    assert said.code != 0
    assert "was /var/lib/hubstack/homes and cannot become /srv/elsewhere" in said.text


def test_a_hub_more_touches_no_other(stack: Stack):
    stack.configure(changed(BASE, "hubs.second", one_hub("second")["hubs"]["second"]))
    steps = stack.preview()
    assert set(steps.values()) == {"create"}
    assert all(" second" in name for name in steps)


def test_a_hub_less_goes_whole(stack: Stack):
    stack.configure(one_hub("another"))
    comment = told(stack)
    gone = {name for name, op in comment.steps.items() if op == "delete"}
    assert {f"Release {HUB}-release", f"Teardown {HUB}-teardown", f"Namespace {HUB}-namespace"} <= gone
    assert not any("homes-" in name for name in gone)
    assert comment.report.verdict is Verdict.DATA_AT_RISK
    assert f"**delete** `Release {HUB}-release`" in comment.head


def test_previews_changed_nothing(stack: Stack, kube: Kube):
    stack.configure(BASE)
    assert stack.preview() == {}
    assert kube.helm_statuses(HUB) == ["deployed"]
    assert "second" not in kube.namespaces()


def test_an_update_reaches_the_hub_and_keeps_its_secrets(stack: Stack, kube: Kube):
    before = kube.hub_secrets(HUB)
    stack.configure(changed(BASE, f"hubs.{HUB}.users.most", 6))
    comment = told(stack)
    assert done(stack) == comment.by_urn
    assert comment.report.verdict is Verdict.ATTENTION
    assert f"`Release {HUB}-release`. Restarts the hub: logins fail for about 1 min" in comment.head
    assert kube.chart_values(HUB)["hub"]["activeServerLimit"] == 6
    assert kube.hub_secrets(HUB) == before
    stack.up("--expect-no-changes")


def test_drift_made_by_hand_is_found_and_mended(stack: Stack, kube: Kube):
    (limits,) = (name for kind, _, name in stack.objects() if kind == "LimitRange")
    kube.core.delete_namespaced_limit_range(limits, HUB)
    kube.core.patch_namespace(HUB, {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}})
    with pytest.raises(EngineError, match="no changes were expected"):
        stack.succeed("preview", "--refresh", "--expect-no-changes")
    stack.succeed("refresh", "--yes", "--skip-preview")
    assert stack.preview() == {f"LimitRange {HUB}-defaults": "create", f"Namespace {HUB}-namespace": "update"}
    # What a person set by hand is taken back only when somebody says so: server-side apply knows whose it is.
    with pytest.raises(EngineError, match="conflict with"):
        stack.up()
    stack.up(PULUMI_K8S_ENABLE_PATCH_FORCE="true")
    stack.up()  # the provider remembers that it was forced, until the next time
    stack.succeed("preview", "--refresh", "--expect-no-changes")


def test_destroy_leaves_nothing(stack: Stack, kube: Kube):
    label = stack.output("platform")
    stack.destroy()
    assert stack.resources() == []
    assert kube.labelled(label) == set()
    assert HUB not in kube.namespaces()
    assert kube.volumes_of(HUB) == set()


def test_a_second_destroy_does_no_harm(stack: Stack):
    stack.destroy()
