"""The embedded cluster comes, comes back, and goes without a trace."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.versions import BUSYBOX_IMAGE, PAUSE_IMAGE
from testbed.cluster import Cluster
from testbed.cluster.api import Api
from testbed.cluster.commands import PYTHON
from testbed.cluster.leftovers import find_all
from testbed.cluster.plan import Additions
from testbed.cluster.state import load_settings, supervisor
from testbed.images.build import build_archive
from testbed.images.recipe import IMAGES
from testbed.steps import StepError
from tests.support.pods import Namespace, administrator, exists, namespace


@pytest.fixture(scope="module")
def images() -> list[Path]:
    """The two images that a cluster needs for itself."""
    return [build_archive(tuple(image for image in IMAGES if image.name in (BUSYBOX_IMAGE, PAUSE_IMAGE)))]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster of the test's own, taken down whatever happens."""
    made = Cluster(tmp_path / "cluster", helper_image=BUSYBOX_IMAGE)
    yield made
    made.down()


@pytest.fixture
def control_plane(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path / "cluster", control_plane_only=True, additions=Additions(scheduler=True))
    yield made
    made.down()


def test_down_leaves_nothing(cluster: Cluster, images: list[Path]):
    cluster.up(images)
    Namespace(administrator(cluster), "default").server("server", ports={"web": 8080})
    assert {trace.split()[0] for trace in _traces(cluster)} >= {"link", "route", "cgroup", "process"}
    assert find_all(cluster.state)

    cluster.down()

    assert _traces(cluster) == set()
    assert find_all(cluster.state) == []
    assert not cluster.state.folder.exists()


def test_down_of_what_is_not_there(cluster: Cluster):
    cluster.down()
    cluster.down()

    assert not cluster.state.folder.exists()


def test_down_after_the_folder_was_removed_by_hand(cluster: Cluster, images: list[Path]):
    cluster.up(images)
    cluster.state.supervisor_file.unlink()
    cluster.state.settings_file.unlink()

    cluster.down()

    assert _traces(cluster) == set()


def test_a_killed_supervisor_takes_all_with_it_and_up_brings_it_back(cluster: Cluster, images: list[Path]):
    cluster.up(images)
    process = supervisor(cluster.state)
    assert process
    with namespace(administrator(cluster), "work") as room:
        room.server("server", ports={"web": 8080})

        os.kill(process.pid, signal.SIGKILL)
        subprocess.run(["tail", f"--pid={process.pid}", "-f", "/dev/null"], check=True)
        assert cluster.status() == []
        with pytest.raises(StepError, match="bring it up first"):
            cluster.node_exec(["true"])
        cluster.up(images)

        assert [status for status in cluster.status() if status.trouble] == []
        assert exists(room.api, f"{room.path}/pods/server")
        room.probe("another", "echo here")
        assert room.said("another") == ["here"]


def test_two_ups_at_once_start_one_cluster(cluster: Cluster, images: list[Path]):
    ups = [threading.Thread(target=cluster.up, args=(images,)) for _ in range(2)]
    for up in ups:
        up.start()
    for up in ups:
        up.join()

    processes = _lines("pgrep", "-f", f"cluster.node {cluster.state.folder}$")
    assert len(processes) == 2  # `unshare` and the supervisor
    assert [status for status in cluster.status() if status.trouble] == []


def test_two_clusters_side_by_side(cluster: Cluster, tmp_path: Path, images: list[Path]):
    other = Cluster(tmp_path / "other", helper_image=BUSYBOX_IMAGE)
    try:
        cluster.up(images)
        other.up(images)

        settings = [load_settings(one.state) for one in (cluster, other)]
        assert len({one.block for one in settings if one}) == 2
        assert administrator(other).get("/api/v1/nodes")["items"]
    finally:
        other.down()
    assert [status for status in cluster.status() if status.trouble] == []


def test_an_archive_that_is_not_there_is_said_before_anything_starts(cluster: Cluster, tmp_path: Path):
    with pytest.raises(StepError, match=r"no image archive at .*missing\.tar"):
        cluster.up([tmp_path / "missing.tar"])

    assert not cluster.state.folder.exists()


