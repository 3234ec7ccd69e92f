"""What the simulated Azure takes and what it refuses, without an engine."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime import mocks

from testbed.cloud import clock, furnishing, providers, schema
from testbed.cloud.azure import KINDS
from testbed.cloud.judging import judge
from testbed.cloud.kinds import Kind, Place, Refused, Wrong
from testbed.cloud.ledger import Account
from testbed.cloud.operations import Asked, Operations
from tests.support import graph as support
from tests.support.graph import Graph
from tests.unit.clouds import test_azure as asked

BY_TOKEN = {kind.type: kind for kind in KINDS}
CLUSTER = "azure-native:containerservice:ManagedCluster"
WHOLE: Mapping[str, Any] = {
    "dns_zone": {"name": "hubs.example.edu", "resource_group": "dns"},
    "pools": {**asked.LEAST["pools"], "gpu": {"machine": "Standard_NC4as_T4_v3", "max": 2}, "spot": asked.POOL},
}


@pytest.fixture(scope="module")
def graph() -> Iterator[Graph]:
    """What the program asks for, with every kind in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(support._Cloud, "call", asked.called)
        patch.setattr(support._Cloud, "new_resource", asked.made)
        yield asked.opened(dict(WHOLE))[0]


@pytest.fixture(scope="module")
def known() -> Mapping[str, Any]:
    return schema.load("azure-native", BY_TOKEN)


def wrongs(token: str, inputs: Mapping[str, Any], known: Mapping[str, Any]) -> list[Wrong]:
    """Give what the simulated provider's Check would say, with the provider's own region put in as it does."""
    has_region = "location" in known["kinds"][token]["fields"]
    whole = as_sent({"location": "westeurope", **inputs} if has_region else inputs)
    mistyped, check = list(judge(whole, dict(known), token)), BY_TOKEN[token].check
    return mistyped or list(check(whole) if check else ())


