"""The shapes of machine types that operators of hubs use.

Sources: cloud.google.com/compute/docs/machine-resource, docs.aws.amazon.com/ec2/latest/instancetypes,
learn.microsoft.com/azure/virtual-machines/sizes. Arm types are left out: the chart's images are for x86.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Machine:
    """What a machine type has."""

    name: str
    cpus: int
    """Cores as Kubernetes counts them: hardware threads."""
    memory: float
    """In GiB."""
    gpus: int
    pods: int
    """How many pods a node of it takes."""


def machine(cloud: str, name: str) -> Machine | None:
    """Give the shape of a machine type by the cloud's own name of it; None where it is not known."""
    return machines(cloud).get(name)


@cache
def machines(cloud: str) -> Mapping[str, Machine]:
    """Give every machine type known of a cloud, by name."""
    listed = {"gcp": _gcp, "aws": _aws, "azure": _azure}[cloud]()
    return {each.name: each for each in listed}


_GCP_PODS = 110
"""GKE's default, for which each node gets a /24 of the pods' addresses."""

_GCP = {
    # GiB a core, and the sizes, by family
    "e2-standard": (4, (2, 4, 8, 16, 32)),
    "e2-highmem": (8, (2, 4, 8, 16)),
    "e2-highcpu": (1, (4, 8, 16, 32)),
    "n2-standard": (4, (2, 4, 8, 16, 32, 48, 64, 80, 96, 128)),
    "n2-highmem": (8, (2, 4, 8, 16, 32, 48, 64, 80)),
    "n2-highcpu": (1, (4, 8, 16, 32, 48, 64, 80, 96)),
    "n2d-standard": (4, (2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224)),
    "n2d-highmem": (8, (2, 4, 8, 16, 32, 48, 64, 80, 96)),
    "n4-standard": (4, (2, 4, 8, 16, 32, 48, 64, 80)),
    "n4-highmem": (8, (2, 4, 8, 16, 32, 48, 64, 80)),
    "c3-standard": (4, (4, 8, 22, 44, 88, 176)),
    "c3-highmem": (8, (4, 8, 22, 44, 88, 176)),
    "c3d-standard": (4, (4, 8, 16, 30, 60, 90, 180, 360)),
    "c3d-highmem": (8, (4, 8, 16, 30, 60, 90, 180, 360)),
    "c4-standard": (3.75, (2, 4, 8, 16, 24, 32, 48, 96, 144, 192, 288)),
    "c4-highmem": (7.75, (2, 4, 8, 16, 24, 32, 48, 96, 144, 192, 288)),
}
_GCP_GPUS = {"g2-standard": (4, {4: 1, 8: 1, 12: 1, 16: 1, 24: 2, 32: 1, 48: 4, 96: 8})}


def _gcp() -> Iterator[Machine]:
    yield Machine("e2-medium", 1, 4, 0, _GCP_PODS)  # two threads, each for half of the time
    for family, (each, sizes) in _GCP.items():
        yield from (Machine(f"{family}-{cpus}", cpus, cpus * each, 0, _GCP_PODS) for cpus in sizes)
    for family, (each, gpus) in _GCP_GPUS.items():
        yield from (Machine(f"{family}-{cpus}", cpus, cpus * each, count, _GCP_PODS) for cpus, count in gpus.items())
    for count in (1, 2, 4, 8):
        yield Machine(f"a2-highgpu-{count}g", 12 * count, 85 * count, count, _GCP_PODS)


