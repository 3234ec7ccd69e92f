"""What is in each image, as data. How it is put together stands in `trees`, `layers` and `archive`.

The images carry the names and versions that the chart asks for, and what the chart relies on: the same users, folders,
commands and Python packages. They are built from Debian packages instead of the official base images, which a
machine without a container registry cannot have. All share one base layer, so a node unpacks it once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from components import versions

DEBIAN_SUITE = "trixie"  # PostgreSQL 17, Python 3.13, Node 20 and BusyBox 1.37 all come from this one release
PYTHON = "3.13"
POSTGRESQL = "17"
NEXT_SUITE = "forky"  # the release after it, with the next PostgreSQL
NEXT_POSTGRESQL = "18"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"

JOVYAN = 1000  # the user of the hub and of every notebook; the chart's securityContexts and home folders name it
USERS = 100  # the group of people's files: `singleuser.fsGid` of the chart
POSTGRES = 26  # the user and group that CloudNativePG runs PostgreSQL as


@dataclass(frozen=True)
class Folder:
    """An empty folder, with what its users need of it."""

    path: str
    mode: int = 0o755
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class Text:
    """A small file."""

    path: str
    content: str


@dataclass(frozen=True)
class Link:
    """A symbolic link."""

    path: str
    target: str


@dataclass(frozen=True)
class Program:
    """An executable built from its Go module: `{architecture}` in its path is filled in."""

    path: str
    tool: str
    """The module, as `testbed.tools` calls it."""
    name: str
    """The executable among those of the module."""
    link: str
    """A second path, which leads to the first."""


@dataclass(frozen=True)
class Layer:
    """One layer: what it adds to the layer below.

    `debian` names Debian packages of the release `suite`, which is that of the layers below; what they depend on comes
    along unless it lies below or in `debian.NEEDLESS`.
    `python` names a lock file of Python packages, of which those come along that no layer below has; `node` names a
    folder with a package-lock.json. `only` keeps nothing but the named files of the Debian packages.
    """

    name: str
    below: "Layer | None" = None
    debian: tuple[str, ...] = ()
    suite: str = DEBIAN_SUITE
    python: str = ""
    node: str = ""
    only: tuple[str, ...] = ()
    extras: tuple[Folder | Text | Link | Program, ...] = ()

    def chain(self) -> "list[Layer]":
        """Give this layer and all below it, the lowest first."""
        return [*(self.below.chain() if self.below else []), self]


@dataclass(frozen=True)
class Image:
    """One image: its top layer, and how its container starts."""

    name: str
    purpose: str
    top: Layer
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    user: str = ""
    folder: str = "/"
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


def _passwd() -> Text:
    """Give the users; every one whom an image, the chart or CloudNativePG runs as has a line, or `whoami` fails."""
    users = (
        ("root", 0, 0, "/root", "/bin/bash"),
        ("daemon", 1, 1, "/", "/usr/sbin/nologin"),
        ("postgres", POSTGRES, POSTGRES, "/var/lib/postgresql", "/bin/bash"),
        ("jovyan", JOVYAN, USERS, "/home/jovyan", "/bin/bash"),
        ("nobody", 65534, 65534, "/nonexistent", "/usr/sbin/nologin"),
    )
    return Text("etc/passwd", "".join(f"{name}:x:{uid}:{gid}::{home}:{sh}\n" for name, uid, gid, home, sh in users))


def _group() -> Text:
    groups = {"root": 0, "daemon": 1, "postgres": POSTGRES, "users": USERS, "jovyan": JOVYAN, "nogroup": 65534}
    return Text("etc/group", "".join(f"{name}:x:{gid}:\n" for name, gid in groups.items()))


BASE = Layer(
    "base",
    debian=(
        "base-files", "bash", "ca-certificates", "coreutils", "dash", "findutils", "grep", "gzip", "hostname",
        "libc-bin", "mawk", "netbase", "procps", "sed", "tar", "tini", "tzdata",
    ),
    extras=(
        _passwd(),
        _group(),
        Text("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
        # What Debian's packages do when they are installed; here they are only unpacked.
        Link("usr/bin/awk", "mawk"),
        Link("usr/bin/sh", "dash"),
        Link("usr/lib/ssl/cert.pem", CERTIFICATES),
        Link("usr/lib/ssl/certs", "/etc/ssl/certs"),
        Link("var/run", "/run"),
        Link("var/lock", "/run/lock"),
        Folder("run/lock", 0o1777),
        Folder("tmp", 0o1777),
        Folder("root", 0o700),
        Folder("var/tmp", 0o1777),
        Folder("home/jovyan", 0o755, JOVYAN, USERS),
    ),
)  # fmt: skip

# Wheels bring every library along but this one, which they expect of any system.
INTERPRETER = Layer(
    "python",
    BASE,
    debian=("libstdc++6", "python3"),
    extras=(Link("usr/local/bin/python", "/usr/bin/python3"),),
)
JUPYTERHUB = Layer("jupyterhub", INTERPRETER, python="jupyterhub")
HUB = Layer(
    "hub",
    JUPYTERHUB,
    debian=("sqlite3",),
    python="hub",
    extras=(
        Folder("srv/jupyterhub", 0o755, JOVYAN, JOVYAN),
        Folder("usr/local/etc/jupyterhub"),  # where the chart mounts jupyterhub_config.py and z2jh.py
    ),
)
_CLIENTS = ("createdb", "dropdb", "pg_dump", "pg_isready", "pg_restore", "psql")
SINGLEUSER = Layer(
    "singleuser",
    JUPYTERHUB,
    debian=("curl", "git", "less", f"postgresql-client-{POSTGRESQL}"),
    python="singleuser",
    # Debian leads these to a wrapper in Perl that looks which servers the machine has.
    extras=tuple(Link(f"usr/bin/{name}", f"../lib/postgresql/{POSTGRESQL}/bin/{name}") for name in _CLIENTS),
)
PROXY = Layer("proxy", BASE, debian=("nodejs",), node="proxy")
NETWORK_TOOLS = Layer(
    "network-tools",
    BASE,
    debian=("iptables",),
    # Debian chooses by alternatives, which only an installed system has; nf_tables is what today's kernels have.
    extras=(Link("usr/sbin/iptables", "xtables-nft-multi"), Link("usr/sbin/ip6tables", "xtables-nft-multi")),
)


def _postgresql(major: str, below: Layer) -> Layer:
    server = Layer(
        f"postgresql-{major}",
        below,
        debian=(f"postgresql-{major}",),
        suite=below.suite,
        extras=(
            Folder("var/lib/postgresql", 0o755, POSTGRES, POSTGRES),
            Folder("var/lib/postgresql/data", 0o700, POSTGRES, POSTGRES),
            # The socket's folder: any user may run the server, CloudNativePG's or a person's beside a notebook.
            Folder("run/postgresql", 0o3777, POSTGRES, POSTGRES),
        ),
    )
    # What locks a person's data against a second server, and all of its package that anybody needs.
    return Layer(f"flock-{major}", server, debian=("util-linux",), suite=below.suite, only=("usr/bin/flock",))


DATABASE = _postgresql(POSTGRESQL, BASE)
NEXT_DATABASE = _postgresql(NEXT_POSTGRESQL, replace(BASE, name=f"base-{NEXT_SUITE}", suite=NEXT_SUITE))
APPLETS = (
    "awk", "base64", "basename", "cat", "chgrp", "chmod", "chown", "cp", "cut", "date", "dd", "df", "dirname", "du",
    "echo", "env", "false", "find", "free", "grep", "gunzip", "gzip", "head", "hostname", "id", "ip", "kill", "ln",
    "ls", "md5sum", "mkdir", "mknod", "mktemp", "mount", "mv", "nc", "nslookup", "od", "ping", "printf", "ps",
    "pwd", "readlink", "rm", "rmdir", "sed", "seq", "sh", "sha256sum", "sleep", "sort", "stat", "sync", "tail",
    "tar", "tee", "telnet", "test", "timeout", "top", "touch", "tr", "true", "umount", "uname", "uniq", "vi", "wc",
    "wget", "which", "whoami", "xargs",
)  # fmt: skip
BUSYBOX = Layer(
    "busybox",
    debian=("busybox-static",),
    only=("usr/bin/busybox",),
    extras=(
        _passwd(),
        _group(),
        Folder("tmp", 0o1777),
        Folder("root", 0o700),
        *(Link(f"bin/{applet}", "/usr/bin/busybox") for applet in APPLETS),
    ),
)
PAUSE = Layer("pause", BUSYBOX, debian=("tini",), only=("usr/bin/tini-static",))

OPERATOR = Layer(
    "cloudnative-pg",
    BASE,
    # Instances take the program from here for their own processor, and start the operator by its short name.
    extras=(Program("operator/manager_{architecture}", "cloudnative-pg", "manager", link="manager"),),
)


def _operand(major: str, purpose: str, top: Layer) -> Image:
    path = f"/usr/lib/postgresql/{major}/bin:/usr/local/bin:/usr/bin:/usr/sbin"
    environment = {"PATH": path, "PGDATA": "/var/lib/postgresql/data"}
    return Image(versions.POSTGRESQL_IMAGES[major], purpose, top, user=str(POSTGRES), environment=environment)


DATABASE_IMAGES = (
    Image(
        f"ghcr.io/cloudnative-pg/cloudnative-pg:{versions.CLOUDNATIVE_PG}",
        "CloudNativePG's operator",
        OPERATOR,
        ("/manager",),
        user="10001:10001",
    ),
)
"""What only a stack with databases needs beside the others."""

UPGRADE_IMAGES = (
    _operand(NEXT_POSTGRESQL, "the PostgreSQL that people's databases are carried over to", NEXT_DATABASE),
)
"""What only a change of PostgreSQL's major version needs beside the others."""

