"""What Azure would refuse of settings that are right one by one."""

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network

from components.settings.clouds.azure import AzureCluster, AzureFilestore, AzureMaintenance, AzureNetwork
from components.settings.clouds.pools import Pools
from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.homes import Homes
from components.settings.quantities import Quantity
from components.settings.shapes import entries

_LEAST, _MOST = Quantity("100Gi"), Quantity("100Ti")
"""Sizes of an NFS share on SSDs: learn.microsoft.com/azure/storage/files/storage-files-scale-targets."""

_WITHOUT_ZONES = {
    *("australiacentral", "australiacentral2", "australiasoutheast", "brazilsoutheast", "canadaeast", "francesouth"),
    *("germanynorth", "japanwest", "jioindiacentral", "jioindiawest", "koreasouth", "northcentralus", "norwaywest"),
    *("southafricawest", "southindia", "swedensouth", "switzerlandwest", "uaecentral", "ukwest", "westcentralus"),
    *("westindia", "westus"),
}
"""Regions of one zone: learn.microsoft.com/azure/reliability/regions-list. One that is not here may have zones."""

_OF_AZURE = 5
"""Addresses of each subnet that Azure keeps for itself."""

_PREFIX_OF_A_NODE = 24
"""The part of network.pods that each node takes."""

_MOST_NODES = 1000
"""What AKS and the autoscaler take in one pool."""


def check(draft: Draft) -> Iterator[Mistake]:
    """Look at networks, cluster and file system of a stack on Azure."""
    yield from _zones(draft)
    yield from _ranges(draft)
    yield from _room(draft)
    yield from _cluster(draft)
    yield from _maintenance(draft)
    yield from _filestore(draft)
    yield from _homes(draft)
    yield from _domains(draft)


def _zones(draft: Draft) -> Iterator[Mistake]:
    path = ("cloud", "zones")
    if not draft.sound(*path) or not draft.sound("cloud", "region"):
        return
    given = entries(draft.given(*path))
    region = draft.given("cloud", "region")
    if region in _WITHOUT_ZONES and (given or not draft.has(*path)):
        yield Mistake(
            path,
            ", ".join(map(str, given)) or "zone 1, the default",
            f"no zones, as {region} has none",
            "write zones: [], or take another region",
        )
    if len(set(map(str, given))) < len(given):
        yield Mistake(path, ", ".join(map(str, given)), "each zone once", "take the second one away")


def _ranges(draft: Draft) -> Iterator[Mistake]:
    """Find ranges that overlap, and subnets outside the network."""
    path = ("cloud", "network")
    network = draft.read(AzureNetwork, *path)
    if network is None:
        return
    whole = ip_network(network.range)
    own = {} if network.existing else {"nodes": network.nodes, "endpoints": network.endpoints}
    for key, written in own.items():
        if not _within(ip_network(written), whole):
            yield Mistake(
                (*path, key),
                written,
                f"a part of the network's range, {network.range}",
                f"take a part of {network.range}, or change cloud.network.range",
            )
    apart = [*own.items(), ("pods", network.pods), ("services", network.services)]
    if not network.existing:
        apart[len(own) : len(own)] = [("range", network.range)]
    for index, (key, written) in enumerate(apart):
        for other, taken in apart[:index]:
            if key == "range" or not ip_network(written).overlaps(ip_network(taken)):
                continue
            told = "" if draft.has(*path, other) else ", its default"
            yield Mistake(
                (*path, key),
                written,
                f"a network apart from cloud.network.{other}, which is {taken}{told}",
                "choose another for one of the two",
            )
            break


def _within(part: object, whole: object) -> bool:
    return isinstance(part, IPv4Network) and isinstance(whole, IPv4Network) and part.subnet_of(whole)


def _room(draft: Draft) -> Iterator[Mistake]:
    """Find networks that are too small for the nodes that the stack file itself asks for."""
    network, pools = draft.read(AzureNetwork, "cloud", "network"), draft.read(Pools, "cloud", "pools")
    if network is None or pools is None or draft.given("cloud", "cluster", "existing"):
        return
    most = sum(pool.max or pool.min for pool in pools.by_name.values())
    for_nodes = ip_network(network.nodes).num_addresses - _OF_AZURE
    for_pods = 2 ** (_PREFIX_OF_A_NODE - ip_network(network.pods).prefixlen)
    for key, room, each in (("nodes", for_nodes, "an address"), ("pods", for_pods, "a /24")):
        if room < most and not (key == "nodes" and network.existing):
            yield Mistake(
                ("cloud", "network", key),
                f"{getattr(network, key)}, which has room for {max(room, 0)} nodes",
                f"room for {most} nodes, as many as the pools' max come to: each takes {each} of it",
                f"write a larger network, or lower a pool's max to {max(room, 0)} nodes in all",
            )


