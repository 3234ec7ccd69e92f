"""Writing a deployment once what was pending is settled."""

import copy

from ops.recovery.edit import apply
from ops.recovery.settlement import Action, Settlement
from ops.recovery.state import read
from tests.unit.ops.deployments import NAMESPACE, RELEASE, deployment, pending, provider


def settled(exported, action, identity=""):
    return [Settlement(operation, action, "", identity) for operation in read(exported).operations]


def test_an_adopted_object_joins_the_state_with_its_inputs_as_outputs():
    entry = {**NAMESPACE, "inputs": {**NAMESPACE["inputs"], "__fieldManager": "pulumi-kubernetes-1a2b"}}
    exported = deployment([provider("")], [pending("creating", entry)])
    body = apply(exported, settled(exported, Action.ADOPT, "data8"))["deployment"]
    assert "pending_operations" not in body
    adopted = body["resources"][-1]
    assert (adopted["urn"], adopted["id"]) == (NAMESPACE["urn"], "data8")
    assert adopted["outputs"]["__fieldManager"] == "pulumi-kubernetes-1a2b"


def test_an_adopted_release_keeps_the_programs_inputs():
    exported = deployment([provider("")], [pending("creating", RELEASE)])
    adopted = apply(exported, settled(exported, Action.ADOPT, "data8/data8"))["deployment"]["resources"][-1]
    assert adopted["outputs"]["__inputs"] == RELEASE["inputs"]


def test_what_is_cleared_or_deleted_does_not_join():
    for action in (Action.CLEAR, Action.DELETE):
        exported = deployment([provider("")], [pending("creating", NAMESPACE)])
        assert len(apply(exported, settled(exported, action, "data8"))["deployment"]["resources"]) == 1


def test_an_interrupted_update_keeps_what_the_state_had():
    exported = deployment([provider(""), NAMESPACE], [pending("updating", NAMESPACE)])
    body = apply(exported, settled(exported, Action.REFRESH))["deployment"]
    assert body["resources"] == exported["deployment"]["resources"]
    assert "pending_operations" not in body


def test_an_adopted_replacement_leaves_its_predecessor_to_be_deleted():
    exported = deployment([{**NAMESPACE, "id": "data8-1"}], [pending("creating", NAMESPACE)])
    old, new = apply(exported, settled(exported, Action.ADOPT, "data8-2"))["deployment"]["resources"]
    assert (old["id"], old["delete"]) == ("data8-1", True)
    assert (new["id"], new.get("delete")) == ("data8-2", None)


def test_an_adopted_replacement_ends_one_that_was_deleted_before_it():
    exported = deployment([{**NAMESPACE, "id": "data8", "pendingReplacement": True}], [pending("creating", NAMESPACE)])
    (only,) = apply(exported, settled(exported, Action.ADOPT, "data8"))["deployment"]["resources"]
    assert "pendingReplacement" not in only


def test_what_was_exported_stays_as_it_was():
    exported = deployment([provider("")], [pending("creating", NAMESPACE)])
    before = copy.deepcopy(exported)
    apply(exported, settled(exported, Action.ADOPT, "data8"))
    assert exported == before
