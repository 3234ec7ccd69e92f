"""Judges that are not ours, over all that the repository's stacks make, in a cluster and in the cloud that it is on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from policies.model import Resource
from policies.pods import pod
from tests.support import templates
from tests.support.graph import Graph, Made
from tests.support.rendering import Object, objects, write
from tests.support.whole_stacks import STACKS, config_of, graph_of
from tests.unit.judges.judging import Found, Looked, checkov, exceptions, kube_score, pod_security, unexplained, unused

pytestmark = pytest.mark.thorough

ENFORCE = "pod-security.kubernetes.io/enforce"
OF_THE_CLUSTER = {"kube-system": "privileged"}
"""Namespaces that are no stack's to make."""


JUDGED = {
    *("aws_cloudwatch_log_group", "aws_efs_file_system", "aws_eks_cluster", "aws_eks_node_group", "aws_iam_role"),
    *("aws_kms_key", "aws_launch_template", "aws_security_group", "aws_subnet", "aws_vpc"),
    *("google_compute_network", "google_compute_subnetwork", "google_container_cluster", "google_container_node_pool"),
    *("google_project_iam_member", "google_storage_bucket"),
    *("Microsoft.ContainerService/managedClusters", "Microsoft.Storage/storageAccounts"),
}
PUBLIC = {"settings": {"ipConfiguration": {"ipv4Enabled": True, "authorizedNetworks": [{"value": "0.0.0.0/0"}]}}}
PLANTED = {
    ("aws:rds/instance:Instance", "CKV_AWS_17"): {"publiclyAccessible": True},
    ("aws:efs/fileSystem:FileSystem", "CKV_AWS_42"): {"encrypted": False},
    ("aws:eks/cluster:Cluster", "CKV_AWS_38"): {"vpcConfig": {"publicAccessCidrs": ["0.0.0.0/0"]}},
    ("gcp:sql/databaseInstance:DatabaseInstance", "CKV_GCP_11"): PUBLIC,
    ("gcp:storage/bucket:Bucket", "CKV_GCP_114"): {"publicAccessPrevention": "inherited"},
    ("azure-native:storage:StorageAccount", "CKV_AZURE_3"): {"enableHttpsTrafficOnly": False},
    ("azure-native:containerservice:ManagedCluster", "CKV_AZURE_5"): {"enableRBAC": False},
}
"""What no stack may make, and the rule of checkov's that sees it."""


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Graph]:
    return {name: graph_of(config_of(name), tmp_path_factory.mktemp(name)) for name in STACKS}


@pytest.fixture(scope="module")
def made(graphs: dict[str, Graph]) -> dict[str, list[Object]]:
    return {name: objects(graph) for name, graph in graphs.items()}


@pytest.fixture(scope="module")
def files(made: dict[str, list[Object]], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write(made, tmp_path_factory.mktemp("objects"))


@pytest.fixture(scope="module")
def looked(graphs: dict[str, Graph], files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Looked:
    """What checkov says of all stacks and of what is planted beside them: it takes seconds to start."""
    planted = Graph({f"{kind} {rule}": planted_as(kind, rule) for kind, rule in PLANTED})
    return checkov([*files, *templates.write({**graphs, "planted": planted}, tmp_path_factory.mktemp("templates"))])


@pytest.fixture(scope="module")
def found(looked: Looked, files: list[Path], made: dict[str, list[Object]]) -> list[Found]:
    ours = [each for each in looked.found if "planted" not in each.of]
    return [*ours, *kube_score(files), *pod_security(pods_of(made))]


def planted_as(kind: str, rule: str) -> Made:
    return Made("", kind, f"planted-{rule}", PLANTED[kind, rule], provider="", parent="", depends_on=frozenset())


@pytest.mark.parametrize("rule", [rule for _, rule in PLANTED])
def test_what_is_planted_in_a_cloud_is_seen(looked: Looked, rule: str) -> None:
    assert any(each.rule == rule and each.of.endswith(f".planted-{rule}") for each in looked.found)


def test_the_kinds_that_matter_are_judged(looked: Looked) -> None:
    assert looked.kinds >= JUDGED


def test_every_resource_of_a_cloud_is_in_a_template(graphs: dict[str, Graph]) -> None:
    for graph in graphs.values():
        asked = [
            each for each in graph if each.type.startswith(("gcp:", "aws:", "azure-native:")) and not each.was_read
        ]
        plan, arm = templates.plan(graph), templates.arm(graph)
        written = plan["planned_values"]["root_module"]["resources"] if plan else arm.get("resources", [])
        assert [each["name"] for each in written] == [each.name for each in asked]


def test_no_judge_finds_anything_that_is_not_explained(found: Sequence[Found]) -> None:
    assert unexplained(found, exceptions()) == []


def test_every_exception_is_needed(found: Sequence[Found]) -> None:
    assert unused(found, exceptions()) == []


def test_every_exception_has_a_reason() -> None:
    for one in exceptions():
        assert len(one.reason.split()) >= 3, one


def test_what_is_not_explained_is_seen(found: Sequence[Found]) -> None:
    assert {each.judge for each in found} >= {"checkov", "kube-score"}
    assert unexplained(found, exceptions()[1:])
    assert unused(found[:1], exceptions())


def pods_of(made: dict[str, list[Object]]) -> list[dict[str, Any]]:
    return [asked for found in made.values() for asked in asked_of(found)]


def asked_of(found: list[Object]) -> list[dict[str, Any]]:
    levels = OF_THE_CLUSTER | {
        each["metadata"]["name"]: each["metadata"]["labels"][ENFORCE] for each in found if each["kind"] == "Namespace"
    }
    asked: list[dict[str, Any]] = []
    for each in found:
        described = pod(Resource(f"kubernetes:any:{each['kind']}", "", each))
        if described:
            metadata = each["metadata"]
            name = f"{each['kind']}/{metadata.get('name', metadata['labels'].get('app.kubernetes.io/component'))}"
            level = levels[metadata["namespace"]]
            asked.append({"name": name, "level": level, "pod": {"metadata": {}, "spec": described}})
    return asked


@pytest.mark.parametrize("stack", STACKS)
def test_every_namespace_says_how_strict_it_is(made: dict[str, list[Object]], stack: str) -> None:
    levels = {each["metadata"]["labels"][ENFORCE] for each in made[stack] if each["kind"] == "Namespace"}
    assert levels <= {"restricted", "baseline"}
    assert asked_of(made[stack])


def test_namespaces_are_as_strict_as_their_pods_allow(made: dict[str, list[Object]]) -> None:
    asked = pods_of(made)
    assert pod_security(asked) == []
    loose = [each for each in asked if each["level"] == "baseline"]
    assert loose
    stricter = pod_security([{**each, "level": "restricted"} for each in loose])
    assert {each.of for each in stricter} == {each["name"] for each in loose}, "its namespace could be restricted"


def test_a_privileged_pod_is_seen() -> None:
    spec = {"containers": [{"name": "c", "image": "i", "securityContext": {"privileged": True}}]}
    (seen,) = pod_security([{"name": "Pod/bad", "level": "baseline", "pod": {"metadata": {}, "spec": spec}}])
    assert seen.rule == "privileged"
