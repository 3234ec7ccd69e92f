import multiprocessing
import sys
import threading
import time

import pytest

from testbed import cache, clean, steps
from testbed.steps import StepError, run, step


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HUBSTACK_CACHE", str(tmp_path / "cache"))


@pytest.fixture(autouse=True)
def not_stopping():
    yield
    steps._stopping.clear()


class TestCache:
    def test_an_entry_is_made_once(self):
        made = []

        def build(out):
            made.append(out)
            (out / "file").write_text("x")

        first = cache.entry("kind", "name", "key", build)
        assert cache.entry("kind", "name", "key", build) == first == cache.find("kind", "name", "key")
        assert (first / "file").read_text() == "x"
        assert len(made) == 1

    def test_one_whose_making_is_interrupted_is_not_there(self):
        def build(out):
            (out / "half").touch()
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            cache.entry("kind", "name", "key", build)
        assert cache.find("kind", "name", "key") is None
        assert list((cache.root() / "kind").iterdir()) == []

    def test_a_key_tells_contents_apart_and_not_places(self, tmp_path):
        for folder, text in (("a", "1"), ("b", "1"), ("c", "2")):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "file").write_text(text)
        keys = [cache.content_key(tmp_path / folder) for folder in "abc"]
        assert keys[0] == keys[1] != keys[2]
        assert cache.content_key("ab", "c") != cache.content_key("a", "bc")

    def test_a_lock_that_is_held_is_not_waited_for_where_that_is_asked(self):
        with cache.lock("one"), pytest.raises(BlockingIOError), cache.lock("one", wait=False):
            pass

    def test_a_lock_keeps_another_process_out(self):
        with cache.lock("one"):
            other = multiprocessing.get_context("spawn").Process(target=_take, args=("one",))
            other.start()
            other.join(1)
            assert other.is_alive()
        other.join(20)
        assert other.exitcode == 0


def _take(name):
    with cache.lock(name):
        pass


class TestClean:
    def test_read_only_modules_go_too(self, tmp_path, monkeypatch):
        monkeypatch.setattr(clean, "CHECKOUT", tmp_path)
        module = cache.root() / "go" / "mod" / "example.org" / "x@v1"
        module.mkdir(parents=True)
        (module / "x.go").touch(mode=0o444)
        module.chmod(0o555)
        assert clean.main() == 0
        assert not cache.root().exists()

    def test_a_cache_that_something_runs_from_stays(self, tmp_path, monkeypatch, capsys):
        monkeypatch.setattr(clean, "CHECKOUT", tmp_path)
        cache.root().mkdir()
        monkeypatch.setattr(clean, "running_from", lambda root: {"etcd"})
        assert clean.main() == 1
        assert "(etcd run from it): run `make down` first" in capsys.readouterr().err
        assert cache.root().exists()

    def test_programs_that_run_from_a_folder_are_found(self):
        from pathlib import Path  # noqa: PLC0415

        program = Path("/proc/self/exe").readlink()
        assert program.name in clean.running_from(program.parent)


class TestSteps:
    def test_a_command_that_fails_is_a_sentence_with_its_last_line_and_the_logs_place(self, tmp_path):
        words = [sys.executable, "-c", "print('first'); print('the reason'); raise SystemExit(3)"]
        with pytest.raises(StepError, match=r"^It broke\. It said: the reason \(the whole output is in .*/log\)$"):
            run(words, log=tmp_path / "log", sentence="It broke.")
        assert "first\nthe reason\n" in (tmp_path / "log").read_text()

    def test_a_command_that_is_missing_is_a_sentence(self, tmp_path):
        with pytest.raises(StepError, match="no-such-program: not found"):
            run(["no-such-program"], log=tmp_path / "log", sentence="It broke.")

    def test_lines_are_followed_as_they_come(self, tmp_path):
        lines = []
        run([sys.executable, "-c", "print('a'); print('b')"], log=tmp_path / "log", sentence="", follow=lines.append)
        assert lines == ["a", "b"]

    def test_an_interrupt_ends_what_other_threads_wait_for_and_lets_nothing_begin(self, tmp_path):
        errors = []

        def long():
            try:
                run([sys.executable, "-c", "import time; time.sleep(60)"], log=tmp_path / "log", sentence="Ended.")
            except StepError as error:
                errors.append(str(error))

        thread = threading.Thread(target=long)
        thread.start()
        deadline = time.monotonic() + 20
        while not steps._children and time.monotonic() < deadline:
            time.sleep(0.01)
        steps.stop_children()
        thread.join(20)
        assert not thread.is_alive()
        assert errors[0].startswith("Ended.")
        with pytest.raises(StepError, match="Stopped"):
            run(["true"], log=tmp_path / "log", sentence="")

    def test_steps_side_by_side_each_say_what_they_are_and_how_long_they_took(self, capsys):
        with step("One", "for a reason") as one, step("Two"):
            one.done("twelve files")
        said = capsys.readouterr().out
        assert "… One (for a reason)" in said
        assert "✓ One twelve files 0 s" in said
        assert "✓ Two 0 s" in said

    def test_a_failed_step_is_not_said_to_be_done(self, capsys):
        with pytest.raises(StepError), step("One"):
            raise StepError("no")
        assert "✓" not in capsys.readouterr().out

    def test_square_brackets_of_a_message_are_no_markup(self, capsys):
        assert steps.fail(StepError("see [bold]this[/bold] [/etc]")) == 1
        assert "see [bold]this[/bold] [/etc]" in capsys.readouterr().err
