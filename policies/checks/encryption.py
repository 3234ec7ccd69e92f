"""Disks, file systems and Secrets are encrypted where a cloud leaves the choice; Google Cloud leaves none."""

from collections.abc import Iterable, Iterator

from policies.model import Finding, Policy, Resource, Stack, at, entries, lacks

_YES = (True, "true")
_TYPES = (
    "aws:efs/fileSystem:FileSystem",
    "aws:ebs/volume:Volume",
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:eks/cluster:Cluster",
    "azure-native:storage:StorageAccount",
)


def _open(resource: Resource, _stack: Stack) -> Iterable[Finding]:
    for what in sorted(set(_in_clear(resource))):
        yield Finding(
            what,
            "hubstack:homes" if "homes" in resource.name else "hubstack:cloud",
            "A copied disk, a backup or a wire that somebody taps would be read as it is.",
            "leave encryption on: hubstack never turns it off, so the change is in components/clouds/",
        )


def _in_clear(resource: Resource) -> Iterator[str]:
    name = resource.name
    match resource.kind:
        case "FileSystem" | "Volume" if lacks(resource.at("encrypted"), *_YES):
            yield f"{name} is not encrypted"
        case "LaunchTemplate":
            disks = entries(resource.at("blockDeviceMappings"))
            if any(lacks(at(disk, "ebs.encrypted"), *_YES) for disk in disks if at(disk, "ebs")):
                yield f"the disks of nodes made from {name} are not encrypted"
        case "Cluster" if resource.at("encryptionConfig") is None:
            yield "Kubernetes' Secrets are not encrypted with a key of the account's"
        case "StorageAccount":
            # NFS has no TLS of its own, so what speaks it is closed to all but the network of the nodes.
            in_clear = lacks(resource.at("enableHttpsTrafficOnly"), True, None)
            if in_clear and lacks(resource.at("publicNetworkAccess"), "Disabled"):
                yield f"{name} speaks without encryption to the internet"
            if lacks(resource.at("minimumTlsVersion"), "TLS1_2", "TLS1_3"):
                yield f"{name} speaks versions of TLS that are broken"
        case "StorageClass" if lacks(resource.at("parameters.encrypted"), *_YES):
            yield f"disks of class {name} are not encrypted"
        case _:
            pass


def _can_be_encrypted(resource: Resource) -> bool:
    if resource.is_a("kubernetes:storage.k8s.io/v1:StorageClass"):
        return resource.at("provisioner") == "ebs.csi.aws.com"
    return resource.is_a(*_TYPES)


POLICIES = (Policy("encrypted", "Whatever holds data is encrypted.", _can_be_encrypted, _open),)
