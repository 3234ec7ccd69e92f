"""The platform's PostgreSQL clusters, each in a namespace of its own."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as kubernetes

from components import versions
from components.clouds.cloud import Snapshots
from components.cluster.namespaces import close_network, make_namespace
from components.databases.ground import Ground
from components.databases.network import open_network
from components.databases.operator import make_operator
from components.databases.snapshots import SnapshotClass
from components.keeping import held
from components.last_backup import LastBackup
from components.settings import Database
from components.teardown import Teardown

_TIME_TO_BECOME_READY = "15m"
"""A new node, a new disk, an image and a bootstrap; on a warm cluster it is a minute."""


class Databases(pulumi.ComponentResource):
    """PostgreSQL clusters by name, and the operator that they need.

    What people can do with them (roles, extensions, nightly backups) is not managed here yet.
    """

    def __init__(
        self,
        name: str,
        databases: Mapping[str, Database],
        ground: Ground,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hubstack:index:Databases", name, {}, opts)
        self.ground = ground
        self.labels = ground.labels
        self.within = pulumi.ResourceOptions(parent=self, provider=opts.provider)
        asked = any(described.on_destroy == "archive" for described in databases.values())
        snapshots = ground.snapshots if asked else None
        self.snapshot_class = self._class_of(snapshots) if snapshots else None
        operator = make_operator(ground, snapshots, self.within)
        for each, described in databases.items():
            self._make(each, described, operator)
        self.register_outputs({})

    def _class_of(self, snapshots: Snapshots) -> SnapshotClass:
        needs = self._after(*self.ground.cluster.nodes, *snapshots.needs)
        return SnapshotClass("databases-snapshots", snapshots, self.labels, needs)

    def _make(self, name: str, settings: Database, operator: pulumi.Resource) -> None:
        namespace = make_namespace(name, name, "restricted", self.labels, self.within)
        inside = namespace.metadata.name
        closed = close_network(name, inside, self.labels, self.within)
        opened = open_network(name, inside, name, self.labels, self.within)
        # On the way down: the cluster goes, then its claims and disks, and only then the operator that lets go of them.
        cluster = self.ground.cluster
        outlives = (closed, opened, operator, self.ground.disks, *cluster.disks, *cluster.nodes)
        teardown = Teardown(f"{name}-teardown", cluster, inside, self._after(*outlives))
        database = kubernetes.apiextensions.CustomResource(
            f"{name}-database",
            api_version="postgresql.cnpg.io/v1",
            kind="Cluster",
            metadata={
                "name": name,
                "namespace": inside,
                "labels": self.labels.of("database"),
                "annotations": {"pulumi.com/waitFor": "condition=Ready"},
            },
            spec=self._spec(settings),
            opts=pulumi.ResourceOptions.merge(
                self._after(teardown),
                pulumi.ResourceOptions.merge(
                    held(settings.on_destroy),
                    pulumi.ResourceOptions(
                        custom_timeouts=pulumi.CustomTimeouts(
                            create=_TIME_TO_BECOME_READY, update=_TIME_TO_BECOME_READY
                        )
                    ),
                ),
            ),
        )
        if self.ground.snapshots:
            LastBackup(
                f"{name}-last-backup",
                cluster,
                (inside, name),
                self._after(database),
                archive=settings.on_destroy == "archive",
            )

    def _spec(self, settings: Database) -> dict[str, object]:
        archived: dict[str, object] = {}
        if settings.on_destroy == "archive" and self.snapshot_class:
            archived["backup"] = {"volumeSnapshot": {"className": self.snapshot_class.name}}
        return {
            "instances": settings.instances,
            "imageName": versions.POSTGRESQL_IMAGE,
            "inheritedMetadata": {"labels": self.labels.owner()},
            "storage": {"size": str(settings.storage), "storageClass": self.ground.disks.metadata.name},
            "resources": {
                "requests": {"cpu": "100m", "memory": "256Mi"},
                "limits": {"memory": "1Gi"},
            },
            "enableSuperuserAccess": False,
            **archived,
        }

    def _after(self, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions.merge(self.within, pulumi.ResourceOptions(depends_on=list(needed)))