_AWS_SIZES = {
    # cores, network interfaces, and addresses of each, by size
    "large": (2, 3, 10),
    "xlarge": (4, 4, 15),
    "2xlarge": (8, 4, 15),
    "4xlarge": (16, 8, 30),
    "8xlarge": (32, 8, 30),
    "12xlarge": (48, 8, 30),
    "16xlarge": (64, 15, 50),
    "24xlarge": (96, 15, 50),
    "32xlarge": (128, 15, 50),
    "48xlarge": (192, 15, 50),
}
_UP_TO_24 = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge")
_UP_TO_16 = _UP_TO_24[:-1]
_AWS = {
    # GiB a core, and the sizes, by family
    **dict.fromkeys(("r5", "r5a", "r5n"), (8, _UP_TO_24)),
    **dict.fromkeys(("m5", "m5a"), (4, _UP_TO_24)),
    "r6i": (8, (*_UP_TO_24, "32xlarge")),
    "m6i": (4, (*_UP_TO_24, "32xlarge")),
    "c6i": (2, (*_UP_TO_24, "32xlarge")),
    **dict.fromkeys(("r6a", "r7a"), (8, (*_UP_TO_24, "32xlarge", "48xlarge"))),
    **dict.fromkeys(("m6a", "m7a"), (4, (*_UP_TO_24, "32xlarge", "48xlarge"))),
    "r7i": (8, (*_UP_TO_24, "48xlarge")),
    "m7i": (4, (*_UP_TO_24, "48xlarge")),
    "c7i": (2, (*_UP_TO_24, "48xlarge")),
    "r8i": (8, (*_UP_TO_24, "32xlarge", "48xlarge")),
    "m8i": (4, (*_UP_TO_24, "32xlarge", "48xlarge")),
    **dict.fromkeys(("r8i-flex",), (8, _UP_TO_16)),
    **dict.fromkeys(("m7i-flex", "m8i-flex"), (4, _UP_TO_16)),
}
_AWS_ODD = {
    # cores, GiB, GPUs, network interfaces, and addresses of each, by name
    "t3.medium": (2, 4, 0, 3, 6),
    "t3.large": (2, 8, 0, 3, 12),
    "t3.xlarge": (4, 16, 0, 4, 15),
    "t3.2xlarge": (8, 32, 0, 4, 15),
    "t3a.medium": (2, 4, 0, 3, 6),
    "t3a.large": (2, 8, 0, 3, 12),
    "t3a.xlarge": (4, 16, 0, 4, 15),
    "t3a.2xlarge": (8, 32, 0, 4, 15),
    "g4dn.xlarge": (4, 16, 1, 3, 10),
    "g4dn.2xlarge": (8, 32, 1, 3, 10),
    "g4dn.4xlarge": (16, 64, 1, 3, 10),
    "g4dn.8xlarge": (32, 128, 1, 4, 15),
    "g4dn.12xlarge": (48, 192, 4, 8, 30),
    "g4dn.16xlarge": (64, 256, 1, 4, 15),
    **{
        f"{family}.{size}": shape
        for family in ("g5", "g6")
        for size, shape in {
            "xlarge": (4, 16, 1, 4, 15),
            "2xlarge": (8, 32, 1, 4, 15),
            "4xlarge": (16, 64, 1, 8, 30),
            "8xlarge": (32, 128, 1, 8, 30),
            "12xlarge": (48, 192, 4, 8, 30),
            "16xlarge": (64, 256, 1, 8, 30),
            "24xlarge": (96, 384, 4, 15, 50),
            "48xlarge": (192, 768, 8, 7, 50),
        }.items()
    },
}


def _aws() -> Iterator[Machine]:
    for family, (each, sizes) in _AWS.items():
        for size in sizes:
            cpus, *interfaces = _AWS_SIZES[size]
            yield Machine(f"{family}.{size}", cpus, cpus * each, 0, _aws_pods(cpus, *interfaces))
    for name, (cpus, memory, gpus, *interfaces) in _AWS_ODD.items():
        yield Machine(name, cpus, memory, gpus, _aws_pods(cpus, *interfaces))


def _aws_pods(cpus: int, interfaces: int, addresses: int) -> int:
    """Give what EKS's images start the kubelet with: an address of the VPC a pod, and no more than Kubernetes is up to.

    Source: awslabs/amazon-eks-ami, eni-max-pods.txt and max-pods-calculator.sh.
    """
    many_cores = 30
    return min(interfaces * (addresses - 1) + 2, 110 if cpus < many_cores else 250)


_AZURE_PODS = 110
"""What hubstack sets: with the 250 that the overlay would allow, AKS keeps 5 GB of each node to itself."""

_AZURE_ODD = {
    # cores, GiB and GPUs by name
    "Standard_B2ms": (2, 8, 0),
    "Standard_B4ms": (4, 16, 0),
    "Standard_B8ms": (8, 32, 0),
    "Standard_NC4as_T4_v3": (4, 28, 1),
    "Standard_NC8as_T4_v3": (8, 56, 1),
    "Standard_NC16as_T4_v3": (16, 110, 1),
    "Standard_NC64as_T4_v3": (64, 440, 4),
    "Standard_NC24ads_A100_v4": (24, 220, 1),
    "Standard_NC48ads_A100_v4": (48, 440, 2),
    "Standard_NC96ads_A100_v4": (96, 880, 4),
    "Standard_NV36ads_A10_v5": (36, 440, 1),
    "Standard_NV72ads_A10_v5": (72, 880, 2),
    **{f"Standard_E96{kind}_v5": (96, 672, 0) for kind in ("s", "as", "ds", "ads")},
}


def _azure() -> Iterator[Machine]:
    # Every kind takes Premium disks (s); a is AMD's, d has a disk of its own besides.
    for version in ("v5", "v6"):
        for kind in ("s", "as", "ds", "ads"):
            yield from _azure_series("D", kind, version, 4, (2, 4, 8, 16, 32, 48, 64, 96))
            yield from _azure_series("E", kind, version, 8, (2, 4, 8, 16, 20, 32, 48, 64))
    yield from _azure_series("D", "s", "v3", 4, (2, 4, 8, 16, 32, 48, 64))
    yield from _azure_series("E", "s", "v3", 8, (2, 4, 8, 16, 20, 32, 48))
    yield from _azure_series("F", "s", "v2", 2, (2, 4, 8, 16, 32, 48, 64, 72))
    yield from (Machine(name, *shape, _AZURE_PODS) for name, shape in _AZURE_ODD.items())


def _azure_series(letter: str, kind: str, version: str, each: int, sizes: Iterable[int]) -> Iterator[Machine]:
    for cpus in sizes:
        yield Machine(f"Standard_{letter}{cpus}{kind}_{version}", cpus, cpus * each, 0, _AZURE_PODS)
