"""The embedded cluster does what a cluster does: pods, names, volumes, load balancers, and policies from the start."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed.cluster import Cluster
from testbed.cluster.api import Api
from tests.support.metadata import ADDRESS as METADATA
from tests.support.metadata import metadata_service
from tests.support.pods import Namespace, administrator, exists, namespace, tries, wait_for

COMPONENTS = {
    "containerd",
    "coredns",
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "kubelet",
    "load-balancers",
    "local-path-provisioner",
    "policy-agent",
}
EVERYONE = "0.0.0.0/0"


@pytest.fixture
def api(embedded: Cluster) -> Api:
    return administrator(embedded)


@pytest.fixture
def room(api: Api, request: pytest.FixtureRequest) -> Iterator[Namespace]:
    """A namespace of the test's own."""
    with namespace(api, request.node.name.replace("_", "-").removeprefix("test-")[:60]) as made:
        yield made


@pytest.fixture
def metadata_server(embedded: Cluster) -> Iterator[str]:
    with metadata_service(embedded) as served:
        yield served


def test_every_component_is_well(embedded: Cluster):
    statuses = embedded.status()

    assert {status.name for status in statuses} == COMPONENTS
    assert [status for status in statuses if status.trouble] == []


def test_a_pod_runs_and_finds_services_by_name(room: Namespace, api: Api):
    room.probe("probe", "nslookup kubernetes.default.svc.cluster.local; hostname")
    service = api.get("/api/v1/namespaces/default/services/kubernetes")

    said = room.said("probe")

    assert service["spec"]["clusterIP"] in said
    assert said[-1] == "probe"


def test_a_claim_gets_a_volume_that_goes_with_it(room: Namespace, embedded: Cluster):
    volume_class = f"{room.name}-class"
    path = "/apis/storage.k8s.io/v1/storageclasses"
    with_name = {"metadata": {"name": volume_class}, "provisioner": "rancher.io/local-path"}
    room.api.create(path, {**with_name, "reclaimPolicy": "Delete", "volumeBindingMode": "WaitForFirstConsumer"})
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    room.object("PersistentVolumeClaim", "claim", {**spec, "storageClassName": volume_class})
    container = {"name": "main", "image": "registry.k8s.io/pause:3.10.1"}
    mount = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "claim"}}
    room.object("Pod", "user", {"containers": [{**container, **mount}], "volumes": [volume]})

    bound = wait_for(lambda: room.read("PersistentVolumeClaim", "claim")["spec"].get("volumeName"), "a volume")
    folder = room.api.get(f"/api/v1/persistentvolumes/{bound}")["spec"]["hostPath"]["path"]
    wait_for(lambda: room.read("Pod", "user")["status"]["phase"] == "Running", "the pod to run")
    assert embedded.node_exec(["stat", "--format=%F", folder]).strip() == "directory"
    room.api.delete(f"{room.path}/pods/user")
    room.api.delete(f"{room.path}/persistentvolumeclaims/claim")

    wait_for(lambda: not exists(room.api, f"/api/v1/persistentvolumes/{bound}"), "the volume to go")
    assert folder not in embedded.node_exec(["find", str(Path(folder).parent)])
    room.api.delete(f"{path}/{volume_class}")


def test_a_load_balancer_answers_on_the_host_and_frees_its_address(room: Namespace):
    room.server("server", labels={"app": "server"}, ports={"web": 8080})
    spec = {"type": "LoadBalancer", "selector": {"app": "server"}, "ports": [{"port": 80, "targetPort": "web"}]}

    room.object("Service", "first", spec)
    address = wait_for(lambda: _balancer(room, "first"), "an address")
    assert wait_for(lambda: _page(address), "an answer") == "server"
    room.object("Service", "second", spec)
    assert wait_for(lambda: _balancer(room, "second"), "an address") != address
    room.api.delete(f"{room.path}/services/first")
    wait_for(lambda: not exists(room.api, f"{room.path}/services/first"), "the service to go")
    room.object("Service", "third", spec)

    assert wait_for(lambda: _balancer(room, "third"), "an address") == address


def test_a_node_port_answers_on_the_node(room: Namespace, api: Api):
    room.server("server", labels={"app": "server"}, ports={"web": 8080})
    spec = {"type": "NodePort", "selector": {"app": "server"}, "ports": [{"port": 80, "targetPort": 8080}]}

    port = room.object("Service", "port", spec)["spec"]["ports"][0]["nodePort"]

    assert wait_for(lambda: _page(f"{api.host}:{port}"), "an answer") == "server"


def test_without_a_policy_a_pod_reaches_what_the_policies_of_other_tests_close(
    room: Namespace, api: Api, metadata_server: str
):
    server = room.server("server", ports={"web": 8080})

    room.probe("probe", tries(f"{server}:8080", f"{api.host}:6443", metadata_server))

    assert room.said("probe") == ["open", "open", "open"]


def test_a_policy_holds_from_the_first_packet(room: Namespace, api: Api):
    """Many pods that connect as their first act, at the time when the node is busiest: not one gets through."""
    server = room.server("server", ports={"web": 8080})
    room.policy("closed", {"podSelector": {"matchLabels": {"app": "closed"}}, "policyTypes": ["Egress"]})
    burst = "\n".join([f"nc -w 1 {server} 8080 </dev/null >/dev/null 2>&1 && echo open"] * 3)

    names = [f"probe-{number}" for number in range(10)]
    for name in names:
        room.probe(name, f"{burst}; echo done", labels={"app": "closed"})

    assert [room.said(name) for name in names] == [["done"]] * 10


