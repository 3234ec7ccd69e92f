"""Azure, as far as the platform asks of it: what Azure's resource manager refuses, gives and forgets.

From Azure's REST reference (learn.microsoft.com/rest/api), its naming rules (…/azure-resource-manager/management
/resource-name-rules), and the issues of Pulumi's provider that comments name.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from testbed.cloud import azure_cluster, azure_network, azure_storage
from testbed.cloud.azure_names import GROUP, identify, uuid, within_group
from testbed.cloud.kinds import Inputs, Kind, Wanted, Wrong, is_known
from testbed.cloud.patterns import fits

_IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
_ASSIGNMENT = "azure-native:authorization:RoleAssignment"
_ZONE = "azure-native:dns:Zone"


def _group(wanted: Wanted) -> str:
    return f"/subscriptions/{wanted.place.project}/resourceGroups/{wanted.name}"


def _group_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fits(inputs, "resourceGroupName", r"[-\w.()]{0,89}[-\w()]")
    if not inputs.get("location"):
        yield Wrong("location", "LocationRequired: The location property is required for this definition.")


def _identity(wanted: Wanted) -> Mapping[str, Any]:
    return {
        "principalId": uuid(wanted, "principal"),
        "clientId": uuid(wanted, "client"),
        "tenantId": uuid(wanted, "tenant"),
        "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
    }


def _assignment(wanted: Wanted) -> str:
    name = wanted.inputs.get("roleAssignmentName") or uuid(wanted, "assignment")
    return f"{wanted.inputs['scope']}/providers/Microsoft.Authorization/roleAssignments/{name}"


def _assignment_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fits(inputs, "roleAssignmentName", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    yield from fits(
        inputs,
        "roleDefinitionId",
        r"(/subscriptions/[0-9a-f-]{36})?/providers/Microsoft\.Authorization/roleDefinitions/[0-9a-f-]{36}",
    )
    if is_known(inputs.get("principalId")) and not inputs.get("principalType"):
        # A new identity is not in every part of the directory yet; principalType says not to look.
        why = f"PrincipalNotFound: Principal {inputs.get('principalId')} does not exist in the directory."
        yield Wrong("principalId", why)


def _refused_assignment(wanted: Wanted) -> str:
    principal = wanted.inputs["principalId"]
    known = wanted.account.records(_IDENTITY)
    if not any(each.outputs.get("principalId") == principal for each in known):
        return f"PrincipalNotFound: Principal {principal} does not exist in the directory."
    says = ("scope", "principalId", "roleDefinitionId")
    same = {
        each.id
        for each in wanted.account.records(_ASSIGNMENT)
        if all(each.inputs[key] == wanted.inputs[key] for key in says)
    }
    return f"RoleAssignmentExists: The role assignment already exists: {', '.join(same)}." if same else ""


def _record_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fits(inputs, "relativeRecordSetName", r"@|(\*|[A-Za-z0-9_-]{1,63})(\.[A-Za-z0-9_-]{1,63})*")
    given = [key for key in ("aRecords", "targetResource") if inputs.get(key)]
    if inputs.get("recordType") == "A" and not given:
        yield Wrong("aRecords", "BadRequest: The record set must have at least one record of the type A.")
    if not isinstance(inputs.get("ttl"), int | float):
        yield Wrong("ttl", "BadRequest: The TTL of a record set is required.")


def _record_scope(wanted: Wanted) -> str:
    return f"{within_group(wanted)}/{wanted.inputs.get('zoneName')}/{wanted.inputs.get('recordType')}".lower()


def _record_id(wanted: Wanted) -> str:
    kind = wanted.inputs["recordType"]
    zone = f"dnsZones/{wanted.inputs['zoneName']}/{kind}/{wanted.name}"
    group = f"/subscriptions/{wanted.place.project}/resourceGroups/{wanted.inputs['resourceGroupName']}"
    return f"{group}/providers/Microsoft.Network/{zone}"


def _record_outputs(wanted: Wanted) -> Mapping[str, Any]:
    return {"fqdn": f"{wanted.name}.{wanted.inputs['zoneName']}.".removeprefix("@."), "provisioningState": "Succeeded"}


_IN_GROUP: Mapping[str, str | tuple[str, ...]] = {"resourceGroupName": GROUP}

KINDS = [
    Kind(
        GROUP,
        replaces=frozenset({"resourceGroupName", "location"}),
        named_by="resourceGroupName",
        identify=_group,
        computed=lambda _: {"type": "Microsoft.Resources/resourceGroups"},
        check=_group_wrong,
        # In life a group takes along all that is in it, wanted or not. Here it is refused, so that a missing dependency
        # shows.
    ),
    Kind(
        _IDENTITY,
        replaces=frozenset({"resourceGroupName", "resourceName", "location"}),
        named_by="resourceName",
        name_in=within_group,
        identify=identify(("userAssignedIdentities", "resourceName"), provider="Microsoft.ManagedIdentity"),
        computed=_identity,
        refers=_IN_GROUP,
    ),
    Kind(
        _ASSIGNMENT,
        replaces=frozenset({"scope", "principalId", "roleDefinitionId", "roleAssignmentName", "principalType"}),
        named_by=None,
        identify=_assignment,
        computed=lambda _: {"type": "Microsoft.Authorization/roleAssignments"},
        check=_assignment_wrong,
        refuses=_refused_assignment,
        refers={"scope": GROUP},
        labels=None,
    ),
    Kind(
        _ZONE,
        replaces=frozenset({"resourceGroupName", "zoneName"}),
        named_by="zoneName",
        name_in=within_group,
        identify=identify(("dnsZones", "zoneName"), provider="Microsoft.Network"),
        refers=_IN_GROUP,
    ),
    Kind(
        "azure-native:dns:RecordSet",
        replaces=frozenset({"resourceGroupName", "zoneName", "recordType", "relativeRecordSetName"}),
        named_by="relativeRecordSetName",
        name_in=_record_scope,
        identify=_record_id,
        computed=_record_outputs,
        check=_record_wrong,
        refers={**_IN_GROUP, "zoneName": _ZONE},
        labels="metadata",
    ),
    *azure_network.KINDS,
    *azure_storage.KINDS,
    *azure_cluster.KINDS,
]

INVOKES = azure_cluster.INVOKES
