"""Starting components in the order they need each other, starting again what ends, and reaping what nobody waits for.

As process 1 of the node it is the parent of every orphan, so it alone waits for processes: none of its threads may run
a command and wait for that.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from testbed.cluster.checks import Check
from testbed.cluster.processes import Process, find
from testbed.cluster.state import State

log = logging.getLogger(__name__)

_PROBE_EVERY = 0.05
"""Seconds between two looks at a component that is starting; most take a second or more."""

_STABLE_AFTER = 60
"""Seconds after which a component's next end counts as its first."""


_TRIES = 3
"""Ends in a row after which a component that is to come up counts as failed."""


class StartError(Exception):
    """A component did not come up; the message is one sentence."""


@dataclass(frozen=True)
class Component:
    """A program that runs for as long as the cluster."""

    name: str
    command: list[str]
    check: Check
    needs: tuple[str, ...] = ()
    """What must be well before it is started: other components' names, or tasks'."""


@dataclass(frozen=True)
class Task:
    """Something to be done once, between components."""

    name: str
    work: Callable[[], None]
    """Returns when it is done."""
    needs: tuple[str, ...]


@dataclass
class Running:
    """How a component fares."""

    pid: int = 0
    host: Process | None = None
    """The process as the host knows it, for a supervisor outside of namespaces."""
    started: float = 0
    took: float = 0
    """Seconds until it was well for the first time."""
    restarts: int = 0
    quick_ends: int = 0


@dataclass
class Supervisor:
    """Runs components, and tasks between them; `start_all` is for a thread, `reap_forever` for the main one."""

    state: State
    process: Process
    """This process, as the host knows it."""
    environment: dict[str, str]
    well: Callable[[str], None]
    """Hears the name of each component once it is well."""
    limit: float = 120
    """Seconds that all has to be well in."""
    _components: dict[str, Component] = field(default_factory=dict[str, Component])
    _running: dict[str, Running] = field(default_factory=dict[str, Running])
    _well: dict[str, threading.Event] = field(default_factory=dict[str, threading.Event])
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _child: threading.Event = field(default_factory=threading.Event)
    _failure: str = ""

    def start_all(self, components: list[Component], tasks: list[Task]) -> None:
        """Start all, each as soon as what it needs is well or done.

        Raises StartError for the first that does not come up.
        """
        self._components = {component.name: component for component in components}
        self._running = {component.name: Running() for component in components}
        self._well = {name: threading.Event() for name in [*self._components, *(task.name for task in tasks)]}
        deadline = time.monotonic() + self.limit
        works = [self._thread(part.name, partial(self._bring_up, part, deadline)) for part in components]
        works += [self._thread(task.name, partial(self._do, task, deadline)) for task in tasks]
        for work in works:
            while work.is_alive() and not self._failure:
                work.join(0.2)
        if self._failure:
            raise StartError(self._failure)

    def reap_forever(self) -> None:
        """Wait for every process that ends; a component's is started again."""
        while True:
            try:
                pid, status = os.waitpid(-1, 0)
            except ChildProcessError:
                self._child.wait()
                self._child.clear()
                continue
            self._ended(pid, os.waitstatus_to_exitcode(status))

    def end_all(self) -> None:
        """End every component at once, and start none again."""
        with self._lock:
            processes = [running.host for running in self._running.values() if running.host]
            self._components = {}
        for process in processes:
            process.kill()

    def _thread(self, name: str, work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=self._guarded, args=(name, work), name=name, daemon=True)
        thread.start()
        return thread

    def _guarded(self, name: str, work: Callable[[], None]) -> None:
        try:
            work()
        except StartError as error:
            self._failure = self._failure or str(error)
        except Exception as error:  # whatever it is, those who wait must hear of it
            log.exception("%s", name)
            self._failure = self._failure or f"{name} failed: {error}."

    def _bring_up(self, component: Component, deadline: float) -> None:
        self._wait_for(component.needs, component.name, deadline)
        self._spawn(component)
        running = self._running[component.name]
        while trouble := component.check.trouble():
            if self._failure:
                return
            if running.quick_ends >= _TRIES or time.monotonic() > deadline:
                raise StartError(self._why_not(component, trouble))
            time.sleep(_PROBE_EVERY)
        running.took = time.monotonic() - running.started
        log.info("%s is well after %.1f s", component.name, running.took)
        self.tell_host()
        self._well[component.name].set()
        self.well(component.name)

    def _do(self, task: Task, deadline: float) -> None:
        self._wait_for(task.needs, task.name, deadline)
        started = time.monotonic()
        task.work()
        log.info("%s: done in %.1f s", task.name, time.monotonic() - started)
        self._well[task.name].set()

    def _wait_for(self, needs: tuple[str, ...], name: str, deadline: float) -> None:
        for need in needs:
            while not self._well[need].wait(0.2):
                if self._failure or time.monotonic() > deadline:
                    message = f"{name} was not started, as {need} did not come up within {self.limit:.0f} s."
                    raise StartError(self._failure or message)

    def _spawn(self, component: Component) -> None:
        path = self.state.logs / f"{component.name}.log"
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(path), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        command = component.command
        with self._lock:
            if component.name not in self._components:
                return
            running = self._running[component.name]
            running.pid = os.posix_spawnp(command[0], command, self.environment, file_actions=actions, setsid=True)
            running.host = find(running.pid)
            running.started = time.monotonic()
            self._child.set()
        self.tell_host()

    def _ended(self, pid: int, code: int) -> None:
        with self._lock:
            name = next((name for name, running in self._running.items() if running.pid == pid), None)
            component = self._components.get(name or "")
            if component is None:
                return
            running = self._running[component.name]
            lived = time.monotonic() - running.started
            running.pid = 0
            running.restarts += 1
            running.quick_ends = running.quick_ends + 1 if lived < _STABLE_AFTER else 1
        pause = min(0.1 * 2**running.quick_ends, 10)
        how = f"exit code {code}" if code >= 0 else f"signal {-code}"
        log.warning("%s ended (%s) after %.0f s; starting it again in %.1f s", component.name, how, lived, pause)
        timer = threading.Timer(pause, self._spawn, [component])
        timer.daemon = True
        timer.start()

    def _why_not(self, component: Component, trouble: str) -> str:
        path = self.state.logs / f"{component.name}.log"
        text = path.read_text(errors="replace").strip() if path.exists() else ""
        last = f" Its last words: {text.splitlines()[-1][-300:]}" if text else ""
        return f"{component.name} did not come up: {trouble}.{last} (all of them: {path})"

    def tell_host(self) -> None:
        """Tell the host how things are, in the supervisor's file."""
        with self._lock:
            facts = {
                "process": asdict(self.process),
                "components": {name: asdict(running) for name, running in self._running.items()},
            }
            half_made = self.state.supervisor_file.with_suffix(".new")
            half_made.write_text(json.dumps(facts, indent=2) + "\n")
            half_made.rename(self.state.supervisor_file)


def rotate_logs(folder: Path) -> None:
    """Keep the logs of the run before as `<name>.log.1`."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.log"):
        path.rename(path.with_name(f"{path.name}.1"))
