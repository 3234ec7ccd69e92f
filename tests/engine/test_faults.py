"""A platform on a simulated cloud that has a bad day: what is asked again, what is said, what is left.

What a cluster that goes first leaves in the account is in test_recover_clouds.py and test_managed_cluster.py.
"""

from dataclasses import dataclass

import pytest

from testbed.cloud.ledger import Account
from testbed.cloud.records import MadeBy
from tests.engine.test_aws import BASE as ON_AWS
from tests.engine.test_azure import BASE as ON_AZURE
from tests.engine.test_gcp import BASE as ON_GCP
from tests.support.engine import EngineError, Stack
from tests.support.simulated import WITH_DISKS, NewStack, people_work
from tests.support.stack_files import Config, changed_in


@dataclass(frozen=True)
class Cloud:
    """What differs between the clouds."""

    name: str
    package: str
    config: Config
    cluster: str
    pool: str
    held: str
    """A kind whose delete says for a while that it is in use."""
    expired: str
    quota: tuple[str, int, int]
    """One that is in the way when it is so small, and what it is else."""
    after_making: str
    disk: str
    by_kubernetes: frozenset[str]
    """What a hub, its database and people have Kubernetes make outside of the cluster."""

    def __str__(self) -> str:
        return self.name

    @property
    def hub(self) -> str:
        """The stack's only hub."""
        (name,) = self.config["hubs"]
        return name


GCP = Cloud(
    name="gcp",
    package="gcp",
    config=ON_GCP,
    cluster="gcp:container/cluster:Cluster",
    pool="gcp:container/nodePool",
    held="gcp:compute/subnetwork",
    expired="invalid_grant",
    quota=("STATIC_ADDRESSES", 0, 8),
    after_making="internal error",
    disk="gcp:compute/disk:Disk",
    by_kubernetes=frozenset({"Disk", "ForwardingRule", "Firewall"}),
)
AWS = Cloud(
    name="aws",
    package="aws",
    config=ON_AWS,
    cluster="aws:eks/cluster:Cluster",
    pool="aws:eks/nodeGroup",
    held="aws:ec2/subnet",
    expired="ExpiredToken",
    quota=("ELASTIC_IPS", 1, 5),
    after_making="CREATE_FAILED",
    disk="aws:ebs/volume:Volume",
    by_kubernetes=frozenset({"Volume", "LoadBalancer", "SecurityGroup"}),
)
AZURE = Cloud(
    name="azure",
    package="azure-native",
    config=ON_AZURE,
    cluster="azure-native:containerservice:ManagedCluster",
    pool="AgentPool",
    held="azure-native:network:Subnet",
    expired="AADSTS",
    quota=("PublicIPAddresses", 0, 10),
    after_making="internal execution error",
    disk="azure-native:compute:Disk",
    by_kubernetes=frozenset({"Disk", "LoadBalancer"}),
)


BY_DAY = AZURE
"""Homes are deleted there in no other test: GCP's are in test_gcp_archive.py, AWS's in test_aws_homes.py."""


@pytest.fixture(
    scope="module",
    params=[BY_DAY, *(pytest.param(each, marks=pytest.mark.nightly) for each in (GCP, AWS))],
    ids=str,
)
def cloud(request: pytest.FixtureRequest) -> Cloud:
    return request.param


@pytest.fixture(scope="module")
def stack(cloud: Cloud, simulated_stack: NewStack) -> Stack:
    made = simulated_stack("faults")
    hub = {**cloud.config["hubs"][cloud.hub], **WITH_DISKS}
    made.configure(changed_in(cloud.config, ("homes.on_destroy", "delete"), (f"hubs.{cloud.hub}", hub)))
    return made


def left(account: Account, cloud: Cloud, made_by: MadeBy | None = None) -> set[str]:
    """Give the kinds of what is in the account, less what a person put there."""
    there = account.records(cloud=cloud.package, made_by=made_by)
    return {each.kind.rpartition(":")[2] for each in there if each.made_by != "person"}


def test_an_expired_credential_is_said_and_makes_nothing(stack: Stack, account: Account, cloud: Cloud) -> None:
    account.credential = "expired"
    said = stack.pulumi("up", "--yes", "--skip-preview")
    account.credential = "valid"
    assert said.code != 0
    assert cloud.expired in said.text
    assert left(account, cloud) == set()


def test_a_quota_that_is_full_is_said_and_mended_by_another_up(stack: Stack, account: Account, cloud: Cloud) -> None:
    name, small, usual = cloud.quota
    account.set_quota(name, small)
    try:
        with pytest.raises(EngineError, match=name):
            stack.up()
    finally:
        account.set_quota(name, usual)


def test_a_create_that_fails_after_making_leaves_no_twin_and_throttling_and_5xx_are_outlived(
    stack: Stack, account: Account, cloud: Cloud
) -> None:
    account.add_fault("fails-after-making", kind=cloud.cluster, times=1)
    with pytest.raises(EngineError, match=cloud.after_making):
        stack.up()
    account.clear_faults()
    account.add_fault("throttled", operation="create", times=5)
    account.add_fault("server-error", kind=cloud.pool, operation="create", times=2)
    stack.up()
    account.clear_faults()
    assert len(account.records(cloud.cluster)) == 1
    stack.up("--expect-no-changes")


def test_a_destroy_while_people_work_outlives_what_says_in_use_for_a_while(
    stack: Stack, account: Account, cloud: Cloud
) -> None:
    people_work(account, cloud.hub, cloud.disk)
    assert cloud.by_kubernetes <= left(account, cloud, "kubernetes")
    account.add_fault("in-use", kind=cloud.held, operation="delete", seconds=120)
    account.add_fault("throttled", operation="delete", times=5)
    stack.destroy()
    account.clear_faults()
    assert left(account, cloud) == set()
    assert stack.resources() == []
