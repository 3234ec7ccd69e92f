"""What the conformance cases share: a stack each, a namespace each, and the cluster as its administrator sees it.

The plugins are whichever this machine has: `HUBSTACK_KUBERNETES_PLUGIN` puts another one in the stand-in's place.
"""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from testbed.local import plugins
from tests.conformance import stacks
from tests.conformance.objects import Objects
from tests.support.kube import Kube


@pytest.fixture(scope="session")
def kube(embedded: Any) -> Kube:
    return Kube(embedded.kubeconfig, embedded.context)


@pytest.fixture(scope="session")
def is_stand_in() -> bool:
    """Whether the Kubernetes plugin is the testbed's."""
    kubernetes_plugin, _ = plugins.parts()
    return kubernetes_plugin.choose().needed().stands_in


@pytest.fixture(scope="session")
def engine_environment(activated: dict[str, str], vault: dict[str, str]) -> Iterator[dict[str, str]]:
    """Programs run in the tests' own process, so its environment has to be the activated one."""
    with pytest.MonkeyPatch.context() as patch:
        environment = activated | vault
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.delenv("KUBECONFIG", raising=False)
        yield environment


@pytest.fixture
def namespace(kube: Kube) -> Iterator[str]:
    """A namespace of the test's own, made and deleted by the administrator."""
    name = f"conformance-{secrets.token_hex(4)}"
    kube.core.create_namespace({"metadata": {"name": name}})
    yield name
    kube.core.delete_namespace(name)


@pytest.fixture
def objects(kube: Kube, namespace: str) -> Objects:
    return Objects(kube, namespace)


@pytest.fixture(scope="session")
def prepared(engine_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty stack to copy."""
    folder = tmp_path_factory.mktemp("prepared") / "program"
    stacks.prepare(folder, engine_environment)
    return folder


@pytest.fixture
def stack(prepared: Path, engine_environment: dict[str, str], tmp_path: Path) -> stacks.Stack:
    """A stack of the test's own. It is not taken down: the namespace goes, and the cluster does at the end."""
    return stacks.make(prepared, tmp_path / "program", engine_environment)


@pytest.fixture
def provider(embedded: Any) -> Any:
    """Give a function that makes the explicit provider inside a program, and the options that use it."""

    def make(**settings: Any) -> pulumi.ResourceOptions:
        made = kubernetes.Provider(
            "cluster",
            **{
                "kubeconfig": embedded.kubeconfig.read_text(),
                "context": embedded.context,
                "cluster_identifier": "conformance",
                "enable_server_side_apply": True,
                **settings,
            },
        )
        return pulumi.ResourceOptions(provider=made)

    return make
