"""Hubs that contradict themselves or each other."""

from collections.abc import Iterator

from components.settings.access import CERTIFICATES, Quota
from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.shapes import entries
from components.settings.users import CpuShare, MemoryShare, Users
from components.settings.workload import Culling, Image, Toleration

_OWN_PODS = 2
"""The hub and its proxy, without which nobody can start a server."""


def check(draft: Draft) -> Iterator[Mistake]:
    """Look at each hub by itself, then at all of them."""
    for hub in draft.hubs():
        yield from _shares(draft, hub)
        yield from _quota(draft, hub)
        yield from _image(draft, hub)
        yield from _tolerations(draft, hub)
        yield from _culling(draft, hub)
        yield from _https(draft, hub)
    yield from _domains(draft)


def _shares(draft: Draft, hub: str) -> Iterator[Mistake]:
    for kind, what in ((MemoryShare, "memory"), (CpuShare, "cpu")):
        path = ("hubs", hub, "users", what)
        share = draft.read(kind, *path)
        if share is None or share.guarantee <= share.limit:
            continue
        if draft.has(*path, "limit"):
            told = "" if draft.has(*path, "guarantee") else ", which is its default"
            yield Mistake(
                (*path, "limit"),
                str(share.limit),
                f"no less than the guarantee of {share.guarantee}{told}",
                f"raise limit to {share.guarantee} or more, or set guarantee to {share.limit} or less",
            )
        else:
            yield Mistake(
                (*path, "guarantee"),
                str(share.guarantee),
                f"no more than the limit of {share.limit}, which is its default",
                f"set limit as well, to {share.guarantee} or more",
            )


def _quota(draft: Draft, hub: str) -> Iterator[Mistake]:
    path = ("hubs", hub, "quota", "pods")
    quota, users = draft.read(Quota, *path[:-1]), draft.read(Users, "hubs", hub, "users")
    if quota is None or users is None or quota.pods is None or quota.pods >= users.most + _OWN_PODS:
        return
    yield Mistake(
        path,
        str(quota.pods),
        f"{users.most + _OWN_PODS} or more: users.most ({users.most}) servers and the hub's own {_OWN_PODS} pods",
        "raise it, lower users.most, or leave it out: it follows users.most by itself",
    )


def _image(draft: Draft, hub: str) -> Iterator[Mistake]:
    image = draft.read(Image, "hubs", hub, "image")
    if image and not image.version and not image.digest:
        yield Mistake(
            ("hubs", hub, "image", "tag"),
            "nothing",
            f"a version of {image.name}: without one, nodes take whatever is latest",
            "add tag or digest",
        )


def _tolerations(draft: Draft, hub: str) -> Iterator[Mistake]:
    path = ("hubs", hub, "scheduling", "tolerations")
    for index in range(len(entries(draft.given(*path)))):
        toleration = draft.read(Toleration, *path, index)
        if toleration and toleration.operator == "Exists" and toleration.value is not None:
            yield Mistake(
                (*path, index, "value"),
                toleration.value,
                "no value with operator Exists",
                "take it away, or use operator: Equal",
            )
        if toleration and toleration.operator == "Equal" and toleration.key is None:
            yield Mistake(
                (*path, index, "key"),
                "nothing",
                "a key with operator Equal",
                "add key, or operator: Exists for every taint",
            )
        if toleration and toleration.seconds is not None and toleration.effect != "NoExecute":
            yield Mistake(
                (*path, index, "seconds"),
                str(toleration.seconds),
                "seconds only beside effect: NoExecute, as Kubernetes has it",
                "take it away, or add effect: NoExecute",
            )


def _culling(draft: Draft, hub: str) -> Iterator[Mistake]:
    path = ("hubs", hub, "culling")
    culling = draft.read(Culling, *path)
    if culling is None:
        return
    if culling.every > culling.idle:
        yield Mistake(
            (*path, "every"),
            str(culling.every),
            f"no longer than idle, which is {culling.idle}: servers would stay that much longer",
            f"lower every, or raise idle to {culling.every}",
        )
    if culling.max_age is not None and culling.max_age < culling.idle:
        yield Mistake(
            (*path, "max_age"),
            str(culling.max_age),
            f"no shorter than idle, which is {culling.idle}: no server would live to be idle",
            f"raise max_age, or lower idle to {culling.max_age}",
        )


def _https(draft: Draft, hub: str) -> Iterator[Mistake]:
    path = ("hubs", hub, "proxy", "https")
    if draft.given(*path) is None or path in draft.faults:
        return
    sources = [source for source in CERTIFICATES if draft.has(*path, source)]
    if len(sources) != 1:
        yield Mistake(
            path,
            " and ".join(sources) or "no certificate",
            f"exactly one of {', '.join(CERTIFICATES)}",
            "keep one of them" if sources else "add letsencrypt: {contact: …}, or take https away",
        )
    if not draft.given("hubs", hub, "domain"):
        yield Mistake(
            path,
            "https without a domain",
            "https on a hub with a domain, as certificates are made out to a host name",
            f"set hubstack:hubs.{hub}.domain",
        )
    elif sources == ["letsencrypt"] and draft.given("cloud", "node_ports"):
        yield Mistake(
            (*path, "letsencrypt"),
            "letsencrypt on a hub that answers at a node's port",
            "another certificate: Let's Encrypt calls the hub at port 80 of its domain from the internet",
            "use secret or manual, or a cluster with load balancers instead of hubstack:cloud.node_ports",
        )


def _domains(draft: Draft) -> Iterator[Mistake]:
    taken: dict[str, str] = {}
    for hub in draft.hubs():
        domain = draft.given("hubs", hub, "domain")
        if not isinstance(domain, str) or not draft.sound("hubs", hub, "domain"):
            continue
        if domain in taken:
            yield Mistake(
                ("hubs", hub, "domain"),
                domain,
                f"a domain of its own: {taken[domain]} has this one",
                "give one of the two hubs another domain",
            )
        taken.setdefault(domain, hub)
