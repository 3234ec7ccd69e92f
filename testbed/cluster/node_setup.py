"""Making the node out of fresh namespaces: its mounts, cgroup, name and network. Runs once, as the node's process 1."""

import os
import shutil
import socket
import sys
from ipaddress import IPv4Network
from pathlib import Path

from testbed.cluster.addresses import Addresses
from testbed.cluster.agents import RUN
from testbed.cluster.commands import output
from testbed.cluster.host_network import UPLINK
from testbed.cluster.policy.compiler import Cluster, Ranges, compile_table
from testbed.cluster.prerequisites import cgroup_mounts
from testbed.cluster.state import NODE_NAME, Settings, State

CNI_PLUGINS = RUN / "cni" / "plugins"
CNI_CONFIG = RUN / "cni" / "config"
VAR = Path("/var/lib/hubstack")

_DEBIAN_CNI_PLUGINS = Path("/usr/lib/cni")
_STATE = RUN / "state"

# kubelet sets these for the whole machine and will not start where it cannot. It is shown files that say so already.
_KUBELET_WANTS = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}


def mount_all(state: State, settings: Settings) -> None:
    """Give the node a /run, /var/lib and /proc of its own, so that nothing it writes stays on the host."""
    output(["mount", "--make-rshared", "/"])
    hosts_resolv_conf = Path("/etc/resolv.conf").resolve()
    output(["mount", "-t", "tmpfs", "-o", "mode=755", "hubstack-run", "/run"])
    _STATE.mkdir(parents=True)
    output(["mount", "--bind", str(state.folder), str(_STATE)])
    _overlay_var_lib(state)
    _bind(_STATE / "var", VAR)
    _bind(_STATE / "var" / "kubelet", Path("/var/lib/kubelet"))
    _bind(_STATE / "var" / "log", Path("/var/log"))
    output(["mount", "-t", "proc", "proc", "/proc"])
    for name, value in _KUBELET_WANTS.items():
        _show_file(Path("/proc/sys") / name, RUN / "sysctl" / name.replace("/", "."), value)
    addresses = settings.addresses
    _show_file(Path("/etc/hosts"), RUN / "hosts", f"127.0.0.1 localhost\n{addresses.node} {NODE_NAME}\n")
    name_servers = "".join(f"nameserver {address}\n" for address in settings.resolvers)
    _show_file(hosts_resolv_conf, RUN / "resolv.conf", name_servers)
    socket.sethostname(NODE_NAME)


def enter_cgroup(state: State) -> None:
    """Make the cluster's cgroup in every hierarchy and move this process into a part of it, beside the pods' part."""
    for mount in cgroup_mounts():
        own = mount / state.cgroup
        if (mount / "cgroup.controllers").exists():
            _pass_controllers_on(mount)
            own.mkdir(exist_ok=True)
            _pass_controllers_on(own)
        else:
            own.mkdir(exist_ok=True)
            _inherit_cpuset(mount, own)
        (own / "node").mkdir(exist_ok=True)
        _inherit_cpuset(own, own / "node")
        (own / "node" / "cgroup.procs").write_text(str(os.getpid()))


def connect(settings: Settings) -> None:
    """Set the node's end of the network up; the host has laid the cable."""
    addresses = settings.addresses
    for name, value in {
        "ipv4/ip_forward": "1",
        "ipv4/conf/default/rp_filter": "1",  # a pod cannot send in another's name
        "ipv6/conf/all/disable_ipv6": "1",  # or pods reach the node by link-local addresses, past every policy
        "ipv6/conf/default/disable_ipv6": "1",
    }.items():
        path = Path("/proc/sys/net") / name
        if path.exists():
            path.write_text(value)
    output(["ip", "link", "set", "lo", "up"])
    output(["ip", "address", "add", f"{addresses.node}/{addresses.link.prefixlen}", "dev", UPLINK])
    output(["ip", "link", "set", UPLINK, "up"])
    output(["ip", "route", "add", "default", "via", str(addresses.host)])
    # A bridge without ports stands in for a dummy interface, which not every kernel has.
    output(["ip", "link", "add", "name-server", "type", "bridge"])
    output(["ip", "address", "add", f"{addresses.name_server}/32", "dev", "name-server"])
    output(["ip", "link", "set", "name-server", "up"])
    output(["nft", "-f", "-"], _way_out(addresses.pods))
    output(["nft", "-f", "-"], closed_table(addresses))


def install_cni(state: State) -> None:
    """Lay out the CNI plugins, ours among them, and the chain they form."""
    CNI_PLUGINS.mkdir(parents=True)
    for plugin in _DEBIAN_CNI_PLUGINS.iterdir():
        (CNI_PLUGINS / plugin.name).symlink_to(plugin)
    ours = CNI_PLUGINS / "hubstack-policy"
    source = Path(__file__).parent / "policy" / "plugin.py"
    ours.write_text(f"#!{sys.executable} -IS\n{source.read_text()}")
    ours.chmod(0o755)
    CNI_CONFIG.mkdir()
    text = (state.config / "cni.conflist").read_text()
    (CNI_CONFIG / "10-hubstack.conflist").write_text(text)


def closed_table(addresses: Addresses) -> str:
    """Give the policy table before the agent runs: no pod is known, so none may send or get anything."""
    return compile_table(Cluster([], [], {}), Ranges(addresses.pods, addresses.load_balancers))


def _way_out(pods: IPv4Network) -> str:
    return f"""
        table ip hubstack-way-out {{
            chain postrouting {{
                type nat hook postrouting priority srcnat; policy accept;
                ip saddr {pods} oifname "{UPLINK}" masquerade
            }}
        }}
    """


def _overlay_var_lib(state: State) -> None:
    """Lay a layer that ends with the node over /var/lib, as kubelet and CNI write there by paths of their own."""
    layer = RUN / "var-lib"
    (layer / "upper").mkdir(parents=True)
    (layer / "work").mkdir()
    options = f"lowerdir=/var/lib,upperdir={layer}/upper,workdir={layer}/work"
    output(["mount", "-t", "overlay", "-o", options, "hubstack-var-lib", "/var/lib"])
    if state.folder.is_relative_to("/var/lib"):
        output(["mount", "--bind", str(_STATE), str(state.folder)])


def _bind(source: Path, target: Path) -> None:
    source.mkdir(parents=True, exist_ok=True)
    target.mkdir(parents=True, exist_ok=True)
    output(["mount", "--bind", str(source), str(target)])


def _show_file(target: Path, file: Path, text: str) -> None:
    """Let the node see a file with other text than the host's."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    if not target.exists():
        if Path("/proc") in target.parents:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    output(["mount", "--bind", str(file), str(target)])


def _pass_controllers_on(group: Path) -> None:
    """Let the groups below one have its controllers, where cgroup v2 asks for that."""
    wanted = [f"+{name}" for name in (group / "cgroup.controllers").read_text().split()]
    given = (group / "cgroup.subtree_control").read_text().split()
    missing = [name for name in wanted if name[1:] not in given]
    if missing:
        (group / "cgroup.subtree_control").write_text(" ".join(missing))


def _inherit_cpuset(parent: Path, child: Path) -> None:
    """Give a new cpuset of cgroup v1 its parent's processors and memory; without them no process may enter it."""
    for name in ("cpuset.cpus", "cpuset.mems"):
        if (child / "cgroup.clone_children").exists() and (parent / name).exists():
            (child / name).write_text((parent / name).read_text())
