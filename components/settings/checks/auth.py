"""One way to log in, and somebody who may."""

from collections.abc import Iterator

from components.settings.auth import METHODS
from components.settings.draft import Draft
from components.settings.errors import Mistake

_ALLOW_RULES = ("allow_all", "allowed_users", "admins", "github.organizations")


def check(draft: Draft, hub: str) -> Iterator[Mistake]:
    """Find a hub with no login or several, with a login for nobody, or one too weak for where the hub stands."""
    path = ("hubs", hub, "auth")
    methods = [method for method in METHODS if draft.has(*path, method)]
    if not draft.has(*path) or (path in draft.faults and not methods):
        return
    if len(methods) != 1:
        yield Mistake(
            path,
            f"{' and '.join(methods)}" if methods else "no way to log in",
            f"exactly one of {', '.join(METHODS)}",
            "keep one of them; a second hub can have the other"
            if methods
            else "add one, such as dummy: {} for a trial on your own machine",
        )
        return
    (method,) = methods
    yield from _nobody(draft, hub, method)
    if method == "dummy":
        yield from _dummy_in_public(draft, hub)
    else:
        yield from _no_way_back(draft, hub, method)


def _nobody(draft: Draft, hub: str, method: str) -> Iterator[Mistake]:
    path = ("hubs", hub, "auth")
    everyone = draft.given(*path, "allow_all")
    if everyone or (method == "dummy" and everyone is None) or not draft.sound(*path, "allow_all"):
        return
    if any(draft.given(*path, *rule.split(".")) for rule in _ALLOW_RULES):
        return
    if draft.given(*path, method, "hosted_domain"):
        mend = (
            "add allow_all: true to let in everyone of hosted_domain, which by itself only restricts; or list "
            "allowed_users"
        )
    else:
        mend = (
            f"list people in allowed_users{', or github.organizations,' if method == 'github' else ''} or say "
            "allow_all: true"
        )
    yield Mistake(path, "no rule that lets anybody in", "a rule that says who may come in", mend)


def _dummy_in_public(draft: Draft, hub: str) -> Iterator[Mistake]:
    domain = draft.given("hubs", hub, "domain")
    if domain and draft.sound("hubs", hub, "domain"):
        yield Mistake(
            ("hubs", hub, "auth", "dummy"),
            f"dummy on a hub that people reach at {domain}",
            "a login that knows people: dummy lets anyone with the one password be anyone, admins included",
            "choose github, google or generic_oauth; or take the domain away for a trial on your own machine",
        )


def _no_way_back(draft: Draft, hub: str, method: str) -> Iterator[Mistake]:
    path = ("hubs", hub, "auth", method)
    if draft.given("hubs", hub, "domain") or draft.given(*path, "callback") or not isinstance(draft.given(*path), dict):
        return
    yield Mistake(
        (*path, "callback"),
        "neither a domain nor a callback",
        "an address that the login sends people back to",
        (
            f"set hubstack:hubs.{hub}.domain, or callback: http://localhost:<port>/hub/oauth_callback for a hub "
            "without a domain"
        ),
    )
