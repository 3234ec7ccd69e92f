"""Reading an exported deployment."""

import json

from ops.recovery.state import (
    SECRET_SIGNATURE,
    ObjectRef,
    OperationType,
    ReleaseRef,
    object_ref,
    platform_of,
    read,
    release_ref,
)
from tests.unit.ops.deployments import NAMESPACE, PROVIDER, RELEASE, deployment, pending, provider, resource, secret


def test_reads_resources_and_what_was_under_way():
    state = read(deployment([provider("apiVersion: v1")], [pending("creating", NAMESPACE)]))
    assert [each.urn for each in state.resources] == [PROVIDER]
    assert [(each.type, each.resource.urn) for each in state.operations] == [(OperationType.CREATING, NAMESPACE["urn"])]


def test_an_empty_stack_has_nothing():
    state = read({"version": 3, "deployment": {}})
    assert state.resources == ()
    assert state.operations == ()


def test_finds_an_object_by_what_its_inputs_say():
    claim = resource(
        "kubernetes:core/v1:PersistentVolumeClaim",
        "data8-homes",
        {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "homes", "namespace": "data8"}},
    )
    reference = object_ref(read(deployment([claim])).resources[0])
    assert reference == ObjectRef("v1", "PersistentVolumeClaim", "data8", "homes")
    assert reference.id == "data8/homes"


def test_a_resource_that_names_nothing_is_no_object():
    nameless = resource("kubernetes:core/v1:Pod", "x", {"apiVersion": "v1", "kind": "Pod", "metadata": {}})
    assert object_ref(read(deployment([nameless])).resources[0]) is None


def test_reads_through_secrets_also_nested_ones():
    metadata = secret({"name": "homes", "labels": {"hubstack.dev/platform": secret("p1")}})
    hidden = resource("kubernetes:core/v1:Secret", "x", {"apiVersion": "v1", "kind": "Secret", "metadata": metadata})
    found = read(deployment([hidden])).resources[0]
    assert object_ref(found) == ObjectRef("v1", "Secret", "", "homes")
    assert platform_of(found) == "p1"


def test_the_kubeconfig_comes_from_the_provider_even_as_a_secret():
    assert read(deployment([provider(secret("apiVersion: v1\n"))])).kubeconfigs() == {PROVIDER: "apiVersion: v1\n"}


def test_a_release_is_known_from_inputs_or_outputs():
    assert release_ref(read(deployment([RELEASE])).resources[0]) == ReleaseRef("data8", "data8")
    unnamed = {**RELEASE, "inputs": {}, "outputs": {"name": "hub-1a2b", "namespace": "data8"}}
    assert release_ref(read(deployment([unnamed])).resources[0]) == ReleaseRef("data8", "hub-1a2b")


def test_the_releases_of_a_state_include_those_under_way():
    state = read(deployment([provider("")], [pending("creating", RELEASE)]))
    assert list(state.releases()) == [ReleaseRef("data8", "data8")]


def test_a_resource_never_shows_its_inputs():
    hidden = resource("kubernetes:core/v1:Secret", "x", {"data": secret({"password": "hunter2"})})
    assert "hunter2" not in repr(read(deployment([hidden])))


def test_the_mark_of_a_secret_is_the_engines():
    assert SECRET_SIGNATURE in json.dumps(secret("x"))
