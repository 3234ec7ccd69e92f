"""`python -m components.settings` checks stack files without Pulumi."""

from pathlib import Path

import pytest

from components.settings.__main__ import main


@pytest.fixture(autouse=True)
def _activated(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HUBSTACK_NODE_PORTS", "HUBSTACK_JUPYTERHUB_CHART"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HUBSTACK_KUBECONFIG", "files/kubeconfig.yaml")
    monkeypatch.setenv("HUBSTACK_CONTEXT", "hubstack")


def test_a_sound_file_is_called_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([Path("shortest.happy.yaml")]) == 0
    assert capsys.readouterr().out == "shortest.happy.yaml: no mistakes.\n"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("memory-1Gb.error.yaml", "did you mean 1Gi?"),
        ("key-twice.error.yaml", "says data8 twice in one section"),
        ("nothing.yaml", "cannot be read: No such file or directory."),
        ("files", "cannot be read: Is a directory."),
    ],
)
def test_mistakes_are_told_without_a_traceback(name: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([Path("shortest.happy.yaml"), Path(name)]) == 1
    assert sentence in capsys.readouterr().out


def test_bytes_that_are_no_text_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe")
    assert main([tmp_path / "x.yaml"]) == 1
    assert "is not a text in UTF-8" in capsys.readouterr().out
