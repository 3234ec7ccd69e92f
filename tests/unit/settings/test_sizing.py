"""How many nodes are enough: with room for everybody, and no more than that takes."""

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.settings import GcpCloud, SettingsError, StackSettings, load
from components.settings.clouds import PROVIDERS, sizing
from components.settings.clouds.allocatable import Room, room
from components.settings.clouds.machines import machine, machines
from components.settings.clouds.pools import Pools
from components.settings.clouds.sizing import Servers, fit, nodes

MIB, GIB = 1024**2, 1024**3
CLOUDS = PROVIDERS[1:]
ROOM = Room(memory=26 * GIB, cores=3420, pods=98)

servers = st.builds(
    Servers,
    count=st.integers(1, 400),
    memory=st.integers(64, 20 * 1024).map(lambda mebibytes: mebibytes * MIB),
    cores=st.integers(1, 3000),
    limit=st.just(0),
)
several = st.lists(servers, min_size=1, max_size=6)
rooms = st.builds(
    Room,
    memory=st.integers(20, 500).map(lambda gibibytes: gibibytes * GIB),
    cores=st.integers(3000, 64_000),
    pods=st.integers(8, 250),
)


def placed(place: Room, everyone: list[Servers], count: int) -> int:
    """Give how many servers find no place, each put on the first node with room for it, the largest first."""
    left = [[place.memory, place.cores, place.pods] for _ in range(count)]
    homeless = 0
    for each in sorted(everyone, key=lambda each: fit(place, each)):
        needs = (each.memory, each.cores, 1)
        for _ in range(each.count):
            node = next((n for n in left if all(have >= need for have, need in zip(n, needs, strict=True))), None)
            if node is None:
                homeless += 1
                continue
            for index, need in enumerate(needs):
                node[index] -= need
    return homeless


@given(rooms, servers)
def test_like_servers_get_just_enough_nodes(place: Room, each: Servers) -> None:
    count = nodes(place, [each])
    assert count is not None
    assert placed(place, [each], count) == 0
    assert placed(place, [each], count - 1) > 0


@given(rooms, several)
def test_everybody_has_room(place: Room, everyone: list[Servers]) -> None:
    count = nodes(place, everyone)
    assert count is not None
    assert placed(place, everyone, count) == 0


@given(rooms, several)
def test_there_is_never_more_than_one_node_too_many(place: Room, everyone: list[Servers]) -> None:
    least = math.ceil(sum(Fraction(each.count, fit(place, each)) for each in everyone))
    assert least <= (nodes(place, everyone) or 0) <= least + 1


@given(rooms, several, servers)
def test_more_servers_never_need_fewer_nodes(place: Room, everyone: list[Servers], more: Servers) -> None:
    assert (nodes(place, [*everyone, more]) or 0) >= (nodes(place, everyone) or 0)


@given(rooms, servers, st.integers(1, 400), st.integers(0, 4096), st.integers(0, 500))
def test_larger_or_more_servers_of_a_hub_never_need_fewer_nodes(
    place: Room, each: Servers, more: int, memory: int, cores: int
) -> None:
    larger = Servers(each.count + more, each.memory + memory * MIB, each.cores + cores, 0)
    count = nodes(place, [larger])
    assert count is None or count >= (nodes(place, [each]) or 0)


def test_a_server_larger_than_a_node_fits_nowhere() -> None:
    assert nodes(ROOM, [Servers(1, 27 * GIB, 50, 0)]) is None
    assert nodes(ROOM, [Servers(1, GIB, 50, 0), Servers(1, GIB, 3500, 0)]) is None


