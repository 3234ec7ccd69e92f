import os
import shutil
import subprocess

import pytest

from testbed.local import environment
from testbed.local.places import CHECKOUT, Places
from testbed.local.ways import Got
from tests.layers import leave_out


@pytest.fixture
def places(tmp_path):
    (tmp_path / ".hubstack").mkdir()
    return Places(tmp_path / ".hubstack")


def test_what_is_written_is_read_again(places):
    settings = {"HUBSTACK_CONTEXT": "kind-x", "ODD": 'it\'s $HOME; `ls` "quoted"\nand a second line'}
    environment.write(places, settings)
    assert environment.read(places) == settings


@pytest.mark.parametrize("got", [[], [Got(variables={"HUBSTACK_CONTEXT": "one"})]], ids=["nothing", "a cluster"])
def test_the_engine_never_fetches_a_plugin_by_itself(places, got):
    """The plugins are had before it starts; else those of clouds that nobody uses would come too."""
    assert environment.variables(places, got)["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"


def test_nothing_is_read_where_nothing_was_written(places):
    assert environment.read(places) == {}


def test_programs_are_linked_and_those_no_longer_wanted_are_not(places, tmp_path):
    for name in ("one", "two", "newer"):
        (tmp_path / name).touch()
    environment.link_programs(places, [Got({"a": tmp_path / "one", "b": tmp_path / "two"})])
    environment.link_programs(places, [Got({"a": tmp_path / "newer"})])
    assert {link.name: link.readlink() for link in places.bin.iterdir()} == {"a": tmp_path / "newer"}


def test_a_passphrase_is_random_made_once_and_for_its_owner_alone(places, tmp_path):
    environment.passphrase_file(places.passphrase)
    first = places.passphrase.read_text()
    environment.passphrase_file(places.passphrase)
    environment.passphrase_file(tmp_path / "other")
    assert places.passphrase.read_text() == first != (tmp_path / "other").read_text()
    assert len(first.strip()) >= 40
    assert places.passphrase.stat().st_mode & 0o777 == 0o600


def test_the_checkouts_own_programs_come_first_on_path(places):
    theirs = {"PATH": "/usr/bin", "PULUMI_CONFIG_PASSPHRASE": "another's", "PYTHONDONTWRITEBYTECODE": "1"}
    whole = environment.whole(places, {"A": "1"}, theirs)
    assert whole["PATH"].split(os.pathsep) == [str(places.bin), str(CHECKOUT / ".venv" / "bin"), "/usr/bin"]
    assert whole["A"] == "1"
    assert not {"PULUMI_CONFIG_PASSPHRASE", "PYTHONDONTWRITEBYTECODE"} & set(whole)


@pytest.mark.parametrize("shell", ["sh", "dash", "bash", "zsh", "bash --posix"])
def test_activate_works_in_every_shell_and_twice(places, tmp_path, shell):
    if not shutil.which(shell.split()[0]):
        leave_out(f"{shell} is not installed")
    shutil.copy(CHECKOUT / "activate", tmp_path)
    environment.write(places, {"HUBSTACK_CONTEXT": "it's one"})
    script = '. ./activate && . ./activate && printf "%s\\n" "$HUBSTACK_CONTEXT" "$PATH"'
    base = {"PATH": "/usr/bin:/bin", "PULUMI_CONFIG_PASSPHRASE": "another's"}
    done = subprocess.run(
        [*shell.split(), "-c", script], cwd=tmp_path, env=base, capture_output=True, text=True, check=True
    )
    context, path = done.stdout.splitlines()
    assert context == "it's one"
    assert path == f"{tmp_path}/.hubstack/bin:{tmp_path}/.venv/bin:/usr/bin:/bin"


def test_activate_before_make_up_is_a_sentence(tmp_path):
    shutil.copy(CHECKOUT / "activate", tmp_path)
    done = subprocess.run(["sh", "-c", ". ./activate"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "run `make up` first" in done.stderr


def test_activate_is_found_from_another_folder_by_bash(places, tmp_path):
    shutil.copy(CHECKOUT / "activate", tmp_path)
    environment.write(places, {"HUBSTACK_CONTEXT": "one"})
    words = ["bash", "-c", f". {tmp_path}/activate && echo $HUBSTACK_CONTEXT"]
    assert subprocess.run(words, cwd="/", capture_output=True, text=True, check=True).stdout == "one\n"
