"""Every resource that the stack files make, cloud and cluster alike, with what a cloud would answer."""

import base64
import copy
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi.runtime import mocks

from components.clouds import local
from components.clouds.cloud import Cluster
from components.platform import Platform
from components.settings import load
from tests.support.engine import CHECKOUT
from tests.support.graph import Answers, Graph, record
from tests.support.stack_files import Config
from tests.support.stacks import KUBECONFIG

STACKS = sorted(file.name.split(".")[1] for file in (CHECKOUT / "stacks").glob("Pulumi.*.yaml"))

_SECRET = "hush-hush-hush"
_AUTHORITY = {"certificate-authority-data": "Q0E=", "server": "https://aks.example:443"}
_ENTRA = yaml.safe_dump(
    {
        **KUBECONFIG,
        "clusters": [{"name": "aks", "cluster": _AUTHORITY}],
        "users": [{"name": "clusterUser", "user": {"auth-provider": {"name": "azure"}}}],
    }
)
_SUBSCRIPTION = "/subscriptions/7d0f5c1e-2b3a-4c5d-8e9f-0a1b2c3d4e5f"
_CALLS = {
    "aws:route53/getZone:getZone": {"zoneId": "Z0123456789", "name": "example.edu"},
    "azure-native:containerservice:listManagedClusterUserCredentials": {
        "kubeconfigs": [{"name": "clusterUser", "value": base64.b64encode(_ENTRA.encode()).decode()}]
    },
    "azure-native:containerservice:getManagedCluster": {
        "id": f"{_SUBSCRIPTION}/managedClusters/cluster",
        "nodeResourceGroup": "MC_its-nodes",
    },
}


def config_of(stack: str) -> Config:
    """Give what one of the repository's stack files says below `hubstack:`, with its secrets set."""
    content = yaml.safe_load((CHECKOUT / "stacks" / f"Pulumi.{stack}.yaml").read_text())["config"]
    config = {key.removeprefix("hubstack:"): value for key, value in content.items()}
    for hub in config["hubs"].values():
        for method, login in hub["auth"].items():
            if method in ("github", "google", "generic_oauth"):
                login["client_secret"] = _SECRET
    return config


def graph_of(config: Config, folder: Path) -> Graph:
    """Run the whole program on a stack file's settings, under mocks."""
    config = copy.deepcopy(config)
    if config["cloud"]["provider"] == "local":
        (folder / "kubeconfig").write_text(yaml.safe_dump(KUBECONFIG))
        config["cloud"] = {"kubeconfig": str(folder / "kubeconfig"), "context": "test", **config["cloud"]}
        config["cloud"].setdefault("node_ports", "30080-30099")
    settings = load(config, {})
    found = local.find_cluster
    local.find_cluster = _a_cluster
    try:
        return record(lambda: Platform("platform", settings), Answers(_outputs, _CALLS))
    finally:
        local.find_cluster = found


def _a_cluster(_kubeconfig: Path, context: str) -> Cluster:
    return Cluster(pulumi.Output.secret('{"kind": "Config"}'), context, "a-uid", "kubeconfig", ("203.0.113.5",))


def _outputs(args: mocks.MockResourceArgs) -> dict[str, Any]:
    cloud = args.typ.partition(":")[0]
    answers = {"gcp": _gcp, "aws": _aws, "azure-native": _azure}
    return answers[cloud](args) if cloud in answers else {}


def _gcp(args: mocks.MockResourceArgs) -> dict[str, Any]:
    name = args.name
    match args.typ:
        case "gcp:container/cluster:Cluster":
            dns = {"endpoint": "gke-0123abcd.europe-west1.gke.goog", "allowExternalTraffic": True}
            return {
                "name": name,
                "selfLink": f"https://container.googleapis.com/v1/{name}",
                "endpoint": "203.0.113.9",
                "masterAuth": {"clusterCaCertificate": "Y2VydGlmaWNhdGU="},
                "controlPlaneEndpointsConfig": {"dnsEndpointConfig": dns},
                "privateClusterConfig": {"enablePrivateNodes": True, "privateEndpoint": "10.40.0.2"},
            }
        case "gcp:filestore/instance:Instance":
            return {"name": name, "networks": [{"ipAddresses": ["10.39.0.2"]}]}
        case "gcp:serviceaccount/account:Account":
            email = f"{args.inputs['accountId']}@my-university.iam.gserviceaccount.com"
            return {"email": email, "member": f"serviceAccount:{email}"}
        case "gcp:compute/address:Address":
            return {"address": "198.51.100.7"}
        case _:
            return {"name": f"{name}-1a2b3c4", "id": f"{name}-id"}


def _aws(args: mocks.MockResourceArgs) -> dict[str, Any]:
    named = {} if "name" in args.inputs else {"name": args.resource_id or args.name}
    match args.typ:
        case "aws:eks/cluster:Cluster":
            return named | {
                "arn": "arn:aws:eks:eu-central-1:111122223333:cluster/one",
                "createdAt": "2026-09-01T08:00:00Z",
                "endpoint": "https://0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com",
                "certificateAuthority": {"data": "Y2VydGlmaWNhdGU="},
                "vpcConfig": {**args.inputs.get("vpcConfig", {}), "clusterSecurityGroupId": "sg-0cluster"},
            }
        case "aws:eks/nodeGroup:NodeGroup":
            return named | {"resources": [{"autoscalingGroups": [{"name": f"eks-{args.name}"}]}]}
        case "aws:ec2/launchTemplate:LaunchTemplate":
            return named | {"latestVersion": 1}
        case "aws:ec2/eip:Eip":
            return named | {"publicIp": "192.0.2.9"}
        case _:
            return named | {"arn": f"arn:aws:::{args.name}"}


def _azure(args: mocks.MockResourceArgs) -> dict[str, Any]:
    kind = args.typ.rpartition(":")[2]
    more: dict[str, dict[str, Any]] = {
        "PublicIPAddress": {"ipAddress": "192.0.2.9"},
        "UserAssignedIdentity": {"principalId": "11111111-2222-3333-4444-555555555555"},
        "ManagedCluster": {"identity": {"type": "UserAssigned", "userAssignedIdentities": {}}},
    }
    return {"name": args.inputs.get("shareName") or args.name, **more.get(kind, {})}
