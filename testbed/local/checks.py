"""`make lint` and `make test`: style first, then what the tests need is made, then every layer of tests."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from testbed import cache, cluster, debian, steps, tools
from testbed.cloud import providers
from testbed.images import build_all, build_for_databases
from testbed.local import chart, clusters, engine, operator_chart, plugins, probes
from testbed.local.places import CHECKOUT
from testbed.local.ways import Choice
from testbed.steps import StepError, console, step

PYTHON = Path(sys.executable).parent
TESTBED = CHECKOUT / "testbed"
BROWSER = {"chromium": "chromium"}


def lint() -> None:
    """Check style and types of the Python, then the Go; print the first checker's finds and raise StepError."""
    check_style()
    check_types()
    check_go()


def test() -> int:
    """Run everything and give pytest's exit code; its own closing line ends the output.

    Types and Go are a layer of tests (tests/lint): their checkers take a minute of one processor, beside other tests.
    """
    check_style()
    provide()
    console.print()
    os.chdir(CHECKOUT)
    sys.stdout.flush()
    os.environ.setdefault("PYTHONHASHSEED", "0")  # the processes have to collect the same tests in the same order
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # most processes are short, and would compile all that they import
    # So that its closing line is the last.
    os.execv(sys.executable, [sys.executable, "-m", "pytest", "--whole", "--numprocesses", str(processes())])  # noqa: S606


def processes() -> int:
    """Give in how many processes the tests run: two more than processors, as some always wait (tests/sharing.py)."""
    return min(max(os.cpu_count() or 1, 2), 4) + 2


def check_style() -> None:
    """Check the style of the Python with ruff."""
    with step("Checking the style of the Python", "ruff"):
        _check([PYTHON / "ruff", "check", "--quiet"])
        _check([PYTHON / "ruff", "format", "--check", "--quiet"])


def check_types() -> None:
    """Check the types of the Python with pyright, strictly where the platform and the testbed are."""
    with step("Checking the types of the Python", "pyright"):
        if not shutil.which("node"):
            raise StepError("Node is missing, and pyright runs on it: install Node 20 or newer (https://nodejs.org/).")
        # Its npm package, of the version that requirements/dev.txt pins, goes where all downloads go.
        where = {"PYRIGHT_PYTHON_CACHE_DIR": str(cache.root() / "pyright"), "PYRIGHT_PYTHON_GLOBAL_NODE": "true"}
        # A tenth of its work is to collect what it has read of the clouds' SDKs again and again.
        where["NODE_OPTIONS"] = "--max-semi-space-size=64"
        _check([PYTHON / "pyright"], {**where, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "true"})


def check_go() -> None:
    """Check the testbed's own Go with gofmt and go vet; skipped, with a word, where there is no Go."""
    if tools.lacks_go():
        console.print("  The Go of the testbed is not checked: Go is not installed.")
        return
    with step("Checking the Go", "gofmt, go vet"), cache.lock("go"):
        for module in own_go():
            unformatted = _check(["gofmt", "-l", module], {})
            if unformatted:
                raise StepError(f"Not formatted: {unformatted.strip()}. Run `gofmt -w {module}`.")
            # -trimpath as in the builds, whose compiled packages then serve here too.
            _check(["go", "-C", module, "vet", "-trimpath", "./..."], tools.go_environment())


def own_go() -> list[Path]:
    """Give the Go modules of the testbed that have sources of their own."""
    return [file.parent for file in sorted(TESTBED.rglob("go.mod")) if any(file.parent.rglob("*.go"))]


def provide() -> None:
    """Make what the layers of tests need; a layer that cannot run here is left out, and the summary says so."""
    with step("Looking at what is here and what can be reached"):
        probes.look_at(
            [engine.ARCHIVE, chart.INDEX, operator_chart.INDEX, *(plugins.url(name) for name in plugins.VERSIONS)]
        )
        parts = (engine.part(), *plugins.parts(), chart.part(), operator_chart.part())
        choices = [part.choose() for part in parts]
    why_not = cluster.can_run()
    with ThreadPoolExecutor(1) as pool:
        programs = pool.submit(_programs, choices, contained=not why_not)
        try:
            if why_not:
                console.print(f"  The layers that need containers are left out. {why_not}")
            else:
                packages = [*clusters.missing_packages(), *debian.missing(BROWSER)]
                log = cache.root() / "logs" / "apt.log"
                debian.install(packages, "containers, their images and the browser tests need them", log)
                build_all()
                build_for_databases()
            programs.result()
        except BaseException:
            steps.stop_children()
            raise


def _programs(choices: Sequence[Choice], *, contained: bool) -> None:
    for name in clusters.PROGRAMS if contained else clusters.API_SERVER:
        tools.tool(name)
    for choice in choices:
        choice.needed().get()
    for cloud in providers.MODULES:
        with step(f"Reading what the SDK of {cloud} knows", "the simulated clouds hold programs to it"):
            providers.open_provider(cloud)


def _check(words: Sequence[str | Path], settings: Mapping[str, str] | None = None) -> str:
    """Run a checker and give what it said; where it found faults, print them and raise StepError."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=CHECKOUT,
        env={**os.environ, **(settings or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        console.print(done.stdout, markup=False)
        raise StepError(f"{Path(words[0]).name} found faults; they stand above.")
    return done.stdout
