"""Stack files for tests: the smallest that load, with a kubeconfig that leads nowhere."""

from pathlib import Path
from typing import Any

import yaml

from components.settings import StackSettings, load

KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{"name": "nowhere", "cluster": {"server": "https://192.0.2.1:6443"}}],
    "users": [{"name": "nobody", "user": {"token": "none"}}],
    "contexts": [{"name": "test", "context": {"cluster": "nowhere", "user": "nobody"}}],
}


def stack(folder: Path, hubs: dict[str, Any] | None = None, **sections: Any) -> StackSettings:
    """Load a stack with these hubs; without any, with one hub of defaults called data8."""
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(KUBECONFIG))
    cloud = {"provider": "local", "kubeconfig": str(kubeconfig), "context": "test", **sections.pop("cloud", {})}
    return load({"cloud": cloud, "hubs": hubs or {"data8": {"auth": {"dummy": {}}}}, **sections}, {})
