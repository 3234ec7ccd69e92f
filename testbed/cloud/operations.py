"""What a provider does to the account when the engine asks: create, update, delete, with all that can go wrong."""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from testbed.cloud import clock, faults, providers
from testbed.cloud.kinds import Inputs, Kind, Place, Refused, Wanted, at
from testbed.cloud.ledger import Account
from testbed.cloud.messages import Failed
from testbed.cloud.providers import Provider
from testbed.cloud.records import New, Record

_LABELS_OUT = {"gcp": ("effectiveLabels", "pulumiLabels"), "aws": ("tagsAll",), "azure-native": ()}
_ATTRIBUTION = {"goog-pulumi-provisioned": "true"}
"""The label that the real Google provider adds to whatever it makes."""

_SCOPES = ("project", "resourceGroupName", "location", "region", "zone")


@dataclass(frozen=True)
class Asked:
    """What the engine asks for."""

    kind: Kind
    logical: str
    """The resource's name in the program."""
    inputs: Inputs
    timeout: float = 0
    """Simulated seconds; 0 for the provider's own patience."""


class Operations:
    """The operations of one configured provider."""

    def __init__(self, provider: Provider, account: Account, place: Place, stopped: threading.Event) -> None:
        self.provider = provider
        self.account = account
        self.place = place
        self._stopped = stopped

    def create(self, asked: Asked) -> Record:
        """Make something; raise Refused where the cloud does not, Failed where it made it and then failed."""
        kind, cloud = asked.kind, self.provider.cloud
        wanted = self._wanted(asked, secrets.token_hex(8))
        with self._logged(kind, "create", wanted.name):
            faults.before(self.account, cloud, kind.type, "create", self._stopped)
            refers = self._references(kind, asked.inputs)
            self._refused(kind, wanted)
            record = self._begin(kind, wanted, refers)
        ready = self._made(asked, record, providers.takes(kind).create)
        if faults.after_making(self.account, kind.type):
            raise Failed(ready.id, faults.AFTER_MAKING[cloud], ready.inputs, ready.outputs)
        return ready

    def update(self, asked: Asked, identity: str) -> Record:
        """Change something."""
        kind = asked.kind
        with self._logged(kind, "update", identity):
            faults.before(self.account, self.provider.cloud, kind.type, "update", self._stopped)
            record = self.find(kind, identity)
            if record is None:
                raise providers.missing(self.provider.cloud, kind.type, identity)
            refers = self._references(kind, asked.inputs)
            wanted = self._wanted(asked, record.seed, record.outputs)
            self._refused(kind, wanted)
            outputs, tags = self._outputs(kind, wanted), self.tags(kind, asked.inputs)
            changed = self.account.change(record, inputs=asked.inputs, tags=tags, refers=refers)
        found = self._working(asked, providers.takes(kind).update, kind.changed, changed)
        whole = {**record.outputs, **outputs, **found}
        gone = {key for key in record.inputs if key not in asked.inputs and key not in outputs}
        done = self.account.change(changed, outputs={key: each for key, each in whole.items() if key not in gone})
        self.account.call(kind.type, "update", identity, "done")
        return done

    def delete(self, asked: Asked, identity: str) -> None:
        """Take something away; what is not there any more is fine."""
        kind, cloud = asked.kind, self.provider.cloud
        with self._logged(kind, "delete", identity):
            faults.before(self.account, cloud, kind.type, "delete", self._stopped)
            record = self.find(kind, identity)
            if record is None:
                return
            self._wait_till_free(kind, record)
            self.account.turn(record, "deleting")
        self._gone(asked, record)

    def finish(self, record: Record) -> None:
        """End what another process had begun when it was killed: a cloud goes on, whoever asked it to."""
        kind = self.provider.kind(record.kind)
        asked = Asked(kind, record.name, record.inputs)
        if record.state == "deleting":
            self._gone(asked, record)
        else:
            self._made(asked, record, record.begun_at + providers.takes(kind).create - clock.now())

    def _made(self, asked: Asked, record: Record, seconds: float) -> Record:
        kind = asked.kind
        try:
            found = self._working(asked, seconds, kind.made, record)
        except BaseException:
            self.account.remove(record)
            raise
        ready = self.account.ready(record, {**record.outputs, **found}, _handles(kind, {**record.outputs, **found}))
        self.account.call(kind.type, "create", record.name or asked.logical, "done")
        return ready

    def _gone(self, asked: Asked, record: Record) -> None:
        kind = asked.kind
        try:
            self._working(asked, providers.takes(kind).delete, kind.gone, record)
        except BaseException:
            self.account.turn(record, "ready")
            raise
        for other, _path in self.account.referring(record):
            if other.kind in kind.takes_along:
                self.account.remove(other)
        self.account.remove(record)
        self.account.call(kind.type, "delete", record.id, "done")

    def find(self, kind: Kind, identity: str) -> Record | None:
        """Give what an id means."""
        return self.account.find(identity, kind.type)

    def tags(self, kind: Kind, inputs: Inputs) -> dict[str, str]:
        """Give all labels or tags of something, the provider's default ones among them."""
        name = self.provider.labels_of(kind)
        if name is None:
            return {}
        given: Inputs = inputs.get(name) or {}
        return {**self.place.tags, **{key: str(value) for key, value in given.items()}}

    def _wanted(self, asked: Asked, seed: str, before: Inputs | None = None) -> Wanted:
        name = (asked.kind.named_by and asked.inputs.get(asked.kind.named_by)) or asked.logical
        return Wanted(asked.kind.type, asked.inputs, name, self.place, seed, self.account, before or {})

    def _begin(self, kind: Kind, wanted: Wanted, refers: Mapping[str, list[int]]) -> Record:
        identity = kind.identify(wanted) if kind.identify else wanted.name
        outputs = self._outputs(kind, wanted)
        scope = "/".join([self.place.project, *(str(wanted.inputs[key]) for key in _SCOPES if wanted.inputs.get(key))])
        new = New(
            self.provider.cloud,
            kind.type,
            wanted.name if kind.named_by else "",
            identity,
            kind.name_in(wanted) if kind.name_in else scope,
            wanted.inputs,
            outputs,
            self.tags(kind, wanted.inputs),
            seed=wanted.seed,
            quota=kind.quota,
            held=kind.holds_after,
            refers=refers,
            handles=_handles(kind, outputs),
        )
        try:
            return self.account.begin(new)
        except Refused as refusal:
            if "alreadyExists" in refusal.code:
                raise providers.taken(self.provider.cloud, kind, wanted.name, identity) from None
            raise

    def _outputs(self, kind: Kind, wanted: Wanted) -> dict[str, Any]:
        computed = dict(kind.computed(wanted)) if kind.computed else {}
        tags = self.tags(kind, wanted.inputs)
        attributed = {**tags, **_ATTRIBUTION} if self.provider.cloud == "gcp" else tags
        labels = dict.fromkeys(_LABELS_OUT[self.provider.cloud], attributed) if self.provider.labels_of(kind) else {}
        named = {"name": wanted.name} if kind.named_by else {}
        return {**named, **wanted.inputs, **labels, **computed}

    def _references(self, kind: Kind, inputs: Inputs) -> dict[str, list[int]]:
        """Find what the inputs name; raise Refused where it is not there or not ready."""
        found: dict[str, list[int]] = {}
        for path, kinds in kind.refers.items():
            allowed = (kinds,) if isinstance(kinds, str) else kinds
            for handle in at(inputs, path):
                target = self.account.find(str(handle), *allowed)
                if target is None:
                    raise providers.missing(self.provider.cloud, allowed[0], str(handle))
                if target.state != "ready":
                    raise Refused("resourceNotReady", f"The resource '{target.id}' is not ready: it is {target.state}.")
                found.setdefault(path, []).append(target.serial)
        return found

    def _refused(self, kind: Kind, wanted: Wanted) -> None:
        why = kind.refuses(wanted) if kind.refuses else ""
        if why:
            raise Refused("Bad Request", why)

    def _working(
        self,
        asked: Asked,
        seconds: float,
        hook: Callable[[Account, Record], Mapping[str, Any] | None] | None,
        record: Record,
    ) -> Mapping[str, Any]:
        """Let an operation's time pass while its hook runs beside it; give what the hook found out."""
        late = 0 < asked.timeout < seconds
        answer: Future[Mapping[str, Any] | None] = Future()
        if hook is None:
            answer.set_result(None)
        else:
            threading.Thread(target=_answer, args=(answer, hook, self.account, record), daemon=True).start()
        passed = clock.wait(min(seconds, asked.timeout) if late else seconds, self._stopped)
        found = answer.result()  # what the cloud has begun it ends, whoever has lost patience
        if late:
            raise Refused(
                "timeout", f"timeout while waiting for state to become 'ready' (timeout: {asked.timeout:.0f}s)"
            )
        if not passed and not self._stopped.is_set():
            raise Refused("cancelled", "the operation was cancelled")
        return found or {}

    def _wait_till_free(self, kind: Kind, record: Record) -> None:
        """Wait while something uses a thing, as real providers do; raise Refused where that does not end."""
        deadline = clock.now() + kind.gives_up
        held_till = clock.now() + faults.in_use_for(self.account, kind.type)
        while True:
            user = self._user_of(kind, record) or ("an operation" if clock.now() < held_till else "")
            why = (kind.blocks(self.account, record) if kind.blocks else "") or user
            if not why:
                return
            if clock.now() >= deadline or not clock.wait(max(2.0, 0.02 * clock.speed()), self._stopped):
                if user:
                    raise providers.in_use(self.provider.cloud, record.id, user)
                raise Refused("DependencyViolation", why)

    def _user_of(self, kind: Kind, record: Record) -> str:
        for other, path in self.account.referring(record):
            lets_go = self.provider.kinds[other.kind].lets_go if other.kind in self.provider.kinds else frozenset[str]()
            if other.kind not in kind.takes_along and path not in lets_go:
                return other.id
        return ""

    def _logged(self, kind: Kind, operation: str, name: str) -> "faults.Logged":
        return faults.Logged(self.account, kind.type, operation, name)


def _handles(kind: Kind, outputs: Mapping[str, Any]) -> Iterator[str]:
    return (str(outputs[key]) for key in sorted(kind.handles) if outputs.get(key))


def _answer(
    answer: "Future[Mapping[str, Any] | None]",
    hook: Callable[[Account, Record], Mapping[str, Any] | None],
    account: Account,
    record: Record,
) -> None:
    try:
        answer.set_result(hook(account, record))
    except BaseException as error:  # noqa: BLE001 - it is raised again where the result is asked for
        answer.set_exception(error)
