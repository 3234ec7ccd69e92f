"""Which way each part takes, with fakes for what the machine has and reaches."""

import socket
from pathlib import Path

import pytest

from components import versions
from testbed import tools
from testbed.local import chart, clusters, engine, operator_chart, plugins, probes
from testbed.local.places import Places
from testbed.steps import StepError

ENOUGH = tuple(int(number) for number in versions.PULUMI.split("."))


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch):
    """No program, no network, no wishes; a test adds what it is about."""
    for name in ("KUBECONFIG", "CONTEXT", "NODE_PORTS", "JUPYTERHUB_CHART", "KUBERNETES_PLUGIN", "CACHE"):
        monkeypatch.delenv(f"HUBSTACK_{name}", raising=False)
    monkeypatch.setattr(probes, "reachable", lambda url: False)
    monkeypatch.setattr(probes, "version_of", lambda program: ())
    monkeypatch.setattr(probes, "on_path", lambda program: None)
    monkeypatch.setattr(probes, "docker_runs", lambda: False)
    monkeypatch.setattr(tools, "lacks_go", lambda: "")
    monkeypatch.setattr(clusters.embedded, "can_run", lambda: None)


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path / ".hubstack")


def chosen(part):
    return part.choose().needed().name


class TestEngine:
    def test_is_built_where_nothing_else_is(self):
        assert chosen(engine.part()) == engine.FROM_SOURCE

    def test_is_downloaded_where_its_release_can_be_reached(self, monkeypatch):
        monkeypatch.setattr(probes, "reachable", lambda url: url == engine.ARCHIVE)
        assert chosen(engine.part()).startswith("official download")

    @pytest.mark.parametrize(
        ("version", "way"),
        [
            (ENOUGH, "on PATH"),
            ((ENOUGH[0], ENOUGH[1] + 1, 0), "on PATH"),
            ((ENOUGH[0], ENOUGH[1] - 1, 9), engine.FROM_SOURCE),
            ((ENOUGH[0] + 1, 0, 0), engine.FROM_SOURCE),
        ],
    )
    def test_on_path_has_to_be_new_enough_and_of_the_same_major_version(self, monkeypatch, version, way):
        monkeypatch.setattr(probes, "version_of", lambda program: version)
        monkeypatch.setattr(probes, "on_path", lambda program: Path("/usr/bin") / program)
        assert chosen(engine.part()) == way

    def test_on_path_without_its_language_host_will_not_do(self, monkeypatch):
        monkeypatch.setattr(probes, "version_of", lambda program: ENOUGH)
        choice = engine.part().choose()
        assert choice.needed().name == engine.FROM_SOURCE
        assert "pulumi-language-python is not beside it" in choice.why_not

    def test_without_go_or_network_a_sentence_says_what_to_install(self, monkeypatch):
        monkeypatch.setattr(tools, "lacks_go", lambda: "Go is not installed")
        with pytest.raises(StepError, match=r"(?s)Go is not installed.*Install Pulumi .* or Go"):
            engine.part().choose().needed()


class TestPlugins:
    def test_a_stand_in_serves_where_the_real_one_cannot_be_had_and_says_so(self):
        for part in plugins.parts():
            assert part.choose().needed().stands_in

    def test_the_official_one_is_taken_where_it_can_be_reached(self, monkeypatch):
        monkeypatch.setattr(probes, "reachable", lambda url: "github.com/pulumi" in url)
        assert [chosen(part) for part in plugins.parts()] == [
            f"official {versions.PULUMI_KUBERNETES}",
            f"official {versions.PULUMI_RANDOM}",
        ]

    def test_a_given_executable_comes_first(self, monkeypatch, tmp_path):
        monkeypatch.setattr(probes, "reachable", lambda url: True)
        program = tmp_path / "some-plugin"
        program.touch(mode=0o755)
        monkeypatch.setenv("HUBSTACK_KUBERNETES_PLUGIN", str(program))
        way = plugins.parts()[0].choose().needed()
        got = way.get()
        assert got.programs == {"pulumi-resource-kubernetes": program}
        assert not way.stands_in

    def test_a_given_file_that_is_no_executable_is_refused(self, monkeypatch, tmp_path):
        monkeypatch.setenv("HUBSTACK_KUBERNETES_PLUGIN", str(tmp_path))
        with pytest.raises(StepError, match="which is no executable"):
            plugins.parts()[0].choose()


