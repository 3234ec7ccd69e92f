"""What becomes of a cloud's resources that a killed engine left under way, and of a cluster that is no more."""

import pytest

from ops.clouds.thing import Existing
from ops.recovery import edit
from ops.recovery.clouds import Clouds, Looked
from ops.recovery.errors import RecoverError
from ops.recovery.gone import cluster_of, gone, inside
from ops.recovery.plan import Findings, Plan, make_plan
from ops.recovery.settlement import Action
from ops.recovery.state import State, read
from ops.recovery.stuck import why_stuck
from tests.unit.ops.command_lines import CommandLines
from tests.unit.ops.deployments import NAMESPACE, PROVIDER, RELEASE, STACK, deployment, pending, resource

CLUSTER = resource(
    "gcp:container/cluster:Cluster",
    "course",
    {"name": "course-1a2b", "location": "europe-west1-b"},
    id="projects/uni/locations/europe-west1-b/clusters/course-1a2b",
    provider=f"{STACK}::pulumi:providers:gcp::uni::some-id",
)
ACCOUNT = {
    "urn": f"{STACK}::pulumi:providers:gcp::uni",
    "type": "pulumi:providers:gcp",
    "id": "some-id",
    "inputs": {"project": "uni", "region": "europe-west1"},
}
PLATFORM = resource("random:index/randomId:RandomId", "id", {}, {"hex": "p1"}, provider="")
POOL = resource(
    "gcp:container/nodePool:NodePool", "users", {}, dependencies=[CLUSTER["urn"]], provider=CLUSTER["provider"]
)
INTO_IT = {
    "urn": PROVIDER,
    "type": "pulumi:providers:kubernetes",
    "id": "some-id",
    "inputs": {"kubeconfig": "the way in"},
    "dependencies": [CLUSTER["urn"]],
}
TEARDOWN = resource("pulumi-python:dynamic/hubstack:Teardown", "t", {"kubeconfig": "the way in"}, provider="")
CONSENT = resource("pulumi-python:dynamic/hubstack:Consent", "c", {"refused": []}, provider="")
WHOLE = [ACCOUNT, PLATFORM, CLUSTER, POOL, INTO_IT, NAMESPACE, RELEASE, TEARDOWN, CONSENT]


def plan_of(operation: str, looked: Looked | None, entry=CLUSTER) -> Plan:
    state = read(deployment([ACCOUNT, PLATFORM], [pending(operation, entry)]))
    return make_plan(state, Findings(outside={entry["urn"]: looked} if looked else {}))


def action(operation: str, looked: Looked | None, entry=CLUSTER) -> Action:
    (settlement,) = plan_of(operation, looked, entry).settlements
    return settlement.action


def existing(state: str = "RUNNING", platform: str = "p1") -> Looked:
    return Looked(Existing(CLUSTER["id"], platform, state), "p1")


def test_a_create_that_came_to_something_is_adopted_and_read_again():
    plan = plan_of("creating", existing())
    assert [each.action for each in plan.settlements] == [Action.ADOPT]
    assert plan.refreshed == (CLUSTER["urn"],)


@pytest.mark.parametrize(
    ("looked", "expected"),
    [
        (Looked(None, "p1"), Action.CLEAR),
        (existing(platform="another"), Action.CLEAR),
        (existing(platform=""), Action.ADOPT),  # networks bear no labels, and their names are Pulumi's own
        (existing("ERROR"), Action.REPLACE),
        (existing("CREATE_FAILED"), Action.REPLACE),
        (Looked(unclear="it cannot be told apart: vpc-1, vpc-2"), Action.UNKNOWN),
        (None, Action.UNKNOWN),
    ],
)
def test_a_create_by_what_the_cloud_says(looked: Looked | None, expected: Action):
    assert action("creating", looked) is expected


def test_what_was_changed_or_deleted_is_read_again():
    assert action("updating", None) is Action.REFRESH
    assert action("deleting", None) is Action.REFRESH
    assert action("reading", None) is Action.CLEAR


def test_a_grant_is_the_same_when_it_is_made_again():
    grant = resource("gcp:projects/iAMMember:IAMMember", "logs", {})
    assert action("creating", None, grant) is Action.CLEAR


def test_what_came_to_nothing_is_marked_to_be_replaced():
    exported = deployment([ACCOUNT], [pending("creating", CLUSTER)])
    settlements = plan_of("creating", existing("ERROR")).settlements
    adopted = edit.apply(exported, settlements)["deployment"]["resources"][-1]
    assert (adopted["id"], adopted["taint"]) == (CLUSTER["id"], True)


