"""What the stand-in for `gcloud` answers."""

import re
from typing import Any

from ops.clouds.gcp import LOOKS
from testbed.cloud import clock
from testbed.cloud.cli_answers import NotThere, Said, asked, fitting, needed, option
from testbed.cloud.ledger import Account
from testbed.cloud.records import New, Record

_INSTANCE = "gcp:filestore/instance:Instance"
_BACKUP = "gcp:filestore/backup:Backup"
_SECONDS_TO_BACK_UP = 60
_APIS = {"filestore": "file", "serviceaccount": "iam", "projects": "cloudresourcemanager"}
_STATUS = {"creating": "PROVISIONING", "ready": "RUNNING", "deleting": "STOPPING"}
_STATE = {"creating": "CREATING", "ready": "READY", "deleting": "DELETING"}


def answer(account: Account, words: list[str]) -> Said | None:
    """Answer a command line; None where it is not known."""
    if words[:2] == ["asset", "search-all-resources"]:
        return Said(out=[_asset(each) for each in _searched(account, needed(words, "--query"))])
    if words[:3] == ["filestore", "backups", "create"]:
        return _back_up(account, words)
    known = False
    for kind, _look, values in asked(words, LOOKS):
        known = True
        for record in fitting(account, kind, values):
            return Said(out=_described(record))
    if known:
        raise NotThere(words[3] if len(words) > 3 else words[-1])  # noqa: PLR2004 - group, group, describe, name
    return None


def _described(record: Record) -> dict[str, Any]:
    return {
        **record.outputs,
        "name": record.name,
        "labels": record.tags,
        "resourceLabels": record.tags,
        "status": _STATUS[record.state],
        "state": _STATE[record.state],
    }


def _searched(account: Account, query: str) -> list[Record]:
    """Find by `labels.KEY=VALUE` or `description:"TEXT"`, either of which is enough."""
    labels = re.findall(r"labels\.([\w-]+)=([\w-]+)", query)
    texts = re.findall(r'description:"([^"]+)"', query)
    return [
        each
        for each in account.records(cloud="gcp")
        if any(each.tags.get(key) == value for key, value in labels)
        or any(text in str(each.inputs.get("description", "")) for text in texts)
    ]


def _asset(record: Record) -> dict[str, Any]:
    _, module, kind = record.kind.split(":")
    group = module.partition("/")[0]
    api = f"{_APIS.get(group, group)}.googleapis.com"
    whole = str(record.outputs.get("selfLink") or record.id)
    where = next((str(record.outputs[key]) for key in ("zone", "region", "location") if record.outputs.get(key)), "")
    return {
        "assetType": f"{api}/{kind}",
        "name": f"//{api}/{re.sub(r'^https://.*?(?=projects/)', '', whole)}",
        "displayName": record.name,
        "location": where.rpartition("/")[2] or "global",
        "labels": record.tags,
        "description": record.inputs.get("description", ""),
        "state": _STATE[record.state],
    }


def _back_up(account: Account, words: list[str]) -> Said:
    project, region, name = needed(words, "--project"), needed(words, "--region"), words[3]
    instance = next((each for each in account.records(_INSTANCE, name=needed(words, "--instance"))), None)
    if instance is None or instance.state != "ready":
        raise NotThere(needed(words, "--instance"))
    clock.wait(_SECONDS_TO_BACK_UP)
    labels = dict(pair.split("=", 1) for pair in option(words, "--labels").split(",") if pair)
    whole = f"projects/{project}/locations/{region}/backups/{name}"
    outputs = {"name": name, "location": region, "labels": labels, "sourceInstance": instance.id}
    account.add(New("gcp", _BACKUP, name, whole, project, outputs=outputs, tags=labels, made_by="person"))
    return Said(out={"name": whole, "state": "READY", "labels": labels, "sourceInstance": instance.id})
