"""The clusters of a stack, reached by what the state itself says of them."""

import os
from contextlib import ExitStack
from dataclasses import dataclass, field

from ops.recovery.api import connect
from ops.recovery.cluster import Cluster
from ops.recovery.errors import RecoverError
from ops.recovery.state import Resource, State


@dataclass
class Clusters:
    """The clusters of a stack, each opened when first asked for."""

    exits: ExitStack
    kubeconfig: str  # a file that is used in place of what the state says; empty for none
    opened: dict[str, Cluster] = field(default_factory=dict[str, Cluster])

    def answers(self, provider: str, state: State) -> bool:
        """Say whether the cluster of a provider answers now."""
        try:
            self._open(provider, state)
        except RecoverError:
            return False
        return True

    def of(self, resource: Resource, state: State) -> Cluster:
        """Give the cluster that a resource's provider talks to."""
        return self._open(resource.provider_urn, state)

    def _open(self, provider: str, state: State) -> Cluster:
        if provider not in self.opened:
            kubeconfig = self.kubeconfig or state.kubeconfigs().get(provider) or os.environ.get("HUBSTACK_KUBECONFIG")
            if not kubeconfig:
                raise RecoverError(
                    f"The provider {provider.rpartition('::')[2]} names no kubeconfig: name one with --kubeconfig."
                )
            self.opened[provider] = Cluster(self.exits.enter_context(connect(kubeconfig)))
        return self.opened[provider]
