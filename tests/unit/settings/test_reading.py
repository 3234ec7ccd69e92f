"""Stack files, kubeconfigs and charts as they lie on disk."""

import io
import tarfile
from pathlib import Path

import pytest

from components.settings import stack_file
from components.settings.checks.chart import ChartError, describe
from components.settings.checks.local import KubeconfigError, read_contexts
from components.settings.source import written


def test_yaml_is_read_as_pulumi_reads_it() -> None:
    ours = "{a: yes, b: 12:30, c: 2026-09-01, d: 010, e: null, f: true, g: 1.5, 8: x}"
    text = f"config:\n  hubstack:x: {ours}\n  gcp:project: university\n"
    settings, _ = stack_file.read(text, "a file")
    assert settings == {
        "x": {"a": "yes", "b": "12:30", "c": "2026-09-01", "d": 8, "e": None, "f": True, "g": 1.5, "8": "x"}
    }


@pytest.mark.parametrize("text", ["", "config:\n", "- a\n", "5", "config: [a]\n", "encryptionsalt: x\n"])
def test_a_stack_file_may_say_nothing_of_ours(text: str) -> None:
    assert stack_file.read(text, "a file")[0] == {}


@pytest.mark.parametrize(
    "text", ["a: [", "\ta: b", "a: b: c", "? [a]\n: b\n--- x", "&a [*a]", "a: !!python/object:x {}", "\x00"]
)
def test_what_is_not_yaml_is_told_in_a_sentence(text: str) -> None:
    try:
        stack_file.read(f"config:\n  hubstack:x: {text}\n", "stacks/Pulumi.local.yaml")
    except stack_file.StackFileError as error:
        assert str(error).startswith("stacks/Pulumi.local.yaml")  # noqa: PT017 - some of them are YAML after all


def test_one_key_twice_in_one_section_is_refused_but_not_in_two() -> None:
    stack_file.read("config:\n  hubstack:hubs: {a: {auth: {}}, b: {auth: {}}}\n", "a file")
    with pytest.raises(
        stack_file.StackFileError, match="says hubstack:hubs twice in one section, in line 2 and line 3"
    ):
        stack_file.read("config:\n  hubstack:hubs: {}\n  hubstack:hubs: {}\n", "a file")


def test_paths_are_written_as_pulumi_config_takes_them() -> None:
    assert written(("hubs", "data8", "auth", "admins", 0)) == "hubstack:hubs.data8.auth.admins[0]"
    assert written(("hubs", 'a."b', "x")) == 'hubstack:hubs["a.\\"b"].x'


def test_contexts_are_read_whatever_else_is_in_the_kubeconfig(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text("contexts: [{name: one}, {name: 2}, x, {name: two}]\nusers: 5\n")
    assert read_contexts(kubeconfig) == ["one", "two"]
    kubeconfig.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KubeconfigError, match="not YAML"):
        read_contexts(kubeconfig)


def packed(path: Path, **files: str) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def test_a_packed_chart_says_its_name_and_version(tmp_path: Path) -> None:
    files = {
        "jupyterhub/charts/other/Chart.yaml": "name: other",
        "jupyterhub/Chart.yaml": "name: jupyterhub\nversion: 4.4.0",
    }
    assert describe(packed(tmp_path / "chart.tgz", **files)) == ("jupyterhub", "4.4.0")


@pytest.mark.parametrize(
    "files", [{}, {"Chart.yaml": "name: x"}, {"a/Chart.yaml": "name: x"}, {"a/Chart.yaml": "{"}, {"a/Chart.yaml": "5"}]
)
def test_a_packed_file_that_is_no_chart_is_told(tmp_path: Path, files: dict[str, str]) -> None:
    with pytest.raises(ChartError):
        describe(packed(tmp_path / "chart.tgz", **files))


def test_it_is_known_what_is_encrypted() -> None:
    text = (
        "config:\n  hubstack:hubs: {a: {auth: {dummy: {password: {secure: v1:x}}}}, b: {auth: {x: [{secure: v1:y}]}}}\n"
        "  hubstack:cloud: {secure: v1:z}\n"
    )
    _, source = stack_file.read(text, "a file")
    assert source.is_encrypted(("hubs", "a", "auth", "dummy", "password"))
    assert source.is_encrypted(("hubs", "b", "auth", "x", 0))
    assert source.is_encrypted(("cloud", "provider"))
    assert not source.is_encrypted(("hubs", "a", "auth"))
    assert not source.is_encrypted(("hubs",))
