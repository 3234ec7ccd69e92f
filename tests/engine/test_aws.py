"""A platform on the simulated AWS, from an empty account to what is kept of it.

That nothing stays where nothing is to be kept, and last backups: test_aws_homes.py.
"""

import re

import pytest

from testbed.cloud.ledger import Account
from testbed.cloud.records import New
from tests.support.engine import EngineError, Stack
from tests.support.simulated import WITH_DISKS, NewStack, people_work
from tests.support.stack_files import USERS, Changes, Config, changed, changed_in

ZONE = "research.example.edu"
LOGIN = {"dummy": {}}
KEPT = {"efs/fileSystem", "efs/backupPolicy", "efs/fileSystemPolicy"}
BASE: Config = {
    "cloud": {
        "provider": "aws",
        "region": "eu-central-1",
        "zones": ["eu-central-1a", "eu-central-1b"],
        "cluster": {"reached_from": ["203.0.113.0/24"], "admins": ["arn:aws:iam::123456789012:role/hub-admins"]},
        "pools": {
            "core": {"machine": "r8i-flex.large", "max": 3},
            "users": {"machine": "r5.xlarge", "max": 4},
        },
    },
    "homes": {"on_destroy": "refuse"},
    "databases": {"analytics": {"instances": 1, "storage": "10Gi", "on_destroy": "delete"}},
    "hubs": {"lab": {"auth": LOGIN, "users": USERS}},
}


def left(account: Account) -> set[str]:
    """Give what is in the account, less what was there before the stack."""
    return {
        f"{each.kind.split(':')[1]} {each.name or each.id}" for each in account.records() if each.made_by != "person"
    }


@pytest.fixture(scope="module")
def stack(account: Account, simulated_stack: NewStack) -> Stack:
    zone = New("aws", "aws:route53/zone:Zone", ZONE, "Z0123456789", outputs={"name": ZONE}, made_by="person")
    account.add(zone)
    made = simulated_stack("research")
    made.configure(BASE)
    return made


def test_preview_makes_nothing(stack: Stack, account: Account) -> None:
    steps = stack.preview()
    assert steps["Cluster cluster"] == steps["FileSystem homes"] == "create"
    assert set(steps.values()) == {"create"}
    assert left(account) == set()


def test_up_makes_everything_with_the_platforms_tag(stack: Stack, account: Account) -> None:
    stack.up()
    platform = stack.output("platform")
    untagged = {
        each.kind
        for each in account.records(state="ready")
        if each.made_by != "person" and each.tags.get("hubstack-platform") != platform
    }
    assert untagged <= UNTAGGED


UNTAGGED = {
    "aws:autoscaling/group:Group",
    "aws:autoscaling/tag:Tag",
    "aws:ec2/route:Route",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:ec2/securityGroup:SecurityGroup",  # EKS's own, which goes with the cluster
    "aws:efs/backupPolicy:BackupPolicy",
    "aws:efs/fileSystemPolicy:FileSystemPolicy",
    "aws:efs/mountTarget:MountTarget",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
}


def test_a_second_up_changes_nothing(stack: Stack) -> None:
    stack.up("--expect-no-changes")


def groups(op: str, *names: str) -> dict[str, str]:
    return {f"NodeGroup {name}-{zone}": op for name in names for zone in BASE["cloud"]["zones"]}


def tags(op: str, group: str) -> dict[str, str]:
    keys = ("hubstack-platform", "label-hub.jupyter.org-node-purpose", "label-hubstack.dev-pool")
    zone = "label-topology.ebs.csi.aws.com-zone"
    return {f"Tag {group}-{key}": op for key in (*keys, zone)}