def looked_up(clouds: CommandLines, *, waits: bool = True) -> tuple[dict[str, Looked], list[str]]:
    said: list[str] = []
    state = read(deployment([ACCOUNT, PLATFORM], [pending("creating", CLUSTER)]))
    return Clouds(state, said.append, waits=waits).look(), said


def test_what_is_still_being_made_is_waited_for(clouds: CommandLines, monkeypatch: pytest.MonkeyPatch):
    clouds.answer("clusters describe course-1a2b", said={"status": "PROVISIONING"})

    def becomes_ready(_: float) -> None:
        clouds.forget()
        clouds.answer("clusters describe course-1a2b", said={"status": "RUNNING"})

    monkeypatch.setattr("ops.recovery.clouds.time.sleep", becomes_ready)
    found, said = looked_up(clouds)
    assert found[CLUSTER["urn"]].existing == Existing(CLUSTER["id"], "", "RUNNING")
    assert len(said) == 1
    assert "waiting" in said[0]


def test_a_dry_run_does_not_wait(clouds: CommandLines):
    clouds.answer("clusters describe course-1a2b", said={"status": "PROVISIONING"})
    found, said = looked_up(clouds, waits=False)
    assert found[CLUSTER["urn"]].existing
    assert said == []


def test_without_the_clouds_word_nothing_is_done(clouds: CommandLines):
    clouds.answer("clusters describe", error="ERROR: You do not have permission.")
    with pytest.raises(RecoverError, match="Nothing was changed"):
        looked_up(clouds)


def whole() -> State:
    return read(deployment(WHOLE))


def test_what_a_cluster_takes_along():
    state = whole()
    cluster = cluster_of(state, PROVIDER)
    assert cluster
    assert cluster.urn == CLUSTER["urn"]
    assert [each.name for each in inside(state, PROVIDER)] == ["data8", "data8", "t"]
    lost = gone(state, PROVIDER, cluster)
    assert lost.read_again == (CLUSTER["urn"], POOL["urn"])
    assert "cloud says that it is gone" in str(lost)


def test_a_cluster_that_the_graph_did_not_make_is_not_asked_after():
    own = {**INTO_IT, "dependencies": []}
    assert cluster_of(read(deployment([own, CLUSTER])), PROVIDER) is None


def test_a_plan_without_a_cluster():
    state = read(deployment(WHOLE, [pending("creating", NAMESPACE)]))
    lost = gone(state, PROVIDER, next(each for each in state.resources if each.urn == CLUSTER["urn"]))
    plan = make_plan(state, Findings(gone=(lost,)))
    assert not plan.empty
    assert plan.settlements[0].action is Action.CLEAR
    assert plan.refreshed == (CLUSTER["urn"], POOL["urn"])


def test_dropping_leaves_nobody_waiting_for_what_was_dropped():
    last = resource("x:y:Z", "z", {}, dependencies=[NAMESPACE["urn"], CLUSTER["urn"]], deletedWith=NAMESPACE["urn"])
    last["propertyDependencies"] = {"a": [NAMESPACE["urn"]], "b": None}
    body = edit.drop(deployment([*WHOLE, last]), {NAMESPACE["urn"], RELEASE["urn"]})["deployment"]
    urns = [each["urn"] for each in body["resources"]]
    assert NAMESPACE["urn"] not in urns
    assert CONSENT["urn"] in urns
    kept = body["resources"][-1]
    assert (kept["dependencies"], kept["propertyDependencies"]) == ([CLUSTER["urn"]], {"a": [], "b": []})
    assert "deletedWith" not in kept


def namespace(**conditions: str) -> dict:
    said = [{"type": kind, "status": "True", "message": message} for kind, message in conditions.items()]
    metadata = {"name": "data8", "deletionTimestamp": "2026-01-02T03:04:05Z"}
    return {"metadata": metadata, "status": {"conditions": said}}


def test_a_namespace_that_cannot_go_says_what_holds_it():
    why = why_stuck(
        namespace(
            NamespaceContentRemaining="Some are remaining: clusters.postgresql.cnpg.io has 1 resource instances",
            NamespaceFinalizersRemaining="Some content has finalizers remaining: cnpg.io/x in 1 resource instances",
        )
    )
    assert "cnpg.io/x in 1 resource instances" in why
    assert "controller" in why
    assert "kubectl -n data8 patch" in why


def test_a_namespace_that_an_extension_holds():
    assert "apiservices" in why_stuck(namespace(NamespaceDeletionDiscoveryFailure="metrics.k8s.io/v1beta1"))


@pytest.mark.parametrize("live", [{}, {"metadata": {"name": "data8"}}, namespace()])
def test_a_namespace_that_is_well(live: dict):
    assert why_stuck(live) == ""
