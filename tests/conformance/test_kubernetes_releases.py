"""How the Kubernetes provider installs, upgrades, reads and uninstalls Helm releases."""

import functools
import http.server
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from pulumi_kubernetes import core, helm, meta

from tests.conformance.helm import NEVER_READY, Records, pack, write_chart
from tests.conformance.stacks import Stack
from tests.support.kube import wait_for

META = meta.v1.ObjectMetaArgs
pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    return write_chart(tmp_path / "chart")


@pytest.fixture
def records(objects) -> Records:
    return Records(objects)


@pytest.fixture
def release(provider, objects, chart):
    """Give a function that makes the release in a program."""

    def make(values: dict[str, Any] | None = None, options: pulumi.ResourceOptions | None = None, **given: Any):
        args = {"name": "greeter", "namespace": objects.namespace, "chart": str(chart), "timeout": 60, **given}
        return helm.v3.Release("release", values=values or {}, opts=options or provider(), **args)

    return make


def greeting(objects, name="greeter") -> dict[str, str]:
    return (objects.get("ConfigMap", f"{name}-settings") or {})["data"]


class TestInstalling:
    def test_what_it_makes_and_says(self, stack: Stack, release, objects, records):
        def program():
            made = release({"word": "hello"})
            pulumi.export("status", made.status)
            pulumi.export("names", made.resource_names)
            pulumi.export("version", made.version)

        outcome = stack.up(program)
        assert outcome.error == ""
        assert outcome.ops() == {"release": "create"}
        assert outcome.outputs["version"] == "1.0.0"
        assert outcome.outputs["names"] == {"ConfigMap/v1": [f"{objects.namespace}/greeter-settings"]}
        status = outcome.outputs["status"]
        assert {key: status[key] for key in ("name", "namespace", "revision", "status", "version", "chart")} == {
            "name": "greeter",
            "namespace": objects.namespace,
            "revision": 1,
            "status": "deployed",
            "version": "1.0.0",
            "chart": "greeter",
        }
        assert stack.state()["release"]["id"] == f"{objects.namespace}/greeter"
        assert greeting(objects)["word"] == "hello"
        assert objects.get("ConfigMap", "greeter-hook")["data"] == {"ran": "1"}, "its hook ran"
        assert records.statuses() == ["deployed"]
        assert stack.up(program, expect_no_changes=True).error == ""
        stack.refresh(program)
        assert stack.up(program, expect_no_changes=True).error == ""

    def test_a_name_is_made_up_and_kept(self, stack, release):
        program = functools.partial(release, name=None)
        assert stack.up(program).error == ""
        name = stack.state()["release"]["outputs"]["name"]
        assert name.startswith("release-")
        assert len(name) == len("release-") + 8
        assert stack.up(program).ops() == {}

    def test_a_namespace_may_be_made(self, stack, release, objects, kube):
        name = f"{objects.namespace}-b"
        program = functools.partial(release, namespace=name, create_namespace=True)
        assert stack.up(program).error == ""
        assert stack.destroy().error == ""
        assert name in kube.namespaces(), "it is not the release's to delete"
        kube.core.delete_namespace(name)

    def test_nulls_unset_a_charts_default(self, stack, release, objects):
        assert stack.up(lambda: release({"absent": None})).error == ""
        assert greeting(objects)["absent"] == "default"

    def test_a_null_within_a_list_is_refused_when_the_list_changes_at_the_latest(self, stack, release):
        """The real provider panics then, so the stand-in refuses it before anything is there."""
        stack.up(lambda: release({"people": [{"name": "ada", "home": None}]}))
        assert stack.up(lambda: release({"people": [{"name": "bob", "home": None}]})).error != ""

    def test_one_of_that_name_that_is_there_already(self, stack, release, tmp_path, prepared, engine_environment):
        from tests.conformance import stacks  # noqa: PLC0415

        assert stack.up(release).error == ""
        other = stacks.make(prepared, tmp_path / "other", engine_environment)
        assert "cannot re-use a name that is still in use" in other.up(release).error

    def test_not_waiting(self, stack, release):
        assert stack.up(lambda: release({"image": NEVER_READY}, skip_await=True)).error == ""


