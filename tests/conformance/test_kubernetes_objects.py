"""How the Kubernetes provider makes, changes, reads and deletes objects."""

import re

import pulumi
import pytest
from pulumi_kubernetes import apps, batch, core, meta, rbac

META = meta.v1.ObjectMetaArgs
pytestmark = pytest.mark.timeout(300)


def config_map(options, namespace, data, name: str | None = "settings", **metadata):
    return core.v1.ConfigMap(
        "settings", metadata=META(namespace=namespace, name=name, **metadata), data=data, opts=options
    )


class TestNames:
    def test_a_name_is_made_up_where_the_program_gives_none(self, stack, provider, objects):
        def program():
            made = core.v1.ConfigMap("settings", metadata=META(namespace=objects.namespace), data={}, opts=provider())
            pulumi.export("name", made.metadata.name)

        name = stack.up(program).outputs["name"]
        assert re.fullmatch(r"settings-[0-9a-f]{8}", name)
        assert objects.get("ConfigMap", name)["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}
        assert stack.up(program).ops() == {}, "the made-up name is kept"

    def test_a_given_name_is_taken(self, stack, provider, objects):
        outcome = stack.up(lambda: config_map(provider(), objects.namespace, {"a": "1"}))
        assert outcome.ops() == {"settings": "create"}
        assert stack.state()["settings"]["id"] == f"{objects.namespace}/settings"
        assert "annotations" not in objects.get("ConfigMap", "settings")["metadata"]

    def test_without_a_namespace_the_providers_is_taken(self, stack, provider, objects):
        def program():
            options = provider(namespace=objects.namespace)
            core.v1.ServiceAccount("robot", metadata=META(name="robot"), opts=options)
            rbac.v1.ClusterRole("reader", metadata=META(name=f"reader-{objects.namespace}"), rules=[], opts=options)

        assert stack.up(program).error == ""
        assert objects.get("ServiceAccount", "robot")
        assert stack.state()["reader"]["id"] == f"reader-{objects.namespace}"

    def test_generate_name_is_refused(self, stack, provider, objects):
        outcome = stack.up(lambda: config_map(provider(), objects.namespace, {}, name=None, generate_name="x-"))
        assert "generateName" in outcome.error
        assert objects.names("ConfigMap") <= {"kube-root-ca.crt"}

    def test_an_object_that_is_there_already_is_not_taken_over(self, stack, provider, objects):
        objects.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": "0"}})
        outcome = stack.up(lambda: config_map(provider(), objects.namespace, {"a": "1"}))
        assert "already exists" in outcome.error
        assert objects.get("ConfigMap", "settings")["data"] == {"a": "0"}

    def test_upsert_takes_it_over(self, stack, provider, objects):
        objects.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"b": "0"}})
        options = {"upsert_existing_objects": True}
        outcome = stack.up(lambda: config_map(provider(**options), objects.namespace, {"a": "1"}))
        assert outcome.error == ""
        assert objects.get("ConfigMap", "settings")["data"] == {"a": "1", "b": "0"}


