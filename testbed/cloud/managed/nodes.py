"""Nodes: an object for each machine of a pool, as long as the pool is there, and more of them as pods need them."""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from testbed.cloud.kinds import NodePool
from testbed.cloud.managed import fitting
from testbed.cloud.managed.durations import SECONDS_TO_SCALE_UP
from testbed.cloud.managed.outside import NodeNames, Outside
from testbed.cloud.managed.world import CORE, STORAGE, World, below, is_going, labels, listed, path_of, timestamp
from testbed.cluster.api import ApiError, Object

POOL = "simulated.hubstack.dev/pool"
_HEARTBEAT = 15
"""Real seconds: the controllers call a node lost after 50."""
_LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"


class Nodes:
    """Registers nodes, keeps them alive, removes them, and makes pools grow."""

    def __init__(self, world: World, outside: Outside, version: str) -> None:
        self.world = world
        self.outside = outside
        self.version = version
        self._coming: dict[str, tuple[NodePool, str]] = {}
        """Machines that are on their way, by a number of their own: pool and zone."""
        self._addresses = 0
        world.agenda.every("heartbeat", _HEARTBEAT, self._heartbeat)

    def look(self) -> None:
        """Bring nodes to what the pools are, and pools to what pods need."""
        pools = {pool.name: pool for pool in self.outside.pools()}
        there = Counter(labels(node).get(POOL, "") for node in self.world.all("nodes"))
        for node in self.world.all("nodes"):
            if labels(node).get(POOL, "") not in pools and not is_going(node):
                self._remove(node)
        for pool in pools.values():
            for index in range(there[pool.name], pool.size if not there[pool.name] else there[pool.name]):
                self._register(pool, _zone(pool, index))
        self._grow(list(pools.values()))

    def _grow(self, pools: list[NodePool]) -> None:
        """Let the pools grow by as many machines as the pods need that no node has room for."""
        waiting = [pod for pod in self.world.all("pods") if fitting.is_unschedulable(pod)]
        if not waiting:
            return
        why = self.outside.lacks_autoscaler(self.world.all("pods"))
        if why:
            for pod in waiting:
                self.world.say(pod, "Pod", "NotTriggerScaleUp", why, "cluster-autoscaler")
            return
        coming = [fitting.Room(self._planned(pool, zone)) for pool, zone in self._coming.values()]
        # The scheduler may not have looked again since a node came.
        rooms = [*coming, *(self._room_on(node) for node in self.world.all("nodes"))]
        for pod in waiting:
            if any(room.takes(pod, self._zones_of(pod)) for room in rooms):
                continue
            pool, zone = self._choose(pod, pools)
            if pool is None:
                message = "pod didn't trigger scale-up: no pool fits it, or those that do have grown to their maximum"
                self.world.say(pod, "Pod", "NotTriggerScaleUp", message, "cluster-autoscaler")
                continue
            number = uuid4().hex[:8]
            self._coming[number] = (pool, zone)
            room = fitting.Room(self._planned(pool, zone))
            room.takes(pod)
            rooms.append(room)
            seconds = SECONDS_TO_SCALE_UP[self.outside.cloud]
            self.world.agenda.once(f"machine/{number}", seconds, partial(self._arrive, number))

    def _room_on(self, node: Object) -> fitting.Room:
        room = fitting.Room(node)
        for pod in self.world.all("pods"):
            if pod["spec"].get("nodeName") == node["metadata"]["name"]:
                room.fill(pod)
        return room

    def _choose(self, pod: Object, pools: list[NodePool]) -> tuple[NodePool | None, str]:
        """Give the smallest machine that takes the pod, of a pool that may still grow, and the zone for it."""
        sizes = Counter(labels(node).get(POOL, "") for node in self.world.all("nodes"))
        sizes.update(pool.name for pool, _ in self._coming.values())
        for pool in sorted(pools, key=lambda pool: (pool.gpus, self.outside.shape(pool.machine).gigabytes, pool.name)):
            if sizes[pool.name] >= pool.max:
                continue
            zones = pool.zones or ("",)
            turn = sizes[pool.name] % len(zones)
            for zone in (*zones[turn:], *zones[:turn]):
                if fitting.Room(self._planned(pool, zone)).takes(pod, self._zones_of(pod)):
                    return pool, zone
        return None, ""

    def _zones_of(self, pod: Object) -> set[str]:
        """Give the zones that the pod's disks are in; empty where any will do."""
        found: set[str] = set()
        for volume in listed(pod, "spec", "volumes"):
            name = below(volume, "persistentVolumeClaim", "claimName")
            claim = self.world.named("claims", name, pod["metadata"]["namespace"]) if name else None
            bound = self.world.named("volumes", claim["spec"].get("volumeName", "")) if claim else None
            zone = labels(bound).get("topology.kubernetes.io/zone") if bound else None
            found |= {zone} if zone else set()
        return found

    def _arrive(self, number: str) -> None:
        pool, zone = self._coming.pop(number)
        if any(each.name == pool.name for each in self.outside.pools()):
            self._register(pool, zone)

    def _register(self, pool: NodePool, zone: str) -> None:
        names = self.outside.node(pool, zone, uuid4().hex[:8])
        self._addresses += 1
        self.world.make("nodes", f"{CORE}/nodes", self._described(pool, names))
        lease = {"metadata": {"name": names.name}, "spec": {"holderIdentity": names.name}}
        self.world.make("leases", _LEASES, {**lease, "spec": {**lease["spec"], **_beat()}})
        drivers = [
            {
                "name": self.outside.disk_driver,
                "nodeID": names.name,
                "topologyKeys": [self.outside.topology_key],
                "allocatable": {"count": self.outside.disks_per_node},
            }
        ]
        described = {"metadata": {"name": names.name}, "spec": {"drivers": drivers}}
        self.world.make("csinodes", f"{STORAGE}/csinodes", described)

    def _planned(self, pool: NodePool, zone: str) -> Object:
        return self._described(pool, self.outside.node(pool, zone, "planned"))

    def _described(self, pool: NodePool, names: NodeNames) -> Object:
        shape = self.outside.shape(pool.machine)
        address = f"10.{100 + self._addresses // 250}.{self._addresses % 250}.10"
        told = {
            "kubernetes.io/hostname": names.name,
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64",
            "node.kubernetes.io/instance-type": pool.machine,
            "topology.kubernetes.io/region": self.outside.region,
            "topology.kubernetes.io/zone": names.zone,
            self.outside.topology_key: names.zone,
            POOL: pool.name,
        }
        return {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": names.name,
                "labels": {**told, **names.labels, **pool.labels},
                # Without it, the controllers would leave attaching disks to a kubelet, and there is none.
                "annotations": {"volumes.kubernetes.io/controller-managed-attach-detach": "true"},
            },
            "spec": {
                "providerID": names.provider_id,
                "taints": [
                    {"key": each.key, "value": each.value, "effect": each.effect}
                    for each in (*pool.taints, *names.taints)
                ],
            },
            "status": {
                "capacity": _resources(shape.cpus, shape.gigabytes, pool.gpus),
                # What the kubelet and the system keep for themselves, roughly as the clouds reckon it.
                "allocatable": _resources(shape.cpus - 0.08, shape.gigabytes * 0.93 - 0.35, pool.gpus),
                "conditions": _conditions(),
                "addresses": [
                    {"type": "InternalIP", "address": address},
                    {"type": "Hostname", "address": names.name},
                ],
                "nodeInfo": _info(self.version),
                "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            },
        }

    def _remove(self, node: Object) -> None:
        """Take a node away; its pods go with it at once, as their machine has."""
        for pod in self.world.all("pods"):
            if pod["spec"].get("nodeName") == node["metadata"]["name"]:
                self.world.remove("pods", pod, at_once=True)
        self.world.remove("nodes", node)

    def _heartbeat(self) -> None:
        for node in self.world.all("nodes"):
            try:
                self.world.api.patch(f"{_LEASES}/{node['metadata']['name']}", {"spec": _beat()})
            except ApiError as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    self.world.say(node, "Node", "NoLease", f"{path_of('nodes', node)} has no lease", "kubelet")


