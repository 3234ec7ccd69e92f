"""The messages between the engine and a plugin, whose modules Pulumi's SDK ships, and their values as plain Python."""

from collections.abc import Mapping
from typing import Any

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import (
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
    status_pb2,
)

__all__ = ["Failed", "plain", "plugin_pb2", "provider_pb2", "provider_pb2_grpc", "refuse", "struct"]

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark of a secret, and none itself


class Failed(Exception):  # noqa: N818 - it is said of a request
    """Something was made and did not come up: the engine is to keep it all the same, with what is known of it."""

    def __init__(self, identity: str, why: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> None:
        super().__init__(why)
        self.identity = identity
        self.why = why
        self.inputs = inputs
        self.outputs = outputs


def plain(message: struct_pb2.Struct) -> dict[str, Any]:
    """Give a message's values: whole numbers as integers, secrets in clear, unknown ones as `kinds.UNKNOWN`."""
    return {key: _value(each) for key, each in message.fields.items()}


def struct(values: Mapping[str, Any], secrets: frozenset[str] = frozenset()) -> struct_pb2.Struct:
    """Make a message of values; those named in `secrets` are marked so."""
    message = struct_pb2.Struct()
    marked = {key: {_SIGNATURE: _SECRET, "value": each} for key, each in values.items() if key in secrets}
    message.update({**values, **marked})
    return message


def refuse(context: grpc.ServicerContext, why: str, failed: Failed | None = None) -> Any:
    """End a request with a sentence; with `failed`, the engine learns what was made all the same."""
    if failed is not None:
        detail = _kept(failed)
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=why)
        status.details.add().Pack(detail)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, why)


def _kept(failed: Failed) -> Any:
    """Give what the engine keeps of a thing that was made and did not come up."""
    return provider_pb2.ErrorResourceInitFailed(
        id=failed.identity, reasons=[failed.why], properties=struct(failed.outputs), inputs=struct(failed.inputs)
    )


def _value(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        fields = value.struct_value.fields
        if _SIGNATURE in fields and fields[_SIGNATURE].string_value == _SECRET:
            return _value(fields["value"])
        return plain(value.struct_value)
    if kind == "list_value":
        return [_value(each) for each in value.list_value.values]
    if kind == "number_value":
        return int(value.number_value) if value.number_value.is_integer() else value.number_value
    return None if kind in (None, "null_value") else getattr(value, kind)
