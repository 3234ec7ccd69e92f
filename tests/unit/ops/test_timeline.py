"""Who waited for whom: logs that the engine wrote of a stack with one hub (cut to what is read), and hand-made ones."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from ops.timeline.__main__ import app
from ops.timeline.drawing import draw
from ops.timeline.errors import TimelineError
from ops.timeline.graph import Graph, graph_of
from ops.timeline.log import Run, read
from ops.timeline.states import from_file
from ops.timeline.waits import Reason, Row, Timeline, timeline
from ops.timeline.words import length

RECORDED = Path(__file__).parent / "timeline"


def recorded(name: str) -> Timeline:
    with (RECORDED / f"{name}.jsonl").open() as log:
        return timeline(read(log), from_file(RECORDED / "state.json"))


def urn(name: str) -> str:
    return f"urn:pulumi:fall::hubstack::hubstack:index:Platform$gcp:x/y:Thing::{name}"


def event(second: float, kind: str, op: str, name: str, *, custom: bool = True) -> str:
    state = {"urn": urn(name), "custom": custom}
    return json.dumps({"timestamp": 1000 + second, kind: {"metadata": {"op": op, "urn": urn(name), "new": state}}})


def begins(second: float, name: str, op: str = "create") -> str:
    return event(second, "resourcePreEvent", op, name)


def ends(second: float, name: str, op: str = "create") -> str:
    return event(second, "resOutputsEvent", op, name)


def state(*resources: tuple[str, list[str]], **more: dict[str, Any]) -> Graph:
    """Give the graph of resources, each with the names of what it needs."""
    entries = [
        {"urn": urn(name), "custom": True, "dependencies": [urn(each) for each in needs], **more.get(name, {})}
        for name, needs in resources
    ]
    return graph_of({"deployment": {"resources": entries}})


def row(found: Timeline, name: str) -> Row:
    (only,) = [each for each in found.rows if each.span.urn.endswith(f"::{name}")]
    return only


def waited(found: Timeline, name: str) -> str:
    wait = row(found, name).wait
    return wait.span.urn.rpartition("::")[2] if wait else ""


def chain(found: Timeline) -> list[str]:
    return [each.span.urn.rpartition("::")[2] for each in found.chain]


def test_an_up_of_the_real_engine():
    found = recorded("up")
    assert waited(found, "data8-closed") == "data8-namespace"
    assert waited(found, "data8-release") == "data8-folder"
    assert chain(found)[-3:] == ["homes-claim", "data8-folder", "data8-release"]
    assert all(each.wait is None or each.wait.reason is Reason.NEED for each in found.rows)
    assert not any(":index:" in each.span.urn.rpartition("$")[2] for each in found.rows), "components do nothing"


def test_a_destroy_of_the_real_engine():
    found = recorded("destroy")
    assert found.run.destroys
    assert waited(found, "data8-teardown") == "data8-release"
    assert chain(found)[:2] == ["data8-release", "data8-teardown"]
    assert "data8-namespace" in chain(found)


def test_the_engine_deletes_layer_by_layer():
    """No deletion of the recorded destroy began before all of a higher layer had ended: what `layers` says is so."""
    found = recorded("destroy")
    for one in found.rows:
        for other in found.rows:
            if one.layer is not None and other.layer is not None and one.layer < other.layer:
                assert other.span.end.place < one.span.start.place


def test_the_dependency_that_ended_last_is_the_one_waited_for():
    log = [
        begins(0, "net"),
        begins(0, "key"),
        ends(3, "key"),
        ends(9, "net"),
        begins(10, "cluster"),
        ends(70, "cluster"),
    ]
    found = timeline(read(log), state(("net", []), ("key", []), ("cluster", ["key", "net"])))
    assert waited(found, "cluster") == "net"
    assert row(found, "cluster").gap == 1
    assert chain(found) == ["net", "cluster"]
    assert (found.at_work, found.between) == (69, 1)


def test_what_is_not_needed_is_not_waited_for():
    log = [begins(0, "net"), ends(9, "net"), begins(9, "disk"), ends(20, "disk")]
    found = timeline(read(log), state(("net", []), ("disk", [])))
    assert waited(found, "disk") == ""
    assert chain(found) == ["disk"]


def test_a_need_may_stand_in_a_property_or_be_the_provider():
    cluster = {"provider": f"{urn('provider')}::id-1", "propertyDependencies": {"network": [urn("net")], "zone": None}}
    graph = state(("provider", []), ("net", []), ("cluster", []), cluster=cluster)
    assert graph.by_urn[urn("cluster")].needs == {urn("provider"), urn("net")}


def test_events_within_one_second_keep_their_order():
    log = [begins(0, "a"), ends(0, "a"), begins(0, "b"), ends(0, "b")]
    found = timeline(read(log), state(("a", []), ("b", ["a"])))
    assert waited(found, "b") == "a"


def test_a_deletion_that_waits_for_the_engines_order_only():
    """The file system needs the network alone, and is deleted after the cluster all the same."""
    order = ["cluster", "files", "subnet", "net"]
    graph = state(("net", []), ("subnet", ["net"]), ("files", ["net"]), ("cluster", ["subnet"]))
    log = [
        *(begins(0, "cluster", "delete"), ends(189, "cluster", "delete")),
        *(begins(189, "files", "delete"), begins(189, "subnet", "delete")),
        *(ends(209, "subnet", "delete"), ends(309, "files", "delete")),
        *(begins(309, "net", "delete"), ends(334, "net", "delete")),
    ]
    found = timeline(read(log), graph)
    assert [graph.layers[urn(name)] for name in order] == [2, 1, 1, 0]
    assert row(found, "files").wait.reason is Reason.LAYER
    assert row(found, "subnet").wait.reason is Reason.NEED
    assert chain(found) == ["cluster", "files", "net"]


def test_what_needs_a_component_needs_what_is_in_it():
    entries = [
        {"urn": "net", "custom": False},
        {"urn": "subnet", "custom": True, "parent": "net"},
        {"urn": "cluster", "custom": True, "dependencies": ["net"]},
        {"urn": "route", "custom": True, "parent": "net", "dependencies": ["cluster"]},
    ]
    layers = graph_of({"deployment": {"resources": entries}}).layers
    assert layers == {"net": 0, "subnet": 1, "cluster": 2, "route": 3}


def test_a_checkpoint_of_the_backend_is_a_state_too():
    checkpoint = {"version": 3, "checkpoint": {"stack": "x", "latest": {"resources": [{"urn": "net", "custom": True}]}}}
    assert [node.urn for node in graph_of(checkpoint).nodes] == ["net"]


def test_without_a_state_waits_are_guessed_and_say_so():
    found = timeline(read([begins(0, "a"), ends(5, "a"), begins(5, "b"), ends(6, "b")]), Graph())
    assert row(found, "b").wait.reason is Reason.GUESS
    assert found.guessed


def test_an_operation_that_failed_and_one_that_never_ended():
    log = [begins(0, "a"), event(4, "resOpFailedEvent", "create", "a"), begins(1, "b"), "half a li"]
    run = read(log)
    assert [(span.urn, span.failed, span.unfinished) for span in run.spans] == [
        (urn("a"), True, False),
        (urn("b"), False, True),
    ]


def test_unchanged_resources_are_counted_only():
    run = read([begins(0, "a", "same"), ends(0, "a", "same"), begins(1, "b", "update"), ends(2, "b", "update")])
    assert (run.unchanged, [span.op for span in run.spans]) == (1, ["update"])
    assert run.stack == ("fall", "hubstack")


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "Nothing was made"),
        ([begins(0, "a", "same"), ends(0, "a", "same")], "Nothing was made"),
        (['{"config": 1}'], "no event log"),
    ],
)
def test_nothing_to_draw(lines: list[str], sentence: str):
    with pytest.raises(TimelineError, match=sentence):
        read(lines)


def test_the_drawing_is_xml_and_has_a_bar_for_each_row():
    found = recorded("up")
    drawn = draw(found, found.rows, "up <of> data8 & more")
    root = ET.fromstring(drawn)  # noqa: S314 - our own
    bars = list(root.iter("{http://www.w3.org/2000/svg}rect"))
    assert len(bars) == len(found.rows)
    assert "prefers-color-scheme: dark" in drawn
    assert "up &lt;of&gt; data8 &amp; more" in drawn
    for bar in bars:
        assert float(bar.get("x", 0)) + float(bar.get("width", 0)) <= float(root.get("width", 0))


def test_the_command(tmp_path: Path):
    drawn = tmp_path / "up.svg"
    log, saved = str(RECORDED / "up.jsonl"), str(RECORDED / "state.json")
    said = CliRunner().invoke(app, [log, "--state", saved, "--svg", str(drawn), "--all"], env={"COLUMNS": "160"})
    assert said.exit_code == 0, said.output
    assert "Release data8-release" in said.output
    assert "The chain that it took" in said.output
    assert "hubstack, local: up in" in drawn.read_text()


def test_a_log_that_is_not_there(tmp_path: Path):
    said = CliRunner().invoke(app, [str(tmp_path / "none.jsonl")])
    assert said.exit_code == 1
    assert "is not there" in said.output


def test_lengths_read_well():
    assert [length(0), length(0.4), length(8), length(723)] == ["0 s", "0.4 s", "8 s", "12 min 03 s"]


def test_a_run_names_its_stack():
    assert isinstance(recorded("up").run, Run)
    assert recorded("up").run.stack == ("local", "hubstack")
