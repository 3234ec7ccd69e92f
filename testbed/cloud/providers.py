"""What differs between the three providers: how they name things, where they work, what they say of credentials."""

import hashlib
import importlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from testbed.cloud import schema
from testbed.cloud.kinds import Inputs, Kind, Place, Refused, Takes
from testbed.cloud.ledger import Account

Invoke = Callable[[Account, Inputs, Place], Mapping[str, Any]]

MODULES = {"gcp": "testbed.cloud.gcp", "aws": "testbed.cloud.aws", "azure-native": "testbed.cloud.azure"}

AWS_ACCOUNT = "123456789012"
AZURE_SUBSCRIPTION = "00000000-0000-0000-0000-0000000000aa"
AZURE_TENANT = "00000000-0000-0000-0000-0000000000bb"


@dataclass(frozen=True)
class Provider:
    """One provider: its kinds and the functions it answers."""

    cloud: str
    kinds: Mapping[str, Kind]
    invokes: Mapping[str, Invoke]
    schema: Mapping[str, Any]
    version: str

    def kind(self, token: str) -> Kind:
        """Give a kind; raise Refused where the simulated cloud has none of it."""
        if token not in self.kinds:
            raise Refused("unknown resource", f"the simulated {self.cloud} has no {token}: see {MODULES[self.cloud]}")
        return self.kinds[token]

    def labels_of(self, kind: Kind) -> str | None:
        """Give the input that holds a kind's labels or tags."""
        fields = self.schema["kinds"][kind.type]["fields"]
        if kind.labels != "":
            return kind.labels
        return next((each for each in ("labels", "resourceLabels", "tags") if each in fields), None)

    def secrets_of(self, kind: Kind) -> frozenset[str]:
        """Give the outputs that are secret."""
        return kind.secrets | frozenset(self.schema["kinds"][kind.type]["secrets"])


def open_provider(cloud: str) -> Provider:
    """Read a cloud's kinds and what its SDK says of them."""
    module = importlib.import_module(MODULES[cloud])
    kinds = {kind.type: kind for kind in cast("list[Kind]", module.KINDS)}
    invokes = {**_INVOKES[cloud], **cast("dict[str, Invoke]", getattr(module, "INVOKES", {}))}
    return Provider(cloud, kinds, invokes, schema.load(cloud, kinds), schema.version(cloud))


def place_of(cloud: str, config: Mapping[str, Any]) -> Place:
    """Read where a provider is to work; raise Refused where it does not say so."""
    settings = {key: _decoded(value) for key, value in config.items()}
    if cloud == "gcp":
        if not settings.get("project"):
            raise Refused("project", "required field is not set")
        tags: dict[str, str] = settings.get("defaultLabels") or {}
        return Place(settings["project"], settings.get("region") or "", settings.get("zone") or "", tags)
    if cloud == "aws":
        if not settings.get("region"):
            raise Refused(
                "Missing region configuration",
                "you can set the region with the `aws:region` config, or the provider's `region`",
            )
        allowed = settings.get("allowedAccountIds") or [AWS_ACCOUNT]
        if AWS_ACCOUNT not in allowed:
            raise Refused("invalid provider configuration", f"AWS account ID not allowed: {AWS_ACCOUNT}")
        defaults: Inputs = settings.get("defaultTags") or {}
        return Place(AWS_ACCOUNT, settings["region"], "", defaults.get("tags") or {})
    return Place(settings.get("subscriptionId") or AZURE_SUBSCRIPTION, settings.get("location") or "")


def _decoded(value: Any) -> Any:
    """Read a provider's setting: what is no string comes as JSON in one."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        return json.loads(value)
    return value


def credential_problem(cloud: str, account: Account) -> str:
    """Say what is wrong with the account's credential, in the cloud's words; empty where nothing is."""
    return _CREDENTIALS[cloud].get(account.credential, "")


_CREDENTIALS = {
    "gcp": {
        "missing": "google: could not find default credentials. See "
        "https://cloud.google.com/docs/authentication/external/set-up-adc for more information",
        "expired": 'oauth2: "invalid_grant" "reauth related error (invalid_rapt)" '
        '"https://support.google.com/a/answer/9368756"',
    },
    "aws": {
        "missing": "No valid credential sources found. Please see https://www.pulumi.com/registry/packages/aws/"
        "installation-configuration/ for more information about providing credentials",
        "expired": "ExpiredToken: The security token included in the request is expired",
    },
    "azure-native": {
        "missing": "ERROR: Please run 'az login' to setup account.",
        "expired": "AADSTS700082: The refresh token has expired due to inactivity. To re-authenticate, please run: "
        'az login --scope "https://management.core.windows.net//.default"',
    },
}


def auto_name(cloud: str, logical: str, seed: bytes) -> str:
    """Name a thing after the resource, with some random digits, as the cloud's real provider does."""
    digits = hashlib.sha256(seed).hexdigest()
    if cloud == "azure-native":
        return f"{logical}{digits[:8]}"
    name = f"{logical}-{digits[:7]}"
    return re.sub("[^a-z0-9-]", "-", name.lower()) if cloud == "gcp" else name