def test_a_component_that_cannot_start_is_named_and_nothing_runs_on(
    cluster: Cluster, images: list[Path], monkeypatch: pytest.MonkeyPatch
):
    cluster.up(images)
    process = supervisor(cluster.state)
    assert process
    process.kill()
    (cluster.state.var / "etcd" / "member").rename(cluster.state.var / "gone")
    (cluster.state.var / "etcd" / "member").write_text("not a folder")

    with pytest.raises(StepError, match="etcd did not come up"):
        cluster.up(images)

    assert _traces(cluster) == set()


def test_a_control_plane_alone_serves_objects_and_goes(control_plane: Cluster):
    control_plane.up()

    assert [status for status in control_plane.status() if status.trouble] == []
    settings = load_settings(control_plane.state)
    assert settings
    api = Api("127.0.0.1", settings.ports["api"], control_plane.state.pki, "admin")
    with namespace(api, "work") as room:
        assert exists(api, f"{room.path}/configmaps/kube-root-ca.crt")
    control_plane.up()
    control_plane.down()

    assert _traces(control_plane) == set()


def test_a_control_plane_whose_supervisor_was_killed_leaves_nothing(control_plane: Cluster):
    control_plane.up()
    process = supervisor(control_plane.state)
    assert process

    process.kill()
    control_plane.down()

    assert _traces(control_plane) == set()


def _traces(cluster: Cluster) -> set[str]:
    """All of a cluster that is on the host, looked for in other ways than the cluster's own code does."""
    state = cluster.state
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    return {
        *(f"link {line}" for line in _lines("ip", "-o", "link") if state.key in line),
        *(f"route {line}" for line in _lines("ip", "-4", "route") if state.key in line),
        *(line for line in _lines("nft", "list", "tables") if state.key in line),
        *(f"cgroup {path}" for path in _cgroups() if state.key in path.name),
        *(f"process {pid}" for pid in Path("/proc").iterdir() if pid.name.isdigit() and _is_of(pid, cluster)),
        *(f"mount {line}" for line in mounts if str(state.folder) in line or "hubstack-run" in line),
    }


def _cgroups() -> Iterator[Path]:
    """Give the host's cgroups. Those of another test's pods may go meanwhile, which `walk` takes for empty."""
    return (Path(folder, name) for folder, names, _ in os.walk("/sys/fs/cgroup") for name in names)


def _is_of(process: Path, cluster: Cluster) -> bool:
    try:
        cgroup, words = (process / "cgroup").read_text(), (process / "cmdline").read_text()
    except OSError:
        return False
    return cluster.state.cgroup in cgroup or str(cluster.state.folder) in words


def _lines(*command: str) -> list[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()


FORWARDING = """
import sys
from ipaddress import IPv4Network
from pathlib import Path
from testbed.cluster import host_network
from testbed.cluster.addresses import Addresses
from testbed.cluster.state import State

host_network.FORWARDING.write_text(sys.argv[1])
clusters = [State(Path("/one")), State(Path("/two"))]
for state in clusters:
    host_network._let_out(state, Addresses(IPv4Network("10.97.0.0/16")))
for state in sorted(clusters, key=lambda state: state.folder, reverse=sys.argv[2] == "last"):
    print(host_network.FORWARDING.read_text().strip())
    host_network.disconnect(state)
print(host_network.FORWARDING.read_text().strip(), host_network.leftovers(state))
"""


@pytest.mark.parametrize("first_down", ["first", "last"])
@pytest.mark.parametrize("before", ["0", "1"])
def test_forwarding_is_on_until_the_last_cluster_is_down_and_then_as_before(before: str, first_down: str):
    """In a network of the test's own, whose forwarding nobody else uses."""
    said = _lines("unshare", "--net", *PYTHON[:1], "-c", FORWARDING, before, first_down)

    assert said == ["1", "1", f"{before} []"]
