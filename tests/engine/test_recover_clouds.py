"""An engine killed while a cloud makes something, and a cluster deleted by hand: what `ops.recover` makes of them."""

import re
import subprocess

import pytest

from testbed.cloud.ledger import Account
from tests.support.engine import EngineError, Stack, begins
from tests.support.kube import wait_for
from tests.support.simulated import NewStack
from tests.support.stack_files import USERS, Config

CLUSTER = "gcp:container/cluster:Cluster"
NETWORK = "gcp:compute/network:Network"
CONFIG: Config = {
    "cloud": {
        "provider": "gcp",
        "project": "my-university",
        "region": "europe-west1",
        "zones": ["europe-west1-b"],
        "filestore": {"backups": False},
        "bucket": False,
    },
    "homes": {"capacity": "1Ti", "on_destroy": "delete"},
    "hubs": {"lab": {"auth": {"dummy": {}}, "users": USERS}},
}


def made(account: Account, kind: str, *states: str) -> list[str]:
    """Give the names of what an account has of a kind, in any state or in one of these."""
    return [record.name for record in account.records(kind) if not states or record.state in states]


def killed(stack: Stack, account: Account, kind: str) -> None:
    """Kill an `up` once the cloud has begun to make something of a kind."""
    before = set(made(account, kind))
    stack.kill("up", begins("create", f"{kind}::"), lambda: set(made(account, kind)) > before, sliced=True)


def by_hand(stack: Stack, *words: str) -> str:
    """Run a cloud's command line as a person would."""
    done = subprocess.run(
        words, env=dict(stack.environment), cwd=stack.folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def left(account: Account) -> set[str]:
    return {str(each) for each in account.records() if each.made_by != "person"}


def leftovers(stack: Stack) -> str:
    said = by_hand(stack, "python", "-m", "ops.leftovers", "-s", stack.name)
    return " ".join(said.split())


@pytest.fixture(scope="module")
def stack(simulated_stack: NewStack) -> Stack:
    stack = simulated_stack("recover")
    stack.configure(CONFIG)
    return stack


@pytest.mark.parametrize("kind", [NETWORK, CLUSTER])
def test_what_the_cloud_was_making_is_adopted(stack: Stack, account: Account, kind: str):
    killed(stack, account, kind)
    recovered = stack.recover("--yes")
    assert recovered.code == 0, recovered.text
    short = kind.rpartition(":")[2]
    assert re.search(rf"{short} \w+ \(interrupted while creating\): .* was made: adopted", recovered.out), recovered.out
    assert stack.pending() == []
    assert "nothing to recover" in stack.recover("--yes").out


def test_up_goes_on_without_a_twin(stack: Stack, account: Account):
    stack.up()
    assert len(made(account, CLUSTER)) == len(made(account, NETWORK)) == 1
    stack.up("--expect-no-changes")


def test_a_cluster_that_its_cloud_still_has_is_not_dropped(stack: Stack, account: Account):
    """The cloud's word counts: with an expired login it gives none, and nothing is changed."""
    before = {each["urn"] for each in stack.resources()}
    account.credential = "expired"
    try:
        refused = stack.recover("--yes")
    finally:
        account.credential = "valid"
    assert "dropped" not in refused.out
    assert {each["urn"] for each in stack.resources()} == before


def test_a_cluster_deleted_by_hand(stack: Stack, account: Account):
    (name,) = made(account, CLUSTER)
    words = ("gcloud", "container", "clusters", "delete", name, "--location=europe-west1", "--quiet")
    by_hand(stack, *words, "--project=my-university")
    recovered = stack.recover("--yes")
    assert recovered.code == 0, recovered.text
    assert "the cloud says that it is gone" in recovered.out
    assert stack.resources("kubernetes:core") == stack.resources(CLUSTER) == []
    assert "nothing to recover" in stack.recover("--yes").out


def test_what_a_cluster_deleted_by_hand_leaves_is_named(stack: Stack, account: Account):
    """Nobody takes along what Kubernetes had made: a firewall rule holds the network, which the destroy says; the rest
    bears the platform's label, and the leftovers name it with what removes it."""
    platform = stack.output("platform")
    (rule,) = made(account, "gcp:compute/firewall:Firewall")
    with pytest.raises(EngineError, match=f"already being used by .*{rule}"):
        stack.destroy()
    by_hand(stack, "gcloud", "compute", "firewall-rules", "delete", rule, "--quiet", "--project=my-university")
    stack.destroy()
    assert stack.resources() == []
    said = leftovers(stack)
    labelled = [each for each in account.records() if each.tags.get("hubstack-platform") == platform]
    assert labelled, "the balancer's address is left"
    for each in labelled:
        assert each.name in said, f"{each} is left and is not named"
    assert "Left behind" in said


@pytest.mark.nightly  # it shows that the tests above could fail
def test_without_recover_there_is_a_twin(simulated_stack: NewStack, account: Account):
    """Why recovering is needed: the next `up` makes a second cluster, and a destroy leaves the first for ever."""
    for_ever = set(made(account, CLUSTER))
    twin = simulated_stack("twin")
    twin.configure(CONFIG)
    killed(twin, account, CLUSTER)
    wait_for("the cloud to end what it began", lambda: set(made(account, CLUSTER, "ready")) > for_ever)
    twin.succeed("cancel", "--yes")
    twin.up()
    assert len(set(made(account, CLUSTER)) - for_ever) == 2
