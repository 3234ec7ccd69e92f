"""The Python that tests' engines run their programs on behaves as the plain one does (tests/support/warm)."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.engine import CHECKOUT
from tests.support.kube import wait_for
from tests.support.warm import PACKAGES, PLAIN

pytestmark = pytest.mark.thorough  # it takes ten seconds to import all that there is

PROGRAM = """
import os, sys
print(sys.argv, os.getcwd(), os.environ["COLOUR"], sys.stdin.read(), __name__, "components" in sys.modules)
print("beside", file=sys.stderr)
"""
ENDS = {"well": "", "asked": "sys.exit(3)", "said": "sys.exit('no such thing')", "raised": "raise LookupError('gone')"}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return tmp_path / "program.py"


def run(python: Path, words: list[str], folder: Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [python / "bin" / "python", *words],
        cwd=folder,
        env={"COLOUR": "green"},
        input="asked",
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr.splitlines()[-1]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("words", [["-u", "program.py", "a", "-m"], ["-m", "program", "b"]], ids=["file", "module"])
def test_a_program_sees_and_says_the_same(python: Path, program: Path, words: list[str], end: str):
    program.write_text(PROGRAM + ENDS[end])
    warm, plain = (run(each, words, program.parent) for each in (python, PLAIN))
    assert warm == plain


def test_our_packages_are_imported_already_where_the_folder_has_these_very_ones(python: Path, program: Path):
    program.write_text("import sys; print('components.platform' in sys.modules); print(file=sys.stderr)")
    assert run(python, ["program.py"], program.parent)[1] == "False\n"
    for package in PACKAGES:
        (program.parent / package).symlink_to(CHECKOUT / package)
    assert run(python, ["program.py"], program.parent)[1] == "True\n"


def test_what_is_not_for_the_warm_one_runs_on_the_plain_one(python: Path, tmp_path: Path):
    assert run(python, ["-c", "import sys; print(6 * 7); print(file=sys.stderr)"], tmp_path)[:2] == (0, "42\n")


def test_a_signal_reaches_the_program_and_a_kill_ends_it(python: Path, program: Path):
    program.write_text("import os, time; print(os.getpid(), flush=True); time.sleep(600)")
    for number in (signal.SIGTERM, signal.SIGKILL):
        client = subprocess.Popen([python / "bin" / "python", program], stdout=subprocess.PIPE, text=True)
        assert client.stdout
        process = Path("/proc") / client.stdout.readline().strip()
        assert process.exists()
        client.send_signal(number)
        assert client.wait(10) == -number
        wait_for("the program's end", lambda process=process: not process.exists())