def _cluster(draft: Draft) -> Iterator[Mistake]:
    path = ("cloud", "cluster")
    cluster = draft.read(AzureCluster, *path)
    if cluster is None:
        return
    if cluster.existing:
        if _needs_endpoint(draft) and not draft.given("cloud", "network", "existing"):
            yield Mistake(
                ("cloud", "network", "existing"),
                "nothing",
                "the subnets of the cluster that exists, as its nodes have to reach the homes",
                "name its nodes' subnet behind nodes and one for the file system's endpoint behind endpoints",
            )
        return
    if not cluster.admin_groups:
        yield Mistake(
            (*path, "admin_groups"),
            "nothing",
            "one Entra ID group or more, by object id: local accounts are off, so nobody else gets in",
            "`az ad group create --display-name hub-admins --mail-nickname hub-admins --query id` makes one; be in it",
        )
    if cluster.reached_from is None:
        yield Mistake(
            (*path, "reached_from"),
            "nothing",
            "networks from which the API server can be reached, or [] for a private cluster",
            "write your university's, such as [203.0.113.0/24], and be in it when you run Pulumi",
        )


def _maintenance(draft: Draft) -> Iterator[Mistake]:
    path = ("cloud", "cluster", "maintenance")
    maintenance = draft.read(AzureMaintenance, *path)
    for name, days in (maintenance.exclusions if maintenance else {}).items():
        if days.last_day < days.first_day:
            yield Mistake(
                (*path, "exclusions", name, "last_day"),
                str(days.last_day),
                f"a day on or after first_day, which is {days.first_day}",
                "swap the two, or mend the year",
            )


def _filestore(draft: Draft) -> Iterator[Mistake]:
    path = ("cloud", "filestore")
    filestore = draft.read(AzureFilestore, *path)
    if filestore is None:
        return
    if filestore.existing and filestore.server:
        yield Mistake(
            (*path, "server"),
            "server beside existing",
            "one place for the homes: a share that exists, or a server of your own",
            "take one of the two away",
        )
    if filestore.server and filestore.encrypt_in_transit:
        yield Mistake(
            (*path, "encrypt_in_transit"),
            "true beside server",
            "false with a server of your own: the encryption is Azure Files'",
            "take one of the two away",
        )


def _homes(draft: Draft) -> Iterator[Mistake]:
    """Find a size that a share cannot have, and an archive that Azure has not."""
    homes = draft.read(Homes, "homes")
    if homes is None:
        return
    if homes.on_destroy == "archive":
        yield Mistake(
            ("homes", "on_destroy"),
            "archive",
            "refuse, keep or delete on Azure: Azure Backup takes no NFS share, and a snapshot goes with its share",
            "use keep, copy the files where you want them, and delete the resource group that was kept",
        )
    if draft.given("cloud", "filestore", "existing") or _own_server(draft) or _LEAST <= homes.capacity <= _MOST:
        return
    told = "" if draft.has("homes", "capacity") else ", its default"
    yield Mistake(
        ("homes", "capacity"),
        f"{homes.capacity}{told}",
        f"{_LEAST} to {_MOST}: what an NFS share of Azure Files can be, and it is paid for whole",
        f"set hubstack:homes.capacity to {_LEAST if homes.capacity < _LEAST else _MOST}",
    )


def _own_server(draft: Draft) -> bool:
    return bool(draft.given("cloud", "filestore", "server"))


def _needs_endpoint(draft: Draft) -> bool:
    return not _own_server(draft) and not draft.given("cloud", "filestore", "existing", "reachable")


def _domains(draft: Draft) -> Iterator[Mistake]:
    zone = draft.given("cloud", "dns_zone", "name")
    if not zone or not draft.sound("cloud", "dns_zone", "name"):
        return
    for hub in draft.hubs():
        domain = draft.given("hubs", hub, "domain")
        if domain and draft.sound("hubs", hub, "domain") and not (domain == zone or domain.endswith(f".{zone}")):
            yield Mistake(
                ("hubs", hub, "domain"),
                domain,
                f"a name in the zone {zone}, where the platform makes its record",
                f"did you mean {hub}.{zone}? Or take cloud.dns_zone away and lead the domain to the hub yourself",
            )
