"""The Python that an engine with an old host starts: programs as ever, and the policy pack that it cannot name."""

import subprocess
from pathlib import Path

import pytest

from testbed.local.engine import PYTHON

SAYS = '#!/bin/sh\nfor word; do echo "$(basename "$PWD") $(basename "$0") $word"; done\n'


@pytest.fixture
def here(tmp_path: Path) -> Path:
    program(tmp_path / "bin" / "python3")
    (tmp_path / "policies").mkdir()
    return tmp_path


def program(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_text(SAYS)
    file.chmod(0o755)


def run(here: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{here / 'bin'}:/usr/bin:/bin"}
    return subprocess.run([PYTHON, *words], cwd=here, env=environment, capture_output=True, text=True, check=False)


def test_programs_run_as_ever(here: Path) -> None:
    assert run(here, "a program.py", "--x").stdout.splitlines() == [
        f"{here.name} python3 a program.py",
        f"{here.name} python3 --x",
    ]


def test_a_pack_is_started_with_its_own_packages(here: Path) -> None:
    program(here / "policies" / ".venv" / "bin" / "python")
    said = run(here, "", "127.0.0.1:5").stdout.splitlines()
    assert said == [f"policies python {word}" for word in ("-u", "-m", "pulumi.policy", "127.0.0.1:5", ".")]


def test_a_pack_without_its_packages_says_what_to_do(here: Path) -> None:
    done = run(here, "", "127.0.0.1:5")
    assert done.returncode == 1
    assert "docs/policies.md" in done.stderr
