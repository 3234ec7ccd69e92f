"""Every version that hubstack pins, in one place. A pin moves only here, and with it whatever it is tested against."""

# The engine, and the SDK in pyproject.toml, which has to be of the same version.
PULUMI = "3.246.0"
# The provider plugins that the SDKs in pyproject.toml ask for.
PULUMI_KUBERNETES = "4.32.0"
PULUMI_RANDOM = "4.21.4"
PULUMI_GCP = "10.2.0"
PULUMI_AWS = "7.51.1"
PULUMI_AZURE_NATIVE = "3.29.0"

# Zero to JupyterHub's chart; its values' schema lies beside components/hub.
JUPYTERHUB_CHART = "4.4.0"
JUPYTERHUB_CHART_REPOSITORY = "https://hub.jupyter.org/helm-chart/"

# CloudNativePG's operator, and the chart that brings it.
CLOUDNATIVE_PG = "1.30.0"
CLOUDNATIVE_PG_CHART = "0.29.0"
CLOUDNATIVE_PG_CHART_REPOSITORY = "https://cloudnative-pg.github.io/charts"

# The Kubernetes that `make up` starts. The chart wants 1.28 or newer.
KUBERNETES = "1.36.3"

# The chart's own images: a release asks for the hub, tools and sample of its own version, and for this proxy.
HUB_IMAGE = f"quay.io/jupyterhub/k8s-hub:{JUPYTERHUB_CHART}"
SINGLEUSER_IMAGE = f"quay.io/jupyterhub/k8s-singleuser-sample:{JUPYTERHUB_CHART}"
NETWORK_TOOLS_IMAGE = f"quay.io/jupyterhub/k8s-network-tools:{JUPYTERHUB_CHART}"
PROXY_IMAGE = "quay.io/jupyterhub/configurable-http-proxy:5.2.0"
# The kubelet holds a pod's namespaces with it, and the chart its placeholders.
PAUSE_IMAGE = "registry.k8s.io/pause:3.10.1"
# Announces the GPUs of a node to Kubernetes, where the cloud does not.
NVIDIA_DEVICE_PLUGIN_IMAGE = "nvcr.io/nvidia/k8s-device-plugin:v0.20.0"
# Small jobs of ours, such as making a home folder writable.
BUSYBOX_IMAGE = "docker.io/library/busybox:1.37.0"
# CloudNativePG's operands by major version, which the operator reads from the tag; they run beside notebooks, too.
POSTGRESQL_IMAGES = {
    "16": "ghcr.io/cloudnative-pg/postgresql:16.13-minimal-trixie",
    "17": "ghcr.io/cloudnative-pg/postgresql:17.9-minimal-trixie",
    "18": "ghcr.io/cloudnative-pg/postgresql:18.3-minimal-trixie",
}
# What team databases run.
POSTGRESQL_IMAGE = POSTGRESQL_IMAGES["17"]

# EKS runs no autoscaler of its own; it goes with the cluster's Kubernetes version.
CLUSTER_AUTOSCALER = {"1.33": "1.33.5", "1.34": "1.34.4", "1.35": "1.35.1", "1.36": "1.36.0"}
