"""The last backup of people's homes, taken by a destroy after the last server has gone and before the files go.

A backup that the graph makes on the way up is old by the day of the destroy. A dynamic resource's `delete` runs on a
plain `pulumi destroy`, and where it fails, the engine leaves the file system as it is. It is there for homes that are
not archived as well: were it not, taking `archive` back would delete it, and that would take a backup which nobody
wants any more.

This module's path never moves: the state of every stack names the provider by it.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource

from components.remembering import Remembering


class Archivist(Remembering):
    """Makes nothing, and takes a backup when its turn to go has come.

    It is never another one: a replacement would take a backup on the way up.
    """

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Remember what is to be backed up one day."""
        return CreateResult(f"archive-of-{props['file_system']}", props)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Take the backup and wait until it is whole; raise ArchiveError, which says what to do, where it cannot be."""
        if not _props.get("archive", True):  # a state of before, when it was made for homes that are archived, has none
            return
        match _props["cloud"]:
            case "gcp":
                from components.clouds.gcp.archive import take_last_backup  # noqa: PLC0415 - one cloud's only
            case _:
                from components.clouds.aws.archive import take_last_backup  # noqa: PLC0415
        take_last_backup(_props)


class Archive(Resource, module="hubstack", name="Archive"):
    """Stands between the file system, on which it depends, and all that mounts it, which depends on this."""

    def __init__(self, name: str, props: Mapping[str, pulumi.Input[str | bool]], opts: pulumi.ResourceOptions) -> None:
        """`props` say `cloud`, `file_system` (its id there) and `archive`: whether to take the backup.

        With that, they say whatever else that cloud's archive.py asks for.
        """
        super().__init__(Archivist(), name, dict(props), opts)
