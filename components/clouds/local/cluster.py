"""The cluster that a kubeconfig leads to: who it is, and where its API server answers."""

from http import HTTPStatus
from pathlib import Path

import pulumi

from components.clouds.cloud import Cluster
from components.clouds.kubeconfig import read_context
from components.clouds.question import NoAnswerError, RefusalError, ask

_API_SERVERS = (
    "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name%3Dkubernetes"
)


class UnreachableClusterError(pulumi.RunError):
    """The cluster gives no answer to build on; Pulumi shows the message, which says what to do, and no more."""


def find_cluster(kubeconfig: Path, context: str) -> Cluster:
    """Give the cluster behind a context, after asking it who it is.

    Its identifier is the UID of `kube-system`: the one thing that no two clusters share and that stays when the
    address, the certificates or the context's name change. By the context's name or the server's address instead, a
    cluster that moved would have every object made anew and the old ones deleted, homes' claims among them, and two
    clusters that k3s both calls `default` would pass for one.

    Raise KubeconfigError or UnreachableClusterError, each with a sentence that says what to do.
    """
    content = read_context(kubeconfig, context)
    where = f"context {context} of {kubeconfig}"
    try:
        identifier = str(ask(content, "/api/v1/namespaces/kube-system")["metadata"]["uid"])
        return Cluster(pulumi.Output.secret(content), context, identifier, str(kubeconfig), _api_addresses(content))
    except RefusalError as error:
        raise UnreachableClusterError(_refused(where, error)) from None
    except NoAnswerError as error:
        raise UnreachableClusterError(
            f"No cluster answers at {where} ({error}). Start it, or point HUBSTACK_KUBECONFIG and HUBSTACK_CONTEXT at"
            " another; `make up` makes one."
        ) from None


def _api_addresses(kubeconfig: str) -> tuple[str, ...]:
    slices = [item for item in ask(kubeconfig, _API_SERVERS)["items"] if item["addressType"] == "IPv4"]
    endpoints = [endpoint for item in slices for endpoint in item.get("endpoints") or ()]
    return tuple(sorted({str(address) for endpoint in endpoints for address in endpoint["addresses"]}))


def _refused(where: str, error: RefusalError) -> str:
    match error.status:
        case HTTPStatus.UNAUTHORIZED:
            return f"The cluster at {where} does not know these credentials. Renew them; they may have run out."
        case HTTPStatus.FORBIDDEN:
            return f"The credentials of {where} may not read the cluster's own state. Use cluster-admin's."
        case _:
            return f"The cluster at {where} answered {error}. See to its API server first."
