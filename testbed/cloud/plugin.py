# ruff: noqa: N802, ARG002 - the methods' names and parameters are the protocol's
"""A provider's plugin, as the engine asks it; `testbed.cloud.start` starts one."""

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2

from testbed.cloud import providers
from testbed.cloud.changes import Change, changes
from testbed.cloud.judging import judge
from testbed.cloud.kinds import UNKNOWN, Kind, Place, Refused, Wrong
from testbed.cloud.ledger import Account
from testbed.cloud.messages import Failed, plain, plugin_pb2, provider_pb2, provider_pb2_grpc, refuse, struct
from testbed.cloud.operations import Asked, Operations
from testbed.cloud.previews import kept
from testbed.cloud.providers import Provider
from testbed.cloud.survivor import stand_by

_AT_ONCE = 128
"""Requests that are served beside one another; the engine has no more than some dozens under way."""

_ENFORCE = 1
"""`CheckRequest.AutonamingOptions.Mode`: the engine gives the very name."""

_GROUP = "azure-native:resources:ResourceGroup"

_DIFFS = {"add": 0, "delete": 2, "update": 4}
"""`PropertyDiff.Kind`; one more where it replaces."""


class Plugin(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine."""

    def __init__(self, provider: Provider, account: Account) -> None:
        self.provider = provider
        self.account = account
        self.under_way = 0
        self._counting = threading.Lock()
        self._stopped = threading.Event()
        self._operations = Operations(provider, account, Place(), self._stopped)

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Say the version, which is the SDK's own."""
        return plugin_pb2.PluginInfo(version=self.provider.version)

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Have no schema to give: programs in Python need none."""
        return provider_pb2.GetSchemaResponse(schema="{}")

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Take the provider's settings as they are; `Configure` judges them, as it has them all."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Replace the provider, and so everything, where the project or subscription is another."""
        old, new = plain(request.old_inputs) or plain(request.olds), plain(request.news)
        moved = [key for key in ("project", "subscriptionId", "region") if old.get(key) != new.get(key)]
        state = provider_pb2.DiffResponse.DIFF_SOME if old != new else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=state, replaces=moved)

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Learn where to work, and try the credential."""
        problem = providers.credential_problem(self.provider.cloud, self.account)
        if problem:
            refuse(context, problem)
        try:
            place = providers.place_of(self.provider.cloud, plain(request.args))
        except Refused as refusal:
            refuse(context, str(refusal))
            raise
        self._operations = Operations(self.provider, self.account, place, self._stopped)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=False, supportsPreview=True, acceptResources=False, supports_autonaming_configuration=True
        )

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Judge inputs and name what has no name."""
        inputs, olds = plain(request.news), plain(request.olds)
        try:
            kind = self.provider.kind(_type_of(request))
        except Refused as refusal:
            return provider_pb2.CheckResponse(
                inputs=request.news, failures=[provider_pb2.CheckFailure(reason=str(refusal))]
            )
        self._name(kind, inputs, olds, request)
        self._locate(kind, inputs)
        wrongs = [*judge(inputs, dict(self.provider.schema), kind.type), *(kind.check(inputs) if kind.check else ())]
        return provider_pb2.CheckResponse(inputs=struct(inputs), failures=[_failure(wrong) for wrong in wrongs])

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Say what changed, and whether it takes another resource."""
        kind = self.provider.kind(_type_of(request))
        news, olds = plain(request.news), plain(request.olds)
        old_inputs = plain(request.old_inputs) or olds
        found = changes(old_inputs, news, kind, dict(self.provider.schema))
        found = [each for each in found if each.path not in request.ignoreChanges]
        replaces = [each.path for each in found if each.replaces]
        tags = "effectiveLabels" if self.provider.cloud == "gcp" else "tagsAll"
        borne: Mapping[str, str] = olds.get(tags) or {}
        was = {key: value for key, value in borne.items() if not key.startswith("goog-pulumi")}
        retagged = tags in olds and was != self._operations.tags(kind, news)
        if retagged and not found:
            found = [Change(tags, "update", replaces=False)]
        named = kind.named_by in news and kind.named_by not in news.get("__defaults", [])
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=replaces,
            diffs=sorted({each.path.partition(".")[0].partition("[")[0] for each in found}),
            deleteBeforeReplace=bool(replaces) and named and kind.named_by not in replaces,
            detailedDiff={each.path: _detail(each) for each in found},
            hasDetailedDiff=True,
        )

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Make something, or say in a preview what is known of it already."""
        kind, inputs = self.provider.kind(_type_of(request)), plain(request.properties)
        if request.preview:
            assigned: Mapping[str, Any] = kind.assigned(inputs) if kind.assigned else {}
            return provider_pb2.CreateResponse(id="", properties=struct({**_previewed(kind, inputs), **assigned}))
        asked = Asked(kind, _name_of(request), _shown(inputs), request.timeout)
        record = self._serve(context, lambda: self._operations.create(asked))
        return provider_pb2.CreateResponse(id=record.id, properties=self._outputs(kind, record.outputs))

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Change something."""
        kind, news = self.provider.kind(_type_of(request)), plain(request.news)
        if request.preview:
            shown = kept(plain(request.olds), plain(request.old_inputs), _previewed(kind, news))
            return provider_pb2.UpdateResponse(properties=struct(shown))
        asked = Asked(kind, _name_of(request), _shown(news), request.timeout)
        record = self._serve(context, lambda: self._operations.update(asked, request.id))
        return provider_pb2.UpdateResponse(properties=self._outputs(kind, record.outputs))

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Take something away."""
        kind = self.provider.kind(_type_of(request))
        asked = Asked(kind, _name_of(request), {}, request.timeout)
        self._serve(context, lambda: self._operations.delete(asked, request.id))
        return empty_pb2.Empty()

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Look what a thing is now, for a refresh, an import or a program that uses what exists."""
        kind = self.provider.kind(_type_of(request))
        problem = providers.credential_problem(self.provider.cloud, self.account)
        if problem:
            refuse(context, problem)
        record = self._operations.find(kind, request.id)
        if record is None:
            return provider_pb2.ReadResponse(id="")
        kept = {key: value for key, value in plain(request.inputs).items() if key.startswith("__")}
        inputs = struct({**record.inputs, **kept})
        return provider_pb2.ReadResponse(id=record.id, properties=self._outputs(kind, record.outputs), inputs=inputs)

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Answer a function of the provider."""
        function = self.provider.invokes.get(request.tok)
        if function is None:
            refuse(context, f"the simulated {self.provider.cloud} has no function {request.tok}")
            raise LookupError(request.tok)
        answer = self._serve(context, lambda: function(self.account, plain(request.args), self._operations.place))
        message = provider_pb2.InvokeResponse()
        getattr(message, "return").CopyFrom(struct(answer))  # its name is a word of Python's
        return message

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Stop waiting."""
        self._stopped.set()
        return empty_pb2.Empty()

    def _serve(self, context: grpc.ServicerContext, work: Callable[[], Any]) -> Any:
        """Do what the engine asked for, and end the request with a sentence where the cloud refuses it."""
        with self._counting:
            self.under_way += 1
        try:
            return work()
        except Failed as failed:
            refuse(context, failed.why, failed)
        except Refused as refusal:
            refuse(context, str(refusal))
        finally:
            with self._counting:
                self.under_way -= 1

    def _outputs(self, kind: Kind, outputs: Mapping[str, Any]) -> struct_pb2.Struct:
        return struct(outputs, self.provider.secrets_of(kind))

    def _name(self, kind: Kind, inputs: dict[str, Any], olds: Mapping[str, Any], request: Any) -> None:
        """Name a thing after its resource, once."""
        key = kind.named_by
        if key is None or inputs.get(key) is not None:
            return
        if olds.get(key) and key in olds.get("__defaults", []):
            inputs[key] = olds[key]
        elif request.autonaming.mode == _ENFORCE and request.autonaming.proposed_name:
            inputs[key] = request.autonaming.proposed_name
        elif kind.auto_name:
            inputs[key] = kind.auto_name(_name_of(request), request.randomSeed.hex())
        else:
            inputs[key] = providers.auto_name(self.provider.cloud, _name_of(request), request.randomSeed)
        inputs["__defaults"] = [key]

    def _locate(self, kind: Kind, inputs: dict[str, Any]) -> None:
        """Put what has no location on Azure where the provider or the resource group is, as its real provider does."""
        fields = self.provider.schema["kinds"][kind.type]["fields"]
        if self.provider.cloud != "azure-native" or "location" not in fields or inputs.get("location") is not None:
            return
        group = inputs.get("resourceGroupName")
        found = self.account.find(str(group), _GROUP) if group else None
        location = self._operations.place.region or (found.inputs.get("location") if found else "")
        if location or group == UNKNOWN:
            inputs["location"] = location or UNKNOWN


def _type_of(request: Any) -> str:
    return request.type or request.urn.split("::")[2].rpartition("$")[2]


def _name_of(request: Any) -> str:
    return request.name or request.urn.split("::")[3]


def _shown(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in inputs.items() if not key.startswith("__") and value is not None}


def _previewed(kind: Kind, inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {**_shown(inputs), **(kind.reshaped(inputs) if kind.reshaped else {})}


def _failure(wrong: Wrong) -> Any:
    return provider_pb2.CheckFailure(property=wrong.path, reason=wrong.why)


def _detail(change: Change) -> Any:
    kind: Any = _DIFFS[change.how] + change.replaces
    return provider_pb2.PropertyDiff(kind=kind, inputDiff=True)


def serve(cloud: str) -> None:
    """Serve the engine until it ends us, or is gone itself and nothing is under way."""
    plugin = Plugin(providers.open_provider(cloud), Account.here())
    stand_by(plugin.provider, plugin.account)  # before there are threads
    server = grpc.server(
        ThreadPoolExecutor(_AT_ONCE),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(plugin, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    # The engine reads on only while it lives. A cluster that starts says so, and would break off when nobody hears it.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    engine = os.getppid()
    while os.getppid() == engine or plugin.under_way:
        time.sleep(0.5)
    server.stop(None)