class TestChart:
    def test_the_stand_in_serves_where_the_repository_cannot_be_reached(self):
        way = chart.part().choose().needed()
        assert way.stands_in
        assert way.get().variables == {"HUBSTACK_JUPYTERHUB_CHART": str(chart.STAND_IN)}

    def test_the_repository_needs_nothing_set(self, monkeypatch):
        monkeypatch.setattr(probes, "reachable", lambda url: url == chart.INDEX)
        assert chart.part().choose().needed().get().variables == {}

    def test_the_stand_in_that_an_activated_shell_has_set_is_nobodys_wish(self, monkeypatch):
        monkeypatch.setenv("HUBSTACK_JUPYTERHUB_CHART", str(chart.STAND_IN))
        monkeypatch.setattr(probes, "reachable", lambda url: url == chart.INDEX)
        assert "repository" in chosen(chart.part())

    def test_a_given_folder_comes_first(self, monkeypatch, tmp_path):
        (tmp_path / "Chart.yaml").touch()
        monkeypatch.setenv("HUBSTACK_JUPYTERHUB_CHART", str(tmp_path))
        monkeypatch.setattr(probes, "reachable", lambda url: True)
        assert chart.part().choose().needed().get().variables == {"HUBSTACK_JUPYTERHUB_CHART": str(tmp_path)}

    def test_a_path_that_is_no_chart_is_refused(self, monkeypatch, tmp_path):
        monkeypatch.setenv("HUBSTACK_JUPYTERHUB_CHART", str(tmp_path))
        with pytest.raises(StepError, match="which is no chart"):
            chart.part().choose()


class TestOperatorChart:
    @pytest.fixture(autouse=True)
    def kinds(self, monkeypatch, tmp_path):
        monkeypatch.delenv(operator_chart.GIVEN, raising=False)
        folder = tmp_path / "module" / "config" / "crd" / "bases"
        folder.mkdir(parents=True)
        name = "metadata: {name: clusters}"
        (folder / "clusters.yaml").write_text(
            f"kind: CustomResourceDefinition\n{name}\nspec: {{says: '{{{{ this }}}}'}}\n"
        )
        monkeypatch.setattr(tools, "module_folder", lambda *_: tmp_path / "module")
        monkeypatch.setenv("HUBSTACK_CACHE", str(tmp_path / "cache"))

    def test_the_stand_in_has_our_templates_and_the_operator_s_kinds(self, monkeypatch):
        monkeypatch.setattr(tools, "lacks_go", lambda: "")
        way = operator_chart.part().choose().needed()
        assert way.stands_in
        folder = Path(way.get().variables[operator_chart.GIVEN])
        assert (folder / "templates" / "operator.yaml").is_file()
        kinds = (folder / "templates" / "kinds.yaml").read_text()
        assert "helm.sh/resource-policy: keep" in kinds
        assert '{{ "{{" }} this }}' in kinds

    def test_a_given_folder_comes_first_but_not_the_stand_in_itself(self, monkeypatch, tmp_path):
        monkeypatch.setattr(probes, "reachable", lambda url: url == operator_chart.INDEX)
        monkeypatch.setenv(operator_chart.GIVEN, str(operator_chart.stand_in()))
        assert operator_chart.part().choose().needed().get().variables == {}
        (tmp_path / "Chart.yaml").touch()
        monkeypatch.setenv(operator_chart.GIVEN, str(tmp_path))
        assert operator_chart.part().choose().needed().get().variables == {operator_chart.GIVEN: str(tmp_path)}

    def test_a_path_that_is_no_chart_is_refused(self, monkeypatch, tmp_path):
        monkeypatch.setenv(operator_chart.GIVEN, str(tmp_path))
        with pytest.raises(StepError, match="which is no chart"):
            operator_chart.part().choose()


