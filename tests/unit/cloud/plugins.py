"""A plugin with two small kinds, and a client that asks it as the engine does."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc

from testbed.cloud.kinds import UNKNOWN, Inputs, Kind, Takes, Wanted
from testbed.cloud.ledger import Account
from testbed.cloud.messages import plain, provider_pb2, provider_pb2_grpc, struct
from testbed.cloud.plugin import Plugin
from testbed.cloud.providers import Provider

NETWORK = "gcp:compute/network:Network"
SUBNET = "gcp:compute/subnetwork:Subnetwork"


def _text(*, required: bool = False, replaces: bool = False) -> dict[str, Any]:
    return {"is": "string", "required": required, "replaces": replaces}


SCHEMA = {
    "kinds": {
        NETWORK: {
            "fields": {
                "name": _text(),
                "mtu": {"is": "integer", "required": False},
                "routingMode": {"is": "string", "one_of": ["GLOBAL", "REGIONAL"], "required": False},
                "labels": {"map": {"is": "string"}, "required": False},
                "rules": {"list": {"block": "rule"}, "required": False},
                "description": _text(replaces=True),
            },
            "secrets": ["number"],
            "replaces": [],
        },
        SUBNET: {
            "fields": {"name": _text(), "network": _text(required=True), "range": _text()},
            "secrets": [],
            "replaces": [],
        },
    },
    "blocks": {"rule": {"fields": {"port": {"is": "integer", "required": True}, "note": _text()}}},
}


def _link(wanted: Wanted) -> Mapping[str, Any]:
    return {"selfLink": f"https://www.googleapis.com/compute/v1/{_identity(wanted)}", "number": wanted.number(1000)}


def _identity(wanted: Wanted) -> str:
    return f"projects/{wanted.place.project}/global/networks/{wanted.name}"


def _noted(inputs: Inputs) -> Mapping[str, Any]:
    return {"rules": [{**each, "note": UNKNOWN} for each in inputs.get("rules", ())]} if inputs.get("rules") else {}


KINDS = (
    Kind(
        NETWORK,
        identify=_identity,
        computed=_link,
        assigned=_noted,
        replaces=frozenset({"rules[*].port"}),
        gives_up=200,
    ),
    Kind(SUBNET, refers={"network": NETWORK}, takes=Takes(create=20, delete=2)),
)


class Client:
    """Asks as the engine does; fails with the plugin's sentence."""

    def __init__(self, stub: Any) -> None:
        self.stub = stub

    def configure(self, **config: Any) -> None:
        self.stub.Configure(provider_pb2.ConfigureRequest(args=struct({"project": "university", **config})))

    def check(self, kind: str, inputs: Inputs, olds: Inputs | None = None) -> tuple[dict[str, Any], dict[str, str]]:
        request = provider_pb2.CheckRequest(
            urn=_urn(kind), type=kind, name="course", news=struct(inputs), olds=struct(olds or {}), randomSeed=b"seed"
        )
        answer = self.stub.Check(request)
        return plain(answer.inputs), {each.property: each.reason for each in answer.failures}

    def diff(self, kind: str, old: Inputs, new: Inputs, outputs: Inputs | None = None) -> Any:
        request = provider_pb2.DiffRequest(
            urn=_urn(kind), type=kind, old_inputs=struct(old), olds=struct(outputs or old), news=struct(new)
        )
        return self.stub.Diff(request)

    def diff_config(self, old: Inputs, new: Inputs) -> Any:
        return self.stub.DiffConfig(
            provider_pb2.DiffRequest(old_inputs=struct(old), olds=struct(old), news=struct(new))
        )

    def create(self, kind: str, inputs: Inputs, *, preview: bool = False) -> tuple[str, dict[str, Any]]:
        request = provider_pb2.CreateRequest(
            urn=_urn(kind), type=kind, name="course", properties=struct(inputs), preview=preview
        )
        answer = self.stub.Create(request)
        return answer.id, plain(answer.properties)

    def secrets_of_new(self, kind: str, inputs: Inputs) -> set[str]:
        request = provider_pb2.CreateRequest(urn=_urn(kind), type=kind, name="course", properties=struct(inputs))
        fields = self.stub.Create(request).properties.fields
        return {key for key, value in fields.items() if "value" in value.struct_value.fields}

    def update(self, kind: str, identity: str, old: Inputs, new: Inputs) -> dict[str, Any]:
        request = provider_pb2.UpdateRequest(urn=_urn(kind), type=kind, id=identity, olds=struct(old), news=struct(new))
        return plain(self.stub.Update(request).properties)

    def read(self, kind: str, identity: str) -> tuple[str, dict[str, Any]]:
        answer = self.stub.Read(provider_pb2.ReadRequest(urn=_urn(kind), type=kind, id=identity))
        return answer.id, plain(answer.inputs)

    def delete(self, kind: str, identity: str) -> None:
        self.stub.Delete(provider_pb2.DeleteRequest(urn=_urn(kind), type=kind, id=identity))


@contextmanager
def serving(account: Account) -> Iterator[Client]:
    """Serve the plugin for the block."""
    provider = Provider("gcp", {kind.type: kind for kind in KINDS}, {}, SCHEMA, "10.2.0")
    server = grpc.server(ThreadPoolExecutor(8))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Plugin(provider, account), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield Client(provider_pb2_grpc.ResourceProviderStub(channel))
    finally:
        server.stop(None)


def _urn(kind: str) -> str:
    return f"urn:pulumi:test::hubstack::{kind}::course"
