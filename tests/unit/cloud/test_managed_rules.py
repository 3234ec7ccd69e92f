"""The rules by which a managed cluster's controllers decide."""

import time
from typing import Any

import pytest

from testbed.cloud import clock
from testbed.cloud.managed.agenda import Agenda
from testbed.cloud.managed.fitting import Room, is_unschedulable, quantity
from testbed.cloud.managed.machines import shape
from testbed.cloud.managed.outside import Shape
from testbed.cloud.managed.webhooks import judge


def _node(taints: list[dict[str, str]] | None = None, **labels: str) -> dict[str, Any]:
    allocatable = {"cpu": "3900m", "memory": "15Gi", "pods": "110"}
    return {
        "metadata": {"name": "one", "labels": labels},
        "spec": {"taints": taints or []},
        "status": {"allocatable": allocatable},
    }


def _pod(memory: str = "1Gi", **spec: Any) -> dict[str, Any]:
    container = {"name": "one", "resources": {"requests": {"memory": memory}, "limits": {"cpu": "500m"}}}
    return {"metadata": {"name": "pod"}, "spec": {"containers": [container], **spec}, "status": {"phase": "Pending"}}


class TestFitting:
    def test_room_is_used_up(self):
        room = Room(_node())

        assert [room.takes(_pod("6Gi")) for _ in range(3)] == [True, True, False]

    def test_a_limit_counts_where_nothing_is_requested(self):
        room = Room(_node())

        assert [room.takes(_pod("1Mi")) for _ in range(8)] == [True] * 7 + [False]

    @pytest.mark.parametrize(
        ("toleration", "taken"),
        [
            ({"key": "for", "operator": "Equal", "value": "users", "effect": "NoSchedule"}, True),
            ({"key": "for", "operator": "Exists"}, True),
            ({"operator": "Exists"}, True),
            ({"key": "for", "operator": "Equal", "value": "core"}, False),
            ({"key": "for", "operator": "Exists", "effect": "NoExecute"}, False),
        ],
    )
    def test_a_taint_has_to_be_tolerated(self, toleration: dict[str, str], taken: bool):  # noqa: FBT001
        room = Room(_node([{"key": "for", "value": "users", "effect": "NoSchedule"}]))

        assert room.takes(_pod(tolerations=[toleration])) is taken

    def test_a_node_that_has_just_come_counts_as_ready(self):
        assert Room(_node([{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}])).takes(_pod())

    def test_labels_that_a_pod_asks_for(self):
        rule = {"key": "for", "operator": "In", "values": ["users"]}
        terms = {"nodeSelectorTerms": [{"matchExpressions": [rule]}]}
        required = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}

        for wish in ({"nodeSelector": {"for": "users"}}, {"affinity": required}):
            assert Room(_node(**{"for": "users"})).takes(_pod(**wish))
            assert not Room(_node(**{"for": "core"})).takes(_pod(**wish))

    def test_a_disk_keeps_its_pod_in_its_zone(self):
        node = _node(**{"topology.kubernetes.io/zone": "a"})

        assert Room(node).takes(_pod(), {"a"})
        assert not Room(node).takes(_pod(), {"b"})

    def test_only_a_pod_that_the_scheduler_gave_up_on_makes_a_pool_grow(self):
        told = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
        waiting = {**_pod(), "status": {"phase": "Pending", "conditions": [told]}}

        assert is_unschedulable(waiting)
        assert not is_unschedulable(_pod())
        assert not is_unschedulable({**waiting, "metadata": {"deletionTimestamp": "now"}})

    def test_quantities(self):
        assert [quantity(text) for text in ("250m", "1Gi", "2k", "3", 4)] == [0.25, 2**30, 2000, 3, 4]


@pytest.mark.parametrize(
    ("provider", "machine", "shaped"),
    [
        ("gcp", "n2-highmem-4", Shape(4, 32)),
        ("gcp", "a2-highgpu-1g", Shape(12, 85)),
        ("aws", "r8i-flex.large", Shape(2, 16)),
        ("aws", "m6i.4xlarge", Shape(16, 64)),
        ("azure", "Standard_E4s_v5", Shape(4, 32)),
        ("azure", "Standard_NC4as_T4_v3", Shape(4, 28)),
        ("gcp", "of-another-kind", Shape(2, 8)),
    ],
)
def test_a_machine_s_name_says_what_it_has(provider: str, machine: str, shaped: Shape):
    assert shape(provider, machine) == shaped


class TestAgenda:
    def test_a_deed_comes_once_and_when_it_is_due(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv(clock.SPEED, "100")
        agenda, done = Agenda(), list[str]()
        for word in ("first", "again"):
            agenda.once("key", 5, lambda word=word: done.append(word))
        assert agenda.take_due() == []
        assert 0 < agenda.until_next(1) <= 0.05

        time.sleep(0.06)

        for deed in agenda.take_due():
            deed()
        assert (done, agenda.until_next(1)) == (["first"], 1)

    def test_what_is_due_comes_in_its_order(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv(clock.SPEED, "1000")
        agenda, done = Agenda(), list[str]()
        agenda.once("z", 1, lambda: done.append("first"))
        agenda.once("a", 2, lambda: done.append("second"))

        time.sleep(0.01)

        for deed in agenda.take_due():
            deed()
        assert done == ["first", "second"]


class TestWebhooks:
    def _cluster(self, size: str) -> dict[str, Any]:
        return {"spec": {"storage": {"size": size}}}

    def test_storage_does_not_shrink(self):
        asked = {"kind": {"kind": "Cluster"}, "object": self._cluster("5Gi"), "oldObject": self._cluster("10Gi")}

        assert "can't shrink existing storage from 10Gi to 5Gi" in judge(asked)
        assert judge({**asked, "object": self._cluster("20Gi")}) == ""
        assert judge({**asked, "oldObject": None}) == ""

    def test_a_size_that_is_none(self):
        asked = {"kind": {"kind": "Cluster"}, "object": self._cluster("much"), "oldObject": self._cluster("10Gi")}

        assert "not a valid quantity" in judge(asked)

    def test_other_kinds_are_let_through(self):
        assert judge({"kind": {"kind": "Database"}, "object": {}, "oldObject": None}) == ""
