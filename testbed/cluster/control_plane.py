"""The control plane's components: etcd, the API server, the controllers and the scheduler."""

import json
from dataclasses import dataclass
from pathlib import Path

from testbed.cluster.agents import API_PORT
from testbed.cluster.certificates import Subject, make, make_authority, write_kubeconfig
from testbed.cluster.checks import Answers
from testbed.cluster.state import NODE_NAME, Settings, State
from testbed.cluster.supervisor import Component

ISSUER = "https://kubernetes.default.svc.cluster.local"

PORTS = {
    "etcd": 2379,
    "etcd-peer": 2380,
    "etcd-metrics": 2381,
    "api": API_PORT,
    "controllers": 10257,
    "scheduler": 10259,
}
"""The usual ports, in a network of the cluster's own."""

_SUBJECTS = {
    "admin": Subject("hubstack-admin", "system:masters"),
    "etcd": Subject("etcd", serves=("localhost", "127.0.0.1")),
    "apiserver-kubelet": Subject("kube-apiserver", "system:masters"),
    "front-proxy": Subject("front-proxy-client"),
    "controller-manager": Subject("system:kube-controller-manager"),
    "scheduler": Subject("system:kube-scheduler"),
    "kube-proxy": Subject("system:kube-proxy"),
    # Each of these has a name of its own in the API server's log, and may do all: the cluster is thrown away.
    "coredns": Subject("hubstack-coredns", "system:masters"),
    "local-path": Subject("hubstack-local-path", "system:masters"),
    "policy-agent": Subject("hubstack-policy-agent", "system:masters"),
    "load-balancers": Subject("hubstack-load-balancers", "system:masters"),
    "supervisor": Subject("hubstack-supervisor", "system:masters"),
}


@dataclass(frozen=True)
class Place:
    """Where the API server is reached: on the node's address, or on loopback where only the control plane runs."""

    address: str
    ports: dict[str, int]

    @property
    def server(self) -> str:
        """The API server's URL."""
        return f"https://{self.address}:{self.ports['api']}"


def place(settings: Settings) -> Place:
    """Give where the cluster's API server is reached."""
    if settings.control_plane_only:
        return Place("127.0.0.1", settings.ports)
    return Place(str(settings.addresses.node), PORTS)


def write_egress(state: State, settings: Settings) -> None:
    """Write down by which way the API server reaches nodes, pods and Services, where that is a tunnel."""
    if not settings.tunnel:
        return
    through = {"transport": {"uds": {"udsName": f"@{state.tunnel}"}}}
    selections = [{"name": "cluster", "connection": {"proxyProtocol": "HTTPConnect", **through}}]
    document = {"apiVersion": "apiserver.k8s.io/v1beta1", "kind": "EgressSelectorConfiguration"}
    state.config.mkdir(exist_ok=True)
    _egress_file(state).write_text(json.dumps({**document, "egressSelections": selections}, indent=2) + "\n")


def _egress_file(state: State) -> Path:
    return state.config / "egress.json"


def write_identities(state: State, settings: Settings) -> None:
    """Make every certificate that is not there yet, and the kubeconfig files."""
    where = place(settings)
    addresses = settings.addresses
    make_authority(state.pki)
    serves = ("kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local")
    ips = {where.address, "127.0.0.1", str(addresses.kubernetes_service)}
    make(state.pki, "apiserver", Subject("kube-apiserver", serves=(*serves, "localhost", *sorted(ips))))
    node = Subject(f"system:node:{NODE_NAME}", "system:nodes", serves=(NODE_NAME, str(addresses.node)))
    for name, subject in {**_SUBJECTS, "kubelet": node}.items():
        make(state.pki, name, subject)
        write_kubeconfig(state.pki / f"{name}.kubeconfig", where.server, state.pki, name)
    write_kubeconfig(state.kubeconfig, where.server, state.pki, "admin")


def components(state: State, settings: Settings) -> list[Component]:
    """Give the control plane's components."""
    parts = [_etcd(state, settings), _api_server(state, settings), _controllers(state, settings)]
    with_scheduler = settings.scheduler or not settings.control_plane_only
    return [*parts, _scheduler(state, settings)] if with_scheduler else parts


