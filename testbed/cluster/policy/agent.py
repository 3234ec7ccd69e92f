"""The policy agent: keeps the node's nftables rules in step with the cluster's pods, namespaces and network policies.

Run on the node: `python -m testbed.cluster.policy.agent <state folder>`. The CNI plugin tells it which pod has which
address, and waits for its answer; it is the only source of addresses, as a pod's status knows them too late.
"""

import json
import logging
import socketserver
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from testbed.cluster.agents import RUN, agent
from testbed.cluster.api import Api, ApiError, Object
from testbed.cluster.policy.compiler import Cluster, Ranges, compile_table
from testbed.cluster.policy.model import Endpoint, read_named_ports, read_policy
from testbed.cluster.reflector import Reflector

log = logging.getLogger(__name__)

SOCKET = RUN / "policy.sock"
ADDRESSES = RUN / "pods"
"""One file an address, so that an agent that was started again still knows who has which."""


@dataclass(frozen=True)
class Holder:
    """The pod sandbox that an address was given to."""

    container: str
    namespace: str
    name: str


class Rules:
    """What the agent knows, and the table it last put in place."""

    def __init__(self, api: Api, ranges: Ranges, name_server: str) -> None:
        self.changed = threading.Event()
        self._api = api
        self._ranges = ranges
        self._on_node = [Endpoint(name_server, "kube-system", {"k8s-app": "kube-dns"})]
        self._pods = Reflector(api, "/api/v1/pods", self.changed.set)
        self._namespaces = Reflector(api, "/api/v1/namespaces", self.changed.set)
        self._policies = Reflector(api, "/apis/networking.k8s.io/v1/networkpolicies", self.changed.set)
        self._holders = _read_holders()
        self._lock = threading.Lock()
        self._in_place = ""

    def start(self) -> None:
        """Begin to follow the cluster; returns when its state is known."""
        for reflector in (self._pods, self._namespaces, self._policies):
            reflector.start()
        for reflector in (self._pods, self._namespaces, self._policies):
            reflector.listed.wait()

    def add(self, address: str, holder: Holder) -> None:
        """Take an address in for a pod that has not started, and put its rules in place.

        Policies are read anew: one that was made before the pod holds for it, however late the watch tells.
        """
        path = f"/api/v1/namespaces/{holder.namespace}/pods/{holder.name}"
        self._pods.take("MODIFIED", self._api.get(path))
        self._policies.refresh()
        self._namespaces.refresh()
        (ADDRESSES / address).write_text(json.dumps(asdict(holder)))
        with self._lock:
            self._holders[address] = holder
        self.apply()
        # A connection that the address' last holder left behind would count as established.
        for side in ("--orig-src", "--orig-dst"):
            subprocess.run(["conntrack", "--delete", side, address], capture_output=True, check=False)

    def remove(self, container: str) -> None:
        """Forget the addresses of a sandbox."""
        with self._lock:
            gone = [address for address, holder in self._holders.items() if holder.container == container]
            for address in gone:
                del self._holders[address]
                (ADDRESSES / address).unlink(missing_ok=True)
        if gone:
            self.apply()

    def apply(self) -> None:
        """Put the rules for what is known now in place, in one step; raises OSError where nft refuses them."""
        with self._lock:
            table = compile_table(self._cluster(), self._ranges)
            if table == self._in_place:
                return
            done = subprocess.run(["nft", "-f", "-"], input=table, capture_output=True, text=True, check=False)
            if done.returncode:
                message = f"nft refused the rules: {done.stderr.strip()[:500]}"
                raise OSError(message)
            self._in_place = table

    def _cluster(self) -> Cluster:
        policies = [read_policy(item) for item in self._policies.objects()]
        namespaces = {item["metadata"]["name"]: _labels(item) for item in self._namespaces.objects()}
        pods = {(item["metadata"]["namespace"], item["metadata"]["name"]): item for item in self._pods.objects()}
        endpoints = [
            Endpoint(address, holder.namespace, _labels(pod), read_named_ports(pod))
            for address, holder in self._holders.items()
            if (pod := pods.get((holder.namespace, holder.name)))
        ]
        return Cluster(policies, endpoints, namespaces, self._on_node)


def _labels(item: Object) -> dict[str, str]:
    return item["metadata"].get("labels", {})


def _read_holders() -> dict[str, Holder]:
    ADDRESSES.mkdir(parents=True, exist_ok=True)
    return {file.name: Holder(**json.loads(file.read_text())) for file in ADDRESSES.iterdir()}


class PluginRequest(socketserver.StreamRequestHandler):
    """One question of the CNI plugin."""

    def handle(self) -> None:
        """Answer with an empty object when all is in place, or with the error."""
        message = json.loads(self.rfile.readline())
        try:
            self._do(message)
        except (ApiError, OSError) as error:
            log.warning("%s/%s: %s", message["namespace"], message["name"], error)
            answer = {"error": str(error)}
        else:
            answer = {}
        self.wfile.write(json.dumps(answer).encode() + b"\n")

    def _do(self, message: Object) -> None:
        server = self.server
        if not isinstance(server, PluginServer):
            return
        started = time.monotonic()
        if message["command"] == "ADD":
            holder = Holder(message["container"], message["namespace"], message["name"])
            for address in message["addresses"]:
                server.rules.add(address, holder)
        elif message["command"] == "DEL":
            server.rules.remove(message["container"])
        took = (time.monotonic() - started) * 1000
        log.info("%s %s/%s in %.0f ms", message["command"], message["namespace"], message["name"], took)


class PluginServer(socketserver.ThreadingUnixStreamServer):
    """Listens for the CNI plugin."""

    daemon_threads = True

    def __init__(self, rules: Rules) -> None:
        SOCKET.unlink(missing_ok=True)
        super().__init__(str(SOCKET), PluginRequest)
        SOCKET.chmod(0o600)
        self.rules = rules


def main() -> None:
    """Run the agent until it is ended."""
    settings, api, beat = agent(Path(sys.argv[1]), "policy-agent")
    addresses = settings.addresses
    rules = Rules(api, Ranges(addresses.pods, addresses.load_balancers), str(addresses.name_server))
    rules.start()
    rules.apply()
    threading.Thread(target=PluginServer(rules).serve_forever, name="plugin", daemon=True).start()
    while True:
        beat()
        rules.changed.wait(5)
        rules.changed.clear()
        try:
            rules.apply()
        except OSError as error:
            log.warning("%s", error)


if __name__ == "__main__":
    main()
