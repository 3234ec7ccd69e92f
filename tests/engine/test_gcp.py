"""A platform on the simulated Google Cloud, from an empty account to what is kept of it.

That nothing stays where nothing is to be kept, and backups: test_gcp_archive.py.
"""

import re

import pytest

from ops.preview.judging import Verdict
from ops.preview.reading import Op
from testbed.cloud import furnishing
from testbed.cloud.ledger import Account
from tests.support.comments import done, told
from tests.support.engine import EngineError, Stack
from tests.support.simulated import WITH_DISKS, NewStack, people_work
from tests.support.stack_files import USERS, Changes, Config, changed, changed_in

LOGIN = {"dummy": {}}
BASE: Config = {
    "cloud": {
        "provider": "gcp",
        "project": "my-university",
        "region": "europe-west1",
        "zones": ["europe-west1-b"],
        "pools": {"core": {"machine": "n2-highmem-2", "max": 3}, "users": {"machine": "n2-highmem-4", "max": 4}},
    },
    "homes": {"capacity": "1Ti", "on_destroy": "refuse"},
    "databases": {"analytics": {"instances": 1, "storage": "10Gi", "on_destroy": "delete"}},
    "hubs": {"lab": {"auth": LOGIN, "users": USERS}},
}
WITHOUT_LABELS = {
    "gcp:cloudscheduler/job:Job",
    "gcp:compute/firewall:Firewall",  # GKE's own, for a balancer
    "gcp:compute/network:Network",
    "gcp:compute/router:Router",
    "gcp:compute/routerNat:RouterNat",
    "gcp:compute/subnetwork:Subnetwork",
    "gcp:container/nodePool:NodePool",  # they stand on its nodes
    "gcp:dns/recordSet:RecordSet",
    "gcp:projects/iAMMember:IAMMember",
    "gcp:serviceaccount/account:Account",
}
"""Kinds that Google gives no labels."""


def left(account: Account) -> set[str]:
    """Give the kinds that are in the account, less what was there before the stack."""
    return {each.kind.rpartition(":")[2] for each in account.records() if each.made_by != "person"}


@pytest.fixture(scope="module")
def stack(account: Account, simulated_stack: NewStack) -> Stack:
    furnishing.dns_zones(account)
    made = simulated_stack("course-fall")
    made.configure(BASE)
    return made


def test_preview_makes_nothing(stack: Stack, account: Account) -> None:
    steps = stack.preview()
    assert steps["Cluster cluster"] == steps["Instance homes"] == steps["NodePool users"] == "create"
    assert set(steps.values()) == {"create"}
    assert left(account) == set()


def test_up_makes_everything_with_the_platforms_label(stack: Stack, account: Account) -> None:
    stack.up()
    platform = stack.output("platform")
    unlabelled = {
        each.kind
        for each in account.records(state="ready")
        if each.made_by != "person" and each.tags.get("hubstack-platform") != platform
    }
    assert unlabelled <= WITHOUT_LABELS
    described = [each for each in account.records() if each.kind.endswith((":Network", ":Subnetwork", ":Router"))]
    assert {each.inputs["description"] for each in described} == {f"hubstack-platform={platform}"}


def test_a_second_up_changes_nothing(stack: Stack) -> None:
    stack.up("--expect-no-changes")


FINALS = {"exclusions": {"finals": {"first_day": "2027-01-25", "last_day": "2027-02-05"}}}


@pytest.mark.parametrize(
    "changes",
    [
        (
            ("cloud.pools.users.max", 6, {"NodePool users": "update"}),
            ("cloud.pools.core.disk", "50Gi", {"NodePool core": "update"}),
            ("cloud.pools.gpu", {"max": 2}, {"NodePool gpu": "create"}),
            ("cloud.zones", ["europe-west1-b", "europe-west1-c"], {"Cluster cluster": "update"}),
            ("cloud.filestore", {"backups_kept": 14}, {"Workflow backups": "update"}),
            ("homes.capacity", "2Ti", {"Instance homes": "update"}),
        ),
        (
            ("cloud.pools.users.min", 1, {"NodePool users": "update"}),
            ("cloud.pools.spot", {}, {"NodePool spot": "create"}),
            ("cloud.cluster", {"channel": "STABLE"}, {"Cluster cluster": "update"}),
            ("cloud.filestore", {"backups": False}, {"Workflow backups": "delete", "Job backups": "delete"}),
            ("homes.on_destroy", "keep", {"Instance homes": "update"}),
        ),
        (
            ("cloud.pools.users.machine", "n2-highmem-16", {"NodePool users": "update"}),
            ("cloud.cluster", {"maintenance": FINALS}, {"Cluster cluster": "update"}),
        ),
        (("cloud.cluster", {"maintenance": {"start": "01:00", "duration": "6h"}}, {"Cluster cluster": "update"}),),
        (("cloud.cluster", {"reached_from": ["203.0.113.0/24"]}, {"Cluster cluster": "update"}),),
    ],
)
def test_settings_change_in_place(stack: Stack, changes: Changes) -> None:
    stack.configure(changed_in(BASE, *changes))
    comment = told(stack)
    for path, _, steps in changes:
        assert {name: comment.steps.get(name) for name in steps} == steps, path
    assert Op.REPLACE not in comment.steps.values()
    expected = {name for _, _, steps in changes for name in steps}
    assert {name for name, op in comment.steps.items() if op is Op.DELETE} <= {*expected, *BACKUPS}
    assert comment.report.verdict <= Verdict.ATTENTION


