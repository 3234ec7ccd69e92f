"""A cluster that can be reached the way the stack file says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from components.settings.clouds.local import LocalCloud
from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.shapes import entries, keys
from components.settings.words import clean, nearest_first

_HTTPS_CERTIFICATES = ("letsencrypt", "secret", "manual")


def check(draft: Draft) -> Iterator[Mistake]:
    """Find a kubeconfig that does not lead to the context, or too few ports for the hubs."""
    yield from _kubeconfig(draft)
    yield from _node_ports(draft)


def _kubeconfig(draft: Draft) -> Iterator[Mistake]:
    kubeconfig = draft.given("cloud", "kubeconfig")
    if not kubeconfig or not draft.sound("cloud", "kubeconfig"):
        return
    try:
        contexts = read_contexts(Path(kubeconfig).expanduser())
    except KubeconfigError as error:
        yield Mistake(("cloud", "kubeconfig"), f"{clean(kubeconfig)}, {error}", "a kubeconfig file", error.mend)
        return
    context = draft.given("cloud", "context")
    if context in contexts or not (context is None or draft.sound("cloud", "context")):
        return
    choices = [clean(name) for name in nearest_first(str(context), contexts)]
    yield Mistake(
        ("cloud", "context"),
        "nothing" if context is None else clean(str(context)),
        f"a context of {clean(kubeconfig)}: {', '.join(choices)}",
        "set this key to one of them; `kubectl config get-contexts` with that file tells more of them",
    )


def _node_ports(draft: Draft) -> Iterator[Mistake]:
    cloud = draft.read(LocalCloud, "cloud")
    if cloud is None or cloud.node_ports is None:
        return
    needed = sum(2 if _has_certificate(draft, hub) else 1 for hub in draft.hubs())
    there = len(cloud.node_ports.ports)
    if there < needed:
        yield Mistake(
            ("cloud", "node_ports"),
            f"{cloud.node_ports}, {there} {'port' if there == 1 else 'ports'}",
            f"{needed} ports or more: one for each hub, and one more for each with a certificate",
            f"write {cloud.node_ports.first}-{cloud.node_ports.first + needed - 1}, and open them on the nodes",
        )


def _has_certificate(draft: Draft, hub: str) -> bool:
    return any(draft.has("hubs", hub, "proxy", "https", source) for source in _HTTPS_CERTIFICATES)


class KubeconfigError(Exception):
    """A kubeconfig that cannot be used; its text goes on from the file's name."""

    def __init__(self, what: str, mend: str) -> None:
        """Say what is wrong with it, and what to do."""
        super().__init__(what)
        self.mend = mend


def read_contexts(kubeconfig: Path) -> list[str]:
    """Give the names of a kubeconfig's contexts. What else is in the file stays unsaid: it holds keys.

    Raises `KubeconfigError`.
    """
    import yaml  # noqa: PLC0415 - not for whoever only wants the models

    try:
        content: Any = yaml.safe_load(kubeconfig.read_text())
    except FileNotFoundError:
        raise KubeconfigError("which does not exist", "run `make up`, or name the file of your cluster") from None
    except OSError as error:
        raise KubeconfigError(f"which cannot be read: {error.strerror}", "mend the path or the file's rights") from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise KubeconfigError("which is not YAML", "get it anew from where it came") from None
    names = [keys(context).get("name") for context in entries(keys(content).get("contexts"))]
    contexts = [name for name in names if isinstance(name, str)]
    if not contexts:
        raise KubeconfigError("which names no contexts", "get it anew from where it came, or name another file")
    return contexts
