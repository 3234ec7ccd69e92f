"""A state backend that is a folder."""

import json
from pathlib import Path

import pytest

from ops.recovery.backend import Folder, folder

LOCK = {"pid": 7, "username": "ada", "hostname": "course", "timestamp": "2026-01-02T03:04:05.123456789+01:00"}


@pytest.fixture
def backend(tmp_path):
    found = Folder(tmp_path, "hubstack", "local")
    for place in ("stacks/hubstack", "locks/organization/hubstack/local", "history/hubstack/local"):
        (tmp_path / ".pulumi" / place).mkdir(parents=True)
    return found


def write(backend, name, text):
    path = backend.root / ".pulumi" / name
    path.write_text(text)
    return path


def test_finds_the_locks_of_the_stack(backend):
    write(backend, "locks/organization/hubstack/local/1.json", json.dumps(LOCK))
    (lock,) = backend.locks()
    assert (lock.pid, lock.user, lock.host) == (7, "ada", "course")
    assert str(lock) == "process 7 of ada on course, since 2026-01-02 03:04:05"


def test_an_unlocked_stack_has_none(backend):
    assert backend.locks() == []


def test_finds_what_was_half_written(backend):
    torn = [
        write(backend, "history/hubstack/local/local-1.history.json.attrs", '{"user.cache'),
        write(backend, "locks/organization/hubstack/local/1.json.attrs", ""),
        write(backend, "stacks/hubstack/local.json.18a2b3c4.tmp", '{"version": 3'),
        write(backend, "stacks/hubstack/local.json.attrs", ""),
    ]
    write(backend, "stacks/hubstack/local.json", "{}")
    write(backend, "stacks/hubstack/local.json.bak", "{}")
    write(backend, "stacks/hubstack/local.json.bak.attrs", '{"user.content_type": ""}')
    write(backend, "stacks/hubstack/another.json.attrs", "")
    assert backend.torn() == torn


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("file:///srv/state", Path("/srv/state")),
        ("file:///srv/my%20state?no_tmp_dir=true", Path("/srv/my state")),
        ("file://state", Path("/project/state")),
        ("file://./state", Path("/project/state")),
        ("file://~/state", Path.home() / "state"),
    ],
)
def test_a_folder_backend(url, root):
    assert folder(url, Path("/project"), "hubstack", "organization/hubstack/local") == Folder(root, "hubstack", "local")


@pytest.mark.parametrize("url", ["s3://bucket", "gs://bucket/x", "azblob://container", "https://api.pulumi.com"])
def test_other_backends_are_none(url):
    assert folder(url, Path("/project"), "hubstack", "local") is None
