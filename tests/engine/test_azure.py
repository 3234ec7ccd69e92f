"""A platform on the simulated Azure, from an empty account to an empty account.

What each single setting changes is asked without an engine: tests/unit/cloud/test_azure_changes.py. That nothing stays
where nothing is to be kept: test_faults.py.
"""

import re
from typing import Any

import pytest

from testbed.cloud import furnishing
from testbed.cloud.ledger import Account
from tests.support.engine import EngineError, Stack
from tests.support.simulated import NewStack
from tests.support.stack_files import USERS, Changes, Config, changed, changed_in

ZONE = {"name": "hubs.example.edu", "resource_group": "dns"}
ADMINS = ["0f3c2a4e-7d58-4c1b-9a60-2b8d5e6f7a81"]
BASE: Config = {
    "cloud": {
        "provider": "azure",
        "region": "westeurope",
        "cluster": {"admin_groups": ADMINS, "reached_from": ["203.0.113.0/24"]},
        "pools": {
            "core": {"machine": "Standard_E2s_v5", "max": 3},
            "users": {"machine": "Standard_E4s_v5", "max": 4},
        },
    },
    "homes": {"capacity": "1Ti", "on_destroy": "refuse"},
    "databases": {"analytics": {"instances": 1, "storage": "10Gi", "on_destroy": "delete"}},
    "hubs": {"team": {"auth": {"dummy": {}}, "users": USERS}},
}
KEPT = {
    *("resources:ResourceGroup", "network:VirtualNetwork", "network:Subnet", "network:PrivateEndpoint"),
    *("network:PrivateDnsZoneGroup", "privatedns:PrivateZone", "privatedns:VirtualNetworkLink"),
    *("storage:StorageAccount", "storage:FileServiceProperties", "storage:FileShare"),
}
UNTAGGED = {
    *("authorization:RoleAssignment", "containerservice:MaintenanceConfiguration", "network:PrivateDnsZoneGroup"),
    *("network:Subnet", "storage:FileServiceProperties"),
}


def left(account: Account) -> set[str]:
    """Give the kinds of what is in the account, less what a person put there."""
    return {each.kind.split(":", 1)[1] for each in account.records() if each.made_by != "person"}


@pytest.fixture(scope="module")
def stack(account: Account, simulated_stack: NewStack) -> Stack:
    furnishing.dns_zones(account)
    made = simulated_stack("team-data")
    made.configure(BASE)
    return made


def test_preview_makes_nothing(stack: Stack, account: Account) -> None:
    steps = stack.preview()
    assert steps["ManagedCluster cluster"] == steps["FileShare homes-share"] == "create"
    assert set(steps.values()) == {"create"}
    assert left(account) == set()


def test_a_grant_that_holds_late_stops_the_cluster_and_another_up_goes_on(stack: Stack, account: Account) -> None:
    account.add_fault("late-grant", kind="RoleAssignment", times=-1, seconds=1_000_000)
    with pytest.raises(EngineError, match="it may take a few minutes until it holds"):
        stack.up()
    account.clear_faults()
    stack.up()


def test_up_makes_everything_with_the_platforms_tag(stack: Stack, account: Account) -> None:
    platform = stack.output("platform")
    untagged = {
        each.kind.split(":", 1)[1]
        for each in account.records(state="ready")
        if each.made_by != "person" and each.tags.get("hubstack-platform") != platform
    }
    assert untagged <= UNTAGGED
    assert account.records("azure-native:compute:Disk", made_by="kubernetes")
    assert account.records("azure-native:network:LoadBalancer", made_by="kubernetes")


def test_a_hub_answers_at_its_reserved_address(stack: Stack, account: Account) -> None:
    (address,) = [each for each in account.records("azure-native:network:PublicIPAddress") if "team" in each.name]
    assert stack.output("hubs")["team"]["url"] == f"http://{address.outputs['ipAddress']}"


