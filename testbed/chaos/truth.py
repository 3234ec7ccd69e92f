"""Whether the account's ledger, the cluster and the state say the same."""

from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError

from ops.clouds.account import cloud_of, is_same_when_made_again
from testbed.cloud.ledger import Account
from tests.support.engine import Stack
from tests.support.simulated import cluster_of


def unknown_to_state(stack: Stack, account: Account) -> list[str]:
    """Name what the account has and the state has not: twins, and what nobody would ever take away.

    What is set on another thing, such as a grant, is the same thing when it is made again.
    """
    known = {(each["type"], each["id"]) for each in stack.resources() if cloud_of(each["type"]) and each.get("id")}
    found = [each for each in account.records(made_by="pulumi") if not is_same_when_made_again(each.kind)]
    return [f"{each} ({each.id}, {each.state})" for each in found if (each.kind, each.id) not in known]


def differences(stack: Stack, account: Account) -> list[str]:
    """Name what only one of account and state has, once nothing is under way."""
    known = {(each["type"], each["id"]) for each in stack.resources() if cloud_of(each["type"]) and each.get("id")}
    known = {(kind, identity) for kind, identity in known if not kind.startswith("pulumi:")}
    there = {(each.kind, each.id) for each in account.records(made_by="pulumi")}
    return [
        f"only in the {where}: {kind} {identity}"
        for where, one, other in (("account", there, known), ("state", known, there))
        for kind, identity in sorted(one - other)
    ]


def strangers(stack: Stack, account: Account) -> list[str]:
    """Name the objects in the cluster that bear the graph's mark and that the state has not; none without a cluster."""
    kube = cluster_of(account)
    platform = next((each["outputs"]["hex"] for each in stack.resources("RandomId")), "")
    if kube is None or not platform:
        return []
    try:
        found = kube.made_by_pulumi(platform) - stack.objects()
    except (ApiException, HTTPError):
        return []  # it is on its way out
    return [" ".join(each) for each in sorted(found)]


def releases(account: Account) -> dict[str, int]:
    """Count the newest revisions of all Helm releases in the cluster by their status."""
    kube = cluster_of(account)
    if kube is None:
        return {}
    statuses = list(kube.helm_releases().values())
    return {status: statuses.count(status) for status in sorted(set(statuses))}
