"""The file system of people's homes, and the folder of each hub in it.

A namespace of its own mounts the whole file system; a hub's namespace can mount its own folder and nothing else. So
no pod of a hub, whoever controls it, reaches another hub's homes, and hubs' namespaces take no pod that runs as root.
"""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as kubernetes

from components import versions
from components.archive import Archive
from components.clouds.cloud import Cloud
from components.cluster.namespaces import close_network, make_namespace
from components.cluster.volumes import Folder, make_claim
from components.labels import Labels
from components.settings import Quantity
from components.unchanging import Kept, Unchanging

CLAIM = "homes"
USER = 1000
"""The user of every server: `singleuser.uid` of the chart, `jovyan` in Jupyter's images."""
USERS_GROUP = 100
"""The group of every user's server: `singleuser.fsGid` of the chart, `users` in Jupyter's images."""

# The kubelet makes a person's folder as root, when the first server mounts it, with the mode of the folder above. So
# that one is the users' group's to write, and hands the group down (setgid). What exists is never touched. The folder
# appears whole, with its mode, as a rename is all or nothing.
_MAKE_FOLDER = """\
set -eu
cd /homes
if [ -d "$FOLDER" ]; then exit 0; fi
rm -rf ".making-$FOLDER"
mkdir ".making-$FOLDER"
chmod 2770 ".making-$FOLDER"
mv ".making-$FOLDER" "$FOLDER"
"""

# What people of a hub share lies beside their homes. It belongs to the one user and the one group of all servers, and
# no container in a person's server needs root to make it so.
_MAKE_SHARED = """\
set -eu
cd "/homes/$FOLDER"
for folder in $SHARED; do
    if [ -d "$folder" ]; then continue; fi
    rm -rf ".making-$folder"
    mkdir ".making-$folder"
    chmod 2775 ".making-$folder"
    mv ".making-$folder" "$folder"
done
"""

_WHY_IT_STAYS = (
    "People's files lie there, and a new place would be empty. Set it back; or copy the files, destroy the stack, which"
    " keeps them, and make it anew with the new setting."
)


class Homes(pulumi.ComponentResource):
    """The file system that the homes of every hub share."""

    def __init__(
        self,
        name: str,
        cloud: Cloud,
        capacity: Quantity,
        labels: Labels,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hubstack:index:Homes", name, {}, opts)
        self.files = cloud.homes
        self.needed_to_mount = [*cloud.cluster.nodes, *cloud.homes.needs]
        self.capacity = capacity
        self.labels = labels
        within = pulumi.ResourceOptions(parent=self, provider=opts.provider)
        called = pulumi.Output.concat("hubstack-", labels.platform)
        # Baseline, as the Job below runs as root, though without any of root's powers.
        namespace = make_namespace(name, called, "baseline", labels, within)
        self.namespace = namespace.metadata.name
        self.place: pulumi.Resource = Unchanging(
            f"{name}-place", cloud.cluster.identifier, Kept(cloud.homes.fixed, _WHY_IT_STAYS), within
        )
        if self.files.archive:
            # What mounts the files comes after this, so that nobody writes any more when it takes the backup.
            self.place = Archive(
                f"{name}-archive",
                self.files.archive,
                pulumi.ResourceOptions.merge(
                    within, pulumi.ResourceOptions(depends_on=[self.place, *self.files.needs])
                ),
            )
        self.closed = close_network(name, self.namespace, labels, within)
        self.claim = make_claim(
            name, Folder(self.files, "", capacity, called, self.namespace, CLAIM, self.place), labels, within
        )
        self.register_outputs({})

    def of_hub(self, hub: str, namespace: pulumi.Input[str]) -> Folder:
        """Give the folder of a hub, to be mounted in its namespace."""
        volume = pulumi.Output.concat("hubstack-", self.labels.platform, "-", hub)
        return Folder(self.files, hub, self.capacity, volume, namespace, CLAIM, self.place)

    def make_folder(self, hub: str, shared: Sequence[str], opts: pulumi.ResourceOptions) -> kubernetes.batch.v1.Job:
        """Make the folder of a hub, and those in it that people share; done again, it changes nothing."""
        opts = pulumi.ResourceOptions.merge(
            opts,
            pulumi.ResourceOptions(depends_on=[self.claim, self.closed, *self.needed_to_mount]),
        )
        labels = self.labels.of_hub(hub)
        return kubernetes.batch.v1.Job(
            f"{hub}-folder",
            metadata={"namespace": self.namespace, "labels": labels.of("homes")},
            spec={
                "backoff_limit": 4,
                "active_deadline_seconds": 300,
                "template": {"metadata": {"labels": labels.of("homes")}, "spec": _folder_maker(hub, shared)},
            },
            opts=opts,
        )


def _folder_maker(hub: str, shared: Sequence[str]) -> kubernetes.core.v1.PodSpecArgsDict:
    # Root, as whom the kubelet makes a volume's first folder, in the users' group: as the owner it may set the mode
    # without a single one of root's capabilities.
    root = _container("folder", _MAKE_FOLDER, {"FOLDER": hub}, user=0)
    # A folder's owner is who makes it, as to give one away takes a capability.
    user = _container("shared", _MAKE_SHARED, {"FOLDER": hub, "SHARED": " ".join(shared)}, user=USER)
    made: kubernetes.core.v1.PodSpecArgsDict = (
        {"init_containers": [root], "containers": [user]} if shared else {"containers": [root]}
    )
    return {
        "restart_policy": "OnFailure",
        "automount_service_account_token": False,
        "enable_service_links": False,
        "security_context": {"seccomp_profile": {"type": "RuntimeDefault"}},
        **made,
        "volumes": [{"name": "homes", "persistent_volume_claim": {"claim_name": CLAIM}}],
    }


def _container(name: str, script: str, env: Mapping[str, str], user: int) -> kubernetes.core.v1.ContainerArgsDict:
    return {
        "name": name,
        "image": versions.BUSYBOX_IMAGE,
        "image_pull_policy": "IfNotPresent",
        "command": ["sh", "-c", script],
        "env": [{"name": variable, "value": value} for variable, value in env.items()],
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "64Mi"}},
        "security_context": {
            "run_as_user": user,
            "run_as_group": USERS_GROUP,  # not the pod's: containerd takes no group there without a user
            "allow_privilege_escalation": False,
            "capabilities": {"drop": ["ALL"]},
            "read_only_root_filesystem": True,
        },
        "volume_mounts": [{"name": "homes", "mount_path": "/homes"}],
    }
