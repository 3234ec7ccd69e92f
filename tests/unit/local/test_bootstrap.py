import shutil
import sys
from typing import NamedTuple

import pytest

from testbed import bootstrap


class Disk(NamedTuple):
    total: float
    used: float
    free: float


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "CHECKOUT", tmp_path)
    monkeypatch.setenv("HUBSTACK_CACHE", str(tmp_path / "cache"))


def test_the_link_follows_the_environment(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        bootstrap.link(tmp_path / name)
        assert (tmp_path / ".venv").resolve() == tmp_path / name
    assert sorted(path.name for path in tmp_path.iterdir()) == [".venv", "one", "two"]


def test_a_folder_of_someone_elses_making_is_left_alone(tmp_path, monkeypatch, capsys):
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(bootstrap, "environment", lambda wanted: tmp_path)
    assert bootstrap.main() == 1
    assert "move it away" in capsys.readouterr().err
    assert (tmp_path / ".venv").is_dir()


def test_an_old_python_is_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert bootstrap.main() == 1
    assert "Python 3.11 or newer is needed" in capsys.readouterr().err


def test_a_full_disk_is_a_sentence_before_anything_is_fetched(monkeypatch, capsys):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(1, 1, 2e8))
    monkeypatch.setattr(bootstrap, "uv", lambda: pytest.fail("nothing is to be fetched"))
    assert bootstrap.main() == 1
    assert "0.2 GB of free disk, and the Python packages need 1:" in capsys.readouterr().err


@pytest.fixture
def installed(monkeypatch):
    """Give the names of the environments that were installed, without installing any."""
    names = []
    monkeypatch.setattr(bootstrap, "_install", lambda wanted, out: names.append(wanted.name))
    return names


def test_make_up_installs_what_the_local_cloud_needs_and_no_more(installed):
    assert bootstrap.main() == 0
    assert installed == ["local"]


def test_everything_serves_make_up_too_and_the_link_never_goes_back(installed, tmp_path):
    assert bootstrap.main([]) == 0
    assert bootstrap.main(["everything"]) == 0
    everything = (tmp_path / ".venv").resolve()
    assert bootstrap.main([]) == 0
    assert installed == ["local", "everything"]
    assert (tmp_path / ".venv").resolve() == everything


def test_everything_alone_serves_make_up(installed):
    assert bootstrap.main(["everything"]) == 0
    assert bootstrap.main([]) == 0
    assert installed == ["everything"]


def test_an_environment_of_another_name_is_a_sentence(installed, capsys):
    assert bootstrap.main(["gcp"]) == 2
    assert "usage:" in capsys.readouterr().err
    assert installed == []


def test_ctrl_c_is_a_sentence(monkeypatch, capsys):
    def interrupted(wanted):
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "environment", interrupted)
    assert bootstrap.main() == 130
    assert "goes on from here" in capsys.readouterr().err


def test_the_pin_of_uv_is_held_by_its_hash():
    pin, *rest = bootstrap.UV_PIN.read_text().split()
    assert pin.startswith("uv==")
    assert any(word.startswith("--hash=sha256:") for word in rest)
