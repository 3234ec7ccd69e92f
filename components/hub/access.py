"""Accounts of a hub's pods, and the least that each may ask of the API server.

A user's server has an account without a token and without a single right; the proxy has none at all.
"""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.hub.values.security import CERTIFICATE_ACCOUNT, HUB_ACCOUNT, USER_ACCOUNT
from components.hub.values.tree import Values, look_up
from components.labels import Labels
from components.settings import Hub

Rule = kubernetes.rbac.v1.PolicyRuleArgsDict

_CERTIFICATE_SECRET = "proxy-public-tls-acme"  # noqa: S105 - the name the chart gives it


def make_access(
    namespace: pulumi.Input[str], hub: Hub, values: Values, labels: Labels, opts: pulumi.ResourceOptions
) -> Sequence[pulumi.Resource]:
    """Make the accounts that the release's pods run as, with their rights; the release needs all of them."""
    made: list[pulumi.Resource] = [
        *_account(HUB_ACCOUNT, hub_rules(hub, values), namespace, labels, opts),
        *_account(USER_ACCOUNT, [], namespace, labels, opts),
    ]
    if look_up(values, "proxy.https.type") == "letsencrypt":
        made += _account(CERTIFICATE_ACCOUNT, certificate_rules(), namespace, labels, opts)
    return made


def hub_rules(hub: Hub, values: Values) -> list[Rule]:
    """Give the rights that KubeSpawner 7 uses with these chart values, which differ by how homes and names are kept.

    Beside a list it watches, and beside what it makes it deletes. It patches nothing; the hub's own runtime patches
    people's disks, as it lets them grow and writes on them when they were last used.
    """
    rules = [_rule(["pods"], "get", "list", "watch", "create", "delete"), _rule(["events"], "get", "list", "watch")]
    if hub.extra_claims or hub.user_database:
        rules.append(_rule(["persistentvolumeclaims"], "get", "list", "watch", "create", "delete", "patch"))
    elif _keeps_claims(values):
        rules.append(_rule(["persistentvolumeclaims"], "get", "list", "watch", "create", "delete"))
    if _setting(values, "internal_ssl") or look_up(values, "hub.config.JupyterHub.internal_ssl"):
        rules.append(_rule(["secrets", "services"], "get", "create", "delete"))
    elif _setting(values, "services_enabled"):
        rules.append(_rule(["services"], "get", "create", "delete"))
    return rules


def certificate_rules() -> list[Rule]:
    """Give the rights of the pod that keeps Let's Encrypt's certificate in a Secret.

    No name can be asked for in a create, so that one stands apart.
    """
    return [
        {**_rule(["secrets"], "get", "patch"), "resource_names": [_CERTIFICATE_SECRET]},
        _rule(["secrets"], "create"),
    ]


def _keeps_claims(values: Values) -> bool:
    dynamic = look_up(values, "singleuser.storage.type") == "dynamic"
    return bool(dynamic or _setting(values, "storage_pvc_ensure") or _setting(values, "delete_pvc"))


def _setting(values: Values, trait: str) -> Any:
    return look_up(values, f"hub.config.KubeSpawner.{trait}")


def _rule(resources: list[str], *verbs: str) -> Rule:
    return {"api_groups": [""], "resources": resources, "verbs": list(verbs)}


def _account(
    account: str,
    rules: list[Rule],
    namespace: pulumi.Input[str],
    labels: Labels,
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    name = f"{labels.hub}-{account}"
    metadata: kubernetes.meta.v1.ObjectMetaArgsDict = {
        "name": account,
        "namespace": namespace,
        "labels": labels.of("access"),
    }
    made = kubernetes.core.v1.ServiceAccount(
        f"{name}-account", metadata=metadata, automount_service_account_token=bool(rules), opts=opts
    )
    if not rules:
        return [made]
    role = kubernetes.rbac.v1.Role(f"{name}-role", metadata=metadata, rules=rules, opts=opts)
    binding = kubernetes.rbac.v1.RoleBinding(
        f"{name}-binding",
        metadata=metadata,
        role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": role.metadata.name},
        subjects=[{"kind": "ServiceAccount", "name": made.metadata.name, "namespace": namespace}],
        opts=opts,
    )
    return [made, role, binding]