def _etcd(state: State, settings: Settings) -> Component:
    ports = place(settings).ports
    client, peer = (f"https://127.0.0.1:{ports[name]}" for name in ("etcd", "etcd-peer"))
    metrics = f"http://127.0.0.1:{ports['etcd-metrics']}"
    files = {"cert-file": "etcd.crt", "key-file": "etcd.key", "trusted-ca-file": "ca.crt"}
    command = [
        f"{settings.etcd}/etcd",
        f"--data-dir={state.var}/etcd",
        "--unsafe-no-fsync",  # the cluster is thrown away
        "--log-level=warn",
        "--name=hubstack",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=hubstack={peer}",
        f"--listen-metrics-urls={metrics}",
        "--client-cert-auth",
        "--peer-client-cert-auth",
        "--quota-backend-bytes=2147483648",
        "--auto-compaction-retention=10m",
        *(f"--{option}={state.pki}/{file}" for option, file in files.items()),
        *(f"--peer-{option}={state.pki}/{file}" for option, file in files.items()),
    ]
    return Component("etcd", command, Answers(ports["etcd-metrics"], "/readyz"))


def _api_server(state: State, settings: Settings) -> Component:
    where = place(settings)
    pki = state.pki
    command = [
        f"{settings.kubernetes}/kube-apiserver",
        f"--secure-port={where.ports['api']}",
        f"--etcd-servers=https://127.0.0.1:{where.ports['etcd']}",
        f"--etcd-cafile={pki}/ca.crt",
        f"--etcd-certfile={pki}/etcd.crt",
        f"--etcd-keyfile={pki}/etcd.key",
        f"--client-ca-file={pki}/ca.crt",
        f"--tls-cert-file={pki}/apiserver.crt",
        f"--tls-private-key-file={pki}/apiserver.key",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        f"--service-cluster-ip-range={settings.addresses.services}",
        f"--service-account-issuer={ISSUER}",
        f"--service-account-key-file={pki}/service-accounts.key",
        f"--service-account-signing-key-file={pki}/service-accounts.key",
        # The API server's own way to servers that extend the API. They may trust it for a user's name, and it alone:
        # the authority is the one that everybody's certificate is from.
        f"--requestheader-client-ca-file={pki}/ca.crt",
        f"--requestheader-allowed-names={_SUBJECTS['front-proxy'].name}",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={pki}/front-proxy.crt",
        f"--proxy-client-key-file={pki}/front-proxy.key",
        f"--kubelet-certificate-authority={pki}/ca.crt",
        f"--kubelet-client-certificate={pki}/apiserver-kubelet.crt",
        f"--kubelet-client-key={pki}/apiserver-kubelet.key",
        "--kubelet-preferred-address-types=InternalIP",
        "--profiling=false",
        *([f"--token-auth-file={settings.token_file}"] if settings.token_file else []),
        *([f"--egress-selector-config-file={_egress_file(state)}"] if settings.tunnel else []),
        *_where_to_listen(settings),
    ]
    check = Answers(where.ports["api"], "/readyz", host=where.address, https=True)
    return Component("kube-apiserver", command, check, needs=("etcd",))


def _where_to_listen(settings: Settings) -> list[str]:
    if settings.control_plane_only:
        # There is no node whose address the Service `kubernetes` could lead to.
        return ["--bind-address=127.0.0.1", "--advertise-address=192.0.2.1", "--endpoint-reconciler-type=none"]
    return ["--bind-address=0.0.0.0", f"--advertise-address={settings.addresses.node}"]


def _controllers(state: State, settings: Settings) -> Component:
    pki = state.pki
    port = place(settings).ports["controllers"]
    command = [
        f"{settings.kubernetes}/kube-controller-manager",
        *_kubeconfig(pki / "controller-manager.kubeconfig"),
        f"--secure-port={port}",
        "--use-service-account-credentials",
        f"--root-ca-file={pki}/ca.crt",
        f"--service-account-private-key-file={pki}/service-accounts.key",
        # Nobody asks for a certificate: no signers, each of which watches its files with one of the host's 128 inotify
        # instances.
        "--controllers=*,-certificatesigningrequest-signing-controller",
        # One person waits for this cluster: it looks often, and asks as fast as it can.
        "--pvclaimbinder-sync-period=2s",
        "--concurrent-namespace-syncs=20",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
    ]
    return Component("kube-controller-manager", command, Answers(port, https=True), needs=("kube-apiserver",))


def _scheduler(state: State, settings: Settings) -> Component:
    port = place(settings).ports["scheduler"]
    command = [
        f"{settings.kubernetes}/kube-scheduler",
        *_kubeconfig(state.pki / "scheduler.kubeconfig"),
        f"--secure-port={port}",
    ]
    return Component("kube-scheduler", command, Answers(port, https=True), needs=("kube-apiserver",))


def _kubeconfig(path: Path) -> list[str]:
    """Give the options by which the controllers and the scheduler find, trust and are trusted by the API server."""
    return [
        f"--kubeconfig={path}",
        f"--authentication-kubeconfig={path}",
        f"--authorization-kubeconfig={path}",
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
        "--profiling=false",
    ]
