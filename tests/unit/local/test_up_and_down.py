import shutil
from typing import NamedTuple

import pytest

from testbed import tools
from testbed.local import clusters, doctor, down, engine, plugins, up
from testbed.local.places import CHECKOUT, Places
from testbed.local.ways import Choice, Got, Part, Way
from testbed.steps import StepError


class Disk(NamedTuple):
    total: float
    used: float
    free: float


def choice(name, part="a part"):
    way = Way(name, lambda: "", Got)
    return Choice(Part(part, "why", (way,), help="Do something."), way, ())


def plan(engine_way=engine.FROM_SOURCE, plugin=plugins.STAND_IN, cluster=clusters.EMBEDDED):
    return up.Plan(choice(engine_way), (choice(plugin), choice(plugin)), choice(cluster), choice("chart"))


@pytest.fixture
def places(tmp_path, monkeypatch):
    monkeypatch.setenv("HUBSTACK_CACHE", str(tmp_path / "cache"))
    return Places(tmp_path / "checkout" / ".hubstack")


class TestPlan:
    def test_what_takes_longest_to_start_is_built_first(self):
        assert plan().builds == (*clusters.PROGRAMS, "pulumi", "language-python", "plugins")

    def test_what_is_had_otherwise_is_not_built(self):
        assert plan("on PATH", "official", clusters.KIND).builds == ()
        assert plan("on PATH", plugins.STAND_IN, clusters.GIVEN).builds == ("plugins",)


class TestDisk:
    def test_too_little_for_a_cold_build_is_a_sentence_before_anything_begins(self, places, monkeypatch):
        monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(100, 96, 4e9))
        monkeypatch.setattr(tools, "built", lambda name: False)
        with pytest.raises(StepError, match=r"has 4\.0 GB of free disk, and about \d+ GB are needed: .*HUBSTACK_CACHE"):
            up.check_disk(plan(), places)

    def test_a_warm_cache_needs_less(self, places, monkeypatch):
        monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(100, 96, 4e9))
        monkeypatch.setattr(tools, "built", lambda name: True)
        up.check_disk(plan(), places)


def test_each_part_says_which_way_it_is_had_and_root_is_explained(capsys, monkeypatch):
    monkeypatch.setattr(clusters, "missing_packages", lambda: ["containerd", "runc"])
    up.tell(plan())
    said = capsys.readouterr().out
    assert f"a part, as why: {engine.FROM_SOURCE}" in said
    assert "Root is used for the cluster" in said
    assert "These Debian packages are installed, as it runs on them: containerd, runc." in said


def test_no_word_of_root_where_none_is_used(capsys):
    up.tell(plan(cluster=clusters.KIND))
    assert "Root" not in capsys.readouterr().out


def test_the_end_says_where_to_go_and_how_to_come_in(capsys):
    hub = {"url": "http://10.0.0.1", "login": "any name, with the password", "namespace": "hub"}
    up.farewell({"hubs": {"hub": hub, "other": hub}, "passwords": {"hub": "s3cret[/x]"}})
    said = capsys.readouterr().out
    assert "http://10.0.0.1" in said
    assert "any name, with the password" in said
    assert said.count("password: s3cret[/x]") == 1


def test_a_hub_that_does_not_answer_is_a_sentence(monkeypatch):
    monkeypatch.setattr(up, "answers_within", lambda url, seconds: False)
    with pytest.raises(StepError, match=r"http://x does not answer: look at its pods with `kubectl -n ns get pods`"):
        up.wait_for_hubs({"hubs": {"hub": {"url": "http://x", "namespace": "ns"}}})


def test_a_failure_of_one_part_ends_the_work_on_the_others(monkeypatch, places):
    stopped = []
    monkeypatch.setattr(up.steps, "stop_children", lambda: stopped.append(True))
    monkeypatch.setattr(tools, "tool", lambda name: None)

    def fails():
        raise StepError("no cluster")

    part = Part("a cluster", "why", (Way(clusters.EMBEDDED, lambda: "", fails),))
    broken = up.Plan(choice("x"), (), part.choose(), choice("y"))
    with pytest.raises(StepError, match="no cluster"):
        up.provide(broken, places)
    assert stopped
    assert not places.env.exists()


class FakeStack:
    """A stack that writes down what is asked of it."""

    def __init__(self, places):
        self.places, self.there, self.done = places, True, []

    def exists(self):
        return self.there

    def __getattr__(self, name):
        return lambda: self.done.append(name)


