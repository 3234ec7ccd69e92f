"""The Go programs that stand where an official download cannot be reached, built from their pinned modules.

Each program is a Go module: `testbed/tools/<name>/go.mod` pins an upstream one and names the commands wanted from it in
`tool` lines; a folder with a main of its own (`testbed/plugins`, `testbed/tools/coredns`) is built from its sources.
The executables go into the cache under a key over all they are made from, so each is built once.
"""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from testbed import cache
from testbed.steps import Step, StepError, run, step

HERE = Path(__file__).parent

_one_thread = threading.Lock()


@dataclass(frozen=True)
class Program:
    """What is particular about building one module."""

    why: str = "built from its Go module"
    stamp: str = ""
    """The Go module whose version is written into the executables, as its own release does."""
    into: tuple[str, ...] = ()
    """The linker variables that take it, as `variable=value`; `{version}`, `{major}` and `{minor}` are filled in."""
    renamed: dict[str, str] = field(default_factory=dict[str, str])
    """Executables that would have a name that says too little."""
    scripts: tuple[str, ...] = ()
    """Files of the stamped module that have to lie beside the executables."""


PROGRAMS = {
    "pulumi": Program(
        why="the Pulumi engine and command line",
        stamp="github.com/pulumi/pulumi/pkg/v3",
        into=("github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={version}",),
    ),
    "language-python": Program(
        why="Pulumi's host for Python programs",
        stamp="github.com/pulumi/pulumi/sdk/v3",
        scripts=(
            "python/cmd/pulumi-language-python-exec",
            "python/dist/pulumi-resource-pulumi-python",
            "python/dist/pulumi-analyzer-policy-python",
        ),
    ),
    "kubernetes": Program(
        why="the API server, controllers, scheduler, kubelet and kube-proxy",
        stamp="k8s.io/kubernetes",
        # Without these the server calls itself v0.0.0, and charts that ask for a Kubernetes version refuse it.
        into=tuple(
            f"{package}.{variable}"
            for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
            for variable in ("gitVersion={version}", "gitMajor={major}", "gitMinor={minor}")
        ),
    ),
    "etcd": Program(why="the cluster's store", renamed={"server": "etcd"}),
    "local-path": Program(why="the cluster's dynamic volumes"),
    "coredns": Program(why="the cluster's names"),
    "cloudnative-pg": Program(why="the operator of databases"),
    "plugins": Program(why="the stand-ins for Pulumi's provider plugins"),
    "actionlint": Program(why="what reads the workflows as GitHub would"),
    "kube-score": Program(why="a judge of Kubernetes objects that is not ours"),
    "pod-security": Program(why="the judge of pods that the API server asks"),
}


def tool(name: str) -> Path:
    """Give the folder in the cache with the executables of one module, built now where they are not there yet.

    Raises StepError, with a sentence, where Go is missing or the build fails.
    """
    key = _key(name)
    found = cache.find("tools", _plain(name), key)
    if found:
        return found
    with _one_thread:  # the other's line on the terminal says what is waited for
        return cache.find("tools", _plain(name), key) or _build(name, key)


def built(name: str) -> bool:
    """Say whether the executables are in the cache already."""
    return shutil.which("go") is not None and cache.find("tools", _plain(name), _key(name)) is not None


def key(name: str) -> str:
    """Give what changes with everything that the executables of a module are made from."""
    return _key(name)


def lacks_go() -> str:
    """Say what is missing to build anything; empty where Go is there."""
    return "" if shutil.which("go") else "Go is not installed"


def source(name: str) -> Path:
    """Give the folder of a module: beside this file, or in the testbed's room of that name."""
    return HERE / name if (HERE / name).is_dir() else HERE.parent / name


def module_folder(name: str, module: str) -> Path:
    """Give the folder of the sources of one module that `name` requires, fetched now where they are not there yet."""
    log = cache.root() / "logs" / f"module-{_plain(name)}.log"
    environment = go_environment()
    run(
        ["go", "mod", "download", module],
        cwd=source(name),
        env=environment,
        log=log,
        sentence=f"The Go module {module} cannot be had.",
    )
    return Path(_go(name, "list", "-m", "-f", "{{.Dir}}", module))


def _plain(name: str) -> str:
    return name.replace("/", "-")


