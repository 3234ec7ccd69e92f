"""The commands behind the Makefile's targets."""

import errno
import os
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

from testbed import cache, steps
from testbed.local import checks, doctor, environment
from testbed.local.down import down
from testbed.local.places import Places
from testbed.local.stack import Stack
from testbed.local.up import up
from testbed.steps import StepError

OF_THE_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)
"""Errors that a person mends on the machine: a full or read-only disk, a file that is not theirs."""


def main(words: list[str]) -> int:
    """Run one command; give its exit code."""
    commands: dict[str, Callable[[Places], int | None]] = {
        "up": alone(up),
        "down": alone(down),
        "doctor": doctor.doctor,
        "shell": shell,
        "preview": lambda places: Stack(places, activated(places)).preview(),
        "lint": lambda _: checks.lint(),
        "test": lambda _: checks.test(),
    }
    if len(words) != 1 or words[0] not in commands:
        print(f"usage: python -m testbed.local {'|'.join(commands)}", file=sys.stderr)
        return 2
    # The checkout's own passphrase file counts; Pulumi would let this one go before it.
    os.environ.pop("PULUMI_CONFIG_PASSPHRASE", None)
    signal.signal(signal.SIGINT, _interrupted)
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        return commands[words[0]](Places()) or 0
    except StepError as error:
        return steps.fail(error)
    except OSError as error:
        if error.errno not in OF_THE_MACHINE:
            raise
        return steps.fail(StepError(f"{error.strerror}: {error.filename}. Mend that, and run this again: it goes on."))


def alone(command: Callable[[Places], None]) -> Callable[[Places], None]:
    """Let one command at a time work on a checkout."""

    def run(places: Places) -> None:
        with _locked(places):
            command(places)

    return run


def activated(places: Places) -> dict[str, str]:
    """Give what `. ./activate` sets; raise StepError where there is nothing to activate."""
    settings = environment.read(places)
    if not settings:
        raise StepError("There is no platform in this checkout: run `make up` first.")
    return settings


def shell(places: Places) -> None:
    """Become the person's shell in the activated environment."""
    program = os.environ.get("SHELL") or "/bin/sh"
    os.execvpe(program, [program], environment.whole(places, activated(places)))  # noqa: S606 - a person's own shell


@contextmanager
def _locked(places: Places) -> Generator[None]:
    try:
        with cache.lock(f"checkout-{cache.content_key(str(places.root))}", wait=False):
            yield
    except BlockingIOError:
        raise StepError("Another `make up` or `make down` is at work in this checkout: wait for its end.") from None


def _interrupted(_signal: int, _frame: FrameType | None) -> None:
    steps.stop_children()
    raise KeyboardInterrupt
