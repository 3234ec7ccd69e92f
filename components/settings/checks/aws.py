"""What AWS would refuse of settings that are each right by themselves."""

from collections.abc import Iterator
from ipaddress import ip_network

from components.settings.clouds.aws import AwsCluster, AwsFilestore, AwsNetwork
from components.settings.clouds.pools import Pools
from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.homes import Homes
from components.settings.shapes import entries

_ADDRESSES_OF_A_NODE = 30
"""The network add-on holds an interface in use and a spare one on each node, with 15 addresses on the usual machines.
https://docs.aws.amazon.com/eks/latest/best-practices/vpc-cni.html"""

_OF_AWS = 5
"""Addresses of each subnet that AWS keeps for itself."""


def check(draft: Draft) -> Iterator[Mistake]:
    """Look at zones, network, cluster, file system and names of a stack on AWS."""
    yield from _zones(draft)
    yield from _existing_network(draft)
    yield from _ranges(draft)
    yield from _room(draft)
    yield from _cluster(draft)
    yield from _key(draft)
    yield from _files(draft)
    yield from _archive(draft)
    yield from _domains(draft)


def _zones(draft: Draft) -> Iterator[Mistake]:
    region, seen = draft.given("cloud", "region"), set[str]()
    for place, zone in enumerate(entries(draft.given("cloud", "zones"))):
        path = ("cloud", "zones", place)
        if not draft.sound("cloud", "region") or not draft.sound(*path):
            continue
        if zone[:-1] != region:
            yield Mistake(path, zone, f"a zone of the region {region}, such as {region}a", "mend one of the two")
        elif zone in seen:
            yield Mistake(path, f"{zone} a second time", "each zone once", "name another one of the region's zones")
        seen.add(zone)


def _existing_network(draft: Draft) -> Iterator[Mistake]:
    path = ("cloud", "network", "existing")
    network = draft.read(AwsNetwork, "cloud", "network")
    if network is None or network.existing is None or not draft.sound("cloud", "zones"):
        return
    zones = [str(zone) for zone in entries(draft.given("cloud", "zones"))]
    for key, subnets, needed, which in (
        ("private_subnets", network.existing.private_subnets, zones, "each zone of cloud.zones"),
        ("public_subnets", network.existing.public_subnets, zones[:1], "the first zone of cloud.zones"),
    ):
        missing = [zone for zone in needed if zone not in subnets]
        if missing:
            yield Mistake(
                (*path, key),
                f"nothing for {' and '.join(missing)}",
                f"a subnet for {which}",
                f"add {missing[0]}: subnet-…, or take the zone out of hubstack:cloud.zones",
            )
    for key in ("range", "nat"):
        if draft.has("cloud", "network", key):
            yield Mistake(
                ("cloud", "network", key),
                str(draft.given("cloud", "network", key)),
                "nothing beside existing, a network that is there and stays as it is",
                "take it away; or take existing away, and the platform makes a network with it",
            )


def _ranges(draft: Draft) -> Iterator[Mistake]:
    network, cluster = draft.read(AwsNetwork, "cloud", "network"), draft.read(AwsCluster, "cloud", "cluster")
    if network is None or cluster is None or network.existing or cluster.existing:
        return
    if ip_network(network.range).overlaps(ip_network(cluster.services)):
        yield Mistake(
            ("cloud", "network", "range"),
            network.range,
            f"addresses apart from the services' of the cluster, {cluster.services}",
            "take another private network, such as 10.20.0.0/16, or move hubstack:cloud.cluster.services away from it",
        )