IMAGES = (
    Image(
        versions.HUB_IMAGE,
        "the hub: JupyterHub with KubeSpawner and its authenticators",
        HUB,
        ("tini", "--"),
        ("jupyterhub", "--config", "/usr/local/etc/jupyterhub/jupyterhub_config.py"),
        str(JOVYAN),
        "/srv/jupyterhub",
        {"HOME": "/home/jovyan"},
    ),
    Image(
        versions.SINGLEUSER_IMAGE,
        "one person's server: JupyterLab, Notebook, nbgitpuller, and psql, psycopg and JupySQL for a database",
        SINGLEUSER,
        ("tini", "--"),
        ("jupyterhub-singleuser",),
        str(JOVYAN),
        "/home/jovyan",
        {
            "HOME": "/home/jovyan",
            "NB_USER": "jovyan",
            "NB_UID": str(JOVYAN),
            "SHELL": "/bin/bash",
            "PLOOMBER_STATS_ENABLED": "false",  # JupySQL would report its use to its makers
        },
    ),
    Image(
        versions.PROXY_IMAGE,
        "configurable-http-proxy, which every request to a hub or a server passes",
        PROXY,
        ("tini", "--"),
        ("configurable-http-proxy",),
        "65534",
        "/srv",
    ),
    Image(
        versions.NETWORK_TOOLS_IMAGE,
        "iptables, for the init container that blocks the metadata server",
        NETWORK_TOOLS,
    ),
    _operand(POSTGRESQL, "PostgreSQL as CloudNativePG's operand and beside a notebook", DATABASE),
    Image(versions.BUSYBOX_IMAGE, "small jobs: making a folder, waiting for an address", BUSYBOX, command=("sh",)),
    Image(
        versions.PAUSE_IMAGE,
        "holds a pod's namespaces, and ends the moment it is told to",
        PAUSE,
        ("/usr/bin/tini-static", "-s", "--"),
        ("/bin/sleep", "infinity"),
        "65535",
    ),
)
