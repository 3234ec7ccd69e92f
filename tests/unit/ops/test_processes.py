"""Which processes still live."""

import os
import socket
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops.recovery.processes import Lock, end, is_dead, orphans
from tests.layers import leave_out
from tests.support.kube import wait_for


@pytest.fixture(autouse=True)
def _processes_can_be_seen():
    if not Path("/proc/self").exists():
        leave_out("this machine has no /proc, where plugins of a dead engine are looked for")


def lock(pid, host=None):
    return Lock(pid, "ada", host or socket.gethostname(), datetime(2026, 1, 2, tzinfo=UTC))


@pytest.fixture
def started(tmp_path):
    """Start a program under a name of our choice, in a folder of its own; it says when it runs."""
    processes = []

    def start(name, *arguments, cwd=tmp_path):
        program = tmp_path / name
        program.write_text(
            textwrap.dedent(f"""\
                #!{sys.executable}
                import time
                print("ready", flush=True)
                time.sleep(600)
                """)
        )
        program.chmod(0o755)
        process = subprocess.Popen([program, *arguments], cwd=cwd, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        process.stdout.readline()
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def open_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_process_that_has_ended_is_dead():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert is_dead(lock(process.pid))


def test_one_that_nobody_has_waited_for_is_dead():
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert is_dead(lock(process.pid))
    process.wait()


def test_a_number_that_another_program_has_by_now_is_dead():
    assert is_dead(lock(os.getpid()))


def test_an_engine_at_work_lives():
    process = subprocess.Popen(["sleep", "600"], executable="/bin/sleep")
    engine = subprocess.Popen(["pulumi", "600"], executable="/bin/sleep")
    try:
        wait_for(
            "both to have started",
            lambda: all(Path(f"/proc/{each.pid}/cmdline").read_bytes() for each in (process, engine)),
        )
        assert is_dead(lock(process.pid))
        assert not is_dead(lock(engine.pid))
    finally:
        for each in (process, engine):
            each.kill()
            each.wait()


def test_a_process_of_another_machine_may_live():
    assert not is_dead(lock(1, host="another"))


def test_a_plugin_whose_engine_is_gone_is_an_orphan(started, closed_port, tmp_path):
    process = started("pulumi-resource-kubernetes", f"127.0.0.1:{closed_port}")
    assert orphans(tmp_path) == [process.pid]


def test_a_plugin_whose_engine_answers_is_none(started, open_port, tmp_path):
    started("pulumi-resource-kubernetes", f"127.0.0.1:{open_port}")
    assert orphans(tmp_path) == []


def test_another_projects_plugin_is_none(started, closed_port, tmp_path):
    started("pulumi-resource-kubernetes", f"127.0.0.1:{closed_port}", cwd="/")
    assert orphans(tmp_path) == []


def test_a_program_that_is_no_plugin_is_none(started, closed_port, tmp_path):
    started("watcher", f"127.0.0.1:{closed_port}")
    assert orphans(tmp_path) == []


def test_an_orphan_is_ended(started, closed_port, tmp_path):
    process = started("pulumi-resource-kubernetes", f"127.0.0.1:{closed_port}")
    end(orphans(tmp_path))
    assert process.wait(timeout=5) != 0
    assert orphans(tmp_path) == []
