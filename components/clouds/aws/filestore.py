"""People's homes on EFS, or on an NFS server of the university's own."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import backup, ec2, efs, vpc

from components.clouds.aws.cluster import ControlPlane
from components.clouds.aws.identity import make_role
from components.clouds.aws.network import Network
from components.clouds.aws.site import Site, named
from components.clouds.cloud import FileSystem, VolumeSource
from components.keeping import held
from components.labels import CLOUD_TAG
from components.settings.clouds.aws import AwsNfsServer

_NFS = 2049
_DRIVER = "efs.csi.aws.com"
# What AWS asks NFS clients for; the EFS driver sets the rest of it itself.
_SERVER_OPTIONS = ("nfsvers=4.1", "rsize=1048576", "wsize=1048576", "hard", "timeo=600", "retrans=2", "noresvport")
_MODES = {"general": "generalPurpose", "max_io": "maxIO"}


def open_filestore(site: Site, network: Network, plane: ControlPlane, driver: Sequence[pulumi.Resource]) -> FileSystem:
    """Make the file system beside the cluster, or use the one that exists."""
    settings = site.settings.filestore
    if settings.server:
        return _server(settings.server)
    files = efs.FileSystem.get("homes", settings.existing, opts=site.opts) if settings.existing else _make(site)
    archive = _archive(files, site)
    return FileSystem(
        _source(files),
        fixed={"hubstack:cloud.filestore.existing": settings.existing or "none"},
        needs=[files, *_way_in(files, network, plane, site), *driver, *archive.needs],
        archive=archive.described,
    )


def _source(files: efs.FileSystem) -> Callable[[str], VolumeSource]:
    def source(folder: str) -> VolumeSource:
        # The driver mounts through a tunnel: TLS is its default, and the file system takes nothing else.
        where = pulumi.Output.concat(files.id, f":/{folder}" if folder else "")
        return {"csi": {"driver": _DRIVER, "volume_handle": where}}

    return source


def _server(settings: AwsNfsServer) -> FileSystem:
    def source(folder: str) -> VolumeSource:
        path = f"{settings.path}/{folder}" if folder else settings.path
        return {"nfs": {"server": settings.host, "path": path}}

    fixed = {
        "hubstack:cloud.filestore.server.host": settings.host,
        "hubstack:cloud.filestore.server.path": settings.path,
    }
    return FileSystem(source, fixed=fixed, mount_options=_SERVER_OPTIONS)


def _make(site: Site) -> efs.FileSystem:
    settings = site.settings.filestore
    kept = site.with_options(held(site.homes.on_destroy))
    files = efs.FileSystem(
        "homes",
        encrypted=True,
        performance_mode=_MODES[settings.performance],
        throughput_mode=settings.throughput,
        lifecycle_policies=_lifecycle(settings.infrequent_after),
        tags=named("homes"),
        opts=kept.after([site.stays]),
    )
    # What is kept is kept with its backups and its locks.
    efs.BackupPolicy(
        "homes",
        file_system_id=files.id,
        backup_policy={"status": "ENABLED" if settings.backups else "DISABLED"},
        opts=kept.opts,
    )
    efs.FileSystemPolicy("homes", file_system_id=files.id, policy=files.arn.apply(_encrypted_only), opts=kept.opts)
    return files


def _lifecycle(days: int | None) -> list[efs.FileSystemLifecyclePolicyArgsDict]:
    if days is None:
        return []
    return [
        {"transition_to_ia": f"AFTER_{days}_DAY{'S' if days > 1 else ''}"},
        # A file that is opened again is likely to be opened once more.
        {"transition_to_primary_storage_class": "AFTER_1_ACCESS"},
    ]


def _encrypted_only(arn: str) -> str:
    """Let clients in through mount targets, whose security group lets in nodes alone, and over TLS."""
    rights = ["ClientMount", "ClientWrite", "ClientRootAccess"]
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": [f"elasticfilesystem:{right}" for right in rights],
                    "Resource": arn,
                    "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
                },
                {
                    "Effect": "Deny",
                    "Principal": {"AWS": "*"},
                    "Action": "*",
                    "Resource": arn,
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
            ],
        },
        sort_keys=True,
    )


def _way_in(files: efs.FileSystem, network: Network, plane: ControlPlane, site: Site) -> Sequence[pulumi.Resource]:
    """Open a door to the file system in each zone, for nodes alone."""
    group = ec2.SecurityGroup(
        "homes",
        vpc_id=network.vpc,
        description="NFS from the nodes of a hubstack platform",
        tags=named("homes"),
        opts=site.opts,
    )
    rule = vpc.SecurityGroupIngressRule(
        "homes",
        security_group_id=group.id,
        referenced_security_group_id=plane.nodes_group,
        ip_protocol="tcp",
        from_port=_NFS,
        to_port=_NFS,
        description="NFS",
        opts=site.opts,
    )
    patient = site.but(pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="15m", delete="15m")))
    targets = [
        efs.MountTarget(
            f"homes-{zone}",
            file_system_id=files.id,
            subnet_id=network.private[zone],
            security_groups=[group.id],
            opts=patient,
        )
        for zone in site.settings.zones
    ]
    return [rule, *targets]


@dataclass(frozen=True)
class _Archive:
    described: Mapping[str, pulumi.Input[str | bool]]
    """Whether there is to be one, and what components/clouds/aws/archive.py asks for."""

    needs: Sequence[pulumi.Resource]


def _archive(files: efs.FileSystem, site: Site) -> _Archive:
    """Make what a last backup needs, if there is to be one: a vault, which stays, and the right to copy."""
    if site.homes.on_destroy != "archive":
        return _Archive({"cloud": "aws", "file_system": files.id, "archive": False}, [])
    vault = backup.Vault("archive", opts=site.but(pulumi.ResourceOptions(retain_on_delete=True)))
    role = make_role("archive", "backup", ["service-role/AWSBackupServiceRolePolicyForBackup"], site)
    described = {
        "cloud": "aws",
        "archive": True,
        "region": site.settings.region,
        "file_system": files.id,
        "resource": files.arn,
        "vault": vault.name,
        "role": role.arn,
        "tag": CLOUD_TAG,
        "platform": site.labels.platform,
    }
    return _Archive(described, [vault, *role.rights])
