"""The node's components: containerd, kubelet, kube-proxy, the name server, volumes, and the controllers of our own."""

import json
import sys
from pathlib import Path
from typing import Any

from testbed.cluster.agents import RUN, sign_of_life
from testbed.cluster.checks import Answers, Beats, Listens, Says
from testbed.cluster.node_setup import CNI_CONFIG, CNI_PLUGINS, VAR
from testbed.cluster.policy.agent import SOCKET
from testbed.cluster.prerequisites import may_raise_oom_score
from testbed.cluster.state import NODE_NAME, Settings, State
from testbed.cluster.supervisor import Component

CONTAINERD = Path("/run/containerd/containerd.sock")
VOLUMES = VAR / "volumes"
PROVISIONER_NAMESPACE = "local-path-storage"
DNS_READY_PORT = 8181


def components(state: State, settings: Settings) -> list[Component]:
    """Give the node's components."""
    return [
        Component("containerd", ["containerd", f"--config={state.config}/containerd.toml"], Listens(str(CONTAINERD))),
        _kubelet(state, settings),
        _kube_proxy(state, settings),
        _coredns(state, settings),
        _local_path(state, settings),
        _controller("policy-agent", "testbed.cluster.policy.agent", state),
        _controller("load-balancers", "testbed.cluster.load_balancers", state),
    ]


def write_config(state: State, settings: Settings) -> None:
    """Write the components' configuration files."""
    state.config.mkdir(exist_ok=True)
    (state.config / "containerd.toml").write_text(_containerd_config(settings))
    _write(state.config / "cni.conflist", _cni_chain(settings))
    _write(state.config / "kubelet.json", _kubelet_config(state, settings))
    _write(state.config / "kube-proxy.json", _kube_proxy_config(state, settings))
    _write(state.config / "local-path.json", provisioner_config())
    _write(state.config / "helper-pod.json", _helper_pod(settings))
    (state.config / "Corefile").write_text(_corefile(state, settings))


def _kubelet(state: State, settings: Settings) -> Component:
    command = [
        f"{settings.kubernetes}/kubelet",
        f"--config={state.config}/kubelet.json",
        f"--kubeconfig={state.pki}/kubelet.kubeconfig",
        f"--hostname-override={NODE_NAME}",
        f"--node-ip={settings.addresses.node}",
    ]
    # The plugin chain has to hold from the first pod on.
    needs = ("containerd", "kube-apiserver", "policy-agent")
    return Component("kubelet", command, Answers(10248), needs)


def _kube_proxy(state: State, settings: Settings) -> Component:
    command = [f"{settings.kubernetes}/kube-proxy", f"--config={state.config}/kube-proxy.json"]
    return Component("kube-proxy", command, Answers(10256), needs=("kube-apiserver",))


def _coredns(state: State, settings: Settings) -> Component:
    command = [f"{settings.coredns}/coredns", "-conf", f"{state.config}/Corefile"]
    return Component("coredns", command, Answers(DNS_READY_PORT, "/ready"), needs=("kube-apiserver",))


def _local_path(state: State, settings: Settings) -> Component:
    command = [
        f"{settings.local_path}/local-path-provisioner",
        "--debug",  # or it does not say that it has begun
        "start",
        f"--config={state.config}/local-path.json",
        f"--helper-pod-file={state.config}/helper-pod.json",
        f"--helper-image={settings.helper_image}",
        f"--kubeconfig={state.pki}/local-path.kubeconfig",
        f"--namespace={PROVISIONER_NAMESPACE}",
        "--service-account-name=default",
    ]
    name = "local-path-provisioner"
    check = Says(state.logs / f"{name}.log", "Provisioner started")
    return Component(name, command, check, needs=("kube-apiserver", "objects"))


def _controller(name: str, module: str, state: State) -> Component:
    command = [sys.executable, "-m", module, str(state.folder)]
    # It needs the API server, but can well wait for that by itself.
    return Component(name, command, Beats(sign_of_life(name)))


