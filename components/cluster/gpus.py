"""Announces GPUs to Kubernetes, on clouds whose nodes bring the driver and not the plugin."""

import pulumi
import pulumi_kubernetes as kubernetes

from components import versions
from components.clouds.purposes import POOL
from components.cluster.namespaces import make_namespace
from components.labels import Labels

RESOURCE = "nvidia.com/gpu"
"""What a pod asks for, and the key of the taint that keeps others off these nodes."""

_PLUGINS = "/var/lib/kubelet/device-plugins"


def make_device_plugin(labels: Labels, opts: pulumi.ResourceOptions) -> None:
    """Run NVIDIA's device plugin on every node that says it has a GPU.

    It speaks with the kubelet over a socket on the node, so its namespace takes privileged pods; nothing else is in it.
    """
    called = pulumi.Output.concat("hubstack-", labels.platform, "-gpus")
    namespace = make_namespace("gpus", called, "privileged", labels, opts)
    chosen = {"app.kubernetes.io/name": "nvidia-device-plugin"}
    kubernetes.apps.v1.DaemonSet(
        "gpus-plugin",
        metadata={"name": "nvidia-device-plugin", "namespace": namespace.metadata.name, "labels": labels.of("gpus")},
        spec={
            "selector": {"match_labels": chosen},
            "template": {"metadata": {"labels": {**labels.of("gpus"), **chosen}}, "spec": _pod()},
        },
        # Where the pool is empty there is no pod to wait for.
        opts=opts,
    )


def _pod() -> kubernetes.core.v1.PodSpecArgsDict:
    return {
        "node_selector": {POOL: "gpu"},
        "tolerations": [{"operator": "Exists"}],
        "priority_class_name": "system-node-critical",
        "automount_service_account_token": False,
        "containers": [
            {
                "name": "plugin",
                "image": versions.NVIDIA_DEVICE_PLUGIN_IMAGE,
                "image_pull_policy": "IfNotPresent",
                "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
                "security_context": {
                    "allow_privilege_escalation": False,
                    "capabilities": {"drop": ["ALL"]},
                    "read_only_root_filesystem": True,
                },
                "volume_mounts": [{"name": "plugins", "mount_path": _PLUGINS}],
            }
        ],
        "volumes": [{"name": "plugins", "host_path": {"path": _PLUGINS, "type": "Directory"}}],
    }
