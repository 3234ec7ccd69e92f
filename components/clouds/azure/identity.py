"""Who the cluster is in Azure, and what it may do there."""

import pulumi
from pulumi_azure_native import authorization, managedidentity

from components.clouds.azure.site import Site
from components.settings.clouds.azure import AzureExistingNetwork

_NETWORK_CONTRIBUTOR = "4d97b98b-1d4d-4787-a291-c67834d212e7"
"""The built-in role that joins nodes to subnets and puts reserved addresses onto the balancer:
learn.microsoft.com/azure/role-based-access-control/built-in-roles."""

_SNAPSHOT_CONTRIBUTOR = "7efff54f-a5b4-42b5-a1c5-5411624893ce"
"""The built-in role "Disk Snapshot Contributor", of the same list: it makes snapshots, and no more of disks."""


def cluster_identity(site: Site) -> tuple[managedidentity.UserAssignedIdentity, list[pulumi.Resource]]:
    """Give the identity of the cluster's control plane, and its grants, which come before the cluster.

    An identity that Azure makes together with the cluster could be granted nothing before; and grants take minutes to
    hold, in which a cluster is refused or its balancers wait. The one on the platform's own group needs nothing but the
    group, so the network is made while it comes to hold.
    """
    identity = managedidentity.UserAssignedIdentity(
        "identity", resource_group_name=site.group.name, tags=site.tags, opts=site.opts
    )
    grants: list[pulumi.Resource] = [_grant("network-grant", identity, site.group.id, site)]
    existing = site.settings.network.existing
    for name, scope in _scopes(existing).items() if existing else ():
        grants.append(_grant(name, identity, scope, site))
    return identity, grants


def may_take_snapshots(site: Site, identity: managedidentity.UserAssignedIdentity) -> pulumi.Resource:
    """Let the cluster put snapshots of its disks into the platform's group; the cluster need not wait for it."""
    return _grant("snapshot-grant", identity, site.group.id, site, _SNAPSHOT_CONTRIBUTOR)


def _scopes(network: AzureExistingNetwork) -> dict[str, str]:
    """Give the resource groups of the subnets that exist, each once."""
    scopes = sorted({subnet.split("/providers/")[0] for subnet in (network.nodes, network.endpoints)})
    return {f"network-grant-{scope.rsplit('/', 1)[1].lower()}": scope for scope in scopes}


def _grant(
    name: str,
    identity: managedidentity.UserAssignedIdentity,
    scope: pulumi.Input[str],
    site: Site,
    role: str = _NETWORK_CONTRIBUTOR,
) -> authorization.RoleAssignment:
    return authorization.RoleAssignment(
        name,
        scope=scope,
        role_definition_id=pulumi.Output.concat(
            site.subscription, "/providers/Microsoft.Authorization/roleDefinitions/", role
        ),
        principal_id=identity.principal_id,
        # Said outright, or Azure looks the new identity up in a directory that does not list it yet, and refuses.
        principal_type="ServicePrincipal",
        opts=site.opts,
    )