@pytest.mark.parametrize(
    "changes",
    [
        (
            ("cloud.pools.users.max", 6, groups("update", "users")),
            ("cloud.pools.core.disk", "50Gi", {"LaunchTemplate pool-core": "update"}),
            ("cloud.cluster.version", "1.36", {"Cluster cluster": "update"}),
            ("cloud.cluster.log_days", 90, {"LogGroup cluster-log": "update"}),
            ("cloud.filestore.throughput", "bursting", {"FileSystem homes": "update"}),
            ("cloud.filestore.backups", False, {"BackupPolicy homes": "update"}),
        ),
        (
            ("cloud.cluster.reached_from", ["198.51.100.0/24"], {"Cluster cluster": "update"}),
            ("cloud.filestore.infrequent_after", 90, {"FileSystem homes": "update"}),
        ),
        (("cloud.cluster.logs", ["audit"], {"Cluster cluster": "update"}),),
    ],
)
def test_settings_change_in_place(stack: Stack, changes: Changes) -> None:
    stack.configure(changed_in(BASE, *changes))
    told = stack.preview()
    for path, _, steps in changes:
        assert {name: told.get(name) for name in steps} == steps, path
    assert not {"replace", "delete", "create-replacement", "delete-replaced"} & set(told.values())


def test_another_machine_is_another_group_and_nothing_else_goes(stack: Stack) -> None:
    stack.configure(changed(BASE, "cloud.pools.users.machine", "r5.4xlarge"))
    told = stack.preview()
    assert {name for name, op in told.items() if op == "replace" and name.startswith("NodeGroup")} == set(
        groups("replace", "users")
    )
    assert not {"Cluster cluster", "FileSystem homes", "Vpc network"} & set(told)


def test_what_would_cost_peoples_work_is_refused(stack: Stack) -> None:
    changes: Changes = (
        ("cloud.region", "eu-west-1", "region"),
        ("cloud.zones", ["eu-west-1b", "eu-west-1a"], "zones[0]"),
        ("cloud.network", {"range": "10.30.0.0/16"}, "network.range"),
        ("cloud.cluster.services", "172.21.0.0/16", "cluster.services"),
        ("cloud.filestore", {"performance": "max_io", "throughput": "bursting"}, "filestore.performance"),
    )
    stack.configure(changed_in(BASE, *changes))
    said = stack.pulumi("preview")
    assert said.code != 0
    for _, _, key in changes:
        assert re.search(rf"hubstack:cloud\.{re.escape(key)} was .+ and cannot become ", said.text), key


def test_a_domain_gets_its_record(stack: Stack, account: Account) -> None:
    config = changed(BASE, "cloud.dns_zone", ZONE)
    login = {"github": {"client_id": "id", "client_secret": "hush"}, "admins": ["ada"]}
    config = changed(changed(config, "hubs.lab.domain", f"lab.{ZONE}"), "hubs.lab.auth", login)
    stack.configure(config)
    assert stack.preview()["Record lab-name"] == "create"
    stack.configure(BASE)


def test_larger_disks_reach_the_nodes(stack: Stack, account: Account) -> None:
    config = changed(BASE, "cloud.pools.core.disk", "150Gi")
    stack.configure(changed(config, "cloud.zones", [*BASE["cloud"]["zones"], "eu-central-1c"]))
    stack.up()
    versions = {each.outputs["launchTemplate"]["version"] for each in account.records("aws:eks/nodeGroup:NodeGroup")}
    assert versions == {"1", "2"}
    assert len(account.records("aws:efs/mountTarget:MountTarget")) == 3
    stack.configure(BASE)


def test_destroy_is_refused_before_anything_has_gone(stack: Stack, account: Account) -> None:
    before = left(account)
    with pytest.raises(EngineError, match=r"homes\.on_destroy"):
        stack.destroy()
    assert left(account) == before


def test_keep_leaves_the_file_system_and_nothing_else(stack: Stack, account: Account) -> None:
    stack.configure(changed(BASE, "homes.on_destroy", "keep"))
    stack.up()
    stack.destroy()
    assert {name.split(" ")[0] for name in left(account)} == KEPT


def test_kept_homes_go_on_in_another_stack_which_leaves_them(account: Account, simulated_stack: NewStack) -> None:
    (kept,) = account.records("aws:efs/fileSystem:FileSystem")
    following = simulated_stack("spring")
    kept_on = (("cloud.filestore", {"existing": kept.id}), ("homes.on_destroy", "delete"), ("databases", {}))
    following.configure(changed_in(BASE, *kept_on, ("hubs.lab", {**BASE["hubs"]["lab"], **WITH_DISKS})))
    following.up()
    people_work(account, "lab", "aws:ebs/volume:Volume")
    following.destroy()
    assert {name.split(" ")[0] for name in left(account)} == KEPT, "what a stack did not make it does not take away"
