"""What a cloud's service controller does: a balancer in the ledger for each Service that asks for one."""

from functools import partial

from testbed.cloud.kinds import Refused
from testbed.cloud.managed import durations
from testbed.cloud.managed.outside import Outside
from testbed.cloud.managed.world import World, below, finalizers, is_going, key_of
from testbed.cluster.api import Object

HELD = "service.kubernetes.io/load-balancer-cleanup"


class Balancers:
    """Makes balancers, and removes them before their Service may go."""

    def __init__(self, world: World, outside: Outside) -> None:
        self.world = world
        self.outside = outside

    def look(self) -> None:
        """Bring every Service to its balancer, or without one to its end."""
        for service in self.world.all("services"):
            uid = service["metadata"]["uid"]
            wants = service["spec"].get("type") == "LoadBalancer" and not is_going(service)
            if wants and not _answers(service):
                self.world.hold("services", service, HELD)
                deed = partial(self._make, key_of(service))
                self.world.agenda.once(f"balance/{uid}", durations.BALANCER_IS_MADE, deed)
            elif not wants and HELD in finalizers(service):
                deed = partial(self._remove, service)
                self.world.agenda.once(f"unbalance/{uid}", durations.BALANCER_IS_REMOVED, deed)

    def _make(self, key: tuple[str, str]) -> None:
        service = self.world.named("services", key[1], key[0])
        if service is None or is_going(service) or _answers(service):
            return
        try:
            ingress = self.outside.make_balancer(service)
        except Refused as error:
            why = f"Error syncing load balancer: failed to ensure load balancer: {error}"
            self.world.say(service, "Service", "SyncLoadBalancerFailed", why, "service-controller")
            self.world.woken.set()
            return
        status = {"loadBalancer": {"ingress": [dict(ingress)]}}
        self.world.change("services", service, {"status": status}, "/status")

    def _remove(self, service: Object) -> None:
        self.outside.remove_balancer(service)
        current = self.world.named("services", key_of(service)[1], key_of(service)[0])
        if current is None:
            return
        if not is_going(current):
            self.world.change("services", current, {"status": {"loadBalancer": {"ingress": None}}}, "/status")
        self.world.let_go("services", current, HELD)


def _answers(service: Object) -> bool:
    return bool(below(service, "status", "loadBalancer", "ingress"))
