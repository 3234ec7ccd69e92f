"""Google Cloud, as far as the platform asks of it: what Google refuses, gives and forgets.

From the provider's own schema (github.com/hashicorp/terraform-provider-google, which Pulumi's is built on), Google's
discovery documents, and what cloud.google.com says of names, tiers and limits.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from testbed.cloud import gcp_container, gcp_network, gcp_storage
from testbed.cloud.gcp_api import located, named, project
from testbed.cloud.kinds import Inputs, Kind, Wanted, Wrong, is_known
from testbed.cloud.patterns import fits

ACCOUNT = "gcp:serviceaccount/account:Account"
WORKFLOW = "gcp:workflows/workflow:Workflow"


def _email(wanted: Wanted) -> str:
    return f"{wanted.inputs['accountId']}@{project(wanted)}.iam.gserviceaccount.com"


def _account(wanted: Wanted) -> Mapping[str, Any]:
    email = _email(wanted)
    return {
        "email": email,
        "member": f"serviceAccount:{email}",
        "name": f"projects/{project(wanted)}/serviceAccounts/{email}",
        "uniqueId": str(10**20 + wanted.number(10**19)),
        "project": project(wanted),
    }


def _account_wrong(inputs: Inputs) -> Iterable[Wrong]:
    return fits(inputs, "accountId", r"[a-z]([-a-z0-9]{4,28}[a-z0-9])", "googleapi: Error 400: account_id")


def _grant_wrong(inputs: Inputs) -> Iterable[Wrong]:
    pattern = r"(roles|projects/[^/]+/roles|organizations/[^/]+/roles)/[A-Za-z0-9_.]+"
    yield from fits(inputs, "role", pattern, "googleapi: Error 400: Invalid role")
    yield from fits(inputs, "member", r"(serviceAccount|user|group|domain):.+", "googleapi: Error 400: Invalid member")


def _grant_refused(wanted: Wanted) -> str:
    kind, _, email = str(wanted.inputs["member"]).partition(":")
    if kind == "serviceAccount" and email.endswith(".iam.gserviceaccount.com") and not wanted.found(email, ACCOUNT):
        return f"googleapi: Error 400: Service account {email} does not exist."
    return ""


def _grant(wanted: Wanted) -> str:
    return f"{wanted.inputs['project']}/{wanted.inputs['role']}/{wanted.inputs['member']}"


def _workflow_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from named(inputs, r"[A-Za-z]([-_A-Za-z0-9]{0,62}[A-Za-z0-9])?")
    source = inputs.get("sourceContents")
    if not source or not is_known(source):
        return
    try:
        steps = json.loads(source)["main"]["steps"]
    except (ValueError, KeyError, TypeError):
        yield Wrong("sourceContents", "googleapi: Error 400: main workflow missing steps, or no JSON")
        return
    for step in steps:
        if len(step) != 1:
            yield Wrong("sourceContents", "googleapi: Error 400: each step has one name")


KINDS = [
    *gcp_network.KINDS,
    *gcp_container.KINDS,
    *gcp_storage.KINDS,
    Kind(
        ACCOUNT,
        replaces=frozenset({"accountId", "project"}),
        named_by="accountId",
        identify=lambda wanted: f"projects/{project(wanted)}/serviceAccounts/{_email(wanted)}",
        computed=_account,
        check=_account_wrong,
        labels=None,
    ),
    Kind(
        "gcp:projects/iAMMember:IAMMember",
        replaces=frozenset({"project", "role", "member", "condition"}),
        named_by=None,
        identify=_grant,
        computed=lambda wanted: {"etag": wanted.fresh(digits=10, what="etag")},
        check=_grant_wrong,
        refuses=_grant_refused,
        labels=None,
    ),
    Kind(
        WORKFLOW,
        replaces=frozenset({"name", "project", "region"}),
        updates=frozenset({"sourceContents"}),
        identify=located("workflows", "region"),
        computed=lambda wanted: {"project": project(wanted), "state": "ACTIVE", "revisionId": "000001-a4d"},
        check=_workflow_wrong,
        refers={"serviceAccount": ACCOUNT},
        lets_go=frozenset({"serviceAccount"}),
    ),
    Kind(
        "gcp:cloudscheduler/job:Job",
        replaces=frozenset({"name", "project", "region"}),
        identify=located("jobs", "region"),
        computed=lambda wanted: {"project": project(wanted), "state": "ENABLED"},
        check=named,
        refers={"httpTarget.oauthToken.serviceAccountEmail": ACCOUNT},
        lets_go=frozenset({"httpTarget.oauthToken.serviceAccountEmail"}),
        labels=None,
    ),
]
