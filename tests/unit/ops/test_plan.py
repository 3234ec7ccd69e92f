"""What becomes of each operation that a killed engine left pending."""

import pytest

from ops.recovery.plan import Findings, Found, make_plan
from ops.recovery.releases import Remedy, Revision, Treatment
from ops.recovery.settlement import Action
from ops.recovery.state import ObjectRef, ReleaseRef, object_ref, read
from tests.unit.ops.deployments import NAMESPACE, RELEASE, deployment, kubernetes, pending, provider, resource

HUB = ReleaseRef("data8", "data8")


def plan_for(operations, found=None, treatments=None, resources=()):
    state = read(deployment([provider(""), *resources], operations))
    return make_plan(state, Findings(found or {}, treatments or {}))


def in_cluster(entry, platform="p1"):
    reference = object_ref(read(deployment([entry])).resources[0])
    return {entry["urn"]: Found(reference, platform)}


def only(plan):
    (settlement,) = plan.settlements
    return settlement


def treatment(remedy, status="deployed"):
    return {HUB: Treatment(HUB, remedy, (Revision(1, status, {}),))}


def test_nothing_pending_is_nothing_to_recover():
    assert plan_for([]).empty


@pytest.mark.parametrize(
    "entry",
    [
        NAMESPACE,
        kubernetes("PersistentVolume", "homes-data8"),
        kubernetes("PersistentVolumeClaim", "homes", "data8"),
        kubernetes("Cluster", "analytics", "databases", "postgresql.cnpg.io/v1"),
        kubernetes("CustomResourceDefinition", "clusters.postgresql.cnpg.io", api_version="apiextensions.k8s.io/v1"),
        kubernetes("Secret", "tokens", "data8"),
        kubernetes("Service", "entry", "data8"),
    ],
    ids=lambda entry: entry["inputs"]["kind"],
)
def test_what_may_hold_work_or_an_address_is_adopted(entry):
    settlement = only(plan := plan_for([pending("creating", entry)], in_cluster(entry)))
    metadata = entry["inputs"]["metadata"]
    assert settlement.action is Action.ADOPT
    assert settlement.id == "/".join(filter(None, [metadata.get("namespace"), metadata["name"]]))
    assert plan.refreshed == (entry["urn"],)


@pytest.mark.parametrize("kind", ["Job", "Deployment", "StatefulSet", "DaemonSet", "Pod"])
def test_what_others_wait_for_and_holds_nothing_is_made_anew(kind):
    entry = kubernetes(kind, "x", "data8", "batch/v1")
    settlement = only(plan := plan_for([pending("creating", entry)], in_cluster(entry)))
    assert settlement.action is Action.DELETE
    assert plan.refreshed == ()


def test_what_was_not_made_is_cleared():
    assert only(plan_for([pending("creating", NAMESPACE)])).action is Action.CLEAR


@pytest.mark.parametrize("platform", ["another", ""])
@pytest.mark.parametrize("entry", [NAMESPACE, kubernetes("Job", "prepare", "data8", "batch/v1")])
def test_another_platforms_object_of_the_same_name_is_left_alone(entry, platform):
    settlement = only(plan_for([pending("creating", entry)], in_cluster(entry, platform)))
    assert settlement.action is Action.CLEAR
    assert "left alone" in str(settlement)


def test_an_object_without_the_label_is_never_taken_for_ours():
    entry = kubernetes("Namespace", "data8", labels={})
    assert only(plan_for([pending("creating", entry)], in_cluster(entry, ""))).action is Action.CLEAR


@pytest.mark.parametrize("operation", ["updating", "deleting"])
def test_an_object_the_state_has_is_read_again(operation):
    plan = plan_for([pending(operation, NAMESPACE)], resources=[NAMESPACE])
    assert only(plan).action is Action.REFRESH
    assert plan.refreshed == (NAMESPACE["urn"],)


@pytest.mark.parametrize("operation", ["reading", "importing"])
def test_what_was_only_looked_at_is_cleared(operation):
    plan = plan_for([pending(operation, NAMESPACE)])
    assert only(plan).action is Action.CLEAR
    assert plan.refreshed == ()


def test_what_the_state_does_not_have_is_not_read_again():
    assert plan_for([pending("deleting", NAMESPACE)]).refreshed == ()


@pytest.mark.parametrize(
    "kind", ["random:index/randomPassword:RandomPassword", "pulumi-python:dynamic:Resource", "pulumi:providers:random"]
)
@pytest.mark.parametrize("operation", ["creating", "updating", "deleting"])
def test_what_exists_in_the_state_only_is_cleared(kind, operation):
    plan = plan_for([pending(operation, resource(kind, "x", {}))])
    assert only(plan).action is Action.CLEAR
    assert plan.refreshed == ()


def test_a_patch_is_applied_again_rather_than_adopted():
    entry = resource("kubernetes:core/v1:ServiceAccountPatch", "x", kubernetes("ServiceAccount", "default")["inputs"])
    assert only(plan_for([pending("creating", entry)])).action is Action.CLEAR


def test_a_kind_this_program_does_not_know_is_left_to_a_person():
    plan = plan_for([pending("creating", resource("gcp:container/cluster:Cluster", "course", {}))])
    assert plan.unknown == list(plan.settlements)


def test_an_object_whose_name_is_not_known_is_left_to_a_person():
    nameless = resource("kubernetes:core/v1:Pod", "x", {"apiVersion": "v1", "kind": "Pod"})
    assert plan_for([pending("creating", nameless)]).unknown


def test_a_release_that_was_installed_is_adopted():
    plan = plan_for([pending("creating", RELEASE)], treatments=treatment(Remedy.NONE))
    assert (only(plan).action, only(plan).id) == (Action.ADOPT, "data8/data8")
    assert plan.releases == ()


def test_a_release_that_is_taken_away_is_cleared():
    plan = plan_for([pending("creating", RELEASE)], treatments=treatment(Remedy.UNINSTALL, "pending-install"))
    assert only(plan).action is Action.CLEAR
    assert [each.remedy for each in plan.releases] == [Remedy.UNINSTALL]


def test_a_release_that_helm_never_heard_of_is_cleared():
    assert only(plan_for([pending("creating", RELEASE)])).action is Action.CLEAR


def test_a_release_in_progress_is_treated_though_no_operation_is_pending():
    plan = plan_for([], treatments=treatment(Remedy.ROLL_BACK, "pending-upgrade"), resources=[RELEASE])
    assert not plan.empty
    assert plan.refreshed == (RELEASE["urn"],)


def test_an_upgrade_under_way_is_treated_and_read_again_once():
    plan = plan_for(
        [pending("updating", RELEASE)], treatments=treatment(Remedy.ROLL_BACK, "pending-upgrade"), resources=[RELEASE]
    )
    assert plan.refreshed == (RELEASE["urn"],)


def test_each_line_says_what_it_was_and_what_is_done():
    entry = kubernetes("PersistentVolumeClaim", "homes", "data8")
    line = str(only(plan_for([pending("creating", entry)], in_cluster(entry))))
    assert "interrupted while creating" in line
    assert "PersistentVolumeClaim homes in data8 was made: adopted into the state" in line
    assert str(ObjectRef("v1", "Namespace", "", "data8")) == "Namespace data8"