def _zone(pool: NodePool, index: int) -> str:
    return pool.zones[index % len(pool.zones)] if pool.zones else ""


def _resources(cpus: float, gigabytes: float, gpus: int) -> Mapping[str, str]:
    gpu = {"nvidia.com/gpu": str(gpus)} if gpus else {}
    memory = f"{int(gigabytes * 1024 * 1024)}Ki"
    return {"cpu": f"{int(cpus * 1000)}m", "memory": memory, "ephemeral-storage": "100Gi", "pods": "110", **gpu}


def _conditions() -> list[dict[str, Any]]:
    now = timestamp()
    told = {"Ready": "True", "MemoryPressure": "False", "DiskPressure": "False", "PIDPressure": "False"}
    return [
        {"type": kind, "status": status, "lastHeartbeatTime": now, "lastTransitionTime": now, "reason": "Simulated"}
        for kind, status in told.items()
    ]


def _info(version: str) -> Mapping[str, str]:
    return {
        "kubeletVersion": version,
        "kubeProxyVersion": version,
        "containerRuntimeVersion": "simulated://1",
        "operatingSystem": "linux",
        "architecture": "amd64",
        "osImage": "simulated",
        "kernelVersion": "6.6",
        "machineID": "",
        "systemUUID": "",
        "bootID": "",
    }


def _beat() -> dict[str, Any]:
    moment = timestamp().replace("Z", ".000000Z")
    return {"renewTime": moment, "leaseDurationSeconds": 40}
