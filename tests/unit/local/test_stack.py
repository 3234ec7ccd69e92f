"""The stack file is shared and its salt is one checkout's: the engine sees the line, and git does not."""

import shutil
import signal
import subprocess
import sys
import threading

import pytest

from testbed.local import stack
from testbed.local.places import CHECKOUT, Places
from testbed.steps import StepError
from tests.support.kube import wait_for

SALT = "encryptionsalt: v1:abc=:v1:def:ghi=="
STACK_TEXT = "# a comment\nconfig:\n  hubstack:cloud: {provider: local}   # kept as it is\n\n"


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A clone with a stack file and the filter that .gitattributes names."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.local.yaml").write_text(STACK_TEXT)
    (tmp_path / "testbed" / "local").mkdir(parents=True)
    shutil.copy(CHECKOUT / "testbed" / "local" / "salt", tmp_path / "testbed" / "local")
    shutil.copy(CHECKOUT / ".gitattributes", tmp_path)
    (tmp_path / ".gitignore").write_text("/.hubstack/\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "-A")
    git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "first")
    (tmp_path / ".hubstack").mkdir()
    monkeypatch.setattr(stack, "CHECKOUT", tmp_path)
    monkeypatch.setattr(stack, "STACK_FILE", tmp_path / "stacks" / "Pulumi.local.yaml")
    return tmp_path


@pytest.fixture
def places(checkout):
    return Places(checkout / ".hubstack")


def git(folder, *words):
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout


def status(checkout):
    return git(checkout, "status", "--porcelain")


def test_the_salt_is_in_the_file_and_out_of_gits_sight(checkout, places):
    stack.keep_salt(places, lambda: SALT)
    assert stack.STACK_FILE.read_text() == STACK_TEXT + SALT + "\n"
    assert status(checkout) == ""
    assert git(checkout, "diff") == ""


def test_a_persons_own_change_is_seen_and_the_salt_is_not_in_it(checkout, places):
    stack.keep_salt(places, lambda: SALT)
    stack.STACK_FILE.write_text(stack.STACK_FILE.read_text().replace("kept", "changed"))
    assert status(checkout) == " M stacks/Pulumi.local.yaml\n"
    assert "encryptionsalt" not in git(checkout, "diff")


def test_a_change_made_before_is_not_staged(checkout, places):
    stack.STACK_FILE.write_text(STACK_TEXT.replace("kept", "changed"))
    stack.keep_salt(places, lambda: SALT)
    assert status(checkout) == " M stacks/Pulumi.local.yaml\n"


def test_the_salt_comes_back_when_git_writes_the_file(checkout, places):
    stack.keep_salt(places, lambda: SALT)
    stack.STACK_FILE.unlink()
    git(checkout, "checkout", "--", "stacks")
    assert SALT in stack.STACK_FILE.read_text()


def test_it_is_made_once(places):
    stack.keep_salt(places, lambda: SALT)
    stack.keep_salt(places, lambda: pytest.fail("there is one already"))
    assert stack.STACK_FILE.read_text().count("encryptionsalt") == 1


def test_one_left_from_another_passphrase_gives_way(places):
    stack.STACK_FILE.write_text(STACK_TEXT + "encryptionsalt: v1:another\n")
    stack.keep_salt(places, lambda: SALT)
    assert stack.STACK_FILE.read_text() == STACK_TEXT + SALT + "\n"


def test_one_that_secrets_in_the_file_need_stays_and_a_sentence_says_what_to_do(places):
    text = STACK_TEXT + "  hubstack:x: {secure: v1:zzz}\nencryptionsalt: v1:another\n"
    stack.STACK_FILE.write_text(text)
    with pytest.raises(StepError, match="holds secrets under another passphrase: write that passphrase into"):
        stack.keep_salt(places, lambda: SALT)
    assert stack.STACK_FILE.read_text() == text


def test_git_sees_the_salt_that_secrets_in_the_file_need(checkout, places):
    stack.keep_salt(places, lambda: SALT)
    with stack.STACK_FILE.open("a") as file:
        file.write("# secure: something\n")
    assert SALT in git(checkout, "diff")


def test_down_leaves_the_file_and_the_clone_as_they_were(checkout, places):
    before = git(checkout, "config", "--local", "--list")
    stack.keep_salt(places, lambda: SALT)
    stack.drop_salt()
    stack.drop_salt()
    assert stack.STACK_FILE.read_text() == STACK_TEXT
    assert git(checkout, "config", "--local", "--list") == before
    assert status(checkout) == ""


