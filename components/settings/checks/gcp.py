"""What Google Cloud would refuse of settings that are each right by themselves."""

from collections.abc import Iterator
from decimal import Decimal
from ipaddress import ip_network
from itertools import combinations
from math import ceil

from components.settings.checks import gcp_maintenance
from components.settings.clouds.gcp import GcpFilestore, GcpNetwork, Tier
from components.settings.clouds.pools import Pools
from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.homes import Homes
from components.settings.quantities import Quantity
from components.settings.shapes import entries

_GIBIBYTE = 1024**3
_TEBIBYTE = 1024
_BITS_OF_A_NODE = 24
"""Each node takes a /24 of the pods' range, for its 110 pods and as many that come while others go."""

_OF_GOOGLE = 4
"""Addresses of each subnetwork that Google keeps for itself."""

_SPARE_NODES = 1
"""A node more than a pool's most is there while one is upgraded."""

# cloud.google.com/filestore/docs/service-tiers: from, to and the step, all in GiB.
_SIZES: dict[Tier, tuple[tuple[int, int, int], ...]] = {
    "BASIC_HDD": ((_TEBIBYTE, 65433, 1),),
    "BASIC_SSD": ((2560, 65433, 1),),
    "ZONAL": ((_TEBIBYTE, 9984, 256), (10 * _TEBIBYTE, 100 * _TEBIBYTE, 2560)),
    "REGIONAL": ((100, _TEBIBYTE, 1), (_TEBIBYTE, 9984, 256), (10 * _TEBIBYTE, 100 * _TEBIBYTE, 2560)),
}


def check(draft: Draft) -> Iterator[Mistake]:
    """Look at zones, networks, cluster and file system of a stack on Google Cloud."""
    yield from _zones(draft)
    yield from _existing_network(draft)
    yield from _overlaps(draft)
    yield from _room(draft)
    yield from gcp_maintenance.check(draft)
    yield from _files(draft)
    yield from _existing_files(draft)
    yield from _capacity(draft)
    yield from _key(draft)


def _zones(draft: Draft) -> Iterator[Mistake]:
    region, seen = draft.given("cloud", "region"), set[str]()
    for place, zone in enumerate(entries(draft.given("cloud", "zones"))):
        path = ("cloud", "zones", place)
        if not draft.sound("cloud", "region") or not draft.sound(*path):
            continue
        if str(zone).rsplit("-", 1)[0] != region:
            yield Mistake(path, str(zone), f"a zone of the region {region}, such as {region}-b", "mend one of the two")
        elif zone in seen:
            yield Mistake(path, f"{zone} a second time", "each zone once", "take it away")
        seen.add(zone)


def _existing_network(draft: Draft) -> Iterator[Mistake]:
    network = draft.read(GcpNetwork, "cloud", "network")
    if network is None or network.existing is None or network.existing.subnetwork is None:
        return
    for key in ("nodes", "pods", "services"):
        if draft.has("cloud", "network", key):
            yield Mistake(
                ("cloud", "network", key),
                str(draft.given("cloud", "network", key)),
                "no ranges beside existing.subnetwork, which has its own",
                "take it away; or take existing.subnetwork away, and the platform makes one with these ranges",
            )


def _overlaps(draft: Draft) -> Iterator[Mistake]:
    network, files = draft.read(GcpNetwork, "cloud", "network"), draft.read(GcpFilestore, "cloud", "filestore")
    if network is None or (network.existing and network.existing.subnetwork):
        return
    ranges = {
        ("cloud", "network", "nodes"): network.nodes,
        ("cloud", "network", "pods"): network.pods,
        ("cloud", "network", "services"): network.services,
    }
    if files and files.range:
        ranges["cloud", "filestore", "range"] = files.range
    for (one, first), (other, second) in combinations(ranges.items(), 2):
        if ip_network(first).overlaps(ip_network(second)):
            path, taken, named = (other, first, one) if draft.has(*other) else (one, second, other)
            yield Mistake(
                path,
                ranges[path],
                f"a network that does not overlap {taken}, which is {'.'.join(named[1:])}",
                "take another for one of the two",
            )


