"""What policies look at, made of the graph that a stack's program asks for."""

from pathlib import Path
from typing import Any

from policies.model import Resource, Stack, Withheld
from tests.support.graph import Graph, Made, Secret
from tests.support.stack_files import Config
from tests.support.whole_stacks import graph_of


def resources(graph: Graph) -> list[Resource]:
    """Give the resources as the engine would hand them to the policy pack."""
    return [_resource(made, graph) for made in graph if not made.was_read]


def stack_and_resources(config: Config, folder: Path) -> tuple[Stack, list[Resource]]:
    """Run the program on settings, and give what its policies look at."""
    return Stack("test", config), resources(graph_of(config, folder))


def _resource(made: Made, graph: Graph) -> Resource:
    provider = graph.resources.get(made.provider.rpartition("::")[0])
    return Resource(
        made.type,
        made.name,
        withheld(made.inputs),
        made.protect,
        made.urn,
        withheld(provider.inputs) if provider else {},
    )


def withheld(value: Any) -> Any:
    """Give inputs without their secrets."""
    if isinstance(value, Secret):
        return Withheld.SECRET
    if isinstance(value, dict):
        return {key: withheld(item) for key, item in value.items()}
    return [withheld(item) for item in value] if isinstance(value, list) else value