class TestChanges:
    def test_a_label_is_changed_in_place(self, stack, provider, objects):
        for value in ("one", "two"):
            outcome = stack.up(
                lambda value=value: config_map(provider(), objects.namespace, {}, labels={"a.b/c": value})
            )
        assert outcome.ops() == {"settings": "update"}
        assert outcome.changes("settings") == {'metadata.labels["a.b/c"]': "update"}
        assert objects.get("ConfigMap", "settings")["metadata"]["labels"] == {"a.b/c": "two"}

    def test_nothing_changes_without_a_change(self, stack, provider, objects):
        def program():
            options = provider()
            config_map(options, objects.namespace, {"a": "1"})
            core.v1.ResourceQuota(
                "quota",
                metadata=META(namespace=objects.namespace, name="quota"),
                spec=core.v1.ResourceQuotaSpecArgs(hard={"requests.memory": "1024Mi", "requests.cpu": "1000m"}),
                opts=options,
            )
            rbac.v1.Role(
                "role",
                metadata=META(namespace=objects.namespace, name="role"),
                rules=[rbac.v1.PolicyRuleArgs(api_groups=[""], resources=["pods"], verbs=["get"])],
                opts=options,
            )

        assert stack.up(program).error == ""
        assert stack.up(program, expect_no_changes=True).error == ""
        assert stack.refresh(program).error == ""
        assert stack.up(program, expect_no_changes=True).error == ""

    def test_a_config_maps_data_replaces_it_and_a_given_name_goes_first(self, stack, provider, objects):
        stack.up(lambda: config_map(provider(), objects.namespace, {"a": "1"}))
        outcome = stack.up(lambda: config_map(provider(), objects.namespace, {"a": "2"}))
        assert outcome.ops() == {"settings": "replace"}
        assert outcome.replacing("settings") == {"data.a"}
        assert outcome.order("settings")[0] == "delete"
        assert objects.get("ConfigMap", "settings")["data"] == {"a": "2"}

    def test_a_made_up_name_is_made_anew_before_the_old_one_goes(self, stack, provider, objects):
        stack.up(lambda: config_map(provider(), objects.namespace, {"a": "1"}, name=None))
        before = stack.state()["settings"]["id"]
        outcome = stack.up(lambda: config_map(provider(), objects.namespace, {"a": "2"}, name=None))
        assert outcome.order("settings")[0] == "create"
        assert stack.state()["settings"]["id"] != before
        assert len(objects.names("ConfigMap") - {"kube-root-ca.crt"}) == 1

    def test_mutable_data_is_changed_in_place(self, stack, provider, objects):
        settings = {"enable_config_map_mutable": True}
        stack.up(lambda: config_map(provider(**settings), objects.namespace, {"a": "1", "b": "1"}))
        outcome = stack.up(lambda: config_map(provider(**settings), objects.namespace, {"a": "2"}))
        assert outcome.ops() == {"settings": "update"}
        assert outcome.changes("settings") == {"data.a": "update", "data.b": "delete"}
        assert objects.get("ConfigMap", "settings")["data"] == {"a": "2"}

    def test_a_new_name_replaces(self, stack, provider, objects):
        stack.up(lambda: config_map(provider(), objects.namespace, {}))
        outcome = stack.up(lambda: config_map(provider(), objects.namespace, {}, name="others"))
        assert outcome.replacing("settings") == {"metadata.name"}
        assert objects.names("ConfigMap") == {"others", "kube-root-ca.crt"}

    def test_a_bindings_role_replaces(self, stack, provider, objects):
        def program(role):
            rbac.v1.RoleBinding(
                "binding",
                metadata=META(namespace=objects.namespace, name="binding"),
                role_ref=rbac.v1.RoleRefArgs(api_group="rbac.authorization.k8s.io", kind="Role", name=role),
                subjects=[],
                opts=provider(),
            )

        stack.up(lambda: program("one"))
        assert stack.up(lambda: program("two")).replacing("binding") == {"roleRef.name"}

    def test_a_claims_size_is_no_reason_to_replace_it_and_its_class_is(self, stack, provider, objects):
        def program(size, storage_class):
            core.v1.PersistentVolumeClaim(
                "claim",
                metadata=META(namespace=objects.namespace, name="claim", annotations={"pulumi.com/skipAwait": "true"}),
                spec=core.v1.PersistentVolumeClaimSpecArgs(
                    access_modes=["ReadWriteOnce"],
                    storage_class_name=storage_class,
                    resources=core.v1.VolumeResourceRequirementsArgs(requests={"storage": size}),
                ),
                opts=provider(),
            )

        assert stack.up(lambda: program("1Gi", "absent")).error == ""
        assert stack.preview(lambda: program("1Gi", "other")).replacing("claim") == {"spec.storageClassName"}
        bigger = stack.preview(lambda: program("2Gi", "absent"))
        assert bigger.changes("claim") == {"spec.resources.requests.storage": "update"}

    def test_a_jobs_template_replaces(self, stack, provider, objects):
        def program(word):
            batch.v1.Job(
                "job",
                metadata=META(namespace=objects.namespace, name="job"),
                spec=batch.v1.JobSpecArgs(
                    completions=0,  # complete without a pod; with skipAwait the old one's end is not waited for
                    template=core.v1.PodTemplateSpecArgs(
                        spec=core.v1.PodSpecArgs(
                            restart_policy="Never",
                            containers=[core.v1.ContainerArgs(name="main", image="none", args=[word])],
                        )
                    ),
                ),
                opts=provider(),
            )

        assert stack.up(lambda: program("one")).error == ""
        outcome = stack.up(lambda: program("two"))
        assert outcome.said("error") == ""
        assert outcome.replacing("job") == {"spec.template.spec.containers[0].args[0]"}
        assert objects.get("Job", "job", "batch/v1")["spec"]["template"]["spec"]["containers"][0]["args"] == ["two"]

    def test_a_deployments_selector_replaces_and_its_image_does_not(self, stack, provider, objects):
        def program(image, labels):
            apps.v1.Deployment(
                "app",
                metadata=META(namespace=objects.namespace, name="app", annotations={"pulumi.com/skipAwait": "true"}),
                spec=apps.v1.DeploymentSpecArgs(
                    replicas=0,
                    selector=meta.v1.LabelSelectorArgs(match_labels=labels),
                    template=core.v1.PodTemplateSpecArgs(
                        metadata=META(labels=labels),
                        spec=core.v1.PodSpecArgs(containers=[core.v1.ContainerArgs(name="main", image=image)]),
                    ),
                ),
                opts=provider(),
            )

        assert stack.up(lambda: program("one", {"app": "a"})).error == ""
        outcome = stack.up(lambda: program("two", {"app": "a"}))
        assert (outcome.ops(), outcome.changes("app")) == (
            {"app": "update"},
            {"spec.template.spec.containers[0].image": "update"},
        )
        assert stack.preview(lambda: program("two", {"app": "b"})).replacing("app") == {"spec.selector.matchLabels.app"}

    def test_ignored_changes_are_left(self, stack, provider, objects):
        def program(value):
            options = pulumi.ResourceOptions.merge(
                provider(), pulumi.ResourceOptions(ignore_changes=["metadata.labels"])
            )
            config_map(options, objects.namespace, {}, labels={"a": value})

        stack.up(lambda: program("one"))
        assert stack.up(lambda: program("two")).ops() == {}
        assert objects.get("ConfigMap", "settings")["metadata"]["labels"] == {"a": "one"}


