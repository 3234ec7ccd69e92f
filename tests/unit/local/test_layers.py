"""The rule that nothing is left out silently, held against pytest itself in a folder of its own."""

import os
import shutil
import subprocess
import sys

import pytest

from testbed.local.places import CHECKOUT

pytestmark = pytest.mark.thorough  # each is a run of pytest


@pytest.fixture
def suite(tmp_path):
    """A checkout with the rule and no tests yet."""
    (tmp_path / "tests").mkdir()
    for name in ("layers.py", "sharing.py"):
        shutil.copy(CHECKOUT / "tests" / name, tmp_path / "tests")
    (tmp_path / "tests" / "conftest.py").write_text('pytest_plugins = ["tests.layers", "tests.sharing"]\n')
    (tmp_path / "testbed" / "cluster").mkdir(parents=True)
    (tmp_path / "testbed" / "cluster" / "__init__.py").write_text("def can_run():\n    return 'There is no root.'\n")
    (tmp_path / "testbed" / "__init__.py").touch()
    marked = ("nightly", "lint", "engine", "cluster", "browser", "conformance", "containers")
    markers = "".join(f'    "{name}: x",\n' for name in marked)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\npythonpath = ["."]\naddopts = "--strict-markers --import-mode=importlib"\n'
        f'asyncio_default_fixture_loop_scope = "function"\nmarkers = [\n{markers}]\n'
    )
    for layer in ("lint", "unit", "engine", "conformance", "cluster", "browser"):
        (tmp_path / "tests" / layer).mkdir()
        (tmp_path / "tests" / layer / f"test_{layer}.py").write_text("def test_one(): pass\n")
    return tmp_path


def run(suite, *words):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
        cwd=suite,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def add_failing(suite, layer, marker):
    """Add a marked test that fails where it runs."""
    text = f"import pytest\n@pytest.mark.{marker}\ndef test_two(): raise AssertionError\n"
    (suite / "tests" / layer / "test_two.py").write_text(text)


def test_layers_that_cannot_run_are_left_out_with_the_reason_in_the_summary(suite):
    code, said = run(suite, "--whole")
    assert code == 0, said
    assert said.count("left out: 1 tests, because There is no root.") == 2
    assert "4 passed, 2 deselected" in said.splitlines()[-1]


def test_a_test_that_needs_containers_is_left_out_of_a_layer_that_runs(suite):
    add_failing(suite, "engine", "containers")
    code, said = run(suite, "tests/engine")
    assert code == 0, said
    assert "left out: 1 tests, because There is no root." in said


def test_what_runs_at_night_is_left_out_of_the_day(suite):
    add_failing(suite, "unit", "nightly")
    code, said = run(suite, "tests/unit")
    assert code == 0, said
    assert "left out: 1 tests, because `make test-nightly` runs them" in said
    code, _ = run(suite, "tests/unit", "--nightly")
    assert code == 1


def test_a_skip_without_a_reason_for_the_summary_fails(suite):
    (suite / "tests" / "unit" / "test_skip.py").write_text("import pytest\ndef test_x(): pytest.skip('no wish')\n")
    code, said = run(suite, "tests/unit")
    assert code == 1
    assert "Skipped without `leave_out`" in said


def test_a_skip_with_one_is_in_the_summary(suite):
    (suite / "tests" / "unit" / "test_skip.py").write_text(
        "from tests.layers import leave_out\ndef test_x(): leave_out('zsh is not installed')\n"
    )
    code, said = run(suite, "tests/unit")
    assert code == 0, said
    assert "left out: 1 tests, because zsh is not installed" in said


def test_a_layer_that_neither_ran_nor_was_left_out_fails_the_whole(suite):
    shutil.rmtree(suite / "tests" / "conformance")
    code, said = run(suite, "--whole")
    assert code == 1
    assert "conformance  left out SILENTLY" in said


class TestInSeveralProcesses:
    def test_the_summary_is_the_same(self, suite):
        (suite / "tests" / "unit" / "test_skip.py").write_text(
            "from tests.layers import leave_out\ndef test_x(): leave_out('zsh is not installed')\n"
        )
        code, said = run(suite, "--whole", "--numprocesses", "2")
        assert code == 0, said
        assert said.count("left out: 1 tests, because There is no root.") == 2
        assert "left out: 1 tests, because zsh is not installed" in said
        assert "4 passed, 1 skipped" in said.splitlines()[-1]

    def test_a_layer_that_neither_ran_nor_was_left_out_fails_the_whole(self, suite):
        shutil.rmtree(suite / "tests" / "conformance")
        code, said = run(suite, "--whole", "--numprocesses", "2")
        assert code == 1
        assert "conformance  left out SILENTLY" in said

    def test_each_process_runs_whole_files_and_the_hubs_tests_stay_together(self, suite):
        (suite / "testbed" / "cluster" / "__init__.py").write_text("def can_run():\n    return ''\n")
        note = "import os\ndef test_%s(): open('%s', 'a').write(os.environ['PYTEST_XDIST_WORKER'] + '\\n')\n"
        for name in ("cluster/test_hub.py", "cluster/test_hub_isolation.py", "browser/test_browser.py"):
            (suite / "tests" / name).write_text(note % ("one", "hubs") + note % ("two", "hubs"))
        code, said = run(suite, "--numprocesses", "2")
        assert code == 0, said
        workers = (suite / "hubs").read_text().split()
        assert len(workers) == 6
        assert len(set(workers)) == 1


def test_fast_layers_run_first(suite):
    _, said = run(suite, "-v")
    order = [said.index(f"tests/{layer}/") for layer in ("unit", "engine", "conformance")]
    assert order == sorted(order)
