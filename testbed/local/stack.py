"""The stack `local`: its state backend, its passphrase, and the engine's runs on it."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from components.settings import stack_file
from testbed.local import environment
from testbed.local.places import CHECKOUT, Places
from testbed.steps import StepError, console, run, step

STACK = "local"
STACK_FILE = CHECKOUT / "stacks" / f"Pulumi.{STACK}.yaml"
SALT = "encryptionsalt:"
FILTER = "filter.hubstack-salt"


class Stack:
    """The stack of one checkout, in the environment that `. ./activate` gives."""

    def __init__(self, places: Places, settings: Mapping[str, str]) -> None:
        self.places = places
        self.environment = environment.whole(places, settings)

    def exists(self) -> bool:
        """Say whether the backend knows the stack."""
        return bool(self._checkpoints())

    def make(self) -> None:
        """Make the stack, or take up the one there is, and select it for plain `pulumi` commands."""
        self.places.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        with step(f"Making the stack {STACK}", f"its state lies in {self.places.state}") as current:
            if self.exists():
                current.done("there already")
            keep_salt(self.places, self._fresh_salt)
            words = ["pulumi", "stack", "select", STACK, "--create", "--non-interactive"]
            self._quietly(words, f"Pulumi could not make the stack {STACK}.")

    def recover(self) -> None:
        """Settle what an engine that was killed has left, so that the next one can go on."""
        if self.exists() and self._was_interrupted():
            words = [sys.executable, "-m", "ops.recover", "-s", STACK, "--yes"]
            done: list[str] = []
            with step("Settling what an interrupted run has left", "its lock, and what it was making"):
                self._quietly(words, "An interrupted run could not be settled.", follow=done.append)
            for line in done[:-1]:  # the last says to go on, which is what comes next
                console.print(f"  {line}", markup=False)
            self.places.at_work.unlink(missing_ok=True)

    def up(self) -> None:
        """Run `pulumi up`, with its own output on the terminal."""
        self._openly(["up", "-s", STACK, "--yes", "--skip-preview"], "The platform could not be brought up.")

    def why(self) -> None:
        """Say what the stack's pods wait for, where Helm only says that its time is over."""
        with_cluster = [sys.executable, "-m", "ops.why", "-s", STACK]
        subprocess.run(with_cluster, cwd=CHECKOUT, env=self.environment, check=False)

    def preview(self) -> None:
        """Run `pulumi preview`."""
        self._openly(["preview", "-s", STACK, "--diff"], "There is no preview.")

    def destroy(self) -> None:
        """Run `pulumi destroy`."""
        self._openly(["destroy", "-s", STACK, "--yes", "--skip-preview"], "Not all could be taken down.")

    def remove(self, *, forced: bool = False) -> None:
        """Remove the stack from the backend; the stack file stays."""
        force = ["--force"] if forced else []
        words = ["pulumi", "stack", "rm", STACK, "--yes", "--preserve-config", *force]
        self._quietly(words, "The stack could not be removed.")

    def outputs(self) -> dict[str, Any]:
        """Give the stack's outputs, secrets in clear."""
        words = ["pulumi", "stack", "output", "-s", STACK, "--json", "--show-secrets"]
        done = subprocess.run(words, cwd=CHECKOUT, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StepError(f"The stack's outputs cannot be read: {done.stderr.strip()[-300:]}")
        return json.loads(done.stdout)

    def _was_interrupted(self) -> bool:
        if self.places.at_work.exists():
            return True
        locks = self.places.state / ".pulumi" / "locks"
        if any(path.is_file() for path in locks.rglob("*.json")):
            return True
        return any("pending_operations" in file.read_text() for file in self._checkpoints())

    def _checkpoints(self) -> list[Path]:
        return list((self.places.state / ".pulumi" / "stacks").rglob(f"{STACK}.json"))

    def _fresh_salt(self) -> str:
        """Let the engine make the line for this checkout's passphrase, in a project that is thrown away."""
        with tempfile.TemporaryDirectory(prefix="hubstack-") as folder:
            project = Path(folder)
            (project / "Pulumi.yaml").write_text("name: salt\nruntime: yaml\n")
            (project / "state").mkdir()
            words = ["pulumi", "stack", "init", STACK, "--non-interactive", "--cwd", folder]
            backend = {"PULUMI_BACKEND_URL": f"file://{project / 'state'}"}
            self._quietly(words, "Pulumi could not make a salt for this checkout's passphrase.", backend)
            lines = (project / f"Pulumi.{STACK}.yaml").read_text().splitlines()
            return next(line for line in lines if line.startswith(SALT))

    def _quietly(
        self,
        words: Sequence[str],
        sentence: str,
        more: Mapping[str, str] | None = None,
        follow: Callable[[str], None] | None = None,
    ) -> None:
        settings = {**self.environment, **(more or {})}
        log = self.places.logs / "pulumi.log"
        run(words, log=log, sentence=sentence, cwd=CHECKOUT, env=settings, follow=follow)

    def _openly(self, words: Sequence[str], sentence: str) -> None:
        color = "always" if sys.stdout.isatty() else "never"
        self.places.at_work.touch()
        code = forwarding_interrupts(["pulumi", *words, "--color", color], self.environment)
        if code < 0:
            raise StepError(
                f"{sentence} Pulumi was killed (signal {-code}): run this again, which settles what it left."
            )
        self.places.at_work.unlink(missing_ok=True)
        if code:
            raise StepError(
                f"{sentence} What Pulumi said stands above; mend that, and run this again: it goes on from here."
            )


def forwarding_interrupts(words: Sequence[str], settings: Mapping[str, str]) -> int:
    """Run a command in the foreground; a Ctrl-C reaches it once, and its orderly end is waited for.

    The engine cancels what it can and writes its state at the first interrupt, and gives up at the second.
    """
    process: subprocess.Popen[bytes] | None = None
    early: list[int] = []
    passed_on: list[int] = []

    def forward(number: int, _frame: object) -> None:
        if process:
            passed_on.append(number)
            process.send_signal(number)
        else:
            early.append(number)

    before = signal.signal(signal.SIGINT, forward)
    try:
        process = subprocess.Popen(words, cwd=CHECKOUT, env=settings, stdin=subprocess.DEVNULL, process_group=0)
        if early:  # pressed before there was anybody to pass it on to
            process.send_signal(signal.SIGINT)
        code = process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    if early or passed_on:
        raise KeyboardInterrupt
    return code


def keep_salt(places: Places, fresh: Callable[[], str]) -> None:
    """See that the stack file has the salt of this checkout's passphrase, and that git does not see it.

    Pulumi keeps a stack's salt in its stack file, which here is shared, while passphrase and state are each checkout's
    own. So a git filter of this clone takes the line out of what git sees, and puts it back in at a checkout.
    """
    if places.salt.is_file() and not places.passphrase.is_file():
        raise StepError(
            f"The passphrase of this checkout's state is missing: put {places.passphrase} back, or `make down`."
        )
    environment.passphrase_file(places.passphrase)
    if not places.salt.is_file():
        places.salt.write_text(fresh() + "\n")
    line = places.salt.read_text().strip()
    text = STACK_FILE.read_text()
    if line in text.splitlines():
        return
    if SALT in text and "secure:" in text:
        raise StepError(
            f"{STACK_FILE} holds secrets under another passphrase: write that passphrase into {places.passphrase} and "
            f"its {SALT} line into {places.salt}, or take the secrets out of the stack file."
        )
    _git_filter(install=True)
    STACK_FILE.write_text(without_salt(text) + line + "\n")
    _git_look_again()


def has_databases() -> bool:
    """Say whether the stack file asks for databases, which need an operator; a file with mistakes is the program's."""
    try:
        return bool(stack_file.read(STACK_FILE.read_text(), STACK_FILE.name)[0].get("databases"))
    except stack_file.StackFileError:
        return False


def drop_salt() -> None:
    """Take the salt out of the stack file again, unless secrets in it need it."""
    text = STACK_FILE.read_text()
    if SALT in text and "secure:" not in text:
        STACK_FILE.write_text(without_salt(text))
        _git_look_again()
    _git_filter(install=False)


def without_salt(text: str) -> str:
    """Give a stack file's text without the line of its salt."""
    return "".join(f"{line}\n" for line in text.splitlines() if not line.startswith(SALT))


def _git_filter(*, install: bool) -> None:
    """Tell git, in this clone alone, of the filter that .gitattributes names; without git there is no need."""
    program = "testbed/local/salt"
    commands = (
        [["--replace-all", f"{FILTER}.{way}", f"{program} {way}"] for way in ("clean", "smudge")]
        if install
        else [["--remove-section", FILTER]]
    )
    for words in commands:
        _git("config", "--local", *words)


def _git_look_again() -> None:
    """Let git note the new size of a file whose content it sees as unchanged; else `git status` lists it."""
    if _git("diff", "--quiet", "--", str(STACK_FILE)):
        _git("add", "--", str(STACK_FILE))


def _git(*words: str) -> bool:
    if not shutil.which("git"):
        return False
    return subprocess.run(["git", *words], cwd=CHECKOUT, capture_output=True, check=False).returncode == 0