def _containerd_config(settings: Settings) -> str:
    # https://github.com/containerd/containerd/blob/release/1.6/docs/cri/config.md
    return f"""\
version = 2
root = "{VAR}/containerd"
state = "/run/containerd"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.tracing.processor.v1.otlp",
]

[grpc]
  address = "{CONTAINERD}"

[plugins."io.containerd.internal.v1.opt"]
  path = "{VAR}/containerd-opt"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{settings.pause_image}"
  restrict_oom_score_adj = {str(not may_raise_oom_score()).lower()}
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{CNI_PLUGINS}"
    conf_dir = "{CNI_CONFIG}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
"""


def _cni_chain(settings: Settings) -> dict[str, Any]:
    ranges = [[{"subnet": str(settings.addresses.pods)}]]
    ipam = {"type": "host-local", "dataDir": str(RUN / "cni" / "addresses"), "ranges": ranges}
    return {
        "cniVersion": "0.4.0",
        "name": "hubstack",
        "plugins": [
            {"type": "ptp", "mtu": settings.mtu, "ipMasq": False, "ipam": {**ipam, "routes": [{"dst": "0.0.0.0/0"}]}},
            {"type": "hubstack-policy", "socket": str(SOCKET), "limitSeconds": 15},
        ],
    }


def _kubelet_config(state: State, settings: Settings) -> dict[str, Any]:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": f"{state.pki}/ca.crt"},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": f"{state.pki}/kubelet.crt",
        "tlsPrivateKeyFile": f"{state.pki}/kubelet.key",
        "containerRuntimeEndpoint": f"unix://{CONTAINERD}",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{state.cgroup}",
        "failCgroupV1": False,
        "clusterDNS": [str(settings.addresses.dns_service)],
        "clusterDomain": "cluster.local",
        "resolvConf": "/etc/resolv.conf",
        "volumePluginDir": f"{VAR}/volume-plugins",
        "failSwapOn": False,
        "oomScoreAdj": 0,
        "serializeImagePulls": False,
        "registryPullQPS": 0,
        "eventRecordQPS": 0,
        "kubeAPIQPS": 200,
        "kubeAPIBurst": 400,
        # Images come from archives and cannot be had again; the disk is the host's, whose fullness is not ours to mend.
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
    }


def _kube_proxy_config(state: State, settings: Settings) -> dict[str, Any]:
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "clientConnection": {"kubeconfig": f"{state.pki}/kube-proxy.kubeconfig"},
        "mode": "nftables",
        "clusterCIDR": str(settings.addresses.pods),
        "hostnameOverride": NODE_NAME,
        "oomScoreAdj": 0,
        "metricsBindAddress": "127.0.0.1:10249",
        "healthzBindAddress": "127.0.0.1:10256",
        # These are the whole machine's, and may not be set from within.
        "conntrack": {
            "maxPerCore": 0,
            "min": 0,
            "tcpEstablishedTimeout": "0s",
            "tcpCloseWaitTimeout": "0s",
        },
        "nftables": {"minSyncPeriod": "100ms"},
    }


def provisioner_config() -> dict[str, Any]:
    """Give local-path-provisioner's own configuration."""
    paths = [{"node": "DEFAULT_PATH_FOR_NON_LISTED_NODES", "paths": [str(VOLUMES)]}]
    return {"nodePathMap": paths}


def _helper_pod(settings: Settings) -> dict[str, Any]:
    container = {"name": "helper-pod", "image": settings.helper_image, "imagePullPolicy": "IfNotPresent"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "helper-pod"},
        "spec": {
            "containers": [container],
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
        },
    }


def _corefile(state: State, settings: Settings) -> str:
    servers = " ".join(settings.resolvers)
    forward = f"forward . {servers}" if servers else "# The host has no name server that the node could ask."
    return f"""\
.:53 {{
    bind {settings.addresses.name_server}
    ready 127.0.0.1:{DNS_READY_PORT}
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
        kubeconfig {state.pki}/coredns.kubeconfig
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 5
    }}
    {forward}
    cache 5
}}
"""


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2) + "\n")