class TestCluster:
    def test_the_testbeds_own_serves_where_there_is_no_docker(self, places):
        assert chosen(clusters.part(places)) == clusters.EMBEDDED

    def test_kind_comes_before_it_where_docker_runs(self, monkeypatch, places):
        monkeypatch.setattr(probes, "docker_runs", lambda: True)
        assert chosen(clusters.part(places)) == clusters.KIND

    def test_a_given_one_comes_first(self, monkeypatch, places, tmp_path):
        monkeypatch.setattr(probes, "docker_runs", lambda: True)
        monkeypatch.setattr(clusters, "answers", lambda kubeconfig, context: "")
        monkeypatch.setenv("HUBSTACK_KUBECONFIG", str(tmp_path / "config"))
        monkeypatch.setenv("HUBSTACK_CONTEXT", "course")
        way = clusters.part(places).choose().needed()
        assert way.name == clusters.GIVEN
        assert way.get().variables == {"HUBSTACK_KUBECONFIG": str(tmp_path / "config"), "HUBSTACK_CONTEXT": "course"}
        assert clusters.read(places).way == clusters.GIVEN

    @pytest.mark.parametrize(("one", "other"), [("KUBECONFIG", "CONTEXT"), ("CONTEXT", "KUBECONFIG")])
    def test_half_a_wish_is_refused(self, monkeypatch, places, one, other):
        monkeypatch.setenv(f"HUBSTACK_{one}", "something")
        with pytest.raises(StepError, match=f"HUBSTACK_{one} is set and HUBSTACK_{other} is not: set both"):
            clusters.part(places).choose()

    def test_a_given_kubeconfig_that_is_not_there_is_a_sentence(self, monkeypatch, places, tmp_path):
        monkeypatch.setenv("HUBSTACK_KUBECONFIG", str(tmp_path / "none"))
        monkeypatch.setenv("HUBSTACK_CONTEXT", "course")
        with pytest.raises(StepError, match="none cannot be read"):
            clusters.part(places).choose()

    def test_kubeconfig_is_ignored(self, monkeypatch, places):
        monkeypatch.setenv("KUBECONFIG", "/home/somebody/production")
        assert chosen(clusters.part(places)) == clusters.EMBEDDED

    def test_what_an_activated_shell_has_set_is_nobodys_wish(self, monkeypatch, places):
        used = clusters.Used(clusters.EMBEDDED, str(places.cluster / "kubeconfig"), "hubstack-embedded")
        clusters._remember(places, used)
        monkeypatch.setenv("HUBSTACK_KUBECONFIG", used.kubeconfig)
        monkeypatch.setenv("HUBSTACK_CONTEXT", used.context)
        assert chosen(clusters.part(places)) == clusters.EMBEDDED

    def test_the_one_in_use_is_kept_when_docker_comes_up_later(self, monkeypatch, places):
        clusters._remember(places, clusters.Used(clusters.EMBEDDED, "k", "c"))
        monkeypatch.setattr(probes, "docker_runs", lambda: True)
        assert chosen(clusters.part(places)) == clusters.EMBEDDED

    def test_another_one_than_that_in_use_is_refused(self, monkeypatch, places):
        clusters._remember(places, clusters.Used(clusters.EMBEDDED, "k", "c"))
        monkeypatch.setenv("HUBSTACK_KUBECONFIG", "/other")
        monkeypatch.setenv("HUBSTACK_CONTEXT", "other")
        with pytest.raises(StepError, match="`make down` first"):
            clusters.part(places)

    def test_a_given_one_in_use_is_kept_in_a_shell_that_names_none(self, monkeypatch, places):
        clusters._remember(places, clusters.Used(clusters.GIVEN, "/k", "course"))
        monkeypatch.setattr(clusters, "answers", lambda kubeconfig, context: "")
        way = clusters.part(places).choose().needed()
        assert way.get().variables == {"HUBSTACK_KUBECONFIG": "/k", "HUBSTACK_CONTEXT": "course"}

    def test_without_root_or_docker_a_sentence_names_what_would_do(self, monkeypatch, places):
        monkeypatch.setattr(clusters.embedded, "can_run", lambda: "The embedded cluster needs root.")
        with pytest.raises(StepError, match=r"(?s)needs root.*sudo make up.*install Docker.*HUBSTACK_KUBECONFIG"):
            clusters.part(places).choose().needed()

    def test_one_that_was_given_is_never_removed(self, monkeypatch, places):
        monkeypatch.setattr(clusters, "run", lambda *_, **__: pytest.fail("nothing is to be run"))
        monkeypatch.setattr(clusters.embedded, "Cluster", lambda *_: pytest.fail("nothing is to be ended"))
        clusters.remove(places, clusters.Used(clusters.GIVEN, "k", "c"))


