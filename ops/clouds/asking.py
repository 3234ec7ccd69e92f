"""Running a cloud's command line, and telling "there is none" from "it could not say"."""

from typing import Any

from components.clouds.command_line import CommandLineError, ask

_SECONDS = 120
"""A search over a large account takes half a minute."""

# As each command line says that something is not there; anything else is no answer.
_NOT_THERE = (
    *("code=404", "was not found", "not found", "NOT_FOUND", "could not be found", "does not exist"),
    *("ResourceNotFound", "NoSuchEntity", "NotFoundException", "FileSystemNotFound", "MountTargetNotFound"),
    *(".NotFound)", "NoSuchBucket", "(404)"),
)
_EXPIRED = ("expired", "Expired", "auth login", "az login", "refreshing your current auth tokens", "credentials")


class CloudError(Exception):
    """The cloud did not answer; the message is a sentence that says why and what to do."""


def answer(*words: str) -> Any | None:
    """Give a command's answer, read from JSON; None where the cloud says that the thing is not there.

    Raise CloudError where it says neither.
    """
    try:
        return ask(*words, seconds=_SECONDS)
    except CommandLineError as error:
        said = str(error)
        if any(word in said for word in _EXPIRED):
            raise CloudError(f"{said} Log in again ({_login(words[0])}), then run this again.") from None
        if any(word in said for word in _NOT_THERE):
            return None
        raise CloudError(said) from None


def _login(program: str) -> str:
    return {"gcloud": "`gcloud auth login`", "aws": "`aws sso login`", "az": "`az login`"}.get(program, program)
