"""What the stacks ask their clouds for, as templates that judges read: a Terraform plan, and Azure's own ARM.

Pulumi's providers of Google Cloud and AWS are made of Terraform's, so kinds and properties have the same names, written
another way; its provider of Azure is made of ARM's.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.support.graph import Graph, Made
from tests.support.rendering import opened

_TERRAFORM = {"gcp": "google", "aws": "aws"}
_CALLED = {
    "gcp:cloudscheduler/job:Job": "google_cloud_scheduler_job",
    "gcp:projects/iAMMember:IAMMember": "google_project_iam_member",
    "gcp:serviceaccount/account:Account": "google_service_account",
    "aws:autoscaling/tag:Tag": "aws_autoscaling_group_tag",
    "aws:rds/instance:Instance": "aws_db_instance",
}
"""Kinds that Terraform calls otherwise."""

_ONE_OF = {
    "lifecycle_policies": "lifecycle_policy",
    "lifecycle_rules": "lifecycle_rule",
    "maintenance_exclusions": "maintenance_exclusion",
    "secondary_ip_ranges": "secondary_ip_range",
    "taints": "taint",
}
"""Blocks that Terraform repeats, and Pulumi writes as one list."""

_OWN_WORDS = ("labels", "tags", "resource_labels", "metadata")
"""Below these, keys are the user's words."""

_ARM: Mapping[str, str] = {
    "authorization:RoleAssignment": "Microsoft.Authorization/roleAssignments",
    "containerservice:AgentPool": "Microsoft.ContainerService/managedClusters/agentPools",
    "containerservice:MaintenanceConfiguration": (
        "Microsoft.ContainerService/managedClusters/maintenanceConfigurations"
    ),
    "containerservice:ManagedCluster": "Microsoft.ContainerService/managedClusters",
    "dns:RecordSet": "Microsoft.Network/dnsZones/A",
    "managedidentity:UserAssignedIdentity": "Microsoft.ManagedIdentity/userAssignedIdentities",
    "network:NatGateway": "Microsoft.Network/natGateways",
    "network:PrivateDnsZoneGroup": "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
    "network:PrivateEndpoint": "Microsoft.Network/privateEndpoints",
    "network:PublicIPAddress": "Microsoft.Network/publicIPAddresses",
    "network:Subnet": "Microsoft.Network/virtualNetworks/subnets",
    "network:VirtualNetwork": "Microsoft.Network/virtualNetworks",
    "privatedns:PrivateZone": "Microsoft.Network/privateDnsZones",
    "privatedns:VirtualNetworkLink": "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    "resources:ResourceGroup": "Microsoft.Resources/resourceGroups",
    "storage:FileServiceProperties": "Microsoft.Storage/storageAccounts/fileServices",
    "storage:FileShare": "Microsoft.Storage/storageAccounts/fileServices/shares",
    "storage:StorageAccount": "Microsoft.Storage/storageAccounts",
}
_IN_ARM = {"enableHttpsTrafficOnly": "supportsHttpsTrafficOnly", "networkRuleSet": "networkAcls"}
"""Properties that ARM calls otherwise."""
_BESIDE_PROPERTIES = ("extendedLocation", "identity", "kind", "location", "sku", "tags", "zones")
"""What ARM has beside an object's `properties`, where Pulumi has everything side by side."""

Json = dict[str, Any]


def write(stacks: Mapping[str, Graph], folder: Path) -> list[Path]:
    """Write what each stack asks its cloud for into a file of its own; a stack that is on no cloud has none."""
    files: list[Path] = []
    for name, graph in stacks.items():
        for what, template in (("plan", plan(graph)), ("arm", arm(graph))):
            if template:
                files.append(folder / f"{name}.{what}.json")
                files[-1].write_text(json.dumps(template, indent=1))
    return files


def plan(made: Iterable[Made]) -> Json:
    """Give what is asked of Google Cloud and AWS, as `terraform show -json` writes a plan."""
    resources = [
        {
            "address": f"{kind}.{each.name}",
            "mode": "managed",
            "type": kind,
            "name": each.name,
            "values": _terraform_inputs(opened(each.inputs)),
        }
        for each in made
        if (kind := _terraform_kind(each))
    ]
    written = {"format_version": "1.2", "terraform_version": "1.9.0"}
    return {**written, "planned_values": {"root_module": {"resources": resources}}} if resources else {}


def arm(made: Iterable[Made]) -> Json:
    """Give what is asked of Azure, as a template of its resource manager."""
    resources = [_arm_resource(each) for each in made if each.type.startswith("azure-native:") and not each.was_read]
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    return {"$schema": schema, "contentVersion": "1.0.0.0", "resources": resources} if resources else {}


def _terraform_kind(made: Made) -> str:
    cloud, _, rest = made.type.partition(":")
    if cloud not in _TERRAFORM or made.was_read:
        return ""
    module, _, kind = rest.partition(":")[0].partition("/")
    group = "" if module == "ec2" else f"{module}_"
    return _CALLED.get(made.type) or f"{_TERRAFORM[cloud]}_{group}{_snake(kind)}"


def _terraform_inputs(value: Any) -> Any:
    if isinstance(value, list):
        return [_terraform_inputs(item) for item in value]
    if not isinstance(value, dict):
        return value
    named = {_snake(key): item for key, item in value.items() if not key.startswith("__")}
    return {
        _ONE_OF.get(key, key): item if key in _OWN_WORDS else _terraform_inputs(item) for key, item in named.items()
    }


def _arm_resource(made: Made) -> Json:
    inputs = opened(made.inputs)
    kind = _ARM[made.type.removeprefix("azure-native:")]
    beside = {key: inputs.pop(key) for key in _BESIDE_PROPERTIES if key in inputs}
    properties = {_IN_ARM.get(key, key): item for key, item in inputs.items()}
    return {"type": kind, "apiVersion": "2025-01-01", "name": made.name, **beside, "properties": properties}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()
