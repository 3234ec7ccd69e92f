"""Every version that the platform is made of, in one place: charts, images, Kubernetes and Pulumi.

Nothing here is `latest`. `pyproject.toml` pins the same Pulumi packages; a unit test holds the two together.
"""

PULUMI = "3.246.0"
PULUMI_KUBERNETES = "4.32.0"
PULUMI_RANDOM = "4.21.4"

KUBERNETES = "1.36.3"
"""What the embedded cluster runs; a cluster of one's own may be any that the chart takes (1.28 or newer)."""

JUPYTERHUB_CHART = "4.4.0"
JUPYTERHUB_CHART_REPOSITORY = "https://hub.jupyter.org/helm-chart/"

# The images that chart asks for, under its own names.
HUB_IMAGE = f"quay.io/jupyterhub/k8s-hub:{JUPYTERHUB_CHART}"
SINGLEUSER_IMAGE = f"quay.io/jupyterhub/k8s-singleuser-sample:{JUPYTERHUB_CHART}"
NETWORK_TOOLS_IMAGE = f"quay.io/jupyterhub/k8s-network-tools:{JUPYTERHUB_CHART}"
PROXY_IMAGE = "quay.io/jupyterhub/configurable-http-proxy:5.2.0"
PAUSE_IMAGE = "registry.k8s.io/pause:3.10.1"

# The images that the graph uses itself.
BUSYBOX_IMAGE = "docker.io/library/busybox:1.37.0"
POSTGRESQL_IMAGE = "ghcr.io/cloudnative-pg/postgresql:17.6"
