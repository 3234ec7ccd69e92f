"""What the Kubernetes provider waits for, and what it says meanwhile and when time is up."""

import signal

import pulumi
import pytest
from pulumi_kubernetes import apiextensions, apps, batch, core, meta

from components.versions import BUSYBOX_IMAGE

META = meta.v1.ObjectMetaArgs
NO_IMAGE = "registry.k8s.io/there-is-no-such-image:1"
pytestmark = [pytest.mark.timeout(400)]
needs_pods = pytest.mark.containers


def pod_template(command: str, image: str = BUSYBOX_IMAGE, labels: dict[str, str] | None = None, restart="Always"):
    return core.v1.PodTemplateSpecArgs(
        metadata=META(labels=labels),
        spec=core.v1.PodSpecArgs(
            restart_policy=restart,
            termination_grace_period_seconds=1,
            containers=[
                core.v1.ContainerArgs(
                    name="main", image=image, image_pull_policy="IfNotPresent", command=["sh", "-c", command]
                )
            ],
        ),
    )


def deployment(options, namespace, image: str = BUSYBOX_IMAGE, **annotations: str):
    return apps.v1.Deployment(
        "app",
        metadata=META(namespace=namespace, name="app", annotations=annotations),
        spec=apps.v1.DeploymentSpecArgs(
            replicas=2,
            selector=meta.v1.LabelSelectorArgs(match_labels={"app": "a"}),
            template=pod_template("sleep 3600", image, {"app": "a"}),
        ),
        opts=options,
    )


def job(options, namespace, command: str):
    return batch.v1.Job(
        "job",
        metadata=META(namespace=namespace, name="job"),
        spec=batch.v1.JobSpecArgs(backoff_limit=0, template=pod_template(command, restart="Never")),
        opts=options,
    )


class TestDeployment:
    @needs_pods
    def test_it_is_ready_when_its_pods_are(self, stack, provider, objects):
        assert stack.up(lambda: deployment(provider(), objects.namespace)).error == ""
        status = objects.get("Deployment", "app", "apps/v1")["status"]
        assert status["readyReplicas"] == 2
        assert stack.state()["app"]["outputs"]["status"]["readyReplicas"] == 2

    def test_when_time_is_up_the_error_says_why_and_the_next_up_mends_it(self, stack, provider, objects):
        stuck = {"pulumi.com/timeoutSeconds": "12"}
        outcome = stack.up(lambda: deployment(provider(), objects.namespace, NO_IMAGE, **stuck))
        assert "'app' timed out waiting to be Ready" in outcome.error
        assert "Minimum number of live Pods was not attained" in outcome.error
        assert "app" in stack.state(), "what is in the cluster is in the state"
        outcome = stack.up(
            lambda: deployment(provider(), objects.namespace, NO_IMAGE, **{"pulumi.com/skipAwait": "true"})
        )
        assert outcome.error == ""
        assert outcome.ops() == {"app": "update"}

    @needs_pods
    def test_an_image_that_cannot_be_pulled_is_named(self, stack, provider, objects):
        options = {"pulumi.com/timeoutSeconds": "25"}
        outcome = stack.up(lambda: deployment(provider(), objects.namespace, NO_IMAGE, **options))
        assert "there-is-no-such-image" in outcome.error
        assert "ErrImagePull" in outcome.error or "ImagePullBackOff" in outcome.error

    @needs_pods
    def test_a_refresh_sees_that_it_is_not_ready(self, stack, provider, objects):
        def program():
            deployment(provider(), objects.namespace, NO_IMAGE, **{"pulumi.com/timeoutSeconds": "5"})

        stack.up(program)
        assert "failed to initialize" in stack.refresh(program).said()

    def test_custom_timeouts(self, stack, provider, objects):
        def program():
            limits = pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="4s"))
            deployment(pulumi.ResourceOptions.merge(provider(), limits), objects.namespace, NO_IMAGE)

        assert "timed out" in stack.up(program).error


class TestStopping:
    def test_ctrl_c_ends_the_waiting_and_keeps_what_was_made(self, stack, provider, objects):
        def program():
            deployment(provider(), objects.namespace, NO_IMAGE)

        def begun():
            return objects.get("Deployment", "app", "apps/v1") is not None

        outcome = stack.stopped(program, begun, signal.SIGINT)
        assert "cancelled" in outcome.said("error")
        assert stack.state()["app"]["id"] == f"{objects.namespace}/app"


