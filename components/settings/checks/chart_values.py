"""Values passed through to the chart: known to it, and not the ones that hubstack sets itself."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from components import versions
from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.explain import nearest
from components.settings.source import Path as Place

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

_SCHEMA = Path(__file__).parents[2] / "hub" / f"jupyterhub-{versions.JUPYTERHUB_CHART}.values.schema.json"

_ONCE = "hubstack makes it once and keeps it; take it away"
_NARROW = "hubstack gives each part the least rights it needs; take it away"
_OWN: dict[str, str] = {
    "hub.config.JupyterHub.authenticator_class": "set auth",
    "hub.config.JupyterHub.cookie_secret": _ONCE,
    "hub.cookieSecret": _ONCE,
    "hub.config.ConfigurableHTTPProxy.auth_token": _ONCE,
    "proxy.secretToken": _ONCE,
    "hub.config.CryptKeeper.keys": _ONCE,
    "hub.config.Authenticator.admin_users": "set auth.admins",
    "hub.config.Authenticator.allowed_users": "set auth.allowed_users",
    "hub.config.Authenticator.allow_all": "set auth.allow_all",
    "hub.config.DummyAuthenticator.password": "set auth.dummy.password",
    **{
        f"hub.config.{name}.{trait}": f"set auth.{method}.{setting}"
        for name, method in {
            "GitHubOAuthenticator": "github",
            "GoogleOAuthenticator": "google",
            "GenericOAuthenticator": "generic_oauth",
        }.items()
        for trait, setting in {
            "client_id": "client_id",
            "client_secret": "client_secret",
            "oauth_callback_url": "callback",
        }.items()
    },
    "hub.config.GitHubOAuthenticator.allowed_organizations": "set auth.github.organizations",
    "hub.config.GoogleOAuthenticator.hosted_domain": "set auth.google.hosted_domain",
    "hub.config.KubeSpawner.http_timeout": "set users.http_timeout",
    "hub.config.KubeSpawner.namespace": "the namespace bears the hub's name; take it away",
    "hub.activeServerLimit": "set users.most",
    "hub.serviceAccount": _NARROW,
    "proxy.traefik.serviceAccount": _NARROW,
    "rbac": _NARROW,
    "scheduling.userScheduler": "hubstack leaves it off, as it needs rights over the whole cluster; take it away",
    "prePuller.hook": "hubstack leaves it off, as it needs rights of its own; take it away",
    "fullnameOverride": "the namespace keeps hubs apart; take it away",
    "nameOverride": "the namespace keeps hubs apart; take it away",
    "imagePullSecret": "set pull_secrets",
    "imagePullSecrets": "set pull_secrets",
    "cull": "set culling",
    "proxy.https": "set proxy.https",
    "proxy.service.type": "set hubstack:cloud.node_ports, or leave it out for a load balancer",
    "proxy.service.nodePorts": "set hubstack:cloud.node_ports",
    "singleuser.cpu": "set users.cpu",
    "singleuser.memory": "set users.memory",
    "singleuser.image": "set image",
    "singleuser.defaultUrl": "set users.default_url",
    "singleuser.startTimeout": "set users.start_timeout",
    "singleuser.nodeSelector": "set scheduling.node_selector",
    "singleuser.extraTolerations": "set scheduling.tolerations",
    "singleuser.cloudMetadata": "set security.metadata",
    "singleuser.networkPolicy.enabled": "network policies stay on; set security.egress for what servers may reach",
    "singleuser.networkPolicy.egressAllowRules": "set security.egress",
    "singleuser.serviceAccountName": _NARROW,
    "singleuser.storage.type": "homes lie on the platform's shared file system; take it away",
    "singleuser.storage.static": "homes lie on the platform's shared file system; take it away",
    "singleuser.storage.dynamic": "homes lie on the platform's shared file system; take it away",
    "singleuser.storage.capacity": "set hubstack:homes.capacity",
}
"""What hubstack sets, and what to do instead of setting it past its settings."""


def check(draft: Draft, hub: str) -> Iterator[Mistake]:
    """Find values that the chart does not take, or that hubstack sets itself."""
    place: Place = ("hubs", hub, "chart_values")
    values: Any = draft.given(*place)
    if not isinstance(values, Mapping) or not values or not draft.sound(*place):
        return
    for own, instead in _OWN.items():
        path = own.split(".")
        if draft.has(*place, *path):
            yield Mistake(
                (*place, *path), "a value that hubstack sets itself", "values that no setting stands for", instead
            )
    for error in _validator().iter_errors(values):
        yield from _explain(error, place)


@cache
def _validator() -> "Validator":
    # Imported here, as most stacks pass nothing through and jsonschema is slow to import.
    from jsonschema import Draft7Validator  # noqa: PLC0415
    from jsonschema.validators import extend  # noqa: PLC0415

    # What the chart requires comes from hubstack's own values and the chart's defaults.
    partial: Any = extend(Draft7Validator, {"required": lambda *_: iter(())})
    return partial(json.loads(_SCHEMA.read_text()))


def _explain(error: "ValidationError", place: Place) -> Iterator[Mistake]:
    """Say what the schema found without repeating a value: chart values may hold secrets."""
    path = (*place, *error.absolute_path)
    rule: Any = error.validator_value
    if error.validator == "additionalProperties":
        schema = cast("Mapping[str, Any]", error.schema)
        known = list(cast("Mapping[str, Any]", schema.get("properties", {})))
        for key in cast("Mapping[str, Any]", error.instance):
            if key not in known and not _fits_pattern(key, schema):
                near = nearest(key, known)
                yield Mistake(
                    (*path, key),
                    "a key that the chart does not know",
                    f"the keys {', '.join(known)}" if known else f"the chart's own keys, as {_DOCUMENTED} lists them",
                    f"did you mean {near}?" if near else "",
                )
        return
    if error.validator == "type":
        kinds = [rule] if isinstance(rule, str) else cast("list[str]", rule)
        allowed = " or ".join(_KINDS.get(kind, kind) for kind in kinds)
    elif error.validator in ("enum", "const"):
        choices = cast("list[Any]", rule) if error.validator == "enum" else [rule]
        allowed = "one of " + ", ".join(json.dumps(choice) for choice in choices if choice not in (None, ""))
    elif error.validator == "minimum":
        allowed = f"{rule} or more"
    else:
        allowed = f"what {_DOCUMENTED} says"
    yield Mistake(path, _kind(error.instance), allowed)


_DOCUMENTED = "https://z2jh.jupyter.org/en/stable/resources/reference.html"
_KINDS = {
    "object": "a section",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def _kind(value: Any) -> str:
    for python, name in ((bool, "true or false"), (str, "a text"), (int | float, "a number"), (list, "a list")):
        if isinstance(value, python):
            return name
    return "null" if value is None else "a section"


def _fits_pattern(key: str, schema: Mapping[str, Any]) -> bool:
    import re  # noqa: PLC0415

    return any(re.search(pattern, key) for pattern in schema.get("patternProperties", {}))