BACKUPS = {"Account backups", "IAMMember backups-files", "IAMMember backups-workflow"}


@pytest.mark.parametrize(
    "changes",
    [
        (
            ("cloud.project", "another-university", "project"),
            ("cloud.region", "europe-west4", "region"),
            ("cloud.zones", ["europe-west4-b"], "zones[0]"),
            ("cloud.network.nodes", "10.41.0.0/20", "network.nodes"),
            ("cloud.network.pods", "10.128.0.0/14", "network.pods"),
            ("cloud.network.services", "10.45.0.0/20", "network.services"),
            ("cloud.cluster", {"control_plane": "zonal"}, "cluster.control_plane"),
            ("cloud.filestore.tier", "ZONAL", "filestore.tier"),
            ("cloud.filestore.range", "10.39.0.0/29", "filestore.range"),
        ),
        (("cloud.zones", ["europe-west1-c", "europe-west1-b"], "zones[0]"),),
        (
            ("cloud.cluster", {"existing": "university"}, "cluster.existing"),
            ("cloud.network", {"existing": {"name": "campus"}}, "network.existing"),
            ("cloud.filestore", {"server": {"host": "nfs.example.edu", "path": "/export"}}, "filestore"),
        ),
    ],
)
def test_what_would_cost_peoples_work_is_refused(stack: Stack, changes: Changes) -> None:
    stack.configure(changed_in(BASE, *changes))
    said = stack.pulumi("preview")
    assert said.code != 0
    for _, _, key in changes:
        assert re.search(rf"hubstack:cloud\.{re.escape(key)} was .+ and cannot become ", said.text), key


def test_what_is_protected_does_not_go_with_its_setting(stack: Stack) -> None:
    stack.configure(changed(BASE, "cloud.bucket", False))
    said = stack.pulumi("preview")
    assert said.code != 0
    assert "protect" in said.text


def test_a_smaller_file_system_is_refused(stack: Stack) -> None:
    stack.configure(changed(BASE, "homes.capacity", "2Ti"))
    stack.up()
    stack.configure(BASE)
    said = stack.pulumi("up", "--yes", "--skip-preview")
    assert said.code != 0
    assert "hubstack:homes.capacity was 2048Gi and cannot become 1024Gi" in said.text
    stack.configure(changed(BASE, "homes.capacity", "2Ti"))


def test_a_domain_gets_its_record(stack: Stack, account: Account) -> None:
    login = {"github": {"client_id": "id", "client_secret": "hush-hush-hush"}, "admins": ["ada"]}
    config = changed(changed(BASE, "homes.capacity", "2Ti"), "cloud.dns_zone", "example-edu")
    config = changed(changed(config, "hubs.lab.domain", "lab.example.edu"), "hubs.lab.auth", login)
    stack.configure(config)
    comment = told(stack)
    assert done(stack) == comment.by_urn
    assert comment.report.verdict is Verdict.ATTENTION
    assert "hush" not in comment.text
    (address,) = account.records("gcp:compute/address:Address")
    (record,) = account.records("gcp:dns/recordSet:RecordSet")
    assert record.inputs["rrdatas"] == [address.outputs["address"]]
    assert stack.output("hubs")["lab"]["url"] == "http://lab.example.edu"


def test_destroy_is_refused_before_anything_has_gone(stack: Stack, account: Account) -> None:
    before = {each.serial for each in account.records()}
    with pytest.raises(EngineError, match=r"hubstack:homes\.on_destroy is refuse"):
        stack.destroy()
    assert {each.serial for each in account.records()} == before


def test_keep_leaves_exactly_what_it_says(stack: Stack, account: Account) -> None:
    stack.configure(changed(changed(BASE, "homes.capacity", "2Ti"), "homes.on_destroy", "keep"))
    stack.up()
    platform = stack.output("platform")
    stack.destroy()
    assert left(account) == {"Instance", "Network", "Bucket"}
    (instance,) = account.records("gcp:filestore/instance:Instance")
    assert instance.tags["hubstack-platform"] == platform


def test_another_stack_goes_on_with_the_kept_homes(account: Account, simulated_stack: NewStack) -> None:
    (instance,) = account.records("gcp:filestore/instance:Instance")
    (network,) = account.records("gcp:compute/network:Network")
    cloud = {
        **BASE["cloud"],
        "network": {"existing": {"name": network.name}},
        "filestore": {"existing": instance.name},
        "bucket": False,
    }
    spring = simulated_stack("course-spring")
    hubs = {"lab": {**BASE["hubs"]["lab"], **WITH_DISKS}}
    spring.configure({"cloud": cloud, "homes": {"on_destroy": "delete"}, "hubs": hubs})
    spring.up()
    people_work(account, "lab", "gcp:compute/disk:Disk")
    spring.destroy()
    assert left(account) == {"Instance", "Network", "Bucket"}
