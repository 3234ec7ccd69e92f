"""A cluster that can be reached the way the stack file says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from components.settings.cloud import LocalCloud
from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.shapes import entries, keys
from components.settings.words import nearest_first

_HTTPS_CERTIFICATES = ("letsencrypt", "secret", "manual")


def check(draft: Draft) -> Iterator[Mistake]:
    """Find a kubeconfig that does not lead to the context, or too few ports for the hubs."""
    yield from _kubeconfig(draft)
    yield from _node_ports(draft)


def _kubeconfig(draft: Draft) -> Iterator[Mistake]:
    kubeconfig, context = draft.given("cloud", "kubeconfig"), draft.given("cloud", "context")
    if not isinstance(kubeconfig, str) or not draft.sound("cloud", "kubeconfig"):
        return
    try:
        contexts = read_contexts(Path(kubeconfig).expanduser())
    except KubeconfigError as error:
        yield Mistake(("cloud", "kubeconfig"), kubeconfig, "a kubeconfig file", str(error))
        return
    if isinstance(context, str) and context and context not in contexts:
        yield Mistake(
            ("cloud", "context"),
            context,
            f"a context of {kubeconfig}: {', '.join(nearest_first(context, contexts))}",
            "name one of these; `kubectl config get-contexts` shows more about them",
        )


def _node_ports(draft: Draft) -> Iterator[Mistake]:
    if not draft.sound("cloud") or draft.given("cloud", "node_ports") is None:
        return
    cloud = draft.read(LocalCloud, "cloud")
    if cloud is None or cloud.node_ports is None:
        return
    hubs = list(draft.hubs())
    needed = sum(2 if _speaks_https(draft, hub) else 1 for hub in hubs)
    if len(cloud.node_ports.ports) < needed:
        yield Mistake(
            ("cloud", "node_ports"),
            f"{cloud.node_ports}, which is {len(cloud.node_ports.ports)}",
            f"{needed} ports or more: one for each of {len(hubs)} hubs, and one more for each with https",
            (
                f"write {cloud.node_ports.first}-{cloud.node_ports.first + needed - 1}, and let the cluster's nodes "
                "have these ports"
            ),
        )


def _speaks_https(draft: Draft, hub: str) -> bool:
    return any(draft.has("hubs", hub, "proxy", "https", source) for source in _HTTPS_CERTIFICATES)


class KubeconfigError(Exception):
    """A kubeconfig that cannot be used; its text says how to mend that."""


def read_contexts(kubeconfig: Path) -> list[str]:
    """Give the names of a kubeconfig's contexts. What else is in the file stays unsaid: it holds keys."""
    import yaml  # noqa: PLC0415 - a stack with a mistake before this needs none

    try:
        content: Any = yaml.safe_load(kubeconfig.read_text())
    except FileNotFoundError:
        raise KubeconfigError(
            "there is no such file; run `make up`, or name the file that leads to your cluster"
        ) from None
    except OSError as error:
        raise KubeconfigError(f"it cannot be read ({error.strerror}); mend the path or the file's rights") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        raise KubeconfigError("it is not YAML; get it anew from where it came") from None
    names = [keys(context).get("name") for context in entries(keys(content).get("contexts"))]
    names = [name for name in names if isinstance(name, str)]
    if not names:
        raise KubeconfigError(
            "it names no contexts, so it is no kubeconfig or an empty one; get it anew from where it came"
        )
    return names