def as_sent(value: Any) -> Any:
    """Undo what the mocks' transport did: every number became one with a point."""
    if isinstance(value, dict):
        return {key: as_sent(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [as_sent(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def test_it_takes_all_that_the_program_asks(graph: Graph, known: Mapping[str, Any]) -> None:
    for made in asked.azure(graph):
        assert made.type in BY_TOKEN, f"nobody plays {made.type}"
        assert wrongs(made.type, made.inputs, known) == [], made.name


def fields_of(known: Mapping[str, Any], token: str, path: str) -> bool:
    fields = known["kinds"][token]["fields"]
    for part in path.split("."):
        name, is_list = (part[:-3], True) if part.endswith("[*]") else (part, False)
        if name not in fields:
            return False
        below = fields[name]["list"] if is_list else fields[name]
        fields = known["blocks"][below["block"]]["fields"] if "block" in below else {}
    return True


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type)
def test_what_a_kind_speaks_of_is_there(kind: Kind, known: Mapping[str, Any]) -> None:
    spoken = [*kind.replaces, *kind.refers, *filter(None, (kind.named_by, kind.labels, kind.cluster_of))]
    assert [path for path in spoken if not fields_of(known, kind.type, path)] == []


def changed(inputs: Mapping[str, Any], path: str, value: object) -> dict[str, Any]:
    first, _, rest = path.partition(".")
    return {**inputs, first: changed(inputs.get(first) or {}, rest, value) if rest else value}


@pytest.mark.parametrize(
    ("named", "change", "why"),
    [
        (("resources:ResourceGroup", "group"), ("resourceGroupName", "a."), "InvalidResourceName"),
        (("authorization:RoleAssignment", "network-grant"), ("principalType", None), "PrincipalNotFound"),
        (("authorization:RoleAssignment", "network-grant"), ("roleDefinitionId", "Owner"), "InvalidResourceName"),
        (("authorization:RoleAssignment", "network-grant"), ("roleAssignmentName", "mine"), "InvalidResourceName"),
        (("network:VirtualNetwork", "network"), ("addressSpace", {"addressPrefixes": ["10.30.0.1/16"]}), "InvalidCIDR"),
        (("network:PublicIPAddress", "data8-address"), ("publicIPAllocationMethod", "Dynamic"), "MustBeStatic"),
        (("network:PublicIPAddress", "data8-address"), ("sku", None), "BasicSku"),
        (("network:PrivateEndpoint", "homes-endpoint"), ("privateLinkServiceConnections", []), "MustHaveOneConnection"),
        (("privatedns:PrivateZone", "homes-zone"), ("location", "westeurope"), "BadRequest"),
        (("storage:StorageAccount", "homes"), ("accountName", "homes-of-data8"), "AccountNameInvalid"),
        (("storage:StorageAccount", "homes"), ("sku", {"name": "Standard_LRS"}), "InvalidAccountType"),
        (("storage:FileShare", "homes-share"), ("shareQuota", 50), "InvalidHeaderValue"),
        (("storage:FileServiceProperties", "homes-service"), ("shareDeleteRetentionPolicy", {"days": 400}), "365"),
        (("containerservice:ManagedCluster", "cluster"), ("dnsPrefix", None), "DNSPrefix"),
        (("containerservice:ManagedCluster", "cluster"), ("aadProfile", None), "DisableLocalAccounts"),
        (("containerservice:ManagedCluster", "cluster"), ("oidcIssuerProfile", None), "OIDC issuer"),
        (("containerservice:ManagedCluster", "cluster"), ("agentPoolProfiles", []), "mode System"),
        (("containerservice:ManagedCluster", "cluster"), ("networkProfile.serviceCidr", "10.244.0.0/20"), "Overlap"),
        (("containerservice:ManagedCluster", "cluster"), ("networkProfile.networkPolicy", "calico"), "InvalidNetwork"),
        (("containerservice:AgentPool", "users"), ("agentPoolName", "users-of-data8"), "must match"),
        (("containerservice:AgentPool", "users"), ("nodeTaints", ["dedicated"]), "InvalidTaint"),
        (("containerservice:AgentPool", "users"), ("minCount", 99), "minCount"),
        (
            ("containerservice:MaintenanceConfiguration", "node-upgrades"),
            ("configName", "nights"),
            "InvalidMaintenance",
        ),
        (("dns:RecordSet", "data8-name"), ("aRecords", None), "at least one record"),
        (("network:Subnet", "nodes"), ("adressPrefix", "10.30.0.0/20"), "did you mean 'addressPrefix'"),
        (("network:Subnet", "nodes"), ("virtualNetworkName", None), "required"),
        (("containerservice:AgentPool", "users"), ("maxCount", "ten"), "maxCount"),
    ],
)
def test_it_refuses_what_azure_would(
    named: tuple[str, str], change: tuple[str, object], why: str, graph: Graph, known: Mapping[str, Any]
) -> None:
    token, name = named
    inputs = changed(graph.named(name).inputs, *change)
    told = [f"{wrong.path} {wrong.why}" for wrong in wrongs(f"azure-native:{token}", inputs, known)]
    assert any(why in each for each in told), told


def test_the_whole_graph_comes_up_and_goes_down_in_an_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what the engine does, without it: each create with the outputs of what it needs, and each delete after."""
    monkeypatch.setenv(clock.SPEED, "100000")
    account = Account(tmp_path / "account")
    furnishing.dns_zones(account)
    provider = providers.open_provider("azure-native")
    place = Place(providers.AZURE_SUBSCRIPTION, "westeurope")
    operations = Operations(provider, account, place, threading.Event())
    made: list[tuple[Asked, str]] = []

    def create(_mocks: object, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if not args.typ.startswith("azure-native:"):
            return args.name, dict(args.inputs)
        kind = replace(BY_TOKEN[args.typ], made=None, gone=None)
        inputs = as_sent(dict(args.inputs))
        if "location" in provider.schema["kinds"][args.typ]["fields"]:
            inputs = {"location": place.region, **inputs}
        if kind.named_by and not inputs.get(kind.named_by):
            inputs[kind.named_by] = providers.auto_name("azure-native", args.name, args.name.encode())
        asked_for = Asked(kind, args.name, inputs)
        record = operations.create(asked_for)
        made.append((asked_for, record.id))
        return record.id, dict(record.outputs)

    monkeypatch.setattr(support._Cloud, "call", asked.called)
    monkeypatch.setattr(support._Cloud, "new_resource", create)
    asked.opened(dict(WHOLE), {"on_destroy": "delete"})
    there = {each.kind for each in account.records() if each.made_by == "pulumi"}
    assert there == set(BY_TOKEN) - {"azure-native:dns:Zone"}
    grant = next(each for each, _ in made if each.logical == "network-grant")
    twin = replace(grant, inputs={**grant.inputs, "roleAssignmentName": "00000000-0000-0000-0000-000000000001"})
    with pytest.raises(Refused, match="RoleAssignmentExists"):
        operations.create(twin)
    for asked_for, identity in reversed(made):
        operations.delete(asked_for, identity)
    assert [str(each) for each in account.records() if each.made_by == "pulumi"] == []
