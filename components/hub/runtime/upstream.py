"""What is used of KubeSpawner and JupyterHub, with the types that they lack."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    KnownUser: Any

    async def exponential_backoff(
        ask: Callable[[], Awaitable[Any]],
        fail_message: str,
        *,
        timeout: float,  # noqa: ASYNC109
        start_wait: float = 0.2,
        max_wait: float = 5.0,
    ) -> Any:
        """Ask again and again, until the answer is true or the time is up, which raises TimeoutError."""

    def get_k8s_model(model_type: type[Any], model_dict: Mapping[str, Any]) -> Any:
        """Make a model of Kubernetes' from plain JSON, which its fields remain."""

    def escape_slug(name: str) -> str:
        """Write what is no small letter or digit as its bytes, `a.b` as `a-2eb`."""
        ...

    def safe_slug(name: str, *, max_length: int | None = None) -> str:
        """Give a name as it is, or where an object may not be called so, what can be read of it with a hash."""
        ...

    class KubeSpawner:
        """One server of one person."""

        api: Any
        k8s_api_request_retry_timeout: int
        k8s_api_request_timeout: int
        log: "Log"
        name: str
        namespace: str
        pod_name: str
        pod_reflector: "Pods"
        storage_extra_annotations: Mapping[str, str]
        storage_extra_labels: Mapping[str, str]
        user: "User"

        def __init__(self, *args: Any, **settings: Any) -> None: ...
        def _build_common_annotations(self, extra: Mapping[str, str]) -> dict[str, str]: ...
        def _build_common_labels(self, extra: Mapping[str, str]) -> dict[str, str]: ...
        def _expand_all(self, src: Any) -> Any: ...
        def _expand_user_properties(self, template: str, slug_scheme: str | None = None) -> str: ...
        async def _start(self) -> Any: ...
        async def _start_watching_pods(self) -> Any: ...
        async def delete_forever(self) -> None: ...  # noqa: D102
        def get_env(self) -> dict[str, Any]: ...  # noqa: D102
        async def get_pod_manifest(self) -> Any: ...  # noqa: D102
        async def poll(self) -> int | None: ...  # noqa: D102
        async def stop(self, now: bool = False) -> None: ...  # noqa: D102, FBT001, FBT002

else:
    from jupyterhub.orm import User as KnownUser
    from jupyterhub.utils import exponential_backoff
    from kubespawner import KubeSpawner
    from kubespawner.slugs import escape_slug, safe_slug
    from kubespawner.utils import get_k8s_model

__all__ = ["KubeSpawner", "Refused", "escape_slug", "everyone", "exponential_backoff", "get_k8s_model", "safe_slug"]


class Group(Protocol):
    """A group of people."""

    name: str


class User(Protocol):
    """Whose server it is."""

    name: str
    admin: bool
    db: Any
    groups: Sequence[Group]


class Pods(Protocol):
    """All servers' pods as they last were, by namespace and name, as the API writes them."""

    pods: Mapping[str, Any]


class Log(Protocol):
    """The hub's log."""

    def info(self, message: str, *words: object) -> None:
        """Write what happened."""

    def warning(self, message: str, *words: object) -> None:
        """Write what somebody should look at."""


class Refused(Exception):  # noqa: N818 - it is no error of the program's
    """A server cannot start; the message is a sentence for the person who waits for it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        # JupyterHub shows this to whoever waits for the server.
        self.jupyterhub_message = sentence


def everyone(db: Any) -> list[tuple[str, tuple[datetime, int]]]:
    """Give all people that the hub knows, each with what orders them by when they first came."""
    rows = db.query(KnownUser.name, KnownUser.created, KnownUser.id)
    return [(row.name, (row.created or datetime.min, row.id)) for row in rows]  # noqa: DTZ901 - the hub's have no zone
