"""The clouds' command lines, as the tests of `ops` tell them to answer."""

import sys
from pathlib import Path

import pytest

from tests.unit.ops.command_lines import CommandLines, command_lines


@pytest.fixture
def clouds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLines:
    return command_lines(tmp_path, sys.executable, monkeypatch)