class TestServerSideApply:
    def test_a_conflict_is_an_error_until_the_program_forces_it(self, stack, provider, objects):
        settings = {"enable_config_map_mutable": True}

        def program(value, **annotations):
            config_map(provider(**settings), objects.namespace, {"a": value}, annotations=annotations)

        stack.up(lambda: program("1", touched="once"))
        stack.up(lambda: program("2", touched="twice"))
        objects.patch("ConfigMap", "settings", {"data": {"a": "by hand"}})
        outcome = stack.up(lambda: program("3", touched="thrice"))
        assert "conflict" in outcome.error
        assert "somebody" in outcome.error
        assert objects.get("ConfigMap", "settings")["data"] == {"a": "by hand"}
        outcome = stack.up(lambda: program("3", **{"touched": "thrice", "pulumi.com/patchForce": "true"}))
        assert outcome.error == ""
        assert objects.get("ConfigMap", "settings")["data"] == {"a": "3"}

    def test_fields_of_others_stay(self, stack, provider, objects):
        def program(value):
            config_map(provider(), objects.namespace, {}, labels={"ours": value})

        stack.up(lambda: program("1"))
        objects.patch("ConfigMap", "settings", {"metadata": {"labels": {"theirs": "1"}}})
        assert stack.up(lambda: program("2")).error == ""
        assert objects.get("ConfigMap", "settings")["metadata"]["labels"] == {"ours": "2", "theirs": "1"}

    def test_who_owns_the_fields(self, stack, provider, objects):
        stack.up(lambda: config_map(provider(), objects.namespace, {}, labels={"a": "1"}))
        assert objects.owners("ConfigMap", "settings") == {("pulumi-kubernetes", "Update")}
        stack.up(lambda: config_map(provider(), objects.namespace, {}, labels={"a": "2"}))
        ((manager, operation),) = objects.owners("ConfigMap", "settings")
        assert re.fullmatch(r"pulumi-kubernetes-[0-9a-f]{8}", manager)
        assert operation == "Apply"
        assert stack.state()["settings"]["outputs"]["__fieldManager"] == manager


