"""The controller that gives each Service of type LoadBalancer an address; kube-proxy serves what it gives.

Run on the node: `python -m testbed.cluster.load_balancers <state folder>`.
"""

import logging
import sys
import threading
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from testbed.cluster.agents import agent
from testbed.cluster.api import Api, ApiError, Object
from testbed.cluster.reflector import Reflector

log = logging.getLogger(__name__)


def wanting(services: Iterable[Object]) -> list[Object]:
    """Give the Services that wait for an address, oldest first; one with a class is another controller's."""
    waiting = [
        service
        for service in services
        if service["spec"].get("type") == "LoadBalancer"
        and not service["spec"].get("loadBalancerClass")
        and not _addresses_of(service)
        and "deletionTimestamp" not in service["metadata"]
    ]
    return sorted(waiting, key=lambda service: (service["metadata"]["creationTimestamp"], service["metadata"]["uid"]))


def choose(service: Object, services: Iterable[Object], pool: IPv4Network) -> IPv4Address | None:
    """Give the address a Service gets: the one it asks for, or the lowest that is free; None where there is none."""
    taken = {address for other in services for address in _addresses_of(other)}
    asked = service["spec"].get("loadBalancerIP")
    if asked:
        address = IPv4Address(asked)
        return address if address in pool and asked not in taken else None
    return next((address for address in pool.hosts() if str(address) not in taken), None)


def _addresses_of(service: Object) -> list[str]:
    ingress: list[dict[str, str]] = service.get("status", {}).get("loadBalancer", {}).get("ingress", [])
    return [entry["ip"] for entry in ingress if "ip" in entry]


def assign(api: Api, services: Reflector, pool: IPv4Network) -> None:
    """Give every waiting Service its address."""
    for service in wanting(services.objects()):
        meta = service["metadata"]
        address = choose(service, services.objects(), pool)
        if address is None:
            log.warning("%s/%s: no address is free in %s", meta["namespace"], meta["name"], pool)
            continue
        path = f"/api/v1/namespaces/{meta['namespace']}/services/{meta['name']}/status"
        status = {"loadBalancer": {"ingress": [{"ip": str(address)}]}}
        try:
            services.take("MODIFIED", api.patch(path, {"status": status}))
        except ApiError as error:
            log.info("%s/%s: %s", meta["namespace"], meta["name"], error)
        else:
            log.info("%s/%s has the address %s", meta["namespace"], meta["name"], address)


def main() -> None:
    """Run the controller until it is ended."""
    settings, api, beat = agent(Path(sys.argv[1]), "load-balancers")
    changed = threading.Event()
    services = Reflector(api, "/api/v1/services", changed.set)
    services.start()
    services.listed.wait()
    while True:
        assign(api, services, settings.addresses.load_balancers)
        beat()
        changed.wait(5)
        changed.clear()


if __name__ == "__main__":
    main()
