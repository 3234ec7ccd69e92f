"""The arithmetic of the bench: growth, stages, and the figures that others read."""

import json
from pathlib import Path

import pytest

from ops.timeline.graph import graph_of
from ops.timeline.log import read
from testbed.bench.bounds import NAMES, bound
from testbed.bench.cold import Cold
from testbed.bench.figures import CloudFigures, Figures
from testbed.bench.growth import exponent, seconds_each
from testbed.bench.hubs import Growth, Took
from testbed.bench.staged import Stage, stage_of, staged_seconds
from testbed.bench.stamping import Stamper
from tests.support.kube import wait_for

URN = "urn:pulumi:fall::hubstack::hubstack:index:Platform$"


def test_what_one_more_costs():
    assert seconds_each([(1, 3.1), (10, 4.0), (100, 13.0)]) == pytest.approx(0.1)


@pytest.mark.parametrize(("power", "points"), [(1, [(1, 2), (10, 20)]), (2, [(1, 1), (10, 10), (100, 1000)])])
def test_growth_is_its_steepest_part(power: float, points: list[tuple[int, float]]):
    assert exponent(points) == pytest.approx(power)


@pytest.mark.parametrize(
    ("urn", "stage"),
    [
        ("gcp:container/cluster:Cluster::course", Stage.OUTSIDE),
        ("aws:ec2/eip:Eip::lab", Stage.INGRESS),
        ("kubernetes:storage.k8s.io/v1:StorageClass::block", Stage.BASE),
        ("kubernetes:helm.sh/v3:Release::operator", Stage.BASE),
        ("kubernetes:helm.sh/v3:Release::data8-release", Stage.SERVICES),
    ],
)
def test_stages(urn: str, stage: Stage):
    assert stage_of(URN + urn) is stage


def test_stages_wait_for_one_another():
    """A file system beside the cluster costs nothing here; in stages, the database waits for it too."""
    kinds = {
        "net": "gcp:a:Network",
        "cluster": "gcp:b:Cluster",
        "files": "gcp:c:Instance",
        "db": "kubernetes:d:Cluster",
    }
    urns = {name: f"{URN}{kind}::{name}" for name, kind in kinds.items()}
    needs = {"net": [], "cluster": ["net"], "files": ["net"], "db": ["cluster"]}
    seconds = {"net": 10, "cluster": 100, "files": 300, "db": 60}
    graph = graph_of(
        {
            "deployment": {
                "resources": [
                    {"urn": urns[name], "custom": True, "dependencies": [urns[each] for each in needs[name]]}
                    for name in kinds
                ]
            }
        }
    )
    events = [
        {"timestamp": at, kind: {"metadata": {"op": "create", "urn": urns[name], "new": {"custom": True}}}}
        for name in kinds
        for at, kind in ((1, "resourcePreEvent"), (1 + seconds[name], "resOutputsEvent"))
    ]
    run = read(json.dumps(event) for event in events)
    assert staged_seconds(run, graph) == 10 + 300 + 60


def test_bounds_are_those_that_were_agreed():
    assert {name: (bound(name).up, bound(name).down) for name in NAMES} == {
        "gke": (603, 279),
        "eks": (855, 579),
        "aks": (456, 337),
    }


def figures(up: float = 610) -> Figures:
    took = (Took(1, 3.0, 9.0, 3.0, 8.0), Took(10, 4.0, 12.0, 4.0, 11.0))
    return Figures({"gke": CloudFigures("gke", up, 290, 900, 2)}, Growth(took), Cold(5.5, 1.2))


def test_the_figures_have_the_keys_that_others_read(tmp_path: Path):
    file = tmp_path / "bench.json"
    file.write_text(json.dumps({"eks": {"up_ratio": 1.0}}))
    figures().write(file)
    content = json.loads(file.read_text())
    assert set(content) == {"gke", "eks", "hubs", "cold_preview_seconds"}, "those of an earlier run stay"
    assert set(content["gke"]) == {"up_ratio", "down_ratio", "staged_ratio"}
    assert set(content["hubs"]) == {"preview_seconds_per_hub", "growth_exponent", "growth_exponent_unsaved"}
    assert content["gke"]["up_ratio"] == pytest.approx(610 / 603, abs=0.001)


def test_what_is_too_slow_is_named():
    assert figures().missed() == []
    (sentence,) = figures(up=700).missed()
    assert sentence.startswith("gke up: 1.161")


def test_a_log_is_stamped_with_simulated_seconds(tmp_path: Path):
    log, stamped = tmp_path / "log", tmp_path / "stamped"
    with Stamper(log, stamped, speed=1000):
        log.write_text('{"sequence": 1, "timestamp": 5}\n')
        wait_for("the first line", lambda: stamped.exists() and stamped.read_text() != "", seconds=5)
        with log.open("a") as more:
            more.write('{"sequence": 2, "timestamp": 5}\n')
    first, second = (json.loads(line) for line in stamped.read_text().splitlines())
    assert (first["sequence"], second["sequence"]) == (1, 2)
    assert 1 < first["timestamp"] < second["timestamp"]