class TestSecrets:
    def test_what_is_secret_stays_so(self, stack, provider, objects):
        def program():
            secret = core.v1.Secret(
                "secret",
                metadata=META(namespace=objects.namespace, name="secret"),
                string_data={"password": "open sesame"},
                opts=provider(),
            )
            pulumi.export("data", secret.data)

        outcome = stack.up(program)
        assert outcome.error == ""
        assert outcome.secret_outputs == {"data"}
        assert outcome.outputs["data"] == {"password": "b3BlbiBzZXNhbWU="}
        assert "sesame" not in stack.stored()
        assert "b3BlbiBzZXNhbWU" not in stack.stored()
        assert stack.up(program, expect_no_changes=True).error == ""

    def test_one_secret_leaf_does_not_hide_its_neighbours(self, stack, provider, objects):
        def program():
            made = config_map(provider(), objects.namespace, {"a": pulumi.Output.secret("hidden"), "b": "shown"})
            pulumi.export("data", made.data)

        outcome = stack.up(program)
        assert outcome.outputs["data"] == {"a": "hidden", "b": "shown"}
        assert "shown" in stack.stored()
        assert "hidden" not in stack.stored()

    def test_a_secrets_data_replaces_it(self, stack, provider, objects):
        def program(word):
            core.v1.Secret(
                "secret",
                metadata=META(namespace=objects.namespace, name="secret"),
                string_data={"word": word},
                opts=provider(),
            )

        stack.up(lambda: program("one"))
        outcome = stack.up(lambda: program("two"))
        assert outcome.ops() == {"secret": "replace"}
        assert outcome.replacing("secret") == {"data.word"}
        assert outcome.order("secret")[0] == "delete"
        assert objects.get("Secret", "secret")["data"] == {"word": "dHdv"}


class TestPreview:
    def test_it_changes_nothing_and_asks_the_api_server(self, stack, provider, objects):
        outcome = stack.preview(lambda: config_map(provider(), objects.namespace, {"a": "1"}))
        assert outcome.ops() == {"settings": "create"}
        assert objects.get("ConfigMap", "settings") is None
        assert (
            "Invalid value"
            in stack.preview(lambda: config_map(provider(), objects.namespace, {"not a key": "1"})).error
        )

    def test_a_namespace_that_is_only_planned_is_no_error(self, stack, provider, objects):
        def program():
            options = provider()
            made = core.v1.Namespace("space", metadata=META(name=f"{objects.namespace}-b"), opts=options)
            config_map(options, made.metadata.name, {"a": "1"})

        outcome = stack.preview(program)
        assert outcome.error == ""
        assert outcome.ops() == {"space": "create", "settings": "create"}

    def test_values_that_are_not_known_yet(self, stack, provider, objects):
        def program(first="1"):
            options = provider()
            one = config_map(options, objects.namespace, {"a": first}, name=None)
            core.v1.ConfigMap(
                "second",
                metadata=META(namespace=objects.namespace, name="second"),
                data={"uid": one.metadata.uid},
                opts=options,
            )

        assert stack.preview(program).ops() == {"settings": "create", "second": "create"}
        assert stack.up(program).error == ""
        preview = stack.preview(lambda: program("2"))
        assert preview.ops() == {"settings": "replace", "second": "replace"}
        assert preview.replacing("second") == {"data.uid"}