class TestJob:
    @needs_pods
    def test_it_is_ready_when_it_is_complete(self, stack, provider, objects):
        assert stack.up(lambda: job(provider(), objects.namespace, "exit 0")).error == ""
        assert objects.get("Job", "job", "batch/v1")["status"]["succeeded"] == 1

    @needs_pods
    def test_one_that_failed_is_an_error_at_once(self, stack, provider, objects):
        outcome = stack.up(lambda: job(provider(), objects.namespace, "exit 3"))
        assert "BackoffLimitExceeded" in outcome.error
        assert "job" in stack.state()


class TestStatefulSet:
    @needs_pods
    def test_it_is_ready_when_its_pods_are(self, stack, provider, objects):
        def program(word):
            apps.v1.StatefulSet(
                "set",
                metadata=META(namespace=objects.namespace, name="set"),
                spec=apps.v1.StatefulSetSpecArgs(
                    replicas=1,
                    service_name="set",
                    selector=meta.v1.LabelSelectorArgs(match_labels={"app": "s"}),
                    template=pod_template(f"sleep 3600 # {word}", labels={"app": "s"}),
                ),
                opts=provider(),
            )

        for word in ("one", "two"):
            assert stack.up(lambda word=word: program(word)).error == ""
            status = objects.get("StatefulSet", "set", "apps/v1")["status"]
            assert (status["readyReplicas"], status["updateRevision"]) == (1, status["currentRevision"])


class TestPod:
    @needs_pods
    def test_it_is_ready_when_it_runs(self, stack, provider, objects):
        def program():
            template = pod_template("sleep 3600")
            core.v1.Pod(
                "pod", metadata=META(namespace=objects.namespace, name="pod"), spec=template.spec, opts=provider()
            )

        assert stack.up(program).error == ""
        assert objects.get("Pod", "pod")["status"]["phase"] == "Running"


class TestClaims:
    def claim(self, options, namespace, storage_class, **annotations):
        return core.v1.PersistentVolumeClaim(
            "claim",
            metadata=META(namespace=namespace, name="claim", annotations=annotations),
            spec=core.v1.PersistentVolumeClaimSpecArgs(
                access_modes=["ReadWriteOnce"],
                storage_class_name=storage_class,
                resources=core.v1.VolumeResourceRequirementsArgs(requests={"storage": "1Mi"}),
            ),
            opts=options,
        )

    def storage_class(self, options, name, mode):
        from pulumi_kubernetes import storage  # noqa: PLC0415

        return storage.v1.StorageClass(
            "class",
            metadata=META(name=name),
            provisioner="example.org/none",
            volume_binding_mode=mode,
            opts=options,
        )

    def test_one_that_waits_for_its_first_consumer_is_not_waited_for(self, stack, provider, objects):
        def program():
            options = provider()
            made = self.storage_class(options, f"late-{objects.namespace}", "WaitForFirstConsumer")
            self.claim(options, objects.namespace, made.metadata.name)

        assert stack.up(program).error == ""
        assert objects.get("PersistentVolumeClaim", "claim")["status"]["phase"] == "Pending"

    def test_skip_await(self, stack, provider, objects):
        def program():
            self.claim(provider(), objects.namespace, "absent", **{"pulumi.com/skipAwait": "true"})

        assert stack.up(program).error == ""

    def test_one_that_is_bound_by_hand(self, stack, provider, objects):
        def program():
            options = provider()
            volume = core.v1.PersistentVolume(
                "volume",
                metadata=META(name=f"volume-{objects.namespace}"),
                spec=core.v1.PersistentVolumeSpecArgs(
                    capacity={"storage": "1Mi"},
                    access_modes=["ReadWriteOnce"],
                    storage_class_name="by-hand",
                    persistent_volume_reclaim_policy="Retain",
                    host_path=core.v1.HostPathVolumeSourceArgs(path="/var/lib/conformance"),
                    claim_ref=core.v1.ObjectReferenceArgs(namespace=objects.namespace, name="claim"),
                ),
                opts=options,
            )
            bound = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[volume]))
            self.claim(bound, objects.namespace, "by-hand")

        assert stack.up(program).error == ""
        assert objects.get("PersistentVolumeClaim", "claim")["status"]["phase"] == "Bound"
        assert stack.up(program, expect_no_changes=True).error == ""


class TestService:
    def service(self, options, namespace, **spec):
        return core.v1.Service(
            "service",
            metadata=META(namespace=namespace, name="service", annotations={"pulumi.com/timeoutSeconds": "40"}),
            spec=core.v1.ServiceSpecArgs(ports=[core.v1.ServicePortArgs(port=80)], **spec),
            opts=options,
        )

    def test_without_a_selector_it_is_ready_at_once(self, stack, provider, objects):
        assert stack.up(lambda: self.service(provider(), objects.namespace)).error == ""

    def test_one_that_meets_no_pod_is_no_error(self, stack, provider, objects):
        assert stack.up(lambda: self.service(provider(), objects.namespace, selector={"app": "none"})).error == ""

    @needs_pods
    def test_a_load_balancer_gets_its_address(self, stack, provider, objects):
        def program():
            made = self.service(provider(), objects.namespace, type="LoadBalancer")
            pulumi.export("address", made.status.load_balancer.ingress[0].ip)

        assert stack.up(program).outputs["address"]


