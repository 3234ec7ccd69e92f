"""The last backup of a database, taken by a destroy before the database goes and after whoever uses it.

A dynamic resource's `delete` runs on a plain `pulumi destroy`, and where it fails, the engine leaves the database as it
is. It is there for every database, archived or not: were it made for some only, taking `archive` back would delete it,
and that would take the backup which nobody wants any more.

This module's path never moves: the state of every stack names the provider by it.
"""

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import CreateResult, Resource

from components.remembering import Remembering

if TYPE_CHECKING:  # the process that takes a backup needs no SDK of Kubernetes objects
    from components.clouds.cloud import Cluster


class BackupTaker(Remembering):
    """Makes nothing, and takes a backup when its turn to go has come, if one is asked for."""

    identity = ("namespace", "database", "cluster")

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Remember what is to be backed up one day."""
        return CreateResult(f"{props['cluster']}/{props['namespace']}/{props['database']}", props)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Take the backup and wait until it is whole; raise BackupError, which says what to do, where it cannot be."""
        if not _props["archive"]:
            return
        # Half a second to import, which no preview should pay.
        from components.backing_up import take_last_backup  # noqa: PLC0415

        for snapshot in take_last_backup(
            _props["kubeconfig"], _props["context"], _props["namespace"], _props["database"]
        ):
            # The engine shows what a provider prints.
            print(f"The last backup of database {_props['database']} is the snapshot {snapshot}.", flush=True)


class LastBackup(Resource, module="hubstack", name="LastBackup"):
    """Depends on the database; what uses the database depends on this."""

    def __init__(
        self,
        name: str,
        cluster: "Cluster",
        database: tuple[pulumi.Input[str], str],
        opts: pulumi.ResourceOptions,
        *,
        archive: bool,
    ) -> None:
        """`database` is its namespace and its name; without `archive`, it goes without a backup."""
        super().__init__(
            BackupTaker(),
            name,
            {
                "kubeconfig": pulumi.Output.secret(cluster.kubeconfig),
                "context": cluster.context,
                "cluster": cluster.identifier,
                "namespace": database[0],
                "database": database[1],
                "archive": archive,
            },
            opts,
        )
