"""One disk of a person's server, as Kubernetes and the hub describe it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from components.settings.quantities import Quantity
from ops.recovery.state import ObjectRef, entries, fields

# What the hub writes on a disk that it makes (components/hub/runtime/marks.py).
COMPONENT, EXTRA_CLAIM = "component", "extra-pvc"
USERNAME, SERVERNAME = "hub.jupyter.org/username", "hub.jupyter.org/servername"
LAST_USED, USED_BYTES = "hubstack.dev/last-used", "hubstack.dev/used-bytes"

_ENDED = ("Succeeded", "Failed")


@dataclass(frozen=True)
class Disk:
    """A claim that the hub made for one person's server beside their home."""

    hub: str
    namespace: str
    name: str
    uid: str
    owner: str
    """The person's name in the hub; empty where it is not written on the claim."""
    server: str
    """The name of a named server; empty for the default one."""
    size: int
    """Bytes, as the claim has them; what it asks for where it has no volume yet."""
    used: int | None
    """Bytes that were used when its server last stopped; None where nobody measured."""
    last_used: datetime
    """When a server last started or stopped with it; when it was made, where none has."""
    labels: Mapping[str, str]
    mounted_by: tuple[str, ...]
    """The pods that have it, or will as soon as they find a node."""
    going: bool
    """Somebody has removed it already, and it goes when no pod has it any more."""

    @property
    def reference(self) -> ObjectRef:
        """Where it is in the cluster."""
        return ObjectRef("v1", "PersistentVolumeClaim", self.namespace, self.name)


def disks(hub: str, namespace: str, claims: Sequence[dict[str, Any]], pods: Sequence[dict[str, Any]]) -> list[Disk]:
    """Give the disks among a namespace's claims, sorted by person; homes and the hub's own are not among them."""
    made_by_hub = [claim for claim in claims if fields(claim["metadata"].get("labels")).get(COMPONENT) == EXTRA_CLAIM]
    found = [_disk(hub, namespace, claim, _mounting(pods, claim["metadata"]["name"])) for claim in made_by_hub]
    return sorted(found, key=lambda disk: (disk.owner, disk.server, disk.name))


def _disk(hub: str, namespace: str, claim: dict[str, Any], mounted_by: Collection[str]) -> Disk:
    metadata = claim["metadata"]
    marks = fields(metadata.get("annotations"))
    asked = fields(fields(fields(claim.get("spec")).get("resources")).get("requests")).get("storage")
    has = fields(fields(claim.get("status")).get("capacity")).get("storage")
    used = str(marks.get(USED_BYTES) or "")
    return Disk(
        hub=hub,
        namespace=namespace,
        name=metadata["name"],
        uid=metadata["uid"],
        owner=str(marks.get(USERNAME) or ""),
        server=str(marks.get(SERVERNAME) or ""),
        size=_bytes(str(has or asked)),
        used=int(used) if used.isdecimal() else None,
        last_used=_time(marks.get(LAST_USED)) or datetime.fromisoformat(metadata["creationTimestamp"]),
        labels=fields(metadata.get("labels")),
        mounted_by=tuple(sorted(mounted_by)),
        going="deletionTimestamp" in metadata,
    )


def _bytes(quantity: str) -> int:
    try:
        return Quantity(quantity).bytes
    except ValueError:
        return 0  # a form that neither people nor drivers write, such as 1e9


def _time(written: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _mounting(pods: Sequence[dict[str, Any]], claim: str) -> list[str]:
    living = [pod for pod in pods if fields(pod.get("status")).get("phase") not in _ENDED]
    return [pod["metadata"]["name"] for pod in living if claim in _claims(pod)]


def _claims(pod: dict[str, Any]) -> set[str]:
    volumes = entries(fields(pod.get("spec")), "volumes")
    return {str(fields(volume.get("persistentVolumeClaim")).get("claimName")) for volume in volumes}