@pytest.mark.parametrize(
    ("each", "count"),
    [
        (Servers(52, GIB // 2, 50, 0), 1),
        (Servers(53, GIB // 2, 50, 0), 2),
        (Servers(98, MIB, 1, 0), 1),
        (Servers(99, MIB, 1, 0), 2),
        (Servers(3, GIB, 1140, 0), 1),
        (Servers(4, GIB, 1140, 0), 2),
    ],
)
def test_memory_cores_and_pods_each_bound_a_node(each: Servers, count: int) -> None:
    assert nodes(ROOM, [each]) == count


@pytest.mark.parametrize("cloud", CLOUDS)
def test_every_default_is_a_known_machine(cloud: str) -> None:
    for name in (*sizing.USERS[cloud], sizing.CORE[cloud], sizing.GPU[cloud]):
        assert machine(cloud, name) is not None, name
    assert getattr(machine(cloud, sizing.GPU[cloud]), "gpus", 0) == 1


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_node_leaves_less_than_its_machine_has(cloud: str) -> None:
    for shape in machines(cloud).values():
        place = room(cloud, shape)
        assert 0 < place.memory < shape.memory * GIB, shape
        assert 0 < place.cores < shape.cpus * 1000, shape
        assert 0 < place.pods < shape.pods, shape


@pytest.mark.parametrize(
    ("cloud", "name", "gibibytes"),
    [
        # Of 32 GiB: what each cloud's own rule keeps by its published steps, 100Mi, and 768Mi for daemons.
        ("gcp", "n2-highmem-4", 32 - 3.56 - 0.85),
        ("aws", "r5.xlarge", 32 - 0.87 - 0.85),
        ("azure", "Standard_E4s_v5", 32 - 2.20 - 0.85),
    ],
)
def test_a_node_has_what_the_cloud_says_but_for_what_the_kernel_takes(cloud: str, name: str, gibibytes: float) -> None:
    shape = machine(cloud, name)
    assert shape is not None
    assert gibibytes - 0.05 * 32 < room(cloud, shape).memory / GIB < gibibytes


HUB: dict[str, Any] = {"auth": {"dummy": {}}}
GCP: dict[str, Any] = {
    "provider": "gcp", "project": "my-university", "region": "europe-west1", "zones": ["europe-west1-b"],
}  # fmt: skip


def pools(of_hub: dict[str, Any], **given: Any) -> Pools:
    settings = on_gcp({"data8": {**HUB, "users": of_hub}}, given)
    assert isinstance(settings.cloud, GcpCloud)
    return settings.cloud.pools


def on_gcp(hubs: dict[str, Any], given: dict[str, Any], **more: Any) -> StackSettings:
    return load({"cloud": {**GCP, "pools": given}, "hubs": hubs, **more}, {})


def test_a_course_gets_machine_and_maximum_chosen() -> None:
    chosen = pools({"most": 300, "memory": {"guarantee": "512Mi", "limit": "1Gi"}})
    assert (chosen.users.machine_type, chosen.users.min, chosen.users.most) == ("n2-highmem-4", 0, 6)
    assert (chosen.core.machine_type, chosen.core.min, chosen.core.most) == ("n2-highmem-2", 1, 2)
    assert chosen.gpu is None
    assert chosen.spot is None


def test_databases_beside_servers_take_their_part_of_nodes() -> None:
    hub = {**HUB, "users": {"most": 300, "memory": {"guarantee": "512Mi", "limit": "1Gi"}}}
    database = {"memory": {"guarantee": "256Mi", "limit": "512Mi"}}
    settings = on_gcp({"data8": {**hub, "user_database": database}}, {})
    assert isinstance(settings.cloud, GcpCloud)
    assert settings.cloud.pools.users.most == 9, "half as much again as the 6 nodes of servers alone"


def test_a_node_takes_as_many_disks_as_its_cloud_attaches() -> None:
    alone, with_disks = Servers(200, GIB // 8, 10, 0), Servers(200, GIB // 8, 10, 0, disks=2)
    shape = machine("azure", "Standard_E4s_v5")
    assert shape is not None
    place = room("azure", shape)
    assert (place.disks, fit(place, alone) > 50, fit(place, with_disks)) == (8, True, 4)
    assert nodes(place, [with_disks]) == 50
    # The smallest machine with which ten nodes are enough: 32 disks each, so 16 servers, would be 13 nodes.
    assert sizing.choose("azure", [Servers(100, GIB // 8, 10, 0, disks=1)]) == "Standard_E16s_v5"


def test_a_large_course_gets_larger_machines() -> None:
    chosen = pools({"most": 300, "memory": {"guarantee": "1Gi", "limit": "1Gi"}})
    assert (chosen.users.machine_type, chosen.users.most) == ("n2-highmem-16", 4)


def test_a_server_fits_with_all_it_may_use() -> None:
    chosen = pools({"most": 1, "memory": {"guarantee": "1Gi", "limit": "64Gi"}})
    assert (chosen.users.machine_type, chosen.users.most) == ("n2-highmem-16", 1)


def test_what_the_stack_file_says_stands() -> None:
    chosen = pools({"most": 300}, users={"machine": "e2-highmem-8", "max": 2}, spot={}, gpu={"max": 3, "min": 1})
    assert (chosen.users.machine_type, chosen.users.most) == ("e2-highmem-8", 2)
    assert chosen.spot is not None
    assert (chosen.spot.machine_type, chosen.spot.most) == ("e2-highmem-8", 2)
    assert chosen.gpu is not None
    assert (chosen.gpu.machine_type, chosen.gpu.most) == ("g2-standard-4", 3)


def test_a_maximum_given_alone_chooses_machines_that_keep_to_it() -> None:
    assert pools({"most": 90}).users.machine_type == "n2-highmem-4"
    chosen = pools({"most": 90}, users={"max": 1})
    assert (chosen.users.machine_type, chosen.users.most) == ("n2-highmem-16", 1)


def test_a_maximum_is_never_below_a_minimum() -> None:
    assert pools({"most": 10}, users={"min": 3}).users.most == 3


def test_hubs_and_databases_need_core_nodes() -> None:
    hubs = {f"hub{number}": HUB for number in range(20)}
    settings = on_gcp(hubs, {}, databases={"analytics": {"instances": 3}})
    assert isinstance(settings.cloud, GcpCloud)
    assert settings.cloud.pools.core.most == 5


def test_nodes_of_an_existing_cluster_are_not_chosen() -> None:
    cloud = {
        **GCP,
        "cluster": {"existing": "university"},
        "network": {"existing": {"name": "default", "subnetwork": {"name": "a", "pods": "b", "services": "c"}}},
    }
    settings = load({"cloud": cloud, "hubs": {"data8": HUB}}, {})
    assert isinstance(settings.cloud, GcpCloud)
    assert settings.cloud.pools == Pools()


@pytest.mark.parametrize(("cloud", "capacity"), [("gcp", "1Ti"), ("local", "10Gi")])
def test_homes_begin_with_what_the_cloud_sells(cloud: str, capacity: str) -> None:
    provider = GCP if cloud == "gcp" else {"provider": "local"}
    environ = {"HUBSTACK_KUBECONFIG": "files/kubeconfig.yaml", "HUBSTACK_CONTEXT": "hubstack"}
    assert str(load({"cloud": provider, "hubs": {"data8": HUB}}, environ).homes.capacity) == capacity
    assert str(load({"cloud": provider, "hubs": {"data8": HUB}, "homes": {}}, environ).homes.capacity) == capacity


def test_homes_too_small_for_the_cloud_are_told_of() -> None:
    with pytest.raises(SettingsError, match=r"hubstack:homes\.capacity"):
        load({"cloud": GCP, "hubs": {"data8": HUB}, "homes": {"capacity": "10Gi"}}, {})
