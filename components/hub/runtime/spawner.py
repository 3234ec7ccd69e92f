"""The spawner: KubeSpawner with folders, claims and a database, whatever else people have set for it.

Each step does its own part around KubeSpawner's, so that hooks, profiles and containers of people's own stay as they
are; what is added comes after theirs.
"""

import asyncio
from typing import Any, ClassVar

from . import database, folders
from .claims import Disks
from .listening import listening
from .names import LEGACY, legacy_name, why_no_home
from .settings import RuntimeSettings
from .upstream import KubeSpawner, Refused, everyone

_LOOK = 0.1
"""Seconds between two looks at a pod that ends. The kubelet tells how its containers ended and only then unmounts its
volumes, which takes longer than that, before it lets the pod go."""


class HubstackSpawner(KubeSpawner):
    """Starts one server of one person."""

    runtime: ClassVar[RuntimeSettings] = RuntimeSettings()
    """What the hub was told; set by `configure`."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._noted_size: int | None = None

    @property
    def disks(self) -> Disks:
        """The claims of this server."""
        return Disks(
            server=self,
            claims=self.runtime.claims,
            # The same whatever slug scheme is set, so that nobody's disk is lost by setting another.
            slug=super()._expand_user_properties("{safe_user_server}"),
            labels=self._build_common_labels(self._expand_all(self.storage_extra_labels)),
            annotations=self._build_common_annotations(self._expand_all(self.storage_extra_annotations)),
        )

    def _expand_user_properties(self, template: str, slug_scheme: str | None = None) -> str:
        if LEGACY not in template:
            return super()._expand_user_properties(template, slug_scheme)
        expanded = super()._expand_user_properties(template.replace(LEGACY, legacy_name(self.user.name)), slug_scheme)
        # As KubeSpawner did while it knew this name, so that homes of then are found.
        return expanded if template.endswith("-") else expanded.rstrip("-")

    def get_env(self) -> dict[str, Any]:
        """Tell the notebook where its database is; what is set for it already goes before."""
        env = super().get_env()
        return env if self.runtime.database is None else {**database.ENVIRONMENT, **env}

    async def get_pod_manifest(self) -> Any:
        """Give the pod with what this person has beside a home."""
        pod = await super().get_pod_manifest()
        folders.add(pod, self, self.runtime)
        also: dict[str, tuple[str, ...]] = {}
        if self.runtime.database is not None:
            database.add(pod, self.runtime.database, self.runtime.home)
            if self.runtime.database.upgrade_from is not None:
                also = {self.runtime.database.claim: (database.UPGRADE,)}
        self.disks.mount(pod, also)
        return pod

    async def _start(self) -> Any:
        if self.runtime.home_volume is not None:
            sentence = why_no_home(self.user.name, self.runtime.names, lambda: everyone(self.user.db))
            if sentence is not None:
                raise Refused(sentence)
        await self.disks.ensure()
        url = await super()._start()
        await listening(url)
        return url

    async def stop(self, now: bool = False) -> None:  # noqa: FBT001, FBT002 - KubeSpawner's own
        """Stop the server; a database is given its time to end, also where KubeSpawner would kill the pod at once."""
        if self.runtime.database is None:
            await super().stop(now)
            await self.disks.note()
            return
        watching = asyncio.ensure_future(self._watch_size())
        try:
            await super().stop(now=False)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)  # a size is nothing that a stop may fail for
        used = {} if self._noted_size is None else {self.runtime.database.claim: self._noted_size}
        await self.disks.note(used)

    async def poll(self) -> int | None:
        """Say whether the server runs; by the way, note the size that a database wrote when it was restarted."""
        status = await super().poll()
        if self.runtime.database is not None:
            before, now = self._noted_size, self._look_at_size()
            if now is not None and now != before:
                await self.disks.note_size(self.runtime.database.claim, now)
        return status

    async def delete_forever(self) -> None:
        """Remove what goes with the person, or with a named server of theirs."""
        try:
            await super().delete_forever()
        finally:
            if self.runtime.claims:
                await self._start_watching_pods()
                await self.disks.remove()

    def _look_at_size(self) -> int | None:
        pod = self.pod_reflector.pods.get(f"{self.namespace}/{self.pod_name}")
        used = database.used_bytes(pod) if pod is not None else None
        self._noted_size = self._noted_size if used is None else used
        return self._noted_size

    async def _watch_size(self) -> None:
        await self._start_watching_pods()
        while True:
            self._look_at_size()
            await asyncio.sleep(_LOOK)
