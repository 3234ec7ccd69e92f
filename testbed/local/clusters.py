"""The Kubernetes cluster: one that was given, kind where Docker is, else the testbed's own, which needs root."""

import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kubernetes import client, config
from kubernetes.config import ConfigException

from components import versions
from testbed import cache, debian, tools
from testbed import cluster as embedded
from testbed.cluster import prerequisites
from testbed.images import build_all, build_for_databases, host
from testbed.local import downloads, probes
from testbed.local.places import CHECKOUT, Places
from testbed.local.stack import has_databases
from testbed.local.ways import Got, Part, Way
from testbed.steps import StepError, run, step

GIVEN = "given by HUBSTACK_KUBECONFIG and HUBSTACK_CONTEXT"
KIND = "kind, in Docker"
EMBEDDED = "the testbed's own"
PROGRAMS = ("etcd", "kubernetes", "coredns", "local-path")
"""What the testbed's own cluster is made of."""
API_SERVER = ("etcd", "kubernetes")
"""What its API server alone needs, where containers cannot run."""

KIND_VERSION = "v0.32.0"
KIND_URL = f"https://github.com/kubernetes-sigs/kind/releases/download/{KIND_VERSION}/kind-linux-{downloads.machine()}"
DEFAULT_NODE_PORTS = "30080-30089"


@dataclass(frozen=True)
class Used:
    """The cluster that `make up` chose: the next one keeps it, and `make down` knows what it may remove."""

    way: str
    kubeconfig: str
    context: str
    node_ports: str = ""

    def got(self) -> Got:
        """Give what the environment says of it."""
        settings = {"HUBSTACK_KUBECONFIG": self.kubeconfig, "HUBSTACK_CONTEXT": self.context}
        if self.node_ports:
            settings["HUBSTACK_NODE_PORTS"] = self.node_ports
        return Got(variables=settings)


def part(places: Places) -> Part:
    """Give the ways to have a cluster; the one that this checkout uses already comes before all others.

    Raises StepError where a person's wish is half said, or is for another cluster than the one in use.
    """
    used, wish = read(places), _wish(places)
    if used and wish and wish != (used.kubeconfig, used.context):
        raise StepError(
            f"This checkout is up on context {used.context} already: `make down` first, then give it another."
        )
    if used and used.way == GIVEN:
        wish = (used.kubeconfig, used.context)
    ways = (
        Way(GIVEN, lambda: _lacks_given(wish), lambda: _given(places, wish)),
        Way(KIND, _lacks_kind, lambda: _kind(places)),
        Way(EMBEDDED, _lacks_embedded, lambda: _embedded(places), stands_in=True),
    )
    if used:
        ways = tuple(sorted(ways, key=lambda way: way.name != used.way))
    return Part(
        "a Kubernetes cluster",
        "the hubs run in it",
        ways,
        help=(
            "Any one of these does: run this as root (`sudo make up`), install Docker, "
            "or name a cluster with HUBSTACK_KUBECONFIG=<file> HUBSTACK_CONTEXT=<name> make up."
        ),
    )


def read(places: Places) -> Used | None:
    """Give the cluster that this checkout uses; None where `make up` has chosen none."""
    if not places.made.is_file():
        return None
    return Used(**json.loads(places.made.read_text()))


def missing_packages() -> list[str]:
    """Give the Debian packages that the testbed's own cluster and its images need and this machine lacks."""
    return debian.missing({**prerequisites.DEBIAN_PACKAGES, **host.DEBIAN_PACKAGES})


def remove(places: Places, used: Used) -> None:
    """Take away a cluster that `make up` made; one that was given stays as it is."""
    if used.way == KIND:
        with step("Removing the kind cluster"):
            words = [_kind_program(), "delete", "cluster", "--name", _kind_name()]
            run(words, log=places.logs / "kind.log", sentence="kind could not remove its cluster; is Docker running?")
    elif used.way == EMBEDDED:
        with step("Ending the testbed's cluster", "all it made goes with it"):
            embedded.Cluster(places.cluster).down()
    shutil.rmtree(places.cluster, ignore_errors=True)


def answers(kubeconfig: Path, context: str) -> str:
    """Say why a cluster cannot be used; empty where its API server answers."""
    from components.clouds.kubeconfig import KubeconfigError, read_context  # noqa: PLC0415 - it brings all settings in

    try:
        read_context(kubeconfig, context)
        api: Any = config.new_client_from_config(str(kubeconfig), context=context)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        client.VersionApi(api).get_code(_request_timeout=5)
    except (KubeconfigError, ConfigException) as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - the client raises whatever its transport or credentials plugin does
        return (
            f"The cluster of context {context} does not answer ({_plain(error)}): is it running, and reached from here?"
        )
    return ""


def _plain(error: BaseException) -> str:
    reason = getattr(error, "reason", None)
    return str(reason or error).strip().splitlines()[0][:200]


def _remember(places: Places, used: Used) -> Got:
    places.root.mkdir(parents=True, exist_ok=True)
    places.made.write_text(json.dumps(asdict(used)))
    return used.got()