def _room(draft: Draft) -> Iterator[Mistake]:
    network, pools = draft.read(AwsNetwork, "cloud", "network"), draft.read(Pools, "cloud", "pools")
    zones = len(entries(draft.given("cloud", "zones")))
    if network is None or pools is None or network.existing or not zones or not draft.sound("cloud", "zones"):
        return
    groups = [pool for pool in pools.by_name.values() if pool.max]
    nodes = sum(-(-(pool.max or 0) // zones) for pool in groups)
    whole = ip_network(network.range)
    room = (2 ** (32 - whole.prefixlen - 2) - _OF_AWS) // _ADDRESSES_OF_A_NODE
    if nodes > room:
        yield Mistake(
            ("cloud", "network", "range"),
            f"{network.range}, a quarter of which is room for {room} nodes in each zone",
            f"room for the pools' {nodes} nodes in each zone, {_ADDRESSES_OF_A_NODE} addresses for each",
            "take a larger network, up to a /16, or lower the pools' max",
        )


def _cluster(draft: Draft) -> Iterator[Mistake]:
    cluster, network = draft.read(AwsCluster, "cloud", "cluster"), draft.read(AwsNetwork, "cloud", "network")
    if cluster is None or cluster.existing is None:
        return
    if network is not None and network.existing is None:
        yield Mistake(
            ("cloud", "cluster", "existing"),
            f"{cluster.existing} without network.existing",
            "a cluster that exists together with the network it is in",
            "name its VPC and subnets at hubstack:cloud.network.existing",
        )
    for path in _OF_OWN_CLUSTERS:
        if draft.has(*path):
            yield Mistake(
                path,
                "a setting of the platform's own cluster",
                "nothing of the cluster itself beside cluster.existing, which stays as it is",
                "take it away, or take cluster.existing away",
            )


_OF_OWN_CLUSTERS = (
    *(("cloud", "cluster", key) for key in ("version", "services", "admins", "secrets_key", "logs", "log_days")),
    ("cloud", "pools"),
)


def _key(draft: Draft) -> Iterator[Mistake]:
    cluster, region = draft.read(AwsCluster, "cloud", "cluster"), draft.given("cloud", "region")
    if cluster is None or cluster.secrets_key is None or not draft.sound("cloud", "region"):
        return
    its_region = cluster.secrets_key.split(":")[3]
    if its_region != region:
        yield Mistake(
            ("cloud", "cluster", "secrets_key"),
            f"a key of {its_region}",
            f"a key of {region}, the region of the cluster",
            "make one there, or leave it out: the platform makes its own",
        )


def _files(draft: Draft) -> Iterator[Mistake]:
    files = draft.read(AwsFilestore, "cloud", "filestore")
    if files is None:
        return
    instead = "server" if files.server else "existing" if files.existing else ""
    if files.server and files.existing:
        yield Mistake(
            ("cloud", "filestore"),
            "existing and server",
            "one place for people's homes: an EFS file system or a server of your own",
            "take one of the two away",
        )
    for key in ("performance", "throughput", "infrequent_after", "backups"):
        if instead and draft.has("cloud", "filestore", key):
            yield Mistake(
                ("cloud", "filestore", key),
                str(draft.given("cloud", "filestore", key)),
                f"nothing of the file system itself beside {instead}, which stays as it is",
                f"take it away, or take {instead} away",
            )
    if not instead and files.performance == "max_io" and files.throughput == "elastic":
        yield Mistake(
            ("cloud", "filestore", "performance"),
            "max_io with elastic throughput",
            "max_io with bursting throughput only, as EFS has it",
            "take it away: general is right for homes; or set throughput to bursting",
        )


def _archive(draft: Draft) -> Iterator[Mistake]:
    files, homes = draft.read(AwsFilestore, "cloud", "filestore"), draft.read(Homes, "homes")
    if files is None or homes is None or homes.on_destroy != "archive" or files.server is None:
        return
    yield Mistake(
        ("homes", "on_destroy"),
        f"archive of homes on {files.server.host}",
        "archive where homes are on EFS, of which AWS Backup takes a last copy",
        "set it to keep: your server's files stay on your server in any case",
    )


def _domains(draft: Draft) -> Iterator[Mistake]:
    zone = draft.given("cloud", "dns_zone")
    if not zone or not draft.sound("cloud", "dns_zone"):
        return
    for hub in draft.hubs():
        domain = draft.given("hubs", hub, "domain")
        if not domain or not draft.sound("hubs", hub, "domain") or domain == zone or domain.endswith(f".{zone}"):
            continue
        yield Mistake(
            ("hubs", hub, "domain"),
            domain,
            f"a domain within {zone}, the zone at cloud.dns_zone",
            f"write {domain.split('.')[0]}.{zone}, or take dns_zone away and lead the domains to the hubs yourself",
        )
