"""What the machine's own apt is asked for."""

import subprocess
from types import SimpleNamespace

import pytest

from testbed import debian
from testbed.steps import StepError


def apt_says(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=said))


def test_images_come_from_the_archives_that_this_machine_uses(monkeypatch: pytest.MonkeyPatch):
    apt_says(
        monkeypatch,
        "'http://mirror.example.edu/debian/dists/bookworm/InRelease' a 0\n"
        "'http://mirror.example.edu/debian-security/dists/bookworm-security/InRelease' b 0\n"
        "'http://tools.example.com/apt/dists/stable/InRelease' c 0\n",
    )
    assert debian.mirrors() == {
        "debian": "http://mirror.example.edu/debian",
        "debian-security": "http://mirror.example.edu/debian-security",
    }


def test_another_distribution_is_told(monkeypatch: pytest.MonkeyPatch):
    apt_says(monkeypatch, "'http://mirror.example.edu/ubuntu/dists/noble/InRelease' a 0\n")
    with pytest.raises(StepError, match="knows no archive debian and debian-security"):
        debian.mirrors()