class TestCharts:
    def test_a_packed_one(self, stack, release, chart, tmp_path):
        assert stack.up(lambda: release(chart=str(pack(chart, tmp_path)))).error == ""

    def test_one_from_a_repository(self, stack, release, repository):
        options = helm.v3.RepositoryOptsArgs(repo=repository)
        program = functools.partial(release, chart="greeter", repository_opts=options, version="1.0.0")
        assert stack.up(program).error == ""
        assert stack.up(program, expect_no_changes=True).error == ""
        missing = functools.partial(release, chart="greeter", repository_opts=options, version="2.0.0")
        assert "2.0.0" in stack.preview(missing).error

    @pytest.mark.parametrize("path", ["/nowhere", "./nowhere"])
    def test_a_path_that_leads_nowhere(self, stack, release, records, path):
        outcome = stack.up(lambda: release(chart=path))
        assert "not found" in outcome.error
        assert path in outcome.error
        assert records.statuses() == []

    def test_a_folder_that_is_no_chart(self, stack, release, records, tmp_path):
        (tmp_path / "empty").mkdir()
        outcome = stack.up(lambda: release(chart=str(tmp_path / "empty")))
        assert "check the chart name and repository configuration" in outcome.error
        assert records.statuses() == []

    def test_a_file_that_is_no_chart(self, stack, release, records, tmp_path):
        (tmp_path / "chart.tgz").write_text("no archive")
        outcome = stack.up(lambda: release(chart=str(tmp_path / "chart.tgz")))
        assert "check the chart name and repository configuration" in outcome.error
        assert records.statuses() == []

    def test_values_that_its_schema_refuses(self, stack, release, records):
        outcome = stack.up(lambda: release({"unknown": 1, "word": 2}))
        assert "don't meet the specifications of the schema" in outcome.error
        assert "unknown" in outcome.error
        assert records.statuses() == []
        assert "release" not in stack.state()

    @pytest.fixture
    def repository(self, chart, tmp_path) -> Iterator[str]:
        """Serve the packed chart as a repository."""
        folder = tmp_path / "repository"
        folder.mkdir()
        packed = pack(chart, folder)
        entry = yaml.safe_load((chart / "Chart.yaml").read_text()) | {"urls": [packed.name]}
        (folder / "index.yaml").write_text(yaml.safe_dump({"apiVersion": "v1", "entries": {"greeter": [entry]}}))
        handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class TestUpgrading:
    def test_values(self, stack, release, objects, records):
        stack.up(lambda: release({"word": "one", "nested": {"a": "1", "b": "1"}}))
        program = functools.partial(release, {"word": "two", "nested": {"a": "1"}})
        outcome = stack.up(program)
        assert outcome.ops() == {"release": "update"}
        assert outcome.changes("release") == {"values.word": "update", "values.nested.b": "delete"}
        assert greeting(objects) == {"word": "two", "absent": "there", "revision": "2"}
        assert objects.get("ConfigMap", "greeter-hook")["data"] == {"ran": "2"}
        assert records.statuses() == ["superseded", "deployed"]
        assert stack.up(program, expect_no_changes=True).error == ""

    def test_the_charts_version(self, stack, release, chart):
        stack.up(release)
        write_chart(chart.parent, "1.1.0")
        outcome = stack.up(release)
        assert outcome.changes("release") == {"version": "update"}
        assert stack.state()["release"]["outputs"]["status"]["version"] == "1.1.0"

    def test_history_may_be_short(self, stack, release, records):
        for word in ("one", "two", "three"):
            assert stack.up(lambda word=word: release({"word": word}, max_history=2)).error == ""
        assert records.statuses() == ["superseded", "deployed"]

    @pytest.mark.parametrize("change", [{"name": "other"}, {"namespace": "default", "name": "conformance-other"}])
    def test_a_new_name_or_namespace_is_a_new_release(self, stack, release, change):
        stack.up(release)
        outcome = stack.preview(lambda: release(**change))
        assert outcome.ops() == {"release": "replace"}
        assert outcome.replacing("release") == set(change)
        assert outcome.order("release")[0] == "create"


class TestSecretsAndPreviews:
    def test_secret_values_stay_secret(self, stack, release):
        def program(word="open sesame"):
            made = release({"secret": pulumi.Output.secret(word), "word": "shown"})
            pulumi.export("values", made.values)

        outcome = stack.up(program)
        assert outcome.error == ""
        assert outcome.outputs["values"] == {"secret": "open sesame", "word": "shown"}
        assert "sesame" not in stack.stored()
        preview = stack.preview(lambda: program("abracadabra"))
        assert preview.changes("release") == {"values.secret": "update"}
        assert "abracadabra" not in preview.said()

    def test_values_that_are_not_known_yet(self, stack, release, provider, objects, records):
        def program():
            options = provider()
            first = core.v1.ConfigMap("first", metadata=META(namespace=objects.namespace), data={}, opts=options)
            release({"word": first.metadata.uid, "absent": "known"}, options)

        assert stack.preview(program).ops() == {"first": "create", "release": "create"}
        assert records.statuses() == []
        assert stack.up(program).error == ""
        assert stack.up(program, expect_no_changes=True).error == ""

    def test_a_preview_changes_nothing(self, stack, release, objects, records):
        stack.up(lambda: release({"word": "one"}))
        assert stack.preview(lambda: release({"word": "two"})).ops() == {"release": "update"}
        assert greeting(objects)["word"] == "one"
        assert records.statuses() == ["deployed"]


