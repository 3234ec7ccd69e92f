"""Disks beside the home: a claim for each person's server, made before the pod, grown, and removed with the person.

A named server has claims of its own, as two PostgreSQL on one disk would destroy its data. A claim is a person's only
if it says so itself: names alone can meet, as `data-base` of ann and `data` of base-ann do.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kubernetes_asyncio.client import ApiException

from . import marks, pods
from .quantities import size, write_size
from .settings import Claim
from .upstream import KubeSpawner, Refused, exponential_backoff

NEARLY_FULL = 0.8
"""The part of a disk beyond which it grows, where it may."""

_MISSING, _CONFLICT = 404, 409
_LATER = (429, 500, 502, 503, 504)
"""What the API server answers when the same question may do better in a while."""

_LABELS = {marks.COMPONENT: marks.EXTRA_CLAIM, "app.kubernetes.io/component": marks.EXTRA_CLAIM}


@dataclass(frozen=True)
class Disks:
    """The claims of one server."""

    server: KubeSpawner
    claims: Sequence[Claim]
    slug: str
    """What the person and the server are called in names of objects."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    """What KubeSpawner itself writes on claims of its making, the owner among it."""

    def name(self, claim: Claim) -> str:
        """Give the claim's name in Kubernetes."""
        return f"{claim.name}-{self.slug}"

    def mount(self, pod: Any, also: Mapping[str, Sequence[str]]) -> None:
        """Mount the claims in their containers; `also` names further ones that have a claim where the others do."""
        containers = pods.containers(pod)
        for claim in self.claims:
            volume = f"extra-{claim.name}"
            mount = {"name": volume, "mountPath": claim.mount}
            mount |= {"subPath": claim.sub_path} if claim.sub_path else {}
            for name in (*claim.containers, *also.get(claim.name, ())):
                if name in containers and pods.mount(containers[name], mount):
                    claimed = {"persistentVolumeClaim": {"claimName": self.name(claim)}}
                    pods.add_volume(pod, {"name": volume, **claimed})
                else:
                    why = "has something else there" if name in containers else "is not in the pod"
                    self.server.log.warning("No %s at %s: container %s %s", claim.name, claim.mount, name, why)

    async def ensure(self) -> None:
        """Make what is missing and grow what is too small; raise `Refused` where a disk cannot be had."""
        await asyncio.gather(*(self._ensure(claim) for claim in self.claims))

    async def note(self, used: Mapping[str, int] | None = None) -> None:
        """Write on the claims that they were used just now, and how much of them is filled where that is known."""
        marks_of = {claim.name: self._used_now((used or {}).get(claim.name)) for claim in self.claims}
        await asyncio.gather(*(self._mark(claim, marks_of[claim.name]) for claim in self.claims))

    async def note_size(self, claim: str, used: int) -> None:
        """Write on a claim how much of it is filled."""
        await asyncio.gather(
            *(self._mark(one, {marks.USED_BYTES: str(used)}) for one in self.claims if one.name == claim)
        )

    async def remove(self) -> None:
        """Remove the claims that go with the person, but none that a pod still mounts."""
        await asyncio.gather(*(self._remove(claim) for claim in self.claims if claim.delete_with_user))

    async def _ensure(self, claim: Claim) -> None:
        try:
            there = await self._settled(claim)
            if there is None:
                await self._create(claim)
                return
        except TimeoutError as error:
            raise Refused(f"Kubernetes did not answer when asked for your disk `{claim.name}`. Try again.") from error
        except ApiException as error:
            self.server.log.warning("Claim %s: %s %s", self.name(claim), error.status, error.body)
            raise Refused(
                f"Your disk `{claim.name}` could not be made ({error.status} {error.reason}). Please tell whoever runs "
                "this hub; the hub's log says more."
            ) from error
        self._check_owner(claim, there)
        await self._keep_up(claim, there)

    async def _create(self, claim: Claim) -> None:
        body = self._manifest(claim)
        try:
            await self._ask(lambda: self._api.create_namespaced_persistent_volume_claim(body=body, **self._where))
        except ApiException as error:
            if error.status != _CONFLICT:
                raise
            # An earlier try of ours may have been heard although no answer came.
            self._check_owner(claim, await self._read(claim))
        else:
            self.server.log.info("Made claim %s", self.name(claim))

    async def _keep_up(self, claim: Claim, there: Any) -> None:
        """Mark a claim as used, and grow it where it is too small; where that fails, the server starts all the same."""
        name = self.name(claim)
        if there.spec.storage_class_name != claim.storage_class:
            self.server.log.warning(
                "Claim %s keeps its class %s: no claim can take another, such as %s",
                name,
                there.spec.storage_class_name,
                claim.storage_class,
            )
        now, wanted = size(there.spec.resources.requests["storage"]), self._wanted(claim, there)
        await self._mark(claim, self._used_now(), there)
        if wanted <= now:
            return
        try:
            await self._patch(claim, {"spec": {"resources": {"requests": {"storage": write_size(wanted)}}}})
        except (ApiException, TimeoutError) as error:
            self.server.log.warning("Claim %s could not grow to %s: %s", name, write_size(wanted), error)
        else:
            self.server.log.info("Claim %s grows from %s to %s", name, write_size(now), write_size(wanted))

    @staticmethod
    def _wanted(claim: Claim, there: Any) -> int:
        """Give the size that a claim should have, which may be less than it has."""
        now = size(there.spec.resources.requests["storage"])
        used = _written(there.metadata.annotations).get(marks.USED_BYTES, "")
        full = used.isdecimal() and int(used) > NEARLY_FULL * now
        if full and claim.max_capacity:
            return max(claim.capacity, min(2 * now, claim.max_capacity))
        return claim.capacity

    async def _mark(self, claim: Claim, annotations: Mapping[str, str], there: Any = None) -> None:
        """Write annotations on a claim of this person's; no server's start or stop fails for want of them."""
        try:
            there = there or await self._read(claim)
            if there is not None and self._is_ours(there):
                await self._patch(claim, {"metadata": {"annotations": annotations}})
        except (ApiException, TimeoutError) as error:
            self.server.log.warning("Claim %s: its use could not be noted: %s", self.name(claim), error)

    async def _remove(self, claim: Claim) -> None:
        name = self.name(claim)
        there = await self._read(claim)
        if there is None or not self._is_ours(there):
            return
        if self._is_mounted(name):
            self.server.log.warning("Claim %s stays, although its person goes: a pod mounts it", name)
            return
        # The very claim that was looked at, and none that took its name since.
        body = {"preconditions": {"uid": there.metadata.uid}}
        try:
            await self._ask(
                lambda: self._api.delete_namespaced_persistent_volume_claim(name=name, body=body, **self._where)
            )
        except ApiException as error:
            if error.status != _MISSING:
                raise
        self.server.log.info("Removed claim %s with its person", name)

    def _is_mounted(self, name: str) -> bool:
        every = [pod for pod in self.server.pod_reflector.pods.values() if not pod["metadata"].get("deletionTimestamp")]
        volumes = [volume for pod in every for volume in pod["spec"].get("volumes") or ()]
        return name in [_written(volume.get("persistentVolumeClaim")).get("claimName") for volume in volumes]

    async def _settled(self, claim: Claim) -> Any:
        """Give the claim that is there, or None; one that is on its way out is waited for, as no pod can have it."""
        leaving = False

        async def settled() -> tuple[Any] | None:
            nonlocal leaving
            there = await self._read(claim)
            leaving = there is not None and there.metadata.deletion_timestamp is not None
            return None if leaving else (there,)

        late = f"Your disk `{claim.name}` is being removed. Please try again in a minute."
        try:
            return (await exponential_backoff(settled, late, timeout=self._patience))[0]
        except TimeoutError as error:
            if leaving:
                raise Refused(late) from error
            raise

    async def _read(self, claim: Claim) -> Any:
        name = self.name(claim)
        try:
            return await self._ask(lambda: self._api.read_namespaced_persistent_volume_claim(name=name, **self._where))
        except ApiException as error:
            if error.status == _MISSING:
                return None
            raise

    async def _patch(self, claim: Claim, body: Any) -> None:
        name = self.name(claim)
        await self._ask(lambda: self._api.patch_namespaced_persistent_volume_claim(name=name, body=body, **self._where))

    async def _ask(self, question: Callable[[], Awaitable[Any]]) -> Any:
        """Ask the API server until it answers, as patiently as KubeSpawner does."""

        async def ask() -> tuple[Any] | None:
            try:
                return (await asyncio.wait_for(question(), self.server.k8s_api_request_timeout),)
            except TimeoutError:
                return None
            except ApiException as error:
                if error.status in _LATER:
                    return None
                raise

        late = "Kubernetes did not answer when asked for a person's disk"
        return (await exponential_backoff(ask, late, timeout=self._patience))[0]

    def _check_owner(self, claim: Claim, there: Any) -> None:
        if not self._is_ours(there):
            self.server.log.warning("Claim %s is not of %s: see its labels", self.name(claim), self.server.user.name)
            raise Refused(
                f"Your disk `{claim.name}` would be called {self.name(claim)}, and something else is. Please ask "
                "whoever runs this hub to give the one or the other another name."
            )

    def _is_ours(self, there: Any) -> bool:
        labels, annotations = _written(there.metadata.labels), _written(there.metadata.annotations)
        return (
            labels.get(marks.COMPONENT) == marks.EXTRA_CLAIM
            and annotations.get(marks.USERNAME) == self.server.user.name
            and annotations.get(marks.SERVERNAME, "") == self.server.name
        )

    def _manifest(self, claim: Claim) -> dict[str, Any]:
        return {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {
                "name": self.name(claim),
                "labels": {**self.labels, **_LABELS, marks.CLAIM: claim.name},
                "annotations": {**self.annotations, **self._used_now()},
            },
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": claim.storage_class,
                "resources": {"requests": {"storage": write_size(claim.capacity)}},
            },
        }

    @staticmethod
    def _used_now(used: int | None = None) -> dict[str, str]:
        now = {marks.LAST_USED: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        return now if used is None else {**now, marks.USED_BYTES: str(used)}

    @property
    def _api(self) -> Any:
        return self.server.api

    @property
    def _where(self) -> dict[str, str]:
        return {"namespace": self.server.namespace}

    @property
    def _patience(self) -> int:
        return self.server.k8s_api_request_retry_timeout


def _written(there: Any) -> Mapping[str, str]:
    return there or {}