def test_a_folder_that_is_no_clone_will_do(checkout, places):
    shutil.rmtree(checkout / ".git")
    stack.keep_salt(places, lambda: SALT)
    stack.drop_salt()
    assert stack.STACK_FILE.read_text() == STACK_TEXT


def test_a_passphrase_is_there_before_the_salt_that_is_made_from_it(places):
    stack.keep_salt(places, lambda: SALT if places.passphrase.is_file() else "none")
    assert SALT in stack.STACK_FILE.read_text()


def test_a_passphrase_that_is_lost_is_a_sentence(places):
    stack.keep_salt(places, lambda: SALT)
    places.passphrase.unlink()
    with pytest.raises(StepError, match=r"passphrase of this checkout's state is missing: put .*/passphrase back, or"):
        stack.keep_salt(places, lambda: SALT)


class TestRecovery:
    @pytest.fixture
    def the_stack(self, places, monkeypatch):
        """A stack that is there, and the commands that are run on it."""
        (places.state / ".pulumi" / "stacks" / "hubstack").mkdir(parents=True)
        (places.state / ".pulumi" / "stacks" / "hubstack" / "local.json").write_text("{}")
        one = stack.Stack(places, {})
        one.ran = []
        monkeypatch.setattr(one, "_quietly", lambda words, sentence, **_: one.ran.append(words[1:3]))
        return one

    def test_after_an_orderly_end_there_is_nothing_to_settle(self, the_stack, monkeypatch):
        monkeypatch.setattr(stack, "forwarding_interrupts", lambda words, settings: 0)
        the_stack.up()
        the_stack.recover()
        assert the_stack.ran == []

    def test_a_failed_up_ended_orderly_too(self, the_stack, monkeypatch):
        monkeypatch.setattr(stack, "forwarding_interrupts", lambda words, settings: 255)
        with pytest.raises(StepError, match="could not be brought up"):
            the_stack.up()
        the_stack.recover()
        assert the_stack.ran == []

    def test_an_engine_that_was_killed_is_recovered_from(self, the_stack, monkeypatch):
        monkeypatch.setattr(stack, "forwarding_interrupts", lambda words, settings: -9)
        with pytest.raises(StepError, match=r"killed \(signal 9\): run this again"):
            the_stack.up()
        the_stack.recover()
        the_stack.recover()
        assert the_stack.ran == [["-m", "ops.recover"]]

    def test_a_lock_or_what_is_pending_is_settled(self, the_stack, places):
        (places.state / ".pulumi" / "stacks" / "hubstack" / "local.json").write_text('{"pending_operations": [1]}')
        the_stack.recover()
        (places.state / ".pulumi" / "stacks" / "hubstack" / "local.json").write_text("{}")
        (places.state / ".pulumi" / "locks" / "organization").mkdir(parents=True)
        (places.state / ".pulumi" / "locks" / "organization" / "x.json").write_text("{}")
        the_stack.recover()
        assert len(the_stack.ran) == 2

    def test_without_a_stack_there_is_nothing_to_settle(self, places):
        places.at_work.touch()
        stack.Stack(places, {}).recover()


ENGINE = """
import signal, time
from pathlib import Path
got = []
signal.signal(signal.SIGINT, lambda *_: got.append(1))
Path("ready").touch()
while not got: time.sleep(0.01)
time.sleep(0.3)
print("state written after", len(got), flush=True)
"""


class TestInterrupt:
    """As Ctrl-C does in a terminal, though the engine is in a process group of its own."""

    @pytest.fixture(autouse=True)
    def engine(self, monkeypatch, tmp_path):
        monkeypatch.setattr(stack, "CHECKOUT", tmp_path)
        (tmp_path / "engine.py").write_text(ENGINE)
        self.words = [sys.executable, str(tmp_path / "engine.py")]

    def test_it_reaches_the_engine_once_and_its_orderly_end_is_waited_for(self, tmp_path, capfd):
        main = threading.main_thread().ident

        def press():
            wait_for("the engine listens", (tmp_path / "ready").exists)
            signal.pthread_kill(main, signal.SIGINT)

        pressing = threading.Thread(target=press)
        pressing.start()
        with pytest.raises(KeyboardInterrupt):
            stack.forwarding_interrupts(self.words, {})
        pressing.join()
        assert "state written after 1" in capfd.readouterr().out

    def test_one_that_comes_before_the_engine_is_there_ends_it(self, monkeypatch):
        begin = subprocess.Popen

        def pressed_first(*words, **settings):
            signal.raise_signal(signal.SIGINT)
            return begin(*words, **settings)

        monkeypatch.setattr(stack.subprocess, "Popen", pressed_first)
        with pytest.raises(KeyboardInterrupt):
            stack.forwarding_interrupts(self.words, {})
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
