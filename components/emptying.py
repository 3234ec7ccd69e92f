"""Emptying a hub's namespace: servers first, then claims, until no disk is left.

Every wait has a reason, a limit and a message that names what it waits for. All of it is safe to run again, and to run
when the namespace is gone.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kubernetes.client.exceptions import ApiException
from kubernetes.watch import Watch

from components.clouds.client import FAILURES, Api, connect, is_gone, is_too_old, refusal, unreachable_is_gone
from components.clouds.question import SECONDS_TO_ANSWER
from components.labels import MANAGED_BY, PULUMI

_HUB = "component=hub"
_SERVERS = "component=singleuser-server"
_NOT_THE_GRAPHS_OWN = f"{MANAGED_BY}!={PULUMI}"

_SECONDS_FOR_HUB = 120
"""The hub's grace period is 30 s; a hub that still runs would start its users' servers again."""

_SECONDS_FOR_SERVERS = 300
"""Longer than any grace period of a server; a pod that takes more is stuck on its node."""

_SECONDS_FOR_DISKS = 900
"""Clouds detach and delete a disk in seconds to minutes, each on its own."""


class StuckError(Exception):
    """Something will not go; the message names it and says what to do."""


def empty_namespace(kubeconfig: str, context: str, namespace: str) -> None:
    """Delete users' servers and claims in the namespace, and wait until they and their disks are gone.

    Claims that the graph made itself stay: they go by their own rules. Raise StuckError where something stays, or the
    cluster does not answer; with PULUMI_K8S_DELETE_UNREACHABLE=true, as the Kubernetes provider reads it, a
    cluster that does not answer counts as gone.
    """
    try:
        _empty(connect(kubeconfig, context), namespace)
    except ApiException as error:
        status, reason = refusal(error)
        raise StuckError(
            f"The cluster of {context} refused to empty namespace {namespace}: {status} {reason}."
        ) from None
    except FAILURES as error:
        if unreachable_is_gone():
            return
        raise StuckError(
            f"The cluster of {context} does not answer, so the servers and disks of namespace {namespace} cannot be"
            f" deleted ({error}). Once it answers, run pulumi destroy again; if it is gone for good, do so with"
            " PULUMI_K8S_DELETE_UNREACHABLE=true."
        ) from None


@dataclass(frozen=True)
class _Listing:
    """What is waited for: the objects that a call of the client lists, of which only some may count."""

    call: Any
    where: Mapping[str, str]
    counts: Callable[[Any], bool] = lambda _: True


def _empty(api: Api, namespace: str) -> None:
    if not _is_there(api, namespace):
        return
    api.apps.delete_collection_namespaced_deployment(namespace, label_selector=_HUB)
    _wait(
        f"the hub of namespace {namespace}, which would start its users' servers again,",
        _pods(api, namespace, _HUB),
        _SECONDS_FOR_HUB,
    )
    api.core.delete_collection_namespaced_pod(namespace, label_selector=_SERVERS)
    _wait(
        f"users' servers in namespace {namespace}, which hold their disks,",
        _pods(api, namespace, _SERVERS),
        _SECONDS_FOR_SERVERS,
    )
    api.core.delete_collection_namespaced_persistent_volume_claim(namespace, label_selector=_NOT_THE_GRAPHS_OWN)
    _wait(
        f"the disks of namespace {namespace}, which would outlive it and be paid for,",
        _disks(api, namespace),
        _SECONDS_FOR_DISKS,
    )


def _is_there(api: Api, namespace: str) -> bool:
    try:
        api.core.read_namespace(namespace, _request_timeout=SECONDS_TO_ANSWER)
    except ApiException as error:
        if is_gone(error):
            return False
        raise
    return True


def _pods(api: Api, namespace: str, labels: str) -> _Listing:
    return _Listing(api.core.list_namespaced_pod, {"namespace": namespace, "label_selector": labels})


def _disks(api: Api, namespace: str) -> _Listing:
    """List volumes of claims in the namespace that are deleted with their claim; no selector tells them apart."""

    def counts(disk: Any) -> bool:
        claim, policy = disk.spec.claim_ref, disk.spec.persistent_volume_reclaim_policy
        return bool(claim and claim.namespace == namespace and policy == "Delete")

    return _Listing(api.core.list_persistent_volume, {}, counts)


def _wait(what: str, listing: _Listing, seconds: int) -> None:
    """Wait until the listing holds nothing that counts; raise StuckError, naming what is left, after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        listed = listing.call(**listing.where, _request_timeout=SECONDS_TO_ANSWER)
        left = [item for item in listed.items if listing.counts(item)]
        if not left:
            return
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise StuckError(
                f"Waited {seconds} s for {what} to go; still there: {_names(left)}. See with kubectl describe what"
                " holds them, then run pulumi destroy again."
            )
        _until_one_goes(listing, listed.metadata.resource_version, remaining)


def _until_one_goes(listing: _Listing, since: str, seconds: float) -> None:
    """Return when something listed has been deleted, or when `seconds` or the server's own limit have passed."""
    watch: Any = Watch()
    options = {**listing.where, "resource_version": since, "timeout_seconds": max(1, int(seconds))}
    try:
        for event in watch.stream(listing.call, **options):
            if event["type"] == "DELETED":
                watch.stop()
    except ApiException as error:
        if not is_too_old(error):
            raise


def _names(items: Iterable[Any]) -> str:
    return ", ".join(sorted(str(item.metadata.name) for item in items))
