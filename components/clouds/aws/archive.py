"""The last backup of a file system, in a vault that outlives the stack."""

import time
from collections.abc import Mapping

from components.clouds.command_line import ask

_SECONDS_TO_ANSWER = 120
_SECONDS_TO_COPY = 12 * 3600
"""A first copy of a terabyte takes hours."""
_SECONDS_BETWEEN_QUESTIONS = 15


class ArchiveError(Exception):
    """The backup could not be taken; the text says why and what to do."""


def take_last_backup(props: Mapping[str, str]) -> None:
    """Start a backup of the file system and wait until it is whole.

    `props` are what components/clouds/aws/filestore.py puts into the state. Raise ArchiveError where the backup fails,
    and CommandLineError where AWS's command line does.
    """
    job = _start(props)
    deadline = time.monotonic() + _SECONDS_TO_COPY
    while time.monotonic() < deadline:
        answer = _backup("describe-backup-job", props, "--backup-job-id", job)
        match answer["State"]:
            case "COMPLETED":
                return
            case "ABORTED" | "EXPIRED" | "FAILED" | "PARTIAL" as state:
                raise ArchiveError(
                    f"The last backup of {props['file_system']} is {state}: {answer.get('StatusMessage', 'no reason')}."
                    " The file system is still there. Mend what AWS Backup names and destroy again, or set"
                    " hubstack:homes.on_destroy to keep or delete and run pulumi up first."
                )
            case _:
                time.sleep(_SECONDS_BETWEEN_QUESTIONS)  # nothing tells of its end but asking
    raise ArchiveError(
        f"The last backup of {props['file_system']} was not whole after {_SECONDS_TO_COPY // 3600} hours; job {job} of"
        " AWS Backup goes on. Destroy again once it is COMPLETED: another backup then takes only what changed since."
    )


def _start(props: Mapping[str, str]) -> str:
    answer = _backup(
        "start-backup-job",
        props,
        "--backup-vault-name",
        props["vault"],
        "--resource-arn",
        props["resource"],
        "--iam-role-arn",
        props["role"],
        "--recovery-point-tags",
        f"{props['tag']}={props['platform']}",
    )
    return str(answer["BackupJobId"])


def _backup(verb: str, props: Mapping[str, str], *words: str) -> Mapping[str, str]:
    words = ("aws", "backup", verb, *words, "--region", props["region"], "--output", "json")
    return ask(*words, seconds=_SECONDS_TO_ANSWER)
