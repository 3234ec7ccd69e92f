"""Whom nodes act as: an account of their own with the five rights that a node needs.

Nodes otherwise act as the project's default account, which in many projects is an editor of everything: whoever breaks
out of a pod is it then.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp import projects, serviceaccount

from components.clouds.gcp.site import Site

_ROLES = {
    "logs": "roles/logging.logWriter",
    "metrics": "roles/monitoring.metricWriter",
    "metrics-viewer": "roles/monitoring.viewer",
    "resource-metadata": "roles/stackdriver.resourceMetadata.writer",
    "images": "roles/artifactregistry.reader",
}
"""cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster: least privilege for nodes, and images."""


@dataclass(frozen=True)
class NodeAccount:
    """Whom nodes act as."""

    email: pulumi.Output[str]

    rights: Sequence[pulumi.Resource]
    """What nodes need before they can log, report and pull images."""


def make_node_account(site: Site) -> NodeAccount:
    """Make the nodes' account and give it its roles."""
    account = serviceaccount.Account(
        "nodes",
        # Google wants it named; a project may hold several platforms.
        account_id=pulumi.Output.concat("hubstack-", site.owner.platform),
        display_name="Nodes of a hubstack platform",
        description=site.description,
        opts=site.opts,
    )
    return NodeAccount(account.email, [grant(f"nodes-{name}", account, role, site) for name, role in _ROLES.items()])


def grant(name: str, account: serviceaccount.Account, role: str, site: Site) -> projects.IAMMember:
    """Give an account a role in the project; whoever else has it keeps it."""
    return projects.IAMMember(name, project=site.settings.project, role=role, member=account.member, opts=site.opts)
