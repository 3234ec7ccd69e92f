"""A Python that has imported already what our programs import: a stack's engine starts a few of them per command.

Half of a command's work is Pythons that import Pulumi's SDK, a cloud's and pydantic, and then do little. Here one
process for the session imports them once (server.py). A stack's virtual environment holds the same interpreter, which
hands what it is to run over to a fork of that process (client.py), and ends as that does. The fork is a process of its
own as ever. Our own packages stay imported only where the program's folder has the very same, by links to them.

`HUBSTACK_COLD_PYTHON=1` lets tests run on the plain virtual environment instead.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

COLD = "HUBSTACK_COLD_PYTHON"
VARIABLE = "HUBSTACK_WARM_PYTHON"
"""Says in an environment which virtual environment a stack's folder is to have."""
PACKAGES = ("components", "ops")
"""Our own packages that stacks' programs import."""
_HERE = Path(__file__).parent
PLAIN = _HERE.parent.parent.parent / ".venv"


@contextmanager
def warm_python(folder: Path) -> Generator[Path]:
    """Give a virtual environment whose Python is warm, for as long as this lasts.

    The plain one where that is asked, and where there is no Linux: processes are told of each other's end by its ways.
    """
    if os.environ.get(COLD) or sys.platform != "linux":
        yield PLAIN
        return
    made = _virtual_environment(folder / "venv")
    with socket.socket(socket.AF_UNIX) as listening, (folder / "server.log").open("w") as log:
        listening.bind(str(made / "socket"))
        listening.listen(64)
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm.server", str(listening.fileno())],
            cwd=PLAIN.parent,
            pass_fds=[listening.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield made
    finally:
        server.terminate()
        server.wait()


def running_on(python: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Give the environment of engines that run their programs in a virtual environment.

    An engine lives for seconds: it has no time to collect garbage.
    """
    path = f"{python / 'bin'}{os.pathsep}{environment['PATH']}"
    return {**environment, VARIABLE: str(python), "PATH": path, "GOGC": "400"}


def _virtual_environment(folder: Path) -> Path:
    """Make one with the same interpreter, in which only the client lies; it finds the socket and the plain one."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = folder / "lib" / version / "site-packages"
    packages.mkdir(parents=True)
    (folder / "bin").mkdir()
    interpreter = (PLAIN / "bin" / "python").resolve()
    for name in ("python", "python3"):
        (folder / "bin" / name).symlink_to(interpreter)
    (folder / "pyvenv.cfg").write_text((PLAIN / "pyvenv.cfg").read_text())
    (folder / "plain").symlink_to(PLAIN)
    (packages / "warm_client.py").symlink_to(_HERE / "client.py")
    # Not as a sitecustomize: Debian's own Python has one, and takes the first that it finds.
    (packages / "warm_client.pth").write_text("import warm_client\n")
    return folder
