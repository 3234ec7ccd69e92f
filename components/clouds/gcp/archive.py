"""The last backup of people's homes, as Filestore keeps it: it outlives its instance."""

from collections.abc import Mapping
from datetime import UTC, datetime

from components.clouds.command_line import ask

_SECONDS_TO_COPY = 6 * 3600
"""A first backup of a few terabytes takes hours; later ones hold what has changed."""


def take_last_backup(props: Mapping[str, str]) -> None:
    """Take a backup of the instance and wait until it is whole; each destroy takes one of its own.

    `props` are what components/clouds/gcp/filestore.py puts into the state. Raise CommandLineError where Google's
    command line fails: the instance is still there then.
    """
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    ask(
        *("gcloud", "filestore", "backups", "create", f"hubstack-{props['platform']}-{moment}"),
        *("--project", props["project"]),
        *("--region", props["region"]),
        *("--instance", props["file_system"]),
        *("--instance-location", props["location"]),
        *("--file-share", props["share"]),
        *("--labels", f"{props['tag']}={props['platform']}"),
        *("--format", "json", "--quiet"),
        seconds=_SECONDS_TO_COPY,
    )
