"""What the stand-in for `aws` answers."""

import re
from collections.abc import Mapping
from typing import Any

from ops.clouds.aws import LOOKS
from ops.clouds.thing import Look
from testbed.cloud import clock, providers
from testbed.cloud.cli_answers import NotThere, Said, asked, fitting, needed, option
from testbed.cloud.ledger import Account
from testbed.cloud.records import New, Record

_POINT = "aws:backup/recoveryPoint:RecoveryPoint"
_SECONDS_TO_BACK_UP = 60
_STATE = {"creating": "CREATING", "ready": "ACTIVE", "deleting": "DELETING"}
_WRAPPERS = {
    "describe-cluster": "cluster",
    "describe-nodegroup": "nodegroup",
    "describe-addon": "addon",
    "describe-access-entry": "accessEntry",
    "get-role": "Role",
    "get-instance-profile": "InstanceProfile",
}
_ARN_WORDS = {
    "aws:ebs/volume:Volume": "volume",
    "aws:ebs/snapshot:Snapshot": "snapshot",
    "aws:ec2/natGateway:NatGateway": "natgateway",
    "aws:ec2/eip:Eip": "elastic-ip",
    "aws:ec2/securityGroup:SecurityGroup": "security-group",
    "aws:ec2/routeTable:RouteTable": "route-table",
    "aws:ec2/internetGateway:InternetGateway": "internet-gateway",
    "aws:ec2/networkInterface:NetworkInterface": "network-interface",
}


def answer(account: Account, words: list[str]) -> Said | None:
    """Answer a command line; None where it is not known."""
    if words[:2] == ["backup", "start-backup-job"]:
        return _back_up(account, words)
    if words[:2] == ["backup", "describe-backup-job"]:
        return _job(account, needed(words, "--backup-job-id"))
    kinds = option(words, "--resource-type-filters")
    if words[:2] == ["resourcegroupstaggingapi", "get-resources"] and not kinds:
        return Said(out={"ResourceTagMappingList": [_mapped(account, each, words) for each in _tagged(account, words)]})
    known = False
    for kind, look, values in asked(words, LOOKS):
        found = fitting(account, kind, values)
        if look.found:
            return Said(out=_in_lists(look.found, [_listed(account, each, look, words) for each in found]))
        known = True
        for record in found:
            return Said(out=_described(record, words[1]))
    if known:
        raise NotThere(next((each for each in words[3::2] if not each.startswith("-")), words[-1]))
    return None


def _described(record: Record, verb: str) -> dict[str, Any]:
    body = {**record.outputs, "tags": record.tags, "Tags": _pairs(record.tags), "status": _STATE[record.state]}
    wrapper = _WRAPPERS.get(verb)
    return {wrapper: body} if wrapper else body


def _listed(account: Account, record: Record, look: Look, words: list[str]) -> dict[str, Any]:
    match = {field: str(record.inputs.get(name, record.outputs.get(name, ""))) for field, name in look.match.items()}
    key = _arn(account, record, words) if look.key == "ResourceARN" else record.id
    state = _STATE[record.state].lower().replace("active", "available")
    return {look.key: key, "Tags": _pairs(record.tags), "State": state, "LifeCycleState": state, **match}


def _in_lists(path: str, things: list[dict[str, Any]]) -> dict[str, Any]:
    """Put things below a path such as `RouteTables.Routes`: a list of one thing that holds the list."""
    outer, _, inner = path.partition(".")
    return {outer: [_in_lists(inner, things)] if inner else things}


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _tagged(account: Account, words: list[str]) -> list[Record]:
    match = re.fullmatch(r"Key=([^,]+),Values=(.+)", needed(words, "--tag-filters"))
    if match is None:
        raise NotThere("--tag-filters")
    found = account.records(cloud="aws", tags={match[1]: match[2]})
    return [each for each in found if not each.kind.startswith("aws:iam/")]


def _mapped(account: Account, record: Record, words: list[str]) -> dict[str, Any]:
    return {"ResourceARN": _arn(account, record, words), "Tags": _pairs(record.tags)}


def _arn(_account: Account, record: Record, words: list[str]) -> str:
    if record.outputs.get("arn"):
        return str(record.outputs["arn"])
    _, module, kind = record.kind.split(":")
    service = {"ebs": "ec2"}.get(module.partition("/")[0], module.partition("/")[0])
    word = _ARN_WORDS.get(record.kind, kind.lower())
    return f"arn:aws:{service}:{option(words, '--region')}:{providers.AWS_ACCOUNT}:{word}/{record.id}"


def _back_up(account: Account, words: list[str]) -> Said:
    source = account.find(needed(words, "--resource-arn"))
    if source is None or source.state != "ready":
        raise NotThere(needed(words, "--resource-arn"))
    key, _, value = option(words, "--recovery-point-tags").partition("=")
    vault, region = needed(words, "--backup-vault-name"), option(words, "--region")
    number = len(account.records(_POINT)) + 1
    job = f"00000000-0000-4000-8000-{number:012d}"
    arn = f"arn:aws:backup:{region}:{providers.AWS_ACCOUNT}:recovery-point:{job}"
    outputs = {"arn": arn, "backupVaultName": vault, "resourceArn": source.outputs.get("arn")}
    new = New("aws", _POINT, job, arn, vault, outputs=outputs, tags={key: value} if key else {}, made_by="person")
    account.add(new)
    return Said(out={"BackupJobId": job, "RecoveryPointArn": arn})


def _job(account: Account, job: str) -> Said:
    for record in account.records(_POINT, name=job):
        done = clock.now() >= (record.ready_at or 0) + _SECONDS_TO_BACK_UP
        state = "COMPLETED" if done else "RUNNING"
        return Said(out={"BackupJobId": job, "State": state, "RecoveryPointArn": record.id})
    raise NotThere(job)