class TestReading:
    def test_a_change_by_hand_is_drift_and_the_next_up_brings_it_back(self, stack, provider, objects):
        def program():
            config_map(provider(), objects.namespace, {"a": "1"}, labels={"a": "1"})

        stack.up(program)
        objects.patch("ConfigMap", "settings", {"metadata": {"labels": {"a": "by-hand"}}})
        assert stack.up(program).ops() == {}, "without a refresh it is not seen"
        stack.refresh(program)
        assert stack.state()["settings"]["outputs"]["metadata"]["labels"] == {"a": "by-hand"}
        outcome = stack.preview(program)
        assert outcome.changes("settings") == {"metadata.labels.a": "update"}

    def test_what_others_add_is_no_drift(self, stack, provider, objects):
        def program():
            config_map(provider(), objects.namespace, {}, labels={"a": "1"})

        stack.up(program)
        objects.patch("ConfigMap", "settings", {"metadata": {"labels": {"b": "by-hand"}}})
        stack.refresh(program)
        assert stack.up(program).ops() == {}

    def test_an_object_that_is_gone_is_made_again_after_a_refresh(self, stack, provider, objects):
        def program():
            config_map(provider(), objects.namespace, {"a": "1"})

        stack.up(program)
        objects.delete("ConfigMap", "settings")
        stack.refresh(program)
        assert "settings" not in stack.state()
        assert stack.up(program).ops() == {"settings": "create"}

    def test_get(self, stack, provider, objects):
        objects.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs"}, "data": {"a": "1"}})

        def program():
            found = core.v1.ConfigMap.get("theirs", f"{objects.namespace}/theirs", opts=provider())
            pulumi.export("data", found.data)

        assert stack.up(program).outputs == {"data": {"a": "1"}}
        stack.destroy()
        assert objects.get("ConfigMap", "theirs"), "what was only read is not deleted"

    def test_get_of_what_is_not_there(self, stack, provider, objects):
        outcome = stack.up(lambda: core.v1.ConfigMap.get("none", f"{objects.namespace}/none", opts=provider()))
        assert "does not exist" in outcome.error

    @pytest.fixture
    def importing(self, provider, objects):
        objects.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs"}, "data": {"a": "1"}})

        def program(value):
            options = pulumi.ResourceOptions.merge(
                provider(), pulumi.ResourceOptions(import_=f"{objects.namespace}/theirs")
            )
            metadata = META(namespace=objects.namespace, name="theirs")
            core.v1.ConfigMap("ours", metadata=metadata, data={"a": value}, opts=options)

        return program

    def test_import(self, stack, importing):
        outcome = stack.up(lambda: importing("1"))
        assert outcome.error == ""
        assert outcome.ops() == {"ours": "import"}

    def test_import_of_what_would_be_replaced(self, stack, importing, objects):
        assert "remove the `import` declaration" in stack.up(lambda: importing("2")).error
        assert objects.get("ConfigMap", "theirs")["data"] == {"a": "1"}


class TestDeleting:
    def test_what_is_gone_already_is_fine(self, stack, provider, objects):
        stack.up(lambda: config_map(provider(), objects.namespace, {}))
        objects.delete("ConfigMap", "settings")
        assert stack.destroy().error == ""

    def test_it_waits_and_names_what_holds_the_object(self, stack, provider, objects):
        def program():
            config_map(
                provider(),
                objects.namespace,
                {},
                finalizers=["example.org/held"],
                annotations={"pulumi.com/timeoutSeconds": "3"},
            )

        stack.up(program)
        outcome = stack.destroy()
        assert "timed out waiting for the condition" in outcome.error
        assert "example.org/held" in outcome.said()
        objects.patch("ConfigMap", "settings", {"metadata": {"finalizers": None}})
        assert stack.destroy().error == ""
        assert objects.get("ConfigMap", "settings") is None

    def test_a_namespace_goes_with_all_that_is_in_it(self, stack, provider, objects, kube):
        name = f"{objects.namespace}-b"

        def program():
            core.v1.Namespace("space", metadata=META(name=name), opts=provider())

        assert stack.up(program).error == ""
        kube.core.create_namespaced_config_map(name, {"metadata": {"name": "left"}})
        assert stack.destroy().error == ""
        assert name not in kube.namespaces()