class TestFailing:
    def test_an_install_that_fails_stays_and_the_next_up_mends_it(self, stack, release, records):
        outcome = stack.up(lambda: release({"image": NEVER_READY}, timeout=5))
        assert "failed to initialize completely" in outcome.error
        assert records.statuses() == ["failed"]
        assert stack.state()["release"]["outputs"]["status"]["status"] == "failed"
        # With no values at all Helm would take the ones that failed again.
        outcome = stack.up(lambda: release({"word": "mended"}))
        assert outcome.error == ""
        assert outcome.ops() == {"release": "update"}
        assert records.statuses()[-1] == "deployed"

    def test_an_atomic_install_that_fails_leaves_nothing(self, stack, release, records):
        outcome = stack.up(lambda: release({"image": NEVER_READY}, timeout=5, atomic=True))
        assert outcome.error
        assert records.statuses() == []
        assert "release" not in stack.state()

    def test_an_upgrade_that_fails_stays_and_the_next_up_mends_it(self, stack, release, records):
        stack.up(release)
        outcome = stack.up(lambda: release({"image": NEVER_READY}, timeout=5))
        assert "failed to initialize completely" in outcome.error
        assert records.statuses() == ["deployed", "failed"]
        assert stack.up(lambda: release({"word": "mended"})).error == ""
        assert records.statuses()[-1] == "deployed"

    def test_an_atomic_upgrade_that_fails_is_rolled_back(self, stack, release, objects, records):
        stack.up(lambda: release({"word": "one"}))
        outcome = stack.up(lambda: release({"word": "two", "image": NEVER_READY}, timeout=5, atomic=True))
        assert outcome.error
        assert records.statuses()[-1] == "deployed"
        assert greeting(objects)["word"] == "one"

    @pytest.mark.parametrize("status", ["pending-install", "pending-upgrade", "pending-rollback"])
    def test_an_operation_that_was_cut_off_blocks_the_next(self, stack, release, records, status):
        stack.up(release)
        records.change(status=status)
        outcome = stack.up(lambda: release({"word": "two"}))
        assert "another operation (install/upgrade/rollback) is in progress" in outcome.error
        assert records.statuses() == [status]


class TestStopping:
    def test_a_killed_engines_plugin_ends_what_it_began(self, stack, release, records):
        """The plugin looks after the engine every five minutes only; until then Helm's operation goes on."""

        def begun():
            return records.statuses() == ["pending-install"]

        stack.stopped(lambda: release({"image": NEVER_READY}, timeout=10), begun, signal.SIGKILL)
        assert records.statuses() == ["pending-install"]
        wait_for("the end of Helm's operation", lambda: records.statuses() == ["failed"])


class TestReading:
    def test_values_changed_by_hand_are_drift(self, stack, release, objects, records):
        stack.up(lambda: release({"word": "one"}))
        records.change(values={"word": "by hand"})
        assert stack.up(lambda: release({"word": "one"})).ops() == {}, "without a refresh it is not seen"
        stack.refresh(lambda: release({"word": "one"}))
        outcome = stack.up(lambda: release({"word": "one"}))
        assert outcome.changes("release") == {"values.word": "update"}
        assert greeting(objects)["word"] == "one"

    def test_a_release_that_is_gone_is_made_again_after_a_refresh(self, stack, release, objects, records):
        stack.up(release)
        records.delete()
        objects.delete("ConfigMap", "greeter-settings")
        stack.refresh(release)
        assert "release" not in stack.state()
        assert stack.up(release).ops() == {"release": "create"}


class TestUninstalling:
    def test_it_takes_all_away(self, stack, release, objects, records):
        stack.up(release)
        assert stack.destroy().error == ""
        assert records.statuses() == []
        assert objects.get("ConfigMap", "greeter-settings") is None

    def test_one_that_is_gone_already_is_an_error_until_a_refresh(self, stack, release, records):
        stack.up(release)
        records.delete()
        assert "not found" in stack.destroy().error
        stack.refresh(release)
        assert stack.destroy().error == ""

    def test_in_a_cluster_that_is_out_of_reach(self, stack, release, provider, embedded, records):
        stack.up(release)
        config = yaml.safe_load(embedded.kubeconfig.read_text())
        config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:9"
        moved = yaml.safe_dump(config)
        stack.up(lambda: provider(kubeconfig=moved) and None, target=["**cluster"])
        stack.inner.workspace.env_vars["PULUMI_K8S_DELETE_UNREACHABLE"] = "true"
        assert "can't delete Helm Release with unreachable cluster" in stack.destroy().error
        assert records.statuses() == ["deployed"]