def test_a_closed_pod_is_reached_by_nobody_until_a_policy_allows_it(room: Namespace):
    server = room.server("server", labels={"app": "server"}, ports={"web": 8080, "admin": 9090})
    room.policy("closed", {"podSelector": {}, "policyTypes": ["Ingress"]})
    room.probe("before", tries(f"{server}:8080"), labels={"role": "client"})
    assert room.said("before") == ["closed"]

    clients = [{"podSelector": {"matchLabels": {"role": "client"}}}]
    spec = {
        "podSelector": {"matchLabels": {"app": "server"}},
        "ingress": [{"from": clients, "ports": [{"port": "web"}]}],
    }
    room.policy("web", spec)
    room.probe("client", tries(f"{server}:8080", f"{server}:9090"), labels={"role": "client"})
    room.probe("stranger", tries(f"{server}:8080", f"{server}:9090"))

    assert room.said("client") == ["open", "closed"]
    assert room.said("stranger") == ["closed", "closed"]


def test_a_policy_follows_labels_that_change(room: Namespace):
    server = room.server("server", labels={"app": "server"}, ports={"web": 8080})
    clients = [{"podSelector": {"matchLabels": {"role": "client"}}}]
    room.policy("clients", {"podSelector": {"matchLabels": {"app": "server"}}, "ingress": [{"from": clients}]})
    attempt = f"nc -w 1 {server} 8080 </dev/null >/dev/null 2>&1"
    room.probe("probe", f"{attempt} && echo open || echo closed; until {attempt}; do sleep 0.2; done; echo open")
    wait_for(lambda: room.runs("probe") and "closed" in room.log("probe"), "the first attempt")

    room.api.patch(f"{room.path}/pods/probe", {"metadata": {"labels": {"role": "client"}}})

    assert room.said("probe") == ["closed", "open"]


def test_a_policy_lets_in_namespaces_by_their_labels(room: Namespace, api: Api):
    server = room.server("server", labels={"app": "server"}, ports={"web": 8080})
    peer = {"namespaceSelector": {"matchLabels": {"team": "red"}}, "podSelector": {"matchLabels": {"role": "client"}}}
    room.policy("red", {"podSelector": {}, "ingress": [{"from": [peer]}]})
    attempt = tries(f"{server}:8080")

    with namespace(api, "red-team", {"team": "red"}) as red, namespace(api, "blue-team", {"team": "blue"}) as blue:
        red.probe("client", attempt, labels={"role": "client"})
        red.probe("other", attempt)
        blue.probe("client", attempt, labels={"role": "client"})

        assert red.said("client") == ["open"]
        assert red.said("other") == ["closed"]
        assert blue.said("client") == ["closed"]


def test_a_policy_closes_the_api_server_and_the_metadata_address(room: Namespace, api: Api, metadata_server: str):
    """As the chart does for user pods: everywhere but some addresses, and the name server."""
    server = room.server("server", ports={"web": 8080})
    names = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
    everywhere_but = {"ipBlock": {"cidr": EVERYONE, "except": [f"{METADATA}/32", f"{api.host}/32"]}}
    egress = [{"to": [everywhere_but]}, {"to": [names], "ports": [{"port": 53, "protocol": "UDP"}]}]
    room.policy("user", {"podSelector": {"matchLabels": {"role": "user"}}, "policyTypes": ["Egress"], "egress": egress})
    service = api.get("/api/v1/namespaces/default/services/kubernetes")["spec"]["clusterIP"]
    targets = [f"{server}:8080", f"{api.host}:6443", f"{service}:443", metadata_server]

    lookup = "nslookup kubernetes.default.svc.cluster.local >/dev/null && echo named"
    room.probe("user", f"{tries(*targets)}\n{lookup}", labels={"role": "user"})

    assert room.said("user") == ["open", "closed", "closed", "closed", "named"]


def test_a_probe_of_kubelet_passes_every_policy(room: Namespace):
    room.policy("closed", {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})

    assert room.server("server", ports={"web": 8080})


def test_a_component_that_dies_is_started_again(embedded: Cluster):
    before = _restarts(embedded, "kube-scheduler")

    embedded.node_exec(["kill", "-9", str(_told(embedded, "kube-scheduler")["pid"])])

    wait_for(lambda: _restarts(embedded, "kube-scheduler") == before + 1, "the supervisor to see it")
    wait_for(lambda: not [status for status in embedded.status() if status.trouble], "all to be well")


def test_policies_hold_after_the_agent_was_started_again(room: Namespace, embedded: Cluster):
    server = room.server("server", labels={"app": "server"}, ports={"web": 8080})
    room.policy("closed", {"podSelector": {"matchLabels": {"app": "closed"}}, "policyTypes": ["Egress"]})
    before = _restarts(embedded, "policy-agent")

    embedded.node_exec(["kill", "-9", str(_told(embedded, "policy-agent")["pid"])])
    room.probe("closed", tries(f"{server}:8080"), labels={"app": "closed"})
    room.probe("free", tries(f"{server}:8080"))

    assert room.said("closed") == ["closed"]
    assert room.said("free") == ["open"]
    assert _restarts(embedded, "policy-agent") == before + 1


def _balancer(room: Namespace, name: str) -> str | None:
    ingress = room.read("Service", name)["status"]["loadBalancer"].get("ingress")
    return ingress[0]["ip"] if ingress else None


def _page(address: str) -> str | None:
    try:
        with urllib.request.urlopen(f"http://{address}/", timeout=2) as answer:
            return answer.read().decode().strip()
    except OSError:
        return None


def _restarts(cluster: Cluster, component: str) -> int:
    return _told(cluster, component)["restarts"]


def _told(cluster: Cluster, component: str) -> dict[str, int]:
    """What the supervisor says of a component."""
    return json.loads(cluster.state.supervisor_file.read_text())["components"][component]
