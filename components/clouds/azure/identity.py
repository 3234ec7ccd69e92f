"""Who the cluster is in Azure, and what it may do there."""

from uuid import UUID, uuid5

import pulumi
from pulumi_azure_native import authorization, managedidentity

from components.clouds.azure.site import Site
from components.settings.clouds.azure import AzureExistingNetwork

_NETWORK_CONTRIBUTOR = "4d97b98b-1d4d-4787-a291-c67834d212e7"
"""The built-in role that joins nodes to subnets and puts reserved addresses onto the balancer:
learn.microsoft.com/azure/role-based-access-control/built-in-roles."""

_SNAPSHOT_CONTRIBUTOR = "7efff54f-a5b4-42b5-a1c5-5411624893ce"
"""The built-in role "Disk Snapshot Contributor", of the same list: it makes snapshots, and no more of disks."""

_GRANTS = UUID("5c1f4d0e-8f0b-4a53-9c38-2f7d3a8b6e11")
"""Of which the names of our grants are made; it never changes, or every grant would be made anew."""


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
    definition = pulumi.Output.concat(site.subscription, "/providers/Microsoft.Authorization/roleDefinitions/", role)
    whom = identity.principal_id
    return authorization.RoleAssignment(
        name,
        # As templates of Azure's own name it (`guid(scope, principal, role)`), so that `ops.recover` can look for one
        # whose making was cut off. Another grant is another name: Azure changes none, and has no two that say the same.
        role_assignment_name=pulumi.Output.all(scope, whom, role).apply(
            lambda words: str(uuid5(_GRANTS, "|".join(words)))
        ),
        scope=scope,
        role_definition_id=definition,
        principal_id=whom,
        # Said outright, or Azure looks the new identity up in a directory that does not list it yet, and refuses.
        principal_type="ServicePrincipal",
        opts=site.opts,
    )
