"""The warm process: imports once what our programs import, then forks for each that is to run.

It has no thread, and no gRPC has begun in it: both would be broken in a fork.
"""

import atexit
import ctypes
import gc
import io
import json
import os
import random
import runpy
import selectors
import signal
import socket
import sys
import threading
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from tests.support.warm import PACKAGES

_IMPORTED = (
    "components.backing_up",
    "components.emptying",
    "components.platform",
    "components.clouds.aws",
    "components.clouds.azure",
    "components.clouds.gcp",
    "components.clouds.local",
    "grpc._server",
    "grpc.experimental",
    "ops.leftovers",
    "ops.recover",
    "pip._internal.cli.autocompletion",
    "pip._internal.cli.main",
    "pip._internal.commands.list",
    "pip._internal.metadata.importlib",
    "pulumi.dynamic.dynamic",
    "pulumi_gcp.cloudscheduler",
    "pulumi_gcp.workflows",
    "pulumi_kubernetes.meta.v1",
    "testbed.cloud.plugin",
)

_CHECKOUT = Path(__file__).resolve().parents[3]
_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def main(listening: socket.socket) -> NoReturn:
    """Fork for each client until this process is ended; those that come while it still imports wait."""
    _import_much()
    waiting = selectors.DefaultSelector()
    waiting.register(listening, selectors.EVENT_READ, lambda: _begin(waiting, listening))
    while True:
        for key, _ in waiting.select():
            if key.fd in waiting.get_map():  # what came before it in this round may have ended it
                key.data()


def _import_much() -> None:
    """Import our programs, and with them all that they import."""
    for name in _IMPORTED:
        import_module(name)
    _forget("testbed", "tests")
    gc.collect()
    gc.freeze()  # a fork that collects garbage would otherwise copy all these pages


def _forget(*packages: str) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in packages]:
        del sys.modules[name]


def _begin(waiting: selectors.BaseSelector, listening: socket.socket) -> None:
    """Fork for a client, and tell it later how the fork has ended."""
    client, _ = listening.accept()
    head, files, _, _ = socket.recv_fds(client, 4, 3)
    body = client.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
    pid = os.fork()
    if pid == 0:
        for each in (listening, waiting, client):
            each.close()
        _become(json.loads(body), files)
    for file in files:
        os.close(file)
    ended = os.pidfd_open(pid)

    def tell() -> None:
        _, status = os.waitpid(pid, 0)
        waiting.unregister(ended)
        os.close(ended)
        if client.fileno() in waiting.get_map():
            waiting.unregister(client)
        with suppress(OSError):
            client.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))
        client.close()

    def pass_on() -> None:
        with suppress(OSError):
            for number in client.recv(16):
                os.kill(pid, number)
                return
        os.kill(pid, signal.SIGKILL)  # as the client was
        waiting.unregister(client)

    waiting.register(ended, selectors.EVENT_READ, tell)
    waiting.register(client, selectors.EVENT_READ, pass_on)


def _become(task: dict[str, Any], files: list[int]) -> NoReturn:
    """Run a program in this fork as Python would, with the client's files, folder and environment, and end with it."""
    code = 1
    try:
        os.setsid()
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # a plugin whose engine was killed would stay for minutes
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.chdir(task["folder"])
        if not all(Path(package).resolve() == _CHECKOUT / package for package in PACKAGES):
            _forget(*PACKAGES)  # the folder has others
        os.environ.clear()
        os.environ.update(task["environment"])
        sys.executable = task["executable"]
        random.seed()
        _run(task["words"])
        code = 0
    except SystemExit as error:
        code = _code(error)
    except BaseException:  # noqa: BLE001 - what Python itself does with one that nobody has caught
        traceback.print_exc()
    threading._shutdown()  # pyright: ignore[reportAttributeAccessIssue] - what Python does before the rest, too
    atexit._run_exitfuncs()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _run(words: list[str]) -> None:
    """Run `python [-u] [-P] -m MODULE …` or `python [-u] FILE …`."""
    options = ""
    while words[0].startswith("-") and "m" not in options:
        options += words.pop(0)[1:]
    _open_streams(unbuffered="u" in options)
    sys.argv = words
    if "m" in options:
        sys.path[0:1] = [] if "P" in options else [str(Path.cwd())]
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = str(Path(words[0]).resolve().parent)
        runpy.run_path(words[0], run_name="__main__")


def _open_streams(*, unbuffered: bool) -> None:
    """Give the program streams of its own, as Python does at its start."""
    how: dict[str, Any] = {"encoding": "utf-8", "write_through": unbuffered}
    sys.stdin = io.TextIOWrapper(os.fdopen(0, "rb", closefd=False), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", 0 if unbuffered else -1, closefd=False), **how)
    sys.stderr = io.TextIOWrapper(os.fdopen(2, "wb", closefd=False), **how, line_buffering=True)


def _code(error: SystemExit) -> int:
    """Give the exit code of a program that has asked to end."""
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    print(error.code, file=sys.stderr)
    return 1


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
