"""Google Cloud, asked with `gcloud`."""

from typing import Any

from ops.clouds.asking import answer
from ops.clouds.looking import TAG
from ops.clouds.place import Place
from ops.clouds.thing import Look, Thing

CLUSTER = "gcp:container/cluster:Cluster"

_REGIONAL = "projects/{project}/regions/{region}"
_LOCATED = "projects/{project}/locations/{location}"

LOOKS = {
    CLUSTER: Look("gcloud container clusters describe {name} --location={location}", f"{_LOCATED}/clusters/{{name}}"),
    "gcp:container/nodePool:NodePool": Look(
        "gcloud container node-pools describe {name} --cluster={cluster} --location={location}",
        f"{_LOCATED}/clusters/{{cluster}}/nodePools/{{name}}",
    ),
    "gcp:compute/network:Network": Look(
        "gcloud compute networks describe {name}", "projects/{project}/global/networks/{name}"
    ),
    "gcp:compute/subnetwork:Subnetwork": Look(
        "gcloud compute networks subnets describe {name} --region={region}", f"{_REGIONAL}/subnetworks/{{name}}"
    ),
    "gcp:compute/router:Router": Look(
        "gcloud compute routers describe {name} --region={region}", f"{_REGIONAL}/routers/{{name}}"
    ),
    "gcp:compute/routerNat:RouterNat": Look(
        "gcloud compute routers nats describe {name} --router={router} --region={region}",
        "{project}/{region}/{router}/{name}",
    ),
    "gcp:compute/address:Address": Look(
        "gcloud compute addresses describe {name} --region={region}", f"{_REGIONAL}/addresses/{{name}}"
    ),
    "gcp:compute/firewall:Firewall": Look(
        "gcloud compute firewall-rules describe {name}", "projects/{project}/global/firewalls/{name}"
    ),
    "gcp:filestore/instance:Instance": Look(
        "gcloud filestore instances describe {name} --location={location}", f"{_LOCATED}/instances/{{name}}"
    ),
    "gcp:serviceaccount/account:Account": Look(
        "gcloud iam service-accounts describe {accountId}@{project}.iam.gserviceaccount.com",
        "projects/{project}/serviceAccounts/{accountId}@{project}.iam.gserviceaccount.com",
    ),
    "gcp:storage/bucket:Bucket": Look("gcloud storage buckets describe gs://{name}", "{name}"),
    "gcp:dns/recordSet:RecordSet": Look(
        "gcloud dns record-sets describe {name} --zone={managedZone} --type={type}",
        "projects/{project}/managedZones/{managedZone}/rrsets/{name}/{type}",
    ),
    "gcp:kms/keyRing:KeyRing": Look(
        "gcloud kms keyrings describe {name} --location={location}", f"{_LOCATED}/keyRings/{{name}}"
    ),
    "gcp:filestore/backup:Backup": Look(
        "gcloud filestore backups describe {name} --region={location}", f"{_LOCATED}/backups/{{name}}"
    ),
    "gcp:workflows/workflow:Workflow": Look(
        "gcloud workflows describe {name} --location={region}", "projects/{project}/locations/{region}/workflows/{name}"
    ),
    "gcp:cloudscheduler/job:Job": Look(
        "gcloud scheduler jobs describe {name} --location={region}", "projects/{project}/locations/{region}/jobs/{name}"
    ),
}
"""How each kind is found by its name, which is Pulumi's own and so never another's."""

AGAIN = ("gcp:projects/", "gcp:serviceaccount/iAM", "gcp:storage/bucketIAM", "gcp:kms/cryptoKeyIAM")
"""Kinds that are the same thing when they are made twice: a role that is granted, a service that is switched on."""

_REMOVALS = {
    "file.googleapis.com/Instance": "gcloud filestore instances delete {name} --location={place}",
    "file.googleapis.com/Backup": "gcloud filestore backups delete {name} --region={place}",
    "compute.googleapis.com/Disk": "gcloud compute disks delete {name} --zone={place}",
    "compute.googleapis.com/RegionDisk": "gcloud compute disks delete {name} --region={place}",
    "compute.googleapis.com/Snapshot": "gcloud compute snapshots delete {name}",
    "compute.googleapis.com/Address": "gcloud compute addresses delete {name} --region={place}",
    "compute.googleapis.com/ForwardingRule": "gcloud compute forwarding-rules delete {name} --region={place}",
    "compute.googleapis.com/Firewall": "gcloud compute firewall-rules delete {name}",
    "compute.googleapis.com/Network": "gcloud compute networks delete {name}",
    "compute.googleapis.com/Router": "gcloud compute routers delete {name} --region={place}",
    "compute.googleapis.com/Subnetwork": "gcloud compute networks subnets delete {name} --region={place}",
    "container.googleapis.com/Cluster": "gcloud container clusters delete {name} --location={place}",
    "storage.googleapis.com/Bucket": "gcloud storage rm --recursive gs://{name}",
    "workflows.googleapis.com/Workflow": "gcloud workflows delete {name} --location={place}",
    "cloudscheduler.googleapis.com/Job": "gcloud scheduler jobs delete {name} --location={place}",
}


def common(place: Place) -> list[str]:
    """Give the words that every command ends with."""
    return [f"--project={place.project}", "--format=json"]


def things_of(place: Place, platform: str) -> list[Thing]:
    """Give what bears a platform's label, or says it in its description where Google gives the kind no labels."""
    words = ("gcloud", "asset", "search-all-resources", f"--scope=projects/{place.project}")
    query = f'--query=labels.{TAG}={platform} OR description:"{TAG}={platform}"'
    found: list[dict[str, Any]] = answer(*words, query, "--format=json") or []
    return [_thing(each, place) for each in found]


def cluster_command(identity: str, _outputs: dict[str, Any]) -> list[str]:
    """Give the command that describes a cluster, by the id that the state has of it."""
    _, project, _, location, _, name = identity.split("/")
    words = ["gcloud", "container", "clusters", "describe", name]
    return [*words, f"--location={location}", f"--project={project}", "--format=json"]


def _thing(found: dict[str, Any], place: Place) -> Thing:
    kind, where = str(found["assetType"]), str(found.get("location") or "")
    name = str(found.get("displayName") or found["name"]).rpartition("/")[2]
    removal = _REMOVALS.get(kind, "")
    project = f" --project={place.project}" if removal and "storage rm" not in removal else ""
    return Thing(kind, name, where, str(found["name"]), removal.format(name=name, place=where) + project)
