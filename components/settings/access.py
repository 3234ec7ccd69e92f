"""How a hub is reached, what its users' servers can reach, and how much its namespace may take."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from components.settings.names import Email, Network, ObjectName
from components.settings.quantities import Cpu, Memory, Storage
from components.settings.section import ChosenIfThere, Section, Whole, YesOrNo


class LetsEncrypt(Section):
    """A certificate from Let's Encrypt, got and renewed by the chart's own proxy."""

    contact: Email = Field(
        description="Address that Let's Encrypt writes to about the certificate; no default.",
        examples=["hub@example.edu"],
    )


class CertificateSecret(Section):
    """A certificate kept in a Kubernetes Secret of type kubernetes.io/tls in the hub's namespace."""

    name: ObjectName = Field(description="The Secret's name; no default.", examples=["data8-tls"])


class ManualCertificate(Section):
    """A certificate and its key written into the stack file."""

    certificate: str = Field(description="The certificate and its chain, as PEM text; no default.", min_length=1)
    key: SecretStr = Field(
        description=(
            "The certificate's private key, as PEM text; set it with `pulumi config set --path --secret`. No default."
        ),
        min_length=1,
    )


class Offload(Section):
    """Something in front of the hub, such as a cloud's balancer, speaks HTTPS; the hub trusts what it says."""


class Https(Section):
    """Where the hub's certificate comes from; exactly one of these."""

    letsencrypt: Annotated[LetsEncrypt | None, ChosenIfThere] = Field(
        default=None,
        description="A certificate from Let's Encrypt; the hub's domain must lead to it from the internet.",
    )
    secret: Annotated[CertificateSecret | None, ChosenIfThere] = Field(
        default=None, description="A certificate in a Secret of the hub's namespace."
    )
    manual: Annotated[ManualCertificate | None, ChosenIfThere] = Field(
        default=None, description="A certificate in the stack file."
    )
    offload: Annotated[Offload | None, ChosenIfThere] = Field(
        default=None, description="HTTPS ends before the hub; write {} behind it."
    )


CERTIFICATES = ("letsencrypt", "secret", "manual", "offload")
"""The keys of `Https`; exactly one is given."""


class Proxy(Section):
    """The hub's front door."""

    https: Https | None = Field(
        default=None,
        description=(
            "Where the hub's certificate comes from. Default: none, plain HTTP, which is for one's own machine only."
        ),
    )


class EgressRule(Section):
    """A network that users' servers may reach though it is private."""

    network: Network = Field(description="The network, as address/length; no default.", examples=["10.20.0.0/16"])
    ports: tuple[Annotated[Whole, Field(ge=1, le=65535)], ...] = Field(
        default=(), description="TCP ports that may be reached there; default: every port.", examples=[[5432]]
    )


class Egress(Section):
    """What users' servers may reach. The API server, metadata addresses and others' pods are never among it."""

    internet: YesOrNo = Field(
        default=True,
        description=(
            "Whether servers reach public addresses; the default lets people install packages and clone repositories."
        ),
        examples=[True],
    )
    networks: tuple[EgressRule, ...] = Field(
        default=(),
        description="Private networks that servers may reach, such as the university's databases; default: none.",
        examples=[[{"network": "10.20.0.0/16", "ports": [5432]}]],
    )


class Security(Section):
    """What users' servers are kept from."""

    metadata: Literal["network_policy", "iptables"] = Field(
        default="network_policy",
        description=(
            "What keeps servers from the cloud's metadata address and its credentials: the default, network_policy, "
            "needs no privilege; iptables does it with a privileged container in each server, for clusters that "
            "enforce no network policy."
        ),
        examples=["network_policy"],
    )
    egress: Egress = Field(default=Egress(), description="What users' servers may reach.")


class Quota(Section):
    """How much the hub's namespace may take from the cluster; what is not set follows from the hub's users."""

    pods: Whole | None = Field(
        default=None,
        ge=1,
        description="Pods at most, the hub's own among them; default: users.most and what the hub needs.",
    )
    memory: Memory | None = Field(
        default=None,
        description=(
            "Sum of all guarantees of memory; default: users.most times those of a server and its database, and what "
            "the hub needs."
        ),
        examples=["64Gi"],
    )
    cpu: Cpu | None = Field(
        default=None,
        description=(
            "Sum of all guarantees of CPU; default: users.most times those of a server and its database, and what the "
            "hub needs."
        ),
        examples=[16],
    )
    storage: Storage | None = Field(
        default=None,
        description=(
            "Sum of all claims' sizes; default: the hub's database, and the disks of ten times users.most people at "
            "their largest, as disks stay when servers stop."
        ),
        examples=["20Gi"],
    )