def _room(draft: Draft) -> Iterator[Mistake]:
    network, pools = draft.read(GcpNetwork, "cloud", "network"), draft.read(Pools, "cloud", "pools")
    if network is None or pools is None or network.existing or not draft.sound("cloud", "network"):
        return
    groups = [pool for pool in pools.by_name.values() if pool.max]
    most = sum((pool.max or 0) + _SPARE_NODES for pool in groups)
    room = {
        "pods": 2 ** (_BITS_OF_A_NODE - ip_network(network.pods).prefixlen),
        "nodes": ip_network(network.nodes).num_addresses - _OF_GOOGLE,
    }
    for key, there in room.items():
        if there < most:
            yield Mistake(
                ("cloud", "network", key),
                f"{getattr(network, key)}, room for {there} nodes",
                f"room for {most} nodes, as many as all pools may have while one of each is upgraded",
                "take a larger network, or lower max of a pool",
            )


def _files(draft: Draft) -> Iterator[Mistake]:
    files = draft.read(GcpFilestore, "cloud", "filestore")
    if files is None:
        return
    path = ("cloud", "filestore")
    if files.existing and files.server:
        yield Mistake(
            (*path, "server"), "a server beside existing", "one of the two", "take away the one that is not meant"
        )
    if files.tier.startswith("BASIC") and files.protocol == "NFS_V4_1":
        yield Mistake(
            (*path, "protocol"),
            "NFS_V4_1",
            f"NFS_V3 with tier: {files.tier}",
            "take protocol away, or take tier: ZONAL or REGIONAL",
        )


def _existing_files(draft: Draft) -> Iterator[Mistake]:
    files, network = draft.read(GcpFilestore, "cloud", "filestore"), draft.read(GcpNetwork, "cloud", "network")
    if files is None or network is None or not files.existing:
        return
    if network.existing is None and not draft.given("cloud", "cluster", "existing"):
        yield Mistake(
            ("cloud", "filestore", "existing"),
            f"{files.existing} without network.existing",
            "the network that the instance is in: nothing else reaches it",
            f"add network.existing.name; `gcloud filestore instances describe {files.existing}` shows it",
        )


def _capacity(draft: Draft) -> Iterator[Mistake]:
    files, homes = draft.read(GcpFilestore, "cloud", "filestore"), draft.read(Homes, "homes")
    if files is None or homes is None or files.existing or files.server:
        return
    sizes = _SIZES[files.tier]
    wanted = Decimal(homes.capacity.bytes) / _GIBIBYTE
    if any(least <= wanted <= most and (wanted - least) % step == 0 for least, most, step in sizes):
        return
    yield Mistake(
        ("homes", "capacity"),
        str(homes.capacity),
        f"with tier: {files.tier}, {'; or '.join(_told(*each) for each in sizes)}",
        f"write {_nearest(wanted, sizes)}",
    )


def _told(least: int, most: int, step: int) -> str:
    return f"{_written(least)} to {_written(most)}" + ("" if step == 1 else f" in steps of {_written(step)}")


def _written(gibibytes: int) -> str:
    whole = Quantity(f"{gibibytes}Gi")
    return f"{gibibytes / _TEBIBYTE:g}Ti" if gibibytes % 256 == 0 and gibibytes >= _TEBIBYTE else str(whole)


def _nearest(wanted: Decimal, sizes: tuple[tuple[int, int, int], ...]) -> str:
    """Give the smallest size there is that holds what is wanted."""
    for least, most, step in sizes:
        size = least + max(0, ceil((wanted - least) / step)) * step
        if wanted <= size <= most:
            return _written(size)
    return _written(sizes[-1][1])


def _key(draft: Draft) -> Iterator[Mistake]:
    key, region = draft.given("cloud", "encryption_key"), draft.given("cloud", "region")
    if not key or not draft.sound("cloud", "encryption_key") or not draft.sound("cloud", "region"):
        return
    location = str(key).split("/")[3]
    if location != region:
        yield Mistake(
            ("cloud", "encryption_key"), f"a key in {location}", f"one in {region}, the region", "make one there"
        )
    files = draft.read(GcpFilestore, "cloud", "filestore")
    if files and files.tier.startswith("BASIC") and not (files.existing or files.server):
        yield Mistake(
            ("cloud", "encryption_key"),
            f"a key beside filestore.tier: {files.tier}",
            "tier: ZONAL or REGIONAL: the basic tiers take no key but Google's",
            "set filestore.tier as well",
        )
