"""The program's graph under Pulumi's mocks: every resource as the engine would be asked for it."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

import pulumi
from google.protobuf import json_format
from pulumi.runtime import mocks, resource, stack, sync_await
from pulumi.runtime.proto import source_pb2
from pulumi.runtime.settings import SETTINGS

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"

# Where in the program each resource was asked for, down through all of pytest: a fourth of a graph's time, for nobody.
resource._get_stack_trace = source_pb2.StackTrace


_AFTERWARDS = asyncio.new_event_loop()
"""For what a test makes of a program's Outputs once the program has ended."""


@dataclass(frozen=True)
class Secret:
    """An input that the engine keeps encrypted, with what is in it."""

    value: Any


@dataclass(frozen=True)
class Made:
    """A resource that the program asked for."""

    urn: str
    type: str
    name: str
    inputs: dict[str, Any]
    provider: str
    parent: str
    depends_on: frozenset[str]
    was_read: bool = False
    delete_before_replace: bool = False
    protect: bool = False
    retain_on_delete: bool = False
    deleted_with: str = ""

    def at(self, path: str) -> Any:
        """Give the input at a path such as `metadata.labels`; None where there is none."""
        found: Any = self.inputs
        for key in path.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        return found


@dataclass
class Graph:
    """Every resource by URN, in the order in which they were asked for."""

    resources: dict[str, Made] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Made]:
        return iter(self.resources.values())

    def of_type(self, ending: str) -> list[Made]:
        """Give the resources whose type ends like this, such as `:Namespace`."""
        return [made for made in self if made.type.endswith(ending)]

    def named(self, name: str) -> Made:
        """Give the one resource of this name."""
        (found,) = [made for made in self if made.name == name]
        return found

    def needs(self, made: Made) -> set[str]:
        """Give the names of all that is made before a resource and deleted after it."""
        seen: set[str] = set()
        waiting = [made]
        while waiting:
            for urn in waiting.pop().depends_on:
                if urn not in seen and urn in self.resources:
                    seen.add(urn)
                    waiting.append(self.resources[urn])
        return {self.resources[urn].name for urn in seen}

    def kubernetes(self) -> list[Made]:
        """Give all objects in the cluster; the provider itself is none."""
        return [made for made in self if made.type.startswith("kubernetes:")]


@dataclass(frozen=True)
class Answers:
    """What a cloud would answer: the outputs of a resource beyond its inputs, and the answers to calls by token."""

    outputs: Callable[[mocks.MockResourceArgs], dict[str, Any]] = lambda _: {}
    calls: Mapping[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])


class _Cloud(mocks.Mocks):
    """Answers as the providers would, as far as the program looks."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        assert args.token in self.answers.calls, f"the program calls {args.token}, which the graph's tests do not know"
        return self.answers.calls[args.token], []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        state = {**args.inputs, **_answer(args), **self.answers.outputs(args)}
        return args.resource_id or f"{args.name}-id", state


def _answer(args: mocks.MockResourceArgs) -> dict[str, Any]:
    digits = hashlib.sha256(args.name.encode()).hexdigest()
    match args.typ:
        case "random:index/randomId:RandomId":
            return {"hex": digits[: 2 * int(args.inputs["byteLength"])]}
        case "random:index/randomBytes:RandomBytes":
            return {"hex": pulumi.Output.secret(digits[: 2 * int(args.inputs["length"])])}
        case "random:index/randomPassword:RandomPassword":
            return {"result": pulumi.Output.secret(f"password-{digits[:8]}")}
        case "kubernetes:core/v1:Service":
            return {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}]}}}
        case name if name.startswith("kubernetes:") and "metadata" in args.inputs:
            metadata = args.inputs["metadata"]
            return {"metadata": {"name": f"{args.name}-1234", **metadata}}
        case _:
            return {}


class _Monitor(mocks.MockMonitor):
    def __init__(self, graph: Graph, cloud: _Cloud) -> None:
        super().__init__(cloud)
        self.graph = graph

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        self._note(request, request.object)
        return super().RegisterResource(request)

    def ReadResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        self._note(request, request.properties, was_read=True)
        return super().ReadResource(request)

    def _note(self, request: Any, inputs: Any, *, was_read: bool = False) -> None:
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == "pulumi:pulumi:Stack":
            return
        assert urn not in self.graph.resources, f"two resources share the URN {urn}"
        self.graph.resources[urn] = Made(
            urn=urn,
            type=request.type,
            name=request.name,
            inputs=_opened(json_format.MessageToDict(inputs)),
            provider=request.provider,
            parent=request.parent,
            depends_on=frozenset(request.dependencies),
            was_read=was_read,
            delete_before_replace=False if was_read else request.deleteBeforeReplace,
            protect=False if was_read else request.protect,
            retain_on_delete=False if was_read else request.retainOnDelete,
            deleted_with="" if was_read else request.deletedWith,
        )


def _opened(given: Any) -> Any:
    if isinstance(given, dict):
        if given.get(_SIGNATURE) == _SECRET:
            return Secret(_opened(given["value"]))
        return {key: _opened(value) for key, value in given.items()}
    return [_opened(value) for value in given] if isinstance(given, list) else given


def record(program: Callable[[], Any], answers: Answers | None = None) -> Graph:
    """Run the program under mocks, to its end, and give what it asked for."""
    graph = Graph()
    cloud = _Cloud(answers or Answers())

    async def run() -> None:
        await stack.run_pulumi_func(program)

    with ExitStack() as loops:
        loops.callback(asyncio.set_event_loop, _AFTERWARDS)

        def take_loop() -> asyncio.AbstractEventLoop:
            loop = loops.enter_context(closing(asyncio.new_event_loop()))
            asyncio.set_event_loop(loop)
            return loop

        loop = take_loop()
        # The mocks want one in each thread, and would make one that nothing closes: over a thousand open files at last.
        loop.set_default_executor(ThreadPoolExecutor(initializer=take_loop))
        # Outputs that another test made outside a program would be waited for, and their event loop no longer runs.
        SETTINGS.outputs.clear()
        mocks.set_mocks(cloud, project="hubstack", stack="test", monitor=_Monitor(graph, cloud))
        sync_await._sync_await(run())
        loop.run_until_complete(loop.shutdown_default_executor())
    return graph


def held(by: Any) -> Any:
    """Give what an Output of a recorded program holds, or what is no Output as it is."""

    async def known() -> Any:
        return await pulumi.Output.from_input(by).future()

    return _AFTERWARDS.run_until_complete(known())
