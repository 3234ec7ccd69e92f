"""The cluster that a kubeconfig leads to: who it is, and where its API server answers."""

from pathlib import Path

import pulumi
from kubernetes.client.exceptions import ApiException
from kubernetes.config import ConfigException
from urllib3.exceptions import HTTPError

from components.clouds.client import SECONDS_TO_ANSWER, Api, connect, refusal
from components.clouds.cloud import Cluster
from components.clouds.kubeconfig import KubeconfigError, read_context


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
        api = connect(content, context)
        system = api.core.read_namespace("kube-system", _request_timeout=SECONDS_TO_ANSWER)
        addresses = _api_addresses(api)
    except ApiException as error:
        raise UnreachableClusterError(_refused(where, *refusal(error))) from None
    except ConfigException as error:
        raise KubeconfigError(f"The kubeconfig's {where} cannot be used: {error}.") from None
    except (HTTPError, OSError) as error:
        raise UnreachableClusterError(
            f"No cluster answers at {where} ({_reason(error)}). Start it, or point HUBSTACK_KUBECONFIG and"
            " HUBSTACK_CONTEXT at another; `make up` makes one."
        ) from None
    return Cluster(pulumi.Output.secret(content), context, str(system.metadata.uid), addresses)


def _api_addresses(api: Api) -> tuple[str, ...]:
    slices = api.discovery.list_namespaced_endpoint_slice(
        "default", label_selector="kubernetes.io/service-name=kubernetes", _request_timeout=SECONDS_TO_ANSWER
    )
    found: set[str] = set()
    for part in slices.items:
        if part.address_type == "IPv4":
            for endpoint in part.endpoints or ():
                found.update(endpoint.addresses)
    return tuple(sorted(found))


def _refused(where: str, status: int, reason: str) -> str:
    match status:
        case 401:
            return f"The cluster at {where} does not know these credentials. Renew them; they may have run out."
        case 403:
            return f"The credentials of {where} may not read the cluster's own state. Use cluster-admin's."
        case _:
            return f"The cluster at {where} answered {status} {reason}. See to its API server first."


def _reason(error: Exception) -> str:
    """Give the innermost reason of a failed connection, such as `Connection refused`."""
    inner = getattr(error, "reason", None)
    text = str(inner or error)
    return text.rsplit(": ", 1)[-1].strip("()' ") or type(error).__name__
