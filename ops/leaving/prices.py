"""About how much a thing costs a month: list prices in US dollars, taxes and discounts left out.

They are of each cloud's largest US region as its public price pages had them in 2025, rounded; Europe's are some
ten percent higher. They say whether something is worth a look, and not what the bill will be.
"""

from dataclasses import dataclass
from typing import Any

AS_OF = "2025"
SOURCES = "cloud.google.com/filestore/pricing and /compute/disks-image-pricing, aws.amazon.com/efs/pricing and \
/ebs/pricing, azure.microsoft.com/pricing/details/storage/files and /managed-disks"

_HOURS = 730


@dataclass(frozen=True)
class Price:
    """Dollars a month: for the thing, or for each GiB of it."""

    dollars: float
    each_gib: bool = False

    def of(self, gib: float | None) -> str:
        """Say it; of a thing of unknown size, for each GiB."""
        if not self.each_gib:
            return f"about ${self.dollars:,.0f}" if self.dollars >= 1 else "nothing"
        return f"${self.dollars:.3g} a GiB" if gib is None else f"about ${self.dollars * gib:,.0f} ({gib:,.0f} GiB)"


def _hourly(dollars: float) -> Price:
    return Price(dollars * _HOURS)


_FILESTORE = {"BASIC_HDD": 0.20, "STANDARD": 0.20, "BASIC_SSD": 0.30, "PREMIUM": 0.30, "ZONAL": 0.25}
_FILESTORE_REGIONAL = 0.45
_DISKS = {"pd-ssd": 0.17, "pd-standard": 0.04}

_BY_KIND = {
    "file.googleapis.com/Instance": Price(_FILESTORE_REGIONAL, each_gib=True),
    "file.googleapis.com/Backup": Price(0.08, each_gib=True),
    "compute.googleapis.com/Disk": Price(0.10, each_gib=True),
    "compute.googleapis.com/RegionDisk": Price(0.20, each_gib=True),
    "compute.googleapis.com/Snapshot": Price(0.05, each_gib=True),
    "compute.googleapis.com/Address": _hourly(0.01),
    "compute.googleapis.com/ForwardingRule": _hourly(0.025),
    "compute.googleapis.com/Network": Price(0),
    "compute.googleapis.com/Subnetwork": Price(0),
    "container.googleapis.com/Cluster": _hourly(0.10),
    "storage.googleapis.com/Bucket": Price(0.02, each_gib=True),
    "elasticfilesystem:file-system": Price(0.30, each_gib=True),
    "backup:recovery-point": Price(0.05, each_gib=True),
    "ec2:volume": Price(0.08, each_gib=True),
    "ec2:snapshot": Price(0.05, each_gib=True),
    "ec2:natgateway": _hourly(0.045),
    "ec2:elastic-ip": _hourly(0.005),
    "ec2:vpc": Price(0),
    "ec2:subnet": Price(0),
    "ec2:security-group": Price(0),
    "elasticloadbalancing:loadbalancer": _hourly(0.0225),
    "eks:cluster": _hourly(0.10),
    "kms:key": Price(1),
    "s3:": Price(0.023, each_gib=True),
    "microsoft.storage/storageaccounts": Price(0.16, each_gib=True),
    "microsoft.compute/disks": Price(0.13, each_gib=True),
    "microsoft.compute/snapshots": Price(0.05, each_gib=True),
    "microsoft.network/privateendpoints": _hourly(0.01),
    "microsoft.network/publicipaddresses": _hourly(0.005),
    "microsoft.network/loadbalancers": _hourly(0.025),
    "microsoft.network/natgateways": _hourly(0.045),
    "microsoft.network/virtualnetworks": Price(0),
    "microsoft.network/networksecuritygroups": Price(0),
    "microsoft.network/privatednszones": Price(0.5),
    "microsoft.resources/resourcegroups": Price(0),
    "microsoft.containerservice/managedclusters": _hourly(0.10),
}


def price(kind: str, details: dict[str, Any] | None = None) -> Price | None:
    """Give the price of a kind, by the cloud's own word for it; None where it is not known here.

    `details` are a thing's settings, such as a file system's tier.
    """
    known = details or {}
    tier = str(known.get("tier") or known.get("serviceTier") or "")
    if kind == "file.googleapis.com/Instance" and tier in _FILESTORE:
        return Price(_FILESTORE[tier], each_gib=True)
    disk = str(known.get("type") or "").rpartition("/")[2]
    if kind == "compute.googleapis.com/Disk" and disk in _DISKS:
        return Price(_DISKS[disk], each_gib=True)
    return _BY_KIND.get(kind) or _BY_KIND.get(kind.lower()) or _BY_KIND.get(f"{kind.partition(':')[0]}:")