class TestWaitFor:
    def config_map(self, options, namespace, wait_for):
        annotations = {"pulumi.com/waitFor": wait_for, "pulumi.com/timeoutSeconds": "6"}
        metadata = META(namespace=namespace, name="settings", annotations=annotations)
        core.v1.ConfigMap("settings", metadata=metadata, data={"a": "1", "b": "2"}, opts=options)

    @pytest.mark.parametrize(
        "wait_for",
        ["jsonpath={.data.a}", "jsonpath={.data.a}=1", '["jsonpath={.data.a}=1", "jsonpath={.data.b}=2"]'],
    )
    def test_what_holds(self, stack, provider, objects, wait_for):
        assert stack.up(lambda: self.config_map(provider(), objects.namespace, wait_for)).error == ""

    @pytest.mark.parametrize(
        "wait_for", ["condition=Ready", "jsonpath={.data.a}=2", '["jsonpath={.data.a}", "jsonpath={.data.c}"]']
    )
    def test_what_does_not_hold(self, stack, provider, objects, wait_for):
        outcome = stack.up(lambda: self.config_map(provider(), objects.namespace, wait_for))
        assert "timed out waiting for the condition" in outcome.error
        assert "settings" in stack.state()

    def test_what_cannot_be_read(self, stack, provider, objects):
        outcome = stack.up(lambda: self.config_map(provider(), objects.namespace, "ready"))
        assert 'expected a "jsonpath=" or "condition=" prefix' in outcome.error


class TestCustomResources:
    def program(self, options, namespace, group, **annotations):
        definition = apiextensions.v1.CustomResourceDefinition(
            "definition",
            metadata=META(name=f"widgets.{group}"),
            spec={
                "group": group,
                "scope": "Namespaced",
                "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
                "versions": [
                    {
                        "name": "v1",
                        "served": True,
                        "storage": True,
                        "schema": {
                            "openAPIV3Schema": {
                                "type": "object",
                                "x-kubernetes-preserve-unknown-fields": True,
                            }
                        },
                    }
                ],
            },
            opts=options,
        )
        after = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[definition]))
        apiextensions.CustomResource(
            "widget",
            api_version=f"{group}/v1",
            kind="Widget",
            # With an empty map of annotations the provider finds a change for ever.
            metadata=META(namespace=namespace, name="widget", annotations=annotations or None),
            spec={"size": 1},
            opts=after,
        )

    def test_one_whose_kind_is_defined_by_the_same_program(self, stack, provider, objects):
        group = f"{objects.namespace}.example.org"

        def program():
            self.program(provider(), objects.namespace, group)

        assert stack.preview(program).ops() == {"definition": "create", "widget": "create"}
        assert stack.up(program).error == ""
        assert objects.get("Widget", "widget", f"{group}/v1")["spec"] == {"size": 1}
        assert stack.up(program, expect_no_changes=True).error == ""
        assert stack.destroy().error == ""

    def test_it_is_ready_when_its_operator_says_so(self, stack, provider, objects):
        group = f"{objects.namespace}.example.org"
        late = {"pulumi.com/waitFor": "condition=Ready", "pulumi.com/timeoutSeconds": "5"}
        outcome = stack.up(lambda: self.program(provider(), objects.namespace, group, **late))
        assert "timed out waiting for the condition" in outcome.error
        ready = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
        objects.patch("Widget", "widget", ready, f"{group}/v1")
        assert stack.up(lambda: self.program(provider(), objects.namespace, group, **late)).error == ""

    def test_one_whose_kind_nobody_defines(self, stack, provider, objects):
        def program():
            apiextensions.CustomResource(
                "widget",
                api_version="none.example.org/v1",
                kind="Widget",
                metadata=META(namespace=objects.namespace, name="widget"),
                opts=provider(),
            )

        assert stack.preview(program).ops() == {"widget": "create"}
        assert "CRD" in stack.up(program).error


class TestQuota:
    def test_it_is_ready_when_it_is_counted(self, stack, provider, objects):
        def program():
            core.v1.ResourceQuota(
                "quota",
                metadata=META(namespace=objects.namespace, name="quota"),
                spec=core.v1.ResourceQuotaSpecArgs(hard={"pods": "3"}),
                opts=provider(),
            )

        assert stack.up(program).error == ""
        assert stack.state()["quota"]["outputs"]["status"]["hard"] == {"pods": "3"}
