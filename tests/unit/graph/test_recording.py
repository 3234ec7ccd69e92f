"""Recording a program's graph, which a run of the tests does hundreds of times in one process."""

from pathlib import Path

import pulumi
import pytest

from tests.support.graph import held, record


def test_a_recorded_graph_leaves_no_file_open() -> None:
    made: list[pulumi.Output[str]] = []

    def program() -> None:
        group = pulumi.ComponentResource("test:index:Group", "group", {})
        children = [pulumi.CustomResource("test:index:Child", str(number), {}, _under(group)) for number in range(20)]
        made.extend(child.id for child in children)

    before = _open_files()
    for _ in range(3):
        graph = record(program)
    assert _open_files() == before
    assert len(list(graph)) == 21
    assert held(made[0]) == "0-id"


def test_outputs_can_be_made_after_a_program_that_failed() -> None:
    def program() -> None:
        raise ValueError("a mistake")

    with pytest.raises(ValueError, match="a mistake"):
        record(program)
    assert held(pulumi.Output.from_input("well")) == "well"


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _under(parent: pulumi.Resource) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(parent=parent)
