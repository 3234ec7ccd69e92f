"""What must happen in a hub's namespace after its release has gone and before the namespace may go.

Helm leaves users' servers and their claims behind, and a namespace deleted with them in it lets disks outlive their
cluster: one course left 420 of them, 4.4 TB (Berkeley). Delete hooks of Pulumi need the program to run on destroy,
which a plain `pulumi destroy` does not do; a dynamic resource's `delete` runs from the state alone.

This module's path never moves: the state of every stack names the provider by it.
"""

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import CreateResult, Resource

from components.remembering import Remembering

if TYPE_CHECKING:  # the process that empties a namespace needs no SDK of Kubernetes objects
    from components.clouds.cloud import Cluster


class NamespaceEmptier(Remembering):
    """Makes nothing, and empties a namespace when its turn to go has come. Only that speaks to the cluster."""

    identity = ("namespace", "cluster")

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Remember what is to be emptied one day."""
        return CreateResult(f"{props['cluster']}/{props['namespace']}", props)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Empty the namespace; raise an error with a sentence where something will not go."""
        # Half a second to import, which no preview should pay.
        from components.emptying import empty_namespace  # noqa: PLC0415

        empty_namespace(_props["kubeconfig"], _props["context"], _props["namespace"])


class Teardown(Resource, module="hubstack", name="Teardown"):
    """Stands between a hub's release, which depends on it, and the namespace, on which it depends."""

    def __init__(
        self, name: str, cluster: "Cluster", namespace: pulumi.Input[str], opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__(
            NamespaceEmptier(),
            name,
            {
                "kubeconfig": pulumi.Output.secret(cluster.kubeconfig),
                "context": cluster.context,
                "cluster": cluster.identifier,
                "namespace": namespace,
            },
            opts,
        )