def test_the_state_holds_no_way_into_the_cluster(stack: Stack) -> None:
    text = str(stack.exported())
    assert "client-key-data" not in text
    assert not re.search(r"'token': '[^']", text)
    assert "kubelogin" in stack.output("kubeconfig")


def test_a_second_up_changes_nothing(stack: Stack) -> None:
    stack.up("--expect-no-changes")


def test_settings_change_in_place(stack: Stack) -> None:
    changes: Changes = (
        ("cloud.pools.users.max", 6, {"AgentPool users": "update"}),
        ("cloud.cluster.version", "1.36", {"ManagedCluster cluster": "update"}),
        ("homes.capacity", "2Ti", {"FileShare homes-share": "update"}),
    )
    stack.configure(changed_in(BASE, *changes))
    told = stack.preview()
    for path, _, steps in changes:
        assert {name: told.get(name) for name in steps} == steps, path
    assert not {"replace", "delete", "create-replacement", "delete-replaced"} & set(told.values())


def test_another_machine_is_another_pool_and_nothing_else_goes(stack: Stack) -> None:
    stack.configure(changed(BASE, "cloud.pools.users.machine", "Standard_E16s_v5"))
    told = stack.preview()
    assert told["AgentPool users"] == "replace"
    assert not {"ManagedCluster cluster", "FileShare homes-share", "VirtualNetwork network"} & set(told)


def test_what_would_cost_peoples_work_is_refused(stack: Stack) -> None:
    changes: Changes = (
        ("cloud.region", "northeurope", "region"),
        ("cloud.filestore.redundancy", "ZRS", "filestore.redundancy"),
        ("cloud.pools.core.machine", "Standard_E4s_v5", "pools.core.machine"),
    )
    stack.configure(changed_in(BASE, *changes))
    said = stack.pulumi("preview")
    assert said.code != 0
    for _, _, key in changes:
        assert re.search(rf"hubstack:cloud\.{re.escape(key)} was .+ and cannot become ", said.text), key


def test_a_version_cannot_be_skipped(stack: Stack) -> None:
    stack.configure(changed(BASE, "cloud.cluster.version", "1.33"))
    said = stack.pulumi("up", "--yes", "--skip-preview")
    assert said.code != 0
    assert "Downgrading the cluster" in said.text
    stack.configure(BASE)
    stack.up()


def test_a_domain_gets_its_record(stack: Stack) -> None:
    login = {"github": {"client_id": "id", "client_secret": "hush"}, "admins": ["ada"]}
    config: dict[str, Any] = changed(BASE, "cloud.dns_zone", ZONE)
    config = changed(changed(config, "hubs.team.domain", "team.hubs.example.edu"), "hubs.team.auth", login)
    stack.configure(config)
    assert stack.preview()["RecordSet team-name"] == "create"
    stack.configure(BASE)


def test_destroy_is_refused_before_anything_has_gone(stack: Stack, account: Account) -> None:
    before = left(account)
    with pytest.raises(EngineError, match=r"homes\.on_destroy"):
        stack.destroy()
    assert left(account) == before


def test_keep_leaves_what_the_homes_lie_on_and_nothing_else(stack: Stack, account: Account) -> None:
    stack.configure(changed(BASE, "homes.on_destroy", "keep"))
    stack.up()
    stack.destroy()
    assert left(account) == KEPT
    assert [each.name[:9] for each in account.records("azure-native:network:Subnet")] == ["endpoints"]


def test_kept_homes_go_on_in_another_stack(account: Account, simulated_stack: NewStack) -> None:
    (kept,) = account.records("azure-native:storage:StorageAccount")
    following = simulated_stack("spring")
    existing = {"resource_group": kept.inputs["resourceGroupName"], "account": kept.name}
    kept_on = (("cloud.filestore", {"existing": existing}), ("homes.on_destroy", "delete"), ("databases", {}))
    following.configure(changed_in(BASE, *kept_on))
    following.up()
    assert len(account.records("azure-native:network:PrivateEndpoint")) == 2
    following.destroy()
    assert left(account) == KEPT, "what a stack did not make it does not take away"
