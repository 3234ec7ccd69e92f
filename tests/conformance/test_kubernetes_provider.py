"""The Kubernetes provider's own configuration: which cluster, and what happens where that cannot be reached."""

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
import yaml
from pulumi_kubernetes import core, meta

from tests.layers import leave_out

META = meta.v1.ObjectMetaArgs
pytestmark = pytest.mark.timeout(300)


def service_account(options, namespace):
    core.v1.ServiceAccount("robot", metadata=META(namespace=namespace, name="robot"), opts=options)


@pytest.fixture
def elsewhere(embedded) -> str:
    """A kubeconfig whose server is not there."""
    config = yaml.safe_load(embedded.kubeconfig.read_text())
    for cluster in config["clusters"]:
        cluster["cluster"]["server"] = "https://127.0.0.1:9"
    return yaml.safe_dump(config)


class TestWhichCluster:
    def test_a_kubeconfig_may_be_a_path(self, stack, provider, objects, embedded):
        program = lambda: service_account(provider(kubeconfig=str(embedded.kubeconfig)), objects.namespace)  # noqa: E731
        assert stack.up(program).error == ""

    def test_a_context_that_is_not_in_it(self, stack, provider, objects):
        program = lambda: service_account(provider(context="nowhere"), objects.namespace)  # noqa: E731
        outcome = stack.up(program)
        assert "nowhere" in outcome.error
        assert "unreachable" in outcome.error

    def test_a_new_server_under_the_same_identifier_replaces_nothing(self, stack, provider, objects, elsewhere):
        stack.up(lambda: service_account(provider(), objects.namespace))
        outcome = stack.preview(lambda: service_account(provider(kubeconfig=elsewhere), objects.namespace))
        assert "replace" not in outcome.ops().values()

    def test_a_new_identifier_replaces_everything(self, stack, provider, objects):
        stack.up(lambda: service_account(provider(), objects.namespace))
        outcome = stack.preview(lambda: service_account(provider(cluster_identifier="another"), objects.namespace))
        assert outcome.ops() == {"robot": "replace"}
        assert outcome.replacing("cluster") == {"clusterIdentifier"}

    def test_without_an_identifier_a_new_server_replaces_everything(self, stack, provider, objects, elsewhere):
        stack.up(lambda: service_account(provider(cluster_identifier=None), objects.namespace))
        outcome = stack.preview(
            lambda: service_account(provider(cluster_identifier=None, kubeconfig=elsewhere), objects.namespace)
        )
        assert outcome.replacing("cluster") == {"kubeconfig"}
        assert outcome.ops() == {"robot": "replace"}

    def test_an_identifier_may_come_and_go(self, stack, provider, objects):
        stack.up(lambda: service_account(provider(cluster_identifier=None), objects.namespace))
        assert stack.up(lambda: service_account(provider(), objects.namespace)).ops() == {}
        assert stack.up(lambda: service_account(provider(cluster_identifier=None), objects.namespace)).ops() == {}


class TestOutOfReach:
    def test_a_preview_goes_on_and_an_up_says_why_not(self, stack, provider, objects, elsewhere):
        program = lambda: service_account(provider(kubeconfig=elsewhere), objects.namespace)  # noqa: E731
        assert stack.preview(program).ops() == {"robot": "create"}
        outcome = stack.up(program)
        assert "configured Kubernetes cluster is unreachable" in outcome.error
        assert "127.0.0.1:9" in outcome.error

    def test_a_destroy_needs_to_be_told_that_the_cluster_is_gone(self, stack, provider, objects, elsewhere):
        stack.up(lambda: service_account(provider(), objects.namespace))
        # The new kubeconfig comes into the state by the provider alone.
        stack.up(lambda: pulumi.export("provider", provider(kubeconfig=elsewhere).provider.urn), target=["**cluster"])
        outcome = stack.destroy()
        assert "PULUMI_K8S_DELETE_UNREACHABLE" in outcome.error
        stack.inner.workspace.env_vars["PULUMI_K8S_DELETE_UNREACHABLE"] = "true"
        assert stack.destroy().error == ""
        assert objects.get("ServiceAccount", "robot")

    def test_a_refresh_needs_it_too(self, stack, provider, objects, elsewhere):
        stack.up(lambda: service_account(provider(), objects.namespace))
        stack.up(lambda: pulumi.export("provider", provider(kubeconfig=elsewhere).provider.urn), target=["**cluster"])
        assert "unreachable" in stack.refresh(lambda: None).error
        stack.inner.workspace.env_vars["PULUMI_K8S_DELETE_UNREACHABLE"] = "true"
        assert stack.refresh(lambda: None).error == ""
        assert "robot" not in stack.state()


class TestStandIn:
    """What the stand-in refuses, so that nobody takes it for more than it is; left out with the real provider."""

    @pytest.fixture(autouse=True)
    def _only_the_stand_in(self, is_stand_in):
        if not is_stand_in:
            leave_out("the real provider takes what the stand-in refuses")

    def test_a_setting_it_does_not_honour(self, stack, provider, objects):
        settings = {"render_yaml_to_directory": "/nowhere"}
        assert (
            "does not honour" in stack.preview(lambda: service_account(provider(**settings), objects.namespace)).error
        )

    def test_client_side_apply(self, stack, provider, objects):
        settings = {"enable_server_side_apply": False}
        assert (
            "on the server only"
            in stack.preview(lambda: service_account(provider(**settings), objects.namespace)).error
        )

    def test_a_kind_it_does_not_take(self, stack, provider):
        def program():
            kubernetes.policy.v1.PodDisruptionBudget("budget", opts=provider())

        assert "does not take kubernetes:policy/v1:PodDisruptionBudget" in stack.preview(program).error