def go_environment() -> dict[str, str]:
    """Give what Go needs in its environment, so that it works in the cache and changes no go.mod."""
    return {
        "GOMODCACHE": str(cache.root() / "go" / "mod"),
        "GOCACHE": str(cache.root() / "go" / "build"),
        "GOFLAGS": "-mod=readonly",
        "GOWORK": "off",
        "CGO_ENABLED": "0",
    }


def _key(name: str) -> str:
    return cache.content_key(_go(name, "env", "GOVERSION", "GOOS", "GOARCH"), repr(PROGRAMS.get(name)), *_sources(name))


def _sources(name: str) -> list[str | Path]:
    """Give each file that goes into the executables, by its name and its content: not the tests, not the docs."""
    folder = source(name)
    left_out = ("_test.go", ".md", ".py", ".pyc")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.endswith(left_out)]
    return [part for path in files for part in (str(path.relative_to(folder)), path)]


def _build(name: str, key: str) -> Path:
    program = PROGRAMS.get(name, Program())
    with _turn(), step(f"Building {name}", program.why) as current:
        return cache.entry("tools", _plain(name), key, lambda out: _compile(name, program, out, current))


@contextmanager
def _turn() -> Generator[None]:
    """Wait until no other run builds: one build uses all processors, and two would only take turns on them."""
    with ExitStack() as held:
        try:
            held.enter_context(cache.lock("go", wait=False))
        except BlockingIOError:
            with step("Waiting for another run's build", "one at a time uses all processors"):
                held.enter_context(cache.lock("go"))
        yield


def _compile(name: str, program: Program, out: Path, current: Step) -> None:
    log = cache.root() / "logs" / f"build-{_plain(name)}.log"
    log.unlink(missing_ok=True)
    packages = _packages(name)
    everything: set[str] = set()
    fetched: list[str] = []

    def listed(line: str) -> None:
        if line.startswith("go: downloading "):
            fetched.append(line)
            current.moved(f"downloading: {len(fetched)} modules so far")
        else:
            everything.add(line)

    compiled: list[str] = []

    def compiling(line: str) -> None:
        if line in everything:
            compiled.append(line)
            current.moved(f"compiling: {len(compiled)} of at most {len(everything)} packages")

    def go(*words: str, follow: Callable[[str], None], sentence: str) -> None:
        run(["go", *words], cwd=source(name), env=go_environment(), log=log, follow=follow, sentence=sentence)

    go("list", "-deps", packages, follow=listed, sentence=f"The modules of {name} cannot be had.")
    flags = ["-trimpath", "-ldflags", " ".join(["-s -w", *_stamps(name, program)])]
    go("build", "-v", *flags, "-o", f"{out}/", packages, follow=compiling, sentence=f"{name} cannot be built.")
    for old, new in program.renamed.items():
        (out / old).rename(out / new)
    for script in program.scripts:
        shutil.copy(Path(_go(name, "list", "-m", "-f", "{{.Dir}}", program.stamp)) / script, out)
        (out / Path(script).name).chmod(0o755)


def _packages(name: str) -> str:
    folder = source(name)
    if re.search(r"^tool\b", (folder / "go.mod").read_text(), re.MULTILINE):
        return "tool"
    return "./cmd/..." if (folder / "cmd").is_dir() else "."


def _stamps(name: str, program: Program) -> list[str]:
    if not program.into:
        return []
    found = re.search(rf"^\s*(?:require )?{re.escape(program.stamp)} (v(\d+)\.(\d+)\S*)", _mod(name), re.MULTILINE)
    if not found:
        raise StepError(f"testbed/tools/{name}/go.mod names no version of {program.stamp}: run `go mod tidy` in it.")
    version, major, minor = found.groups()
    return [f"-X {variable.format(version=version, major=major, minor=minor)}" for variable in program.into]


def _mod(name: str) -> str:
    return (source(name) / "go.mod").read_text()


def _go(name: str, *words: str) -> str:
    try:
        asked = subprocess.run(
            ["go", *words],
            cwd=source(name),
            env={**os.environ, **go_environment()},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise StepError(
            f"Go is missing, and {name} has to be built with it: install Go 1.26 or newer from https://go.dev/dl/."
        ) from None
    if asked.returncode:
        raise StepError(f"`go {' '.join(words)}` fails for {name}: {asked.stderr.strip()[-400:]}")
    return asked.stdout.strip()