class TestDown:
    @pytest.fixture(autouse=True)
    def stack(self, places, monkeypatch):
        places.root.mkdir(parents=True)
        places.passphrase.touch()
        stack = FakeStack(places)
        monkeypatch.setattr(down, "Stack", lambda *_: stack)
        monkeypatch.setattr(down, "drop_salt", lambda: None)
        monkeypatch.setattr(down, "CHECKOUT", places.root.parent)
        monkeypatch.setattr(clusters, "remove", lambda places, used: stack.done.append(f"remove {used.way}"))
        monkeypatch.setattr(clusters, "answers", lambda kubeconfig, context: "")
        (places.root.parent / ".venv").symlink_to(places.root)
        return stack

    def use(self, places, way):
        clusters._remember(places, clusters.Used(way, "/k", "c"))

    def test_the_stack_goes_before_the_cluster_it_lies_in(self, places, stack):
        self.use(places, clusters.EMBEDDED)
        down.down(places)
        assert stack.done == ["recover", "destroy", "remove", f"remove {clusters.EMBEDDED}"]
        assert not places.root.exists()
        assert list(places.root.parent.iterdir()) == []

    def test_a_cluster_that_is_gone_already_has_taken_all_with_it(self, places, stack, monkeypatch):
        self.use(places, clusters.KIND)
        monkeypatch.setattr(clusters, "answers", lambda kubeconfig, context: "It does not answer.")
        down.down(places)
        assert stack.done == [f"remove {clusters.KIND}"]
        assert not places.root.exists()

    def test_a_given_cluster_that_does_not_answer_may_still_hold_what_was_made(self, places, monkeypatch):
        self.use(places, clusters.GIVEN)
        monkeypatch.setattr(clusters, "answers", lambda kubeconfig, context: "It does not answer.")
        with pytest.raises(StepError, match="cannot be taken away until that is mended"):
            down.down(places)
        assert places.root.exists()

    def test_a_passphrase_that_is_lost_does_not_keep_a_cluster_of_ours(self, places, stack):
        self.use(places, clusters.EMBEDDED)
        places.passphrase.unlink()
        down.down(places)
        assert stack.done == [f"remove {clusters.EMBEDDED}"]

    def test_an_up_that_was_interrupted_before_there_was_a_stack(self, places, stack):
        stack.there = False
        down.down(places)
        assert stack.done == []
        assert not places.root.exists()

    def test_what_pulumi_could_not_take_down_keeps_the_cluster_and_the_state(self, places, stack):
        self.use(places, clusters.EMBEDDED)

        def fails():
            raise StepError("Not all could be taken down.")

        stack.destroy = fails
        with pytest.raises(StepError):
            down.down(places)
        assert "remove" not in stack.done
        assert places.root.exists()


class TestDoctor:
    def test_it_says_that_make_up_would_work(self, places, monkeypatch, capsys):
        monkeypatch.setattr(up, "look", lambda places: plan())
        monkeypatch.setattr(up, "check_disk", lambda plan, places: None)
        assert doctor.doctor(places) == 0
        assert "`make up` would work" in capsys.readouterr().out

    def test_it_says_what_stops_make_up(self, places, monkeypatch, capsys):
        nothing = Choice(Part("a cluster", "why", (), help="Install Docker."), None, ())
        monkeypatch.setattr(up, "look", lambda places: up.Plan(choice("x"), (), nothing, choice("y")))
        assert doctor.doctor(places) == 1
        said = capsys.readouterr().out
        assert "there is no way to have it" in said
        assert "Install Docker." in said

    @pytest.mark.parametrize(
        ("there", "says"),
        [
            ({"made": CHECKOUT, "built": True}, ["installed", "built"]),
            ({"lacks_go": ""}, ["not installed: the first", "the Go modules of etcd and kubernetes"]),
            ({"lacks_go": "Go is not installed"}, ["there is no way to have it: Go is not installed"]),
        ],
        ids=["all", "nothing", "nothing, and no Go"],
    )
    def test_it_says_what_the_simulated_clouds_need(self, places, monkeypatch, capsys, there, says):
        monkeypatch.setattr(up, "look", lambda places: plan())
        monkeypatch.setattr(doctor.bootstrap, "made", lambda wanted: there.get("made"))
        monkeypatch.setattr(doctor.tools, "built", lambda name: there.get("built", False))
        monkeypatch.setattr(doctor.tools, "lacks_go", lambda: there.get("lacks_go", ""))
        doctor.doctor(places)
        said = " ".join(capsys.readouterr().out.split())
        assert all(part in said for part in says), said

    def test_it_changes_nothing(self, places, monkeypatch):
        monkeypatch.setattr(up, "look", lambda places: plan())
        doctor.doctor(places)
        assert not places.root.exists()
