"""What a machine must have before containers can run on it, and the Debian packages that bring it."""

import os
import platform
import threading
from pathlib import Path

from testbed.cluster.commands import output, succeeds

DEBIAN_PACKAGES = {
    "containerd": "/usr/bin/containerd",
    "runc": "/usr/sbin/runc",
    "containernetworking-plugins": "/usr/lib/cni/ptp",
    "nftables": "/usr/sbin/nft",
    "conntrack": "/usr/sbin/conntrack",
    "iproute2": "/usr/sbin/ip",
    "openssl": "/usr/bin/openssl",
}
"""Debian packages that the embedded cluster needs, each with a file by which it is recognised."""

UNSHARE = ["unshare", "--net", "--mount", "--pid", "--uts", "--fork"]

_CAPABILITIES = {"CAP_NET_ADMIN": 12, "CAP_SYS_CHROOT": 18, "CAP_SYS_ADMIN": 21}
_CAP_SYS_RESOURCE = 24


def can_run() -> str | None:
    """Give the sentence that says why containers cannot run here, or None where they can. Changes nothing."""
    if platform.system() != "Linux":
        return f"Containers need Linux, and this is {platform.system()}."
    if os.geteuid() != 0:
        return "The embedded cluster needs root, as containers, network interfaces and mounts do; run this as root."
    missing = [name for name, bit in _CAPABILITIES.items() if not _capable(bit)]
    if missing:
        return f"Containers cannot run here: this process lacks {' and '.join(missing)}; give its sandbox that."
    troubles = (
        ("namespaces cannot be made (`unshare --net --mount --pid --uts` fails)", succeeds([*UNSHARE, "true"])),
        ("the kernel has no overlayfs", _has_overlayfs()),
        ("no cgroup can be made below /sys/fs/cgroup", _cgroups_writable()),
    )
    trouble = next((text for text, fine in troubles if not fine), None)
    return f"Containers cannot run here: {trouble}." if trouble else None


def may_raise_oom_score() -> bool:
    """Say whether containers may be given a lower OOM score than this process has."""
    return _capable(_CAP_SYS_RESOURCE)


def cgroup_mounts() -> list[Path]:
    """Give where the cgroup hierarchies are mounted: one on a cgroup v2 host, one a controller on v1."""
    fields = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return [Path(line[4]) for line in fields if line[line.index("-") + 1] in ("cgroup", "cgroup2")]


def _capable(bit: int) -> bool:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff:"))
    return bool(int(line.split()[1], 16) >> bit & 1)


def _has_overlayfs() -> bool:
    return "overlay" in Path("/proc/filesystems").read_text() or succeeds(["modprobe", "overlay"])


def _cgroups_writable() -> bool:
    mounts = cgroup_mounts()
    # Of this thread's own: two that ask at once would remove each other's.
    trial = [mount / f"hubstack-trial-{os.getpid()}-{threading.get_ident()}" for mount in mounts]
    try:
        for folder in trial:
            folder.mkdir()
    except OSError:
        return False
    finally:
        for folder in trial:
            if folder.exists():
                folder.rmdir()
    return bool(mounts)


def resolv_conf() -> str:
    """Give the text of the host's resolv.conf, and behind a resolver on loopback that of its upstream servers."""
    upstream = Path("/run/systemd/resolve/resolv.conf")
    text = Path("/etc/resolv.conf").read_text()
    return upstream.read_text() if "127.0.0.53" in text and upstream.exists() else text


def default_route_mtu() -> int | None:
    """Give the MTU of the interface that leads out of this machine, or None where none does."""
    words = output(["ip", "-4", "route", "show", "default"]).split()
    if "dev" not in words:
        return None
    return int(Path(f"/sys/class/net/{words[words.index('dev') + 1]}/mtu").read_text())
