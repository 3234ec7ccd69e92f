"""What the hub, its proxy and users' servers may do and reach.

The hub's namespace denies all traffic first (components/hub/network.py). The chart's policies then allow what its own
pods need of each other, and the rules here what they need beyond. Policies only ever add up, so a chart default that
allows too much has to be switched off here.
"""

from collections.abc import Mapping, Sequence

import pulumi

from components.hub.values.tree import Values
from components.settings.access import Egress, EgressRule, Https, Security

HUB_ACCOUNT = "hub"
USER_ACCOUNT = "user"
CERTIFICATE_ACCOUNT = "autohttps"
"""ServiceAccounts, made beside the release rather than by the chart (components/hub/access.py)."""

NOT_THE_INTERNET = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    # Pods of EKS and GKE may have these; carriers and Tailscale use them too.
    "100.64.0.0/10",
    # Every cloud's metadata and credentials, of which the chart's default names one address only.
    "169.254.0.0/16",
    # Azure's, which hands out secrets of the node's own.
    "168.63.129.16/32",
)
"""Addresses that a user's server has no business with, although it may use the internet."""

_DNS_ONLY = {
    "cloudMetadataServer": False,
    "dnsPortsCloudMetadataServer": False,
    "dnsPortsKubeSystemNamespace": True,
    # Cluster DNS is not always a pod of kube-system: some clusters run it on the node.
    "dnsPortsPrivateIPs": True,
    "nonPrivateIPs": False,
    "privateIPs": False,
}
_ANYWHERE_BUT_METADATA = {**_DNS_ONLY, "nonPrivateIPs": True, "privateIPs": True}

_RESTRICTED_CONTAINER = {
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def values(security: Security, https: Https | None, api_addresses: Sequence[pulumi.Input[str]]) -> Values:
    """Give every pod the least that it needs; `api_addresses` are those of the API server, closed to users."""
    return {
        "rbac": {"create": False},
        "hub": {
            "serviceAccount": {"create": False, "name": HUB_ACCOUNT},
            # The hub calls the API server and the login service, which may be anywhere.
            "networkPolicy": {"egressAllowRules": _ANYWHERE_BUT_METADATA},
            "config": {"KubeSpawner": {"container_security_context": _RESTRICTED_CONTAINER}},
        },
        "proxy": {
            "chp": {"networkPolicy": {"egressAllowRules": _DNS_ONLY}},
            **_certificate_getter(https),
        },
        "singleuser": {
            "serviceAccountName": USER_ACCOUNT,
            "allowPrivilegeEscalation": False,
            "cloudMetadata": {"blockWithIptables": security.metadata == "iptables"},
            "networkPolicy": {
                "egressAllowRules": _DNS_ONLY,
                "egress": _beyond_the_cluster(security.egress, api_addresses),
            },
        },
    }


def _certificate_getter(https: Https | None) -> Values:
    """Give the pod that gets Let's Encrypt's certificate its account; there is none with another certificate."""
    if https is None or https.letsencrypt is None:
        return {}
    return {
        "traefik": {
            "serviceAccount": {"create": False, "name": CERTIFICATE_ACCOUNT},
            "networkPolicy": {"egressAllowRules": _ANYWHERE_BUT_METADATA},
        }
    }


def _beyond_the_cluster(egress: Egress, api_addresses: Sequence[pulumi.Input[str]]) -> list[Mapping[str, object]]:
    rules: list[Mapping[str, object]] = [_network(rule) for rule in egress.networks]
    if egress.internet:
        closed = [*NOT_THE_INTERNET, *(pulumi.Output.concat(address, "/32") for address in api_addresses)]
        rules.append({"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": closed}}]})
    return rules


def _network(rule: EgressRule) -> Mapping[str, object]:
    to: Mapping[str, object] = {"to": [{"ipBlock": {"cidr": rule.network}}]}
    return {**to, "ports": [{"port": port, "protocol": "TCP"} for port in rule.ports]} if rule.ports else to
