"""What the container of a person's database starts with, as a ConfigMap in the hub's namespace."""

from pathlib import Path

import pulumi
import pulumi_kubernetes as kubernetes

from components.hub.values.runtime import CONFIG_MAP
from components.labels import Labels

_FILES = Path(__file__).parent / "user_database_files"


def make_start_files(
    namespace: pulumi.Input[str], labels: Labels, opts: pulumi.ResourceOptions
) -> kubernetes.core.v1.ConfigMap:
    """Make the ConfigMap; a server that runs keeps what it started with."""
    return kubernetes.core.v1.ConfigMap(
        f"{labels.hub}-user-database",
        metadata={"name": CONFIG_MAP, "namespace": namespace, "labels": labels.of("user-database")},
        data={file.name: file.read_text() for file in sorted(_FILES.iterdir()) if file.is_file()},
        opts=opts,
    )
