"""Who feels a change, in a sentence."""

import re
from collections.abc import Iterable

from ops.preview.reading import Change, Op

_NODE_POOL = re.compile(
    r"gcp:container/nodePool:NodePool$|aws:eks/nodeGroup:NodeGroup$|azure-native:containerservice[^:]*:AgentPool$"
)
_CLUSTER = re.compile(
    r"(gcp:container/cluster|aws:eks/cluster):Cluster$|azure-native:containerservice[^:]*:ManagedCluster$"
)
_ONLY_SCALING = re.compile(r"(?i)^(autoscaling|scalingConfig|minCount|maxCount|enableAutoScaling|count|nodeCount)")
_RELEASE = "kubernetes:helm.sh/v3:Release"

RESTARTS_HUB = "restarts the hub: logins fail for about 1 min; running notebooks stay"
_RESTARTS_PROXY = "restarts the proxy: open pages reconnect within seconds; running notebooks stay"
_NEXT_SERVER = "people get it with their next server"

_BY_VALUE: tuple[tuple[str, str], ...] = (
    (r"proxy\.service", "changes how the hub is reached: it may be away for minutes"),
    (r"proxy\.https", "changes the hub's certificate: pages may be refused for about 1 min"),
    (r"proxy\.", _RESTARTS_PROXY),
    (r"singleuser\.image", f"pulls the new image onto the nodes first; {_NEXT_SERVER}"),
    (r"singleuser\.storage", "another place for homes: look whether people find their files"),
    (r"singleuser\.", _NEXT_SERVER),
    (r"cull\.", "servers are stopped by the new rule"),
)
_HUB_IS_LEFT_ALONE = re.compile(r"(proxy|prePuller|scheduling|imagePullSecrets|ingress)\b")
"""Values that the hub's pod does not read; every other one is in its configuration, and restarts it."""


def felt(change: Change) -> str:
    """Say who feels a change; empty where nobody does."""
    if change.op in (Op.CREATE, Op.IMPORT):
        return ""
    if _NODE_POOL.match(change.type):
        return _nodes(change)
    if _CLUSTER.match(change.type):
        return _cluster(change)
    if change.type == _RELEASE:
        return _release(change)
    for kind, ops, sentence in _OTHERS:
        if re.search(kind, change.type) and change.op in ops:
            return sentence
    return ""


_GONE = (Op.DELETE, Op.REPLACE)
_ANY = (Op.DELETE, Op.REPLACE, Op.UPDATE)
_OTHERS: tuple[tuple[str, tuple[Op, ...], str], ...] = (
    (
        r"filestore/instance:|efs/fileSystem:|:FileShare$|:StorageAccount$",
        _GONE,
        "every running notebook loses its home",
    ),
    (r"core/v1:Namespace$", (Op.DELETE,), "whatever runs in it stops"),
    (r"core/v1:Namespace$", (Op.REPLACE,), "whatever runs in it stops, and begins anew"),
    (r"core/v1:PersistentVolume(Claim)?$", _GONE, "servers cannot start until it is there again"),
    (r"postgresql\.cnpg\.io/[^:]*:Cluster$", _GONE, "the team's database is away"),
    (r"postgresql\.cnpg\.io/[^:]*:Cluster$", (Op.UPDATE,), "restarts the database where it has to: connections drop"),
    (
        r"compute/(globalA|a)ddress:|:Eip$|:PublicIPAddress$",
        _GONE,
        "the hub has another address: it is away until DNS says so",
    ),
    (r"(recordSet|Record|RecordSet)$", _ANY, "the hub's name may lead nowhere for some minutes"),
    (r"networking\.k8s\.io/v1:NetworkPolicy$", _ANY, "what pods may reach changes at once"),
    (r"rbac\.authorization\.k8s\.io/", _GONE, "no new server starts until the rights are there"),
    (r"core/v1:ServiceAccount$", _GONE, "no new server starts until the account is there"),
    (
        r"random/randomBytes:|randomBytes:RandomBytes$",
        _GONE,
        "everybody is logged out, or has to start their server anew",
    ),
    (r"randomPassword:RandomPassword$", _GONE, "the password to log in with is another one"),
    (r"core/v1:(ResourceQuota|LimitRange)$", (Op.UPDATE, Op.REPLACE), "holds for servers started from now on"),
    (
        r"storage\.k8s\.io/v1:StorageClass$",
        _GONE,
        "disks that are there stay as they are; new ones are of the new class",
    ),
    (
        r"compute/(network|subnetwork|router|routerNat):|:(Vpc|Subnet|NatGateway|VirtualNetwork)$",
        _GONE,
        "whatever uses the network is cut off",
    ),
    (
        r":(RolePolicy\w*|Role|IAMMember|RoleAssignment|PodIdentityAssociation)$",
        _GONE,
        "whoever uses the right is refused until it is there again",
    ),
)


def _nodes(change: Change) -> str:
    pool = f"pool {change.name}"
    who = "hubs and databases on them restart elsewhere" if "core" in change.name else "notebooks on them stop"
    if change.op in _GONE:
        return f"the nodes of {pool} go: {who}"
    heads = {str(each.path[0]) for each in change.differences if each.path and not each.is_noise}
    if heads and all(map(_ONLY_SCALING.match, heads)):
        return ""
    return f"may replace the nodes of {pool} one by one: {who}"


def _cluster(change: Change) -> str:
    if change.op in _GONE:
        return "everything stops: hubs, notebooks, databases"
    return "the control plane may be away for minutes: no new servers meanwhile; running notebooks stay"


def _release(change: Change) -> str:
    if change.op in _GONE:
        return "the hub is away, and running notebooks stop" if change.belongs_to_hub else "what it runs is away"
    if not change.belongs_to_hub:
        return "restarts what the release runs"
    paths = [each.path for each in change.differences]
    if any(path and path[0] in ("version", "chart") for path in paths):
        return f"another version of the chart: {RESTARTS_HUB}"
    return _values([".".join(map(str, path[1:])) for path in paths if path and path[0] == "values"])


def _values(keys: Iterable[str]) -> str:
    keys = list(keys)
    said = [RESTARTS_HUB] if not keys or any(not _HUB_IS_LEFT_ALONE.match(key) for key in keys) else []
    found: set[str] = set()
    for key in keys:
        sentence = next((told for pattern, told in _BY_VALUE if re.match(pattern, key)), "")
        found |= {sentence} - {""}
    return "; ".join([*said, *sorted(found)])