class TestKind:
    @pytest.fixture
    def asked(self, monkeypatch, tmp_path, places):
        """What a kind that only writes a kubeconfig was asked to do."""
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "kind").write_text(
            f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n'
            f'[ "$1" = create ] && echo "{{}}" > {places.cluster}/kubeconfig\n'
            "exit 0\n"
        )
        (tmp_path / "bin" / "kind").chmod(0o755)
        monkeypatch.setattr(probes, "docker_runs", lambda: True)
        monkeypatch.setattr(probes, "on_path", lambda program: tmp_path / "bin" / program)
        monkeypatch.setattr(clusters, "answers", lambda kubeconfig, context: "")
        monkeypatch.setattr(clusters, "_check_free", lambda ports: None)
        return lambda: (tmp_path / "asked").read_text().splitlines()

    def test_it_is_made_once_with_its_ports_and_a_kubeconfig_of_its_own(self, places, asked):
        for _ in range(2):
            got = clusters.part(places).choose().needed().get()
        name = clusters._kind_name()
        assert got.variables == {
            "HUBSTACK_KUBECONFIG": str(places.cluster / "kubeconfig"),
            "HUBSTACK_CONTEXT": f"kind-{name}",
            "HUBSTACK_NODE_PORTS": "30080-30089",
        }
        delete, create = asked()
        assert delete == f"delete cluster --name {name}"
        assert create.startswith(f"create cluster --name {name} --config {places.cluster}/kind.json --kubeconfig")

    def test_one_that_was_half_made_is_made_anew_with_the_ports_it_had(self, places, asked, monkeypatch):
        monkeypatch.setenv("HUBSTACK_NODE_PORTS", "31000-31001")
        clusters.part(places).choose().needed().get()
        monkeypatch.delenv("HUBSTACK_NODE_PORTS")
        monkeypatch.setattr(clusters, "answers", lambda kubeconfig, context: "It does not answer.")
        got = clusters.part(places).choose().needed().get()
        assert got.variables["HUBSTACK_NODE_PORTS"] == "31000-31001"
        assert [line.split()[0] for line in asked()] == ["delete", "create", "delete", "create"]

    def test_it_is_removed_by_its_name(self, places, asked):
        clusters.part(places).choose().needed().get()
        clusters.remove(places, clusters.read(places))
        assert asked()[-1] == f"delete cluster --name {clusters._kind_name()}"
        assert not places.cluster.exists()

    def test_the_nodes_ports_answer_on_this_machine_alone(self):
        node = clusters.kind_config("30080-30081")["nodes"][0]
        assert node["extraPortMappings"] == [
            {"containerPort": port, "hostPort": port, "listenAddress": "127.0.0.1"} for port in (30080, 30081)
        ]

    @pytest.mark.parametrize("ports", ["", "80", "30090-30080", "30080-40000", "all"])
    def test_ports_that_no_node_has_are_refused(self, ports):
        with pytest.raises(StepError, match="give a range of ports from 30000 to 32767"):
            list(clusters.port_range(ports))

    def test_a_port_that_is_taken_is_named_before_anything_is_made(self):
        with socket.socket() as other:
            for port in range(30100, 30200):
                try:
                    other.bind(("127.0.0.1", port))
                    break
                except OSError:
                    continue
            other.listen()
            with pytest.raises(StepError, match=f"Port {port} of this machine is taken by another program"):
                clusters._check_free(str(port))
