import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from testbed import cache, tools
from testbed.local import checks
from testbed.steps import StepError


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of one main, in a testbed and a cache of its own."""
    monkeypatch.setattr(tools, "HERE", tmp_path / "tools")
    monkeypatch.setenv("HUBSTACK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(tools, "_go", lambda name, *words: "go1.26 linux amd64")
    folder = tmp_path / "tools" / "hello"
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text("module hello\n\ngo 1.26\n")
    (folder / "main.go").write_text("package main\n\nfunc main() { println(1) }\n")
    return folder


def test_the_key_changes_with_what_the_program_is_made_of_and_with_nothing_else(module):
    first = tools._key("hello")
    (module / "main_test.go").write_text("package main\n")
    (module / "README.md").write_text("Read me.\n")
    assert tools._key("hello") == first
    (module / "main.go").write_text("package main\n\nfunc main() { println(2) }\n")
    second = tools._key("hello")
    (module / "go.mod").write_text("module hello\n\ngo 1.27\n")
    assert len({first, second, tools._key("hello")}) == 3


def test_the_key_does_not_change_with_the_place_of_the_checkout(module, tmp_path, monkeypatch):
    first = tools._key("hello")
    (tmp_path / "tools").rename(tmp_path / "elsewhere")
    monkeypatch.setattr(tools, "HERE", tmp_path / "elsewhere")
    assert tools._key("hello") == first


def test_what_is_built_already_is_not_built_again(module, monkeypatch):
    there = cache.entry("tools", "hello", tools._key("hello"), lambda out: (out / "hello").touch())
    monkeypatch.setattr(tools, "_compile", lambda *_: pytest.fail("it is there"))
    assert tools.tool("hello") == there


def test_two_threads_that_want_the_same_build_it_once_and_say_so_once(module, monkeypatch, capsys):
    built = []
    monkeypatch.setattr(tools, "_compile", lambda name, program, out, current: (time.sleep(0.2), built.append(name)))
    with ThreadPoolExecutor(2) as pool:
        folders = set(pool.map(tools.tool, ["hello", "hello"]))
    assert len(folders) == 1
    assert built == ["hello"]
    assert capsys.readouterr().out.count("Building hello") == 2  # as it begins and as it ends


def test_another_runs_build_is_waited_for_and_said(module, monkeypatch, capsys):
    monkeypatch.setattr(tools, "_compile", lambda *_: None)
    with ThreadPoolExecutor(1) as pool:
        with cache.lock("go"):
            waiting = pool.submit(tools.tool, "hello")
            said = ""
            deadline = time.monotonic() + 10
            while "Waiting for another run's build" not in said and time.monotonic() < deadline:
                said += capsys.readouterr().out
        assert waiting.result().is_dir()
    assert "Waiting for another run's build" in said


@pytest.mark.parametrize(
    ("mod", "has_commands", "packages"),
    [
        ("tool example.org/x\n", True, "tool"),
        ("tool (\n\texample.org/x\n)\n", False, "tool"),
        ("", True, "./cmd/..."),
        ("", False, "."),
    ],
)
def test_what_is_built_of_a_module(module, mod, has_commands, packages):
    (module / "go.mod").write_text(f"module hello\n\ngo 1.26\n\n{mod}")
    if has_commands:
        (module / "cmd").mkdir()
    assert tools._packages("hello") == packages


def test_a_program_says_the_version_that_its_go_mod_pins(module):
    (module / "go.mod").write_text("module hello\n\nrequire (\n\tk8s.io/kubernetes v1.36.3 // indirect\n)\n")
    program = tools.Program(stamp="k8s.io/kubernetes", into=("a.gitVersion={version}", "a.gitMinor={minor}"))
    assert tools._stamps("hello", program) == ["-X a.gitVersion=v1.36.3", "-X a.gitMinor=36"]


def test_a_pin_that_is_missing_is_a_sentence(module):
    with pytest.raises(StepError, match=r"names no version of example\.org/x"):
        tools._stamps("hello", tools.Program(stamp="example.org/x", into=("v={version}",)))


def test_no_go_is_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tools.lacks_go() == "Go is not installed"
    with pytest.raises(StepError, match=r"Go is missing, and etcd has to be built with it: install Go"):
        tools.tool("etcd")


def test_every_program_has_a_go_mod_that_pins_what_its_executables_say():
    for name, program in tools.PROGRAMS.items():
        assert (tools.source(name) / "go.mod").is_file()
        assert (tools.source(name) / "go.sum").is_file()
        assert len(tools._stamps(name, program)) == len(program.into)


def test_the_testbeds_own_go_is_found_for_its_checks():
    assert {folder.name for folder in checks.own_go()} >= {"plugins", "coredns"}