# A cluster that was given

Wish = tuple[str, str]
"""A kubeconfig's path, and a context of it."""


def _wish(places: Places) -> Wish | None:
    """Give the cluster that a person named; what an activated shell has set for a cluster of ours is nobody's wish."""
    kubeconfig, context = os.environ.get("HUBSTACK_KUBECONFIG", ""), os.environ.get("HUBSTACK_CONTEXT", "")
    if kubeconfig == str(places.cluster / "kubeconfig"):
        return None
    if kubeconfig and context:
        return str(Path(kubeconfig).expanduser().absolute()), context
    if kubeconfig or context:
        there, missing = ("KUBECONFIG", "CONTEXT") if kubeconfig else ("CONTEXT", "KUBECONFIG")
        raise StepError(
            f"HUBSTACK_{there} is set and HUBSTACK_{missing} is not: set both to use a cluster of your own, or neither."
        )
    return None


def _lacks_given(wish: Wish | None) -> str:
    if wish is None:
        return "they are not set"
    wrong = answers(Path(wish[0]), wish[1])
    if wrong:
        raise StepError(wrong)
    return ""


def _given(places: Places, wish: Wish | None) -> Got:
    kubeconfig, context = wish or ("", "")
    with step(f"Using the cluster of context {context}", kubeconfig):
        return _remember(places, Used(GIVEN, kubeconfig, context, os.environ.get("HUBSTACK_NODE_PORTS", "")))


# kind


def _lacks_kind() -> str:
    if not probes.docker_runs():
        return "no Docker engine answers"
    if probes.on_path("kind") or probes.reachable(KIND_URL) or not tools.lacks_go():
        return ""
    return "kind is not installed, and can be neither downloaded nor built"


def _kind_program() -> Path:
    found = probes.on_path("kind")
    if found:
        return found
    if probes.reachable(KIND_URL):
        return downloads.program("kind", KIND_URL, f"{KIND_URL}.sha256sum") / "kind"
    return tools.tool("kind") / "kind"


def _kind_name() -> str:
    """Give a name that two checkouts do not share."""
    return f"hubstack-{cache.content_key(str(CHECKOUT))[:6]}"


def _kind(places: Places) -> Got:
    program, name, kubeconfig = _kind_program(), _kind_name(), places.cluster / "kubeconfig"
    before = read(places)
    ports = (before.node_ports if before else os.environ.get("HUBSTACK_NODE_PORTS")) or DEFAULT_NODE_PORTS
    used = Used(KIND, str(kubeconfig), f"kind-{name}", ports)
    with step("Starting a kind cluster", "Kubernetes in one Docker container") as current:
        if kubeconfig.is_file() and not answers(kubeconfig, used.context):
            current.done("it runs already")
            return used.got()
        _remember(places, used)
        log = places.logs / "kind.log"
        run(
            [program, "delete", "cluster", "--name", name],
            log=log,
            sentence="kind could not clear a half-made cluster.",
        )
        _check_free(ports)
        places.cluster.mkdir(parents=True, exist_ok=True)
        file = places.cluster / "kind.json"
        file.write_text(json.dumps(kind_config(ports)))
        words = ["create", "cluster", "--name", name, "--config", file, "--kubeconfig", kubeconfig, "--wait", "5m"]
        run([program, *words], log=log, sentence="kind could not start a cluster.", follow=current.moved)
    return used.got()


def kind_config(node_ports: str) -> dict[str, Any]:
    """Give kind's configuration: one node, whose NodePorts answer on this machine alone."""
    mappings = [
        {"containerPort": port, "hostPort": port, "listenAddress": "127.0.0.1"} for port in port_range(node_ports)
    ]
    return {
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "nodes": [{"role": "control-plane", "extraPortMappings": mappings}],
    }


def port_range(text: str) -> Iterator[int]:
    """Give the ports of a range such as `30080-30089`."""
    first, _, last = text.partition("-")
    if not first.isdigit() or not (last or first).isdigit() or not 30000 <= int(first) <= int(last or first) <= 32767:  # noqa: PLR2004
        raise StepError(
            f"HUBSTACK_NODE_PORTS is {text}: give a range of ports from 30000 to 32767, such as 30080-30089."
        )
    yield from range(int(first), int(last or first) + 1)


def _check_free(ports: str) -> None:
    for port in port_range(ports):
        with closing(socket.socket()) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                raise StepError(
                    f"Port {port} of this machine is taken by another program: stop that, or choose other ports, "
                    "such as HUBSTACK_NODE_PORTS=31080-31089 make up."
                ) from None


# The testbed's own


def _lacks_embedded() -> str:
    return embedded.can_run() or tools.lacks_go()


def _embedded(places: Places) -> Got:
    own = embedded.Cluster(places.cluster, helper_image=versions.BUSYBOX_IMAGE)
    got = _remember(places, Used(EMBEDDED, str(own.kubeconfig), own.context))
    own.up([*build_all(), *(build_for_databases() if has_databases() else [])])
    return got