@cache
def _durations() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "durations.json").read_text())


def takes(kind: Kind) -> Takes:
    """Give how long a kind's operations take, in simulated seconds."""
    listed = _durations().get(kind.type)
    if kind.takes is not None or listed is None:
        return kind.takes or Takes()
    return Takes(create=listed["create"], delete=listed["delete"], update=min(listed["create"] / 2, 60))


def taken(cloud: str, kind: Kind, name: str, identity: str) -> Refused:
    """Say that a name is in use, as the cloud says it."""
    said = {
        "gcp": ("googleapi: Error 409", f"The resource '{identity}' already exists, alreadyExists"),
        "aws": ("AlreadyExists", f"{kind.type.rpartition(':')[2]} with name {name} already exists."),
        "azure-native": ("cannot create already existing resource", f"'{identity}'"),
    }
    return Refused(*said[cloud])


def missing(cloud: str, kind: str, handle: str) -> Refused:
    """Say that something a resource names is not there, as the cloud says it."""
    what = kind.rpartition(":")[2]
    said = {
        "gcp": ("googleapi: Error 404", f"The resource '{handle}' was not found, notFound"),
        "aws": (f"Invalid{what}ID.NotFound", f"The {what} '{handle}' does not exist"),
        "azure-native": ("NotFound", f"The Resource '{handle}' was not found."),
    }
    return Refused(*said[cloud])


def in_use(cloud: str, what: str, by: str) -> Refused:
    """Say that something cannot be deleted because something refers to it, as the cloud says it."""
    said = {
        "gcp": (
            "googleapi: Error 400",
            f"The resource '{what}' is already being used by '{by}', resourceInUseByAnother",
        ),
        "aws": ("DependencyViolation", f"resource {what} has a dependent object: {by}"),
        "azure-native": ("InUse", f"Resource {what} is in use by {by} and cannot be deleted."),
    }
    return Refused(*said[cloud])


_INVOKES: dict[str, dict[str, Invoke]] = {
    "gcp": {
        "gcp:organizations/getClientConfig:getClientConfig": lambda _account, _inputs, place: {
            "id": place.project,
            "project": place.project,
            "region": place.region,
            "zone": place.zone,
        },
        "gcp:compute/getZones:getZones": lambda _account, inputs, place: {
            "id": inputs.get("region") or place.region,
            "names": [f"{inputs.get('region') or place.region}-{zone}" for zone in "bcd"],
        },
    },
    "aws": {
        "aws:index/getAvailabilityZones:getAvailabilityZones": lambda _account, _inputs, place: {
            "id": place.region,
            "names": [f"{place.region}{zone}" for zone in "abc"],
            "zoneIds": [f"{place.region}-az{number}" for number in (1, 2, 3)],
        },
        "aws:index/getCallerIdentity:getCallerIdentity": lambda _account, _inputs, _place: {
            "id": AWS_ACCOUNT,
            "accountId": AWS_ACCOUNT,
            "arn": f"arn:aws:iam::{AWS_ACCOUNT}:user/deployer",
            "userId": "AIDASIMULATED",
        },
        "aws:index/getRegion:getRegion": lambda _account, _inputs, place: {"id": place.region, "name": place.region},
    },
    "azure-native": {
        "azure-native:authorization:getClientConfig": lambda _account, _inputs, place: {
            "clientId": "00000000-0000-0000-0000-0000000000cc",
            "objectId": "00000000-0000-0000-0000-0000000000dd",
            "subscriptionId": place.project,
            "tenantId": AZURE_TENANT,
        },
    },
}
