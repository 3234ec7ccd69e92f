"""A cluster on a machine where nothing is installed yet, or where not all is allowed."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from testbed import debian
from testbed.cluster import Cluster
from testbed.steps import StepError


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


def test_a_control_plane_goes_where_only_root_may_look_at_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    refused = tmp_path / "programs" / "nft"
    refused.parent.mkdir()
    refused.write_text("#!/bin/sh\necho Operation not permitted >&2\nexit 1\n")
    refused.chmod(0o755)
    monkeypatch.setenv("PATH", str(refused.parent), prepend=":")
    Cluster(tmp_path / "cluster", control_plane_only=True).down()
