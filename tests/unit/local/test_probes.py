import httpx
import pytest

from testbed.local import probes


@pytest.fixture(autouse=True)
def forget():
    for probe in (probes.reachable, probes.version_of, probes.docker_runs):
        probe.cache_clear()
    yield
    for probe in (probes.reachable, probes.version_of, probes.docker_runs):
        probe.cache_clear()


def test_an_address_is_looked_at_once_a_run(monkeypatch):
    looks = []

    def head(url, **_):
        looks.append(url)
        raise httpx.ConnectError("no such host")

    monkeypatch.setattr(httpx, "head", head)
    probes.look_at(["https://a.example", "https://b.example"])
    assert not probes.reachable("https://a.example")
    assert sorted(looks) == ["https://a.example", "https://b.example"]


@pytest.mark.parametrize(("status", "there"), [(200, True), (403, False), (404, False), (502, False)])
def test_only_a_file_that_is_there_counts(monkeypatch, status, there):
    request = httpx.Request("HEAD", "https://a.example")
    monkeypatch.setattr(httpx, "head", lambda url, **_: httpx.Response(status, request=request))
    assert probes.reachable("https://a.example") is there


def program(folder, name, said):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n[ $1 = version ] && echo '{said}'\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("said", "version"), [("v3.246.0", (3, 246, 0)), ("kind v0.32.0 go1.26.8 linux/amd64", (0, 32, 0)), ("dev", ())]
)
def test_versions_are_read_as_programs_say_them(monkeypatch, tmp_path, said, version):
    program(tmp_path, "some", said)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert probes.version_of("some") == version


def test_a_program_that_make_up_put_on_path_is_not_what_the_machine_has(monkeypatch, tmp_path):
    program(tmp_path / ".hubstack" / "bin", "pulumi", "v3.246.0")
    own = program(tmp_path / "bin", "pulumi", "v3.300.0")
    monkeypatch.setenv("PATH", f"{tmp_path}/.hubstack/bin:{tmp_path}/bin:/bin")
    assert probes.on_path("pulumi") == own
    assert probes.version_of("pulumi") == (3, 300, 0)
