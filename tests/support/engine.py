"""The project's own program in a folder of its own, and the real engine at work on it."""

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any

import yaml

from components.labels import MANAGED_BY, PULUMI
from components.settings.checks.secrets import secrets_in
from components.settings.source import written
from testbed.local.environment import state_backend
from tests.support import vault, warm

CHECKOUT = Path(__file__).parent.parent.parent
OPERATION_SECONDS = 420
_PATIENCE = 60

Event = dict[str, Any]

_NO_CHANGE = {"same", "read", "discard"}
_OF_SECRETS = ("encryptionsalt", "secretsprovider", "encryptedkey")
"""What a stack file says of how its secrets are encrypted."""


class EngineError(AssertionError):
    """The engine did not do what it was asked for."""


class EndedError(EngineError):
    """The engine ended by itself before it was to be killed; `code` is its exit code, None where it hung."""

    def __init__(self, message: str, code: int | None) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Said:
    """What a command said, and with which exit code it ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Everything, as a person in a terminal sees it."""
        return self.out + self.err


@dataclass(frozen=True)
class Stack:
    """One stack of a copy of the program, in a backend of its own."""

    folder: Path
    name: str
    environment: Mapping[str, str] = field(repr=False)
    patience: int = OPERATION_SECONDS
    """Seconds that one command may take."""

    @property
    def file(self) -> Path:
        """The stack file."""
        return self.folder / "stacks" / f"Pulumi.{self.name}.yaml"

    @property
    def _python(self) -> str:
        return str(self.folder / ".venv" / "bin" / "python")

    def configure(self, config: Mapping[str, Any]) -> None:
        """Write the stack file with these settings (`hubs`, `homes` …), secrets encrypted, whatever it held before."""
        written_before = (yaml.safe_load(self.file.read_text()) or {}) if self.file.exists() else {}
        body: dict[str, Any] = {"config": {f"hubstack:{key}": value for key, value in config.items()}}
        kept = {key: written_before[key] for key in _OF_SECRETS if key in written_before}
        self.file.write_text(yaml.safe_dump(body | kept, sort_keys=False))
        for path in secrets_in(config):
            value = str(reduce(lambda section, part: section[part], path, config))
            self.succeed("config", "set", "--secret", "--path", written(path), value)

    def up(self, *words: str, **environment: str) -> Said:
        """Bring the stack up; fails where the engine does."""
        return self.succeed("up", "--yes", "--skip-preview", *words, **environment)

    def destroy(self, **environment: str) -> Said:
        """Take the stack away, without running its program."""
        return self.succeed("destroy", "--yes", "--skip-preview", **environment)

    def preview(self) -> dict[str, str]:
        """Give what the next `up` would do to which resource, such as `{"Namespace data8": "create"}`, if anything."""
        steps = json.loads(self.succeed("preview", "--json").out)["steps"]
        return {_short(step["urn"]): step["op"] for step in steps if step["op"] not in _NO_CHANGE}

    def exported(self) -> dict[str, Any]:
        """Give the stack's state as it lies in the backend: what `pulumi stack export` says in half a second."""
        return json.loads(state_file(self.folder).read_text())["checkpoint"].get("latest") or {}

    def resources(self, kind: str = "") -> list[dict[str, Any]]:
        """Give the resources in the state whose type contains `kind`."""
        return [entry for entry in self.exported().get("resources", []) if kind in entry["type"]]

    def objects(self) -> set[tuple[str, str, str]]:
        """Give kind, namespace and name of the Kubernetes objects in the state that the graph made."""
        outputs = [entry["outputs"] for entry in self.resources("kubernetes:") if _is_object(entry)]
        return {(each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"]) for each in outputs}

    def pending(self) -> list[str]:
        """Give the types and names of what the state knows as under way."""
        return [
            f"{entry['type']} {_short(entry['resource']['urn'])}"
            for entry in self.exported().get("pending_operations") or []
        ]

    def output(self, name: str) -> Any:
        """Give one of the stack's outputs, secrets in clear."""
        return json.loads(self.succeed("stack", "output", name, "--json", "--show-secrets").out)

    def succeed(self, *words: str, **environment: str) -> Said:
        """Run `pulumi` and fail where it does."""
        said = self.pulumi(*words, **environment)
        if said.code:
            raise EngineError(f"pulumi {' '.join(words)} ended with {said.code}:\n{said.text[-6000:]}")
        return said

    def pulumi(self, *words: str, **environment: str) -> Said:
        """Run `pulumi`, with these variables over the stack's environment; an empty one is taken out."""
        whole = {name: value for name, value in {**self.environment, **environment}.items() if value}
        command = ["pulumi", *words, "--non-interactive", "--color", "never", "--stack", self.name]
        return self._run(command, whole)

    def recover(self, *words: str) -> Said:
        """Run `python -m ops.recover` as a person would."""
        return self._run([self._python, "-m", "ops.recover", "-s", self.name, *words], self.environment)

    def leftovers(self) -> Said:
        """Run `python -m ops.leftovers` as a person would."""
        return self._run([self._python, "-m", "ops.leftovers", "-s", self.name], self.environment)

    def claims(self, *words: str, typed: str = "") -> Said:
        """Run `python -m ops.claims` as a person would, who types an answer."""
        return self._run([self._python, "-m", "ops.claims", "-s", self.name, *words], self.environment, typed)

    def why(self) -> Said:
        """Run `python -m ops.why` as a person would."""
        return self._run([self._python, "-m", "ops.why", "-s", self.name], self.environment)

    def kill(
        self,
        command: str,
        moment: Callable[[Event], bool],
        then: Callable[[], bool] | None = None,
        *,
        sliced: bool = False,
    ) -> None:
        """Run `up` or `destroy` and end the engine with SIGKILL once its event log shows the moment.

        `then` is waited for after it: something that the cluster shows; with `sliced`, the engine runs for moments only
        meanwhile, so that it has no time to hear that its plugin is done. Fails where the command ends first.
        """
        log = self.folder / "events.jsonl"
        log.unlink(missing_ok=True)
        words = ["pulumi", command, "--yes", "--skip-preview", "--non-interactive", "--stack", self.name]
        with (self.folder / "killed.log").open("w") as output:
            process = subprocess.Popen(
                [*words, "--event-log", str(log)],
                cwd=self.folder,
                env={**self.environment, "PULUMI_DEBUG_COMMANDS": "true"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            came = any(moment(event) for event in _events(log, process))
            waited = came and (_wait_in_slices if sliced else _wait)(then, process)
            if not waited:
                said = (self.folder / "killed.log").read_text()
                raise EndedError(f"{command} ended before the moment came, or it never came:\n{said}", process.poll())
        finally:
            process.kill()
            process.wait()

    def _run(self, command: list[str], environment: Mapping[str, str], typed: str = "") -> Said:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=dict(environment),
            input=typed,
            capture_output=True,
            text=True,
            timeout=self.patience,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Seen(Stack):
    """A stack as its state was at one moment: for many questions."""

    deployment: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)

    def exported(self) -> dict[str, Any]:
        """Give the state of that moment."""
        return self.deployment


def seen(stack: Stack) -> Seen:
    """Look at a stack's state once."""
    return Seen(stack.folder, stack.name, stack.environment, deployment=stack.exported())


def new_stack(folder: Path, name: str, environment: Mapping[str, str]) -> Stack:
    """Put the program into an empty folder and give it an empty stack with a backend of its own.

    Its packages are the checkout's: a warm Python that finds these there has imported them already. A vault keeps its
    secrets where the environment has one.
    """
    for file in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(CHECKOUT / file, folder)
    for package in warm.PACKAGES:
        (folder / package).symlink_to(CHECKOUT / package)
    (folder / ".venv").symlink_to(environment.get(warm.VARIABLE, warm.PLAIN))  # Pulumi.yaml names it
    (folder / "stacks").mkdir()
    (folder / "state").mkdir()
    stack = Stack(folder, name, {**environment, "PULUMI_BACKEND_URL": state_backend(folder / "state")})
    secrets = ["--secrets-provider", vault.PROVIDER] if vault.URL in environment else []
    done = subprocess.run(
        ["pulumi", "stack", "init", name, *secrets, "--non-interactive"],
        cwd=folder,
        env=dict(stack.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise EngineError(f"pulumi stack init: {done.stdout}{done.stderr}")
    return stack


def state_file(folder: Path) -> Path:
    """Give the file that holds the state of the one stack in a folder."""
    (file,) = (folder / "state" / ".pulumi" / "stacks").rglob("*.json")
    return file


def begins(op: str, urn_part: str) -> Callable[[Event], bool]:
    """Give the moment at which the engine begins an operation (`create`, `update`, `delete`) on a resource."""

    def moment(event: Event) -> bool:
        metadata = event.get("resourcePreEvent", {}).get("metadata", {})
        return metadata.get("op") == op and urn_part in metadata.get("urn", "")

    return moment


def _events(log: Path, process: "subprocess.Popen[bytes]") -> Iterator[Event]:
    """Give the engine's events as it writes them, until it ends."""
    deadline = time.monotonic() + OPERATION_SECONDS
    rest = ""
    position = 0
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        if log.exists():
            with log.open() as file:
                file.seek(position)
                fresh = file.read()
                position = file.tell()
            *lines, rest = (rest + fresh).split("\n")
            yield from (json.loads(line) for line in lines if line)
        if ended:
            return
        time.sleep(0.005)


def _wait(condition: Callable[[], bool] | None, process: "subprocess.Popen[bytes]") -> bool:
    if condition is None:
        return True
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def _wait_in_slices(condition: Callable[[], bool] | None, process: "subprocess.Popen[bytes]") -> bool:
    """Wait while the engine stands still but for a few milliseconds, after each of which plugins get time to work."""
    deadline = time.monotonic() + _PATIENCE
    process.send_signal(signal.SIGSTOP)
    while condition is not None and not condition() and time.monotonic() < deadline:
        process.send_signal(signal.SIGCONT)
        time.sleep(0.002)
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.15)
    return time.monotonic() < deadline


def _is_object(entry: dict[str, Any]) -> bool:
    """Say whether an entry of the state is an object that the graph made: not a release, nor one that it only reads."""
    labels = entry.get("outputs", {}).get("metadata", {}).get("labels") or {}
    return labels.get(MANAGED_BY) == PULUMI


def _short(urn: str) -> str:
    """Give `Namespace data8` for a URN, as one would say it."""
    kind, name = urn.split("::")[2:]
    return f"{kind.rsplit(':', 1)[-1]} {name}"
