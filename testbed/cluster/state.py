"""The state folder: what lies where in it, and the few facts about a cluster that outlive a process.

`cluster.json`, `kubeconfig`, `supervisor.json`, `logs/`, `pki/`, `config/`, `var/` (the node's /var/lib/hubstack).
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from ipaddress import IPv4Network
from pathlib import Path

from testbed.cluster.addresses import Addresses
from testbed.cluster.processes import Process

NODE_NAME = "hubstack-node"


@dataclass(frozen=True)
class State:
    """The state folder of one cluster, by its absolute path."""

    folder: Path

    @property
    def key(self) -> str:
        """Eight hex digits that tell this cluster's interfaces, tables and cgroups from another's."""
        return hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]

    @property
    def interface(self) -> str:
        """The host's end of the cable to the node."""
        return f"hub{self.key}"

    @property
    def cgroup(self) -> str:
        """The cgroup that holds the node and all of its pods, in every hierarchy."""
        return f"hubstack-{self.key}"

    @property
    def nft_table(self) -> str:
        """The host's table that lets the node out to where the host itself can go."""
        return f"hubstack-{self.key}"

    @property
    def tunnel(self) -> str:
        """The abstract Unix socket on which a tunnel to nodes and pods listens; a path could be too long for one."""
        return f"hubstack-{self.key}-tunnel"

    @property
    def kubeconfig(self) -> Path:
        """An administrator's kubeconfig."""
        return self.folder / "kubeconfig"

    @property
    def logs(self) -> Path:
        """One log a component, `<name>.log`; the run before as `<name>.log.1`."""
        return self.folder / "logs"

    @property
    def pki(self) -> Path:
        """Keys and certificates, readable by their owner only."""
        return self.folder / "pki"

    @property
    def config(self) -> Path:
        """The components' configuration files, written anew at each start."""
        return self.folder / "config"

    @property
    def var(self) -> Path:
        """What the cluster stores: etcd, containerd, volumes; the node sees it as /var/lib/hubstack."""
        return self.folder / "var"

    @property
    def supervisor_file(self) -> Path:
        """Where the supervisor says which process it is and how its components fare."""
        return self.folder / "supervisor.json"

    @property
    def settings_file(self) -> Path:
        """Where the cluster's settings are kept."""
        return self.folder / "cluster.json"

    def remains(self) -> list[Path]:
        """Give what is in the folder of this cluster; anything else there is not ours."""
        ours = [self.settings_file, self.kubeconfig, self.supervisor_file, self.logs, self.pki, self.config, self.var]
        return [path for path in ours if path.exists()]


@dataclass(frozen=True)
class Settings:
    """What the supervisor has to know; written by the host's side before it starts one."""

    control_plane_only: bool
    block: str
    """The cluster's /16."""
    etcd: str
    kubernetes: str
    coredns: str = ""
    local_path: str = ""
    """Folders with the programs; the last two are empty where only the control plane runs."""
    pause_image: str = ""
    helper_image: str = ""
    """The image with `mkdir` and `rm` with which the provisioner makes and removes volumes."""
    mtu: int = 1500
    resolvers: list[str] = field(default_factory=list[str])
    """The name servers that outside names are asked of."""
    ports: dict[str, int] = field(default_factory=dict[str, int])
    """Loopback ports by component, where only the control plane runs: there is no network of its own then."""
    scheduler: bool = False
    """The scheduler runs although only the control plane does."""
    token_file: str = ""
    """A file of bearer tokens that the API server takes, one `token,user,uid,"group"` a line."""
    tunnel: bool = False
    """The API server reaches nodes, pods and Services only through the proxy that listens on the state's `tunnel`."""

    @property
    def addresses(self) -> Addresses:
        """The ranges inside the cluster's block."""
        return Addresses(IPv4Network(self.block))


def save_settings(state: State, settings: Settings) -> None:
    """Write the settings, whole or not at all."""
    half_made = state.settings_file.with_suffix(".new")
    half_made.write_text(json.dumps(asdict(settings), indent=2) + "\n")
    half_made.rename(state.settings_file)


def load_settings(state: State) -> Settings | None:
    """Give the settings of the cluster in the folder, or None where there is none."""
    if not state.settings_file.exists():
        return None
    return Settings(**json.loads(state.settings_file.read_text()))


def supervisor(state: State) -> Process | None:
    """Give the supervisor's process if it lives."""
    if not state.supervisor_file.exists():
        return None
    process = Process(**json.loads(state.supervisor_file.read_text())["process"])
    return process if process.alive() else None


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Hold the folder for one `up` or `down` at a time; a second one waits.

    The lock is on the folder itself, so that it leaves no file; a folder that `down` removed meanwhile is made anew.
    """
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if folder.exists() and os.path.samestat(os.fstat(handle), folder.stat()):
                yield
                return
        finally:
            os.close(handle)
