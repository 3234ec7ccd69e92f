"""What the machine's own apt is asked for, and when."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from testbed import debian
from testbed.cluster import Cluster
from testbed.steps import StepError


def apt_says(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=said))


def test_images_come_from_the_archives_that_this_machine_uses(monkeypatch: pytest.MonkeyPatch):
    apt_says(
        monkeypatch,
        "'http://mirror.example.edu/debian/dists/bookworm/InRelease' a 0\n"
        "'http://mirror.example.edu/debian-security/dists/bookworm-security/InRelease' b 0\n"
        "'http://tools.example.com/apt/dists/stable/InRelease' c 0\n",
    )
    assert debian.mirrors() == {
        "debian": "http://mirror.example.edu/debian",
        "debian-security": "http://mirror.example.edu/debian-security",
    }


def test_another_distribution_is_told(monkeypatch: pytest.MonkeyPatch):
    apt_says(monkeypatch, "'http://mirror.example.edu/ubuntu/dists/noble/InRelease' a 0\n")
    with pytest.raises(StepError, match="knows no archive debian and debian-security"):
        debian.mirrors()


@pytest.fixture
def no_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A machine as it is before anything was installed, as far as a cluster can tell."""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr("testbed.cluster.cluster.can_run", lambda: None)
    monkeypatch.setattr(debian, "missing", list)


@pytest.mark.usefixtures("no_programs")
def test_a_cluster_has_its_packages_installed_before_it_uses_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def install(packages: Sequence[str], *_: object) -> NoReturn:
        raise StepError(f"asked for {' '.join(packages)}")

    monkeypatch.setattr(debian, "install", install)
    with pytest.raises(StepError, match=r"asked for .*\bnftables\b"):
        Cluster(tmp_path / "cluster").up()


@pytest.mark.usefixtures("no_programs")
def test_there_is_no_cluster_to_take_down_where_nothing_is_installed(tmp_path: Path):
    Cluster(tmp_path / "cluster").down()
    assert not (tmp_path / "cluster").exists()
