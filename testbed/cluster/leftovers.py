"""Finding and removing what a cluster could leave on the host. All of it is found by the state folder's path alone."""

import os
import shutil
import time
from pathlib import Path

from testbed.cluster import host_network
from testbed.cluster.prerequisites import cgroup_mounts
from testbed.cluster.processes import find
from testbed.cluster.state import State

_CONTROL_PLANE = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")


def end_processes(state: State) -> None:
    """End what runs on though the supervisor is gone: a control plane's components, or what a lost file forgot."""
    for pid, _ in _processes(state):
        process = find(pid)
        if process:
            process.kill()


def remove_cgroups(state: State) -> None:
    """Remove the cluster's cgroups, deepest first; a process in one that is just ending gets 10 seconds."""
    deadline = time.monotonic() + 10
    while _cgroups(state):
        for group in _cgroups(state):
            try:
                group.rmdir()
            except FileNotFoundError:
                continue
            except OSError:
                if time.monotonic() > deadline:
                    return
                time.sleep(0.05)


def remove_files(state: State) -> None:
    """Remove the cluster's files; the folder itself goes if nothing else is in it."""
    for path in state.remains():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    if state.folder.exists() and not any(state.folder.iterdir()):
        state.folder.rmdir()


def find_all(state: State, *, control_plane_only: bool = False) -> list[str]:
    """Name everything of the cluster that is still on the host, in words for people.

    A control plane alone has nothing of the host's network, which only root may look at.
    """
    found = [f"process {pid} ({name})" for pid, name in _processes(state)]
    found += [f"the mount {mount}" for mount in mounts_below(state.folder)]
    if not control_plane_only:
        found += host_network.leftovers(state)
    found += [f"the cgroup {group}" for group in _cgroups(state)]
    return found + [f"the file {path}" for path in state.remains()]


def mounts_below(folder: Path) -> list[str]:
    """Give what is mounted below a folder, as this process sees it."""
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return [point for point in points if Path(point).is_relative_to(folder)]


def _cgroups(state: State) -> list[Path]:
    roots = [mount / state.cgroup for mount in cgroup_mounts()]
    return [Path(path) for root in roots for path, _, _ in os.walk(root, topdown=False)]


def _processes(state: State) -> list[tuple[int, str]]:
    """Give the cluster's processes: all in its cgroups, and a control plane's by the files they were told to use."""
    pids = {pid for group in _cgroups(state) for pid in _members(group)}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _belongs_to_control_plane(entry, state):
            pids.add(int(entry.name))
    named = ((pid, Path(f"/proc/{pid}/comm")) for pid in sorted(pids))
    return [(pid, file.read_text().strip()) for pid, file in named if file.exists() and find(pid)]


def _members(group: Path) -> list[int]:
    try:
        return [int(line) for line in (group / "cgroup.procs").read_text().split()]
    except OSError:
        return []


def _belongs_to_control_plane(process: Path, state: State) -> bool:
    try:
        program, *words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    if Path(os.fsdecode(program)).name in _CONTROL_PLANE:
        return any(f"={state.pki}/".encode() in word for word in words)
    return words[:2] == [b"-m", b"testbed.cluster.node"] and words[2] == os.fsencode(state.folder)
