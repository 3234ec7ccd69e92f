"""The last backup of homes on EFS, with AWS's command line played by a script."""

import json
import os
from pathlib import Path

import pytest

from components.clouds.aws import archive
from components.clouds.aws.archive import ArchiveError, take_last_backup
from components.clouds.command_line import CommandLineError

PROPS = {
    "cloud": "aws",
    "region": "eu-central-1",
    "file_system": "fs-0123456789abcdef0",
    "resource": "arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-0123456789abcdef0",
    "vault": "archive-1234567",
    "role": "arn:aws:iam::111122223333:role/archive",
    "tag": "hubstack-platform",
    "platform": "c0ffee00",
}


class Said:
    """What the command line was asked, and the states that it goes through."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def answers(self, *states: str) -> None:
        for number, state in enumerate(states):
            answer = {"State": state, "StatusMessage": "Access denied trying to call AWS Backup service"}
            (self.folder / f"{number}.json").write_text(json.dumps(answer))
        program = self.folder / "aws"
        program.write_text(
            "#!/bin/sh\n"
            f'cd {self.folder}; echo "$*" >> asked\n'
            'if [ "$2" = start-backup-job ]; then echo \'{"BackupJobId": "job-1"}\'; exit; fi\n'
            "first=$(ls *.json 2>/dev/null | head -n 1)\n"
            '[ "$first" ] || { echo "An error occurred (ExpiredToken)" >&2; exit 255; }\n'
            'cat "$first"; rm "$first"\n'
        )
        program.chmod(0o755)

    def asked(self) -> list[str]:
        return (self.folder / "asked").read_text().splitlines()


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(archive, "_SECONDS_BETWEEN_QUESTIONS", 0)
    return Said(tmp_path)


def test_a_backup_is_waited_for_and_bears_the_platforms_tag(aws: Said) -> None:
    aws.answers("CREATED", "RUNNING", "COMPLETED")
    take_last_backup(PROPS)
    start, *looks = aws.asked()
    assert "--recovery-point-tags hubstack-platform=c0ffee00" in start
    assert f"--resource-arn {PROPS['resource']}" in start
    assert len(looks) == 3
    assert all("--backup-job-id job-1" in look and "--region eu-central-1" in look for look in looks)


@pytest.mark.parametrize("state", ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"])
def test_one_that_fails_stops_the_destroy_with_its_reason(aws: Said, state: str) -> None:
    aws.answers("RUNNING", state)
    with pytest.raises(ArchiveError, match=rf"{state}: Access denied.*still there"):
        take_last_backup(PROPS)


def test_a_command_line_that_fails_stops_it_too(aws: Said) -> None:
    aws.answers()
    with pytest.raises(CommandLineError, match="ExpiredToken"):
        take_last_backup(PROPS)


def test_one_that_does_not_end_says_what_to_do(aws: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.answers("RUNNING")
    monkeypatch.setattr(archive, "_SECONDS_TO_COPY", 0)
    with pytest.raises(ArchiveError, match="Destroy again once it is COMPLETED"):
        take_last_backup(PROPS)
