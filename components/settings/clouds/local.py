"""Where the platform runs. Local is a cluster that exists; the program makes what lies inside it."""

from typing import Literal

from pydantic import Field

from components.settings.names import File, NodePath, Provisioner, Text
from components.settings.ports import PortRange
from components.settings.section import Section


class LocalCloud(Section):
    """A Kubernetes cluster that exists: the one `make up` makes, kind, or any other a kubeconfig leads to."""

    provider: Literal["local"] = Field(
        description="The cloud the platform runs on; local is a cluster that exists already.", examples=["local"]
    )
    kubeconfig: File = Field(
        description=(
            "File that says how to reach the cluster. Default: HUBSTACK_KUBECONFIG, which `. ./activate` sets to "
            "the cluster of `make up`. KUBECONFIG is never looked at, so that no command acts on a cluster by "
            "accident."
        ),
        examples=["~/.kube/course.yaml"],
    )
    context: Text = Field(
        description=(
            "Which of the kubeconfig's contexts to use. Default: HUBSTACK_CONTEXT where the kubeconfig is "
            "HUBSTACK_KUBECONFIG as well, else none: the file's current context is not taken, as other tools change "
            "it."
        ),
        examples=["kind-hubstack"],
    )
    node_ports: PortRange | None = Field(
        default=None,
        description=(
            "Ports on the cluster's nodes, one or two for each hub, at which hubs answer on "
            "http://localhost:<port>. Default: HUBSTACK_NODE_PORTS, else none: each hub gets a load balancer's "
            "address, as in a cloud."
        ),
        examples=["30080-30089"],
    )
    homes_path: NodePath = Field(
        default="/var/lib/hubstack/homes",
        description=(
            "Folder on the node that holds people's homes. The default lies where `make up` keeps the node's data, "
            "so that homes outlive a restart of the cluster."
        ),
        examples=["/var/lib/hubstack/homes"],
    )
    volume_provisioner: Provisioner = Field(
        default="rancher.io/local-path",
        description="Provisioner of the cluster's own disks; the default is what kind and `make up`'s cluster have.",
        examples=["rancher.io/local-path"],
    )
