"""What the stand-in for `az` answers."""

from typing import Any

from testbed.cloud import providers
from testbed.cloud.cli_answers import NotThere, Said, needed, option
from testbed.cloud.ledger import Account
from testbed.cloud.records import Record

_GROUP = "azure-native:resources:ResourceGroup"
_STATE = {"creating": "Creating", "ready": "Succeeded", "deleting": "Deleting"}
_GROUP_PART = 4
"""Where a resource id has its group: /subscriptions/S/resourceGroups/G."""


def answer(account: Account, words: list[str]) -> Said | None:
    """Answer a command line; None where it is not known."""
    match words[:2]:
        case ["group", "show"]:
            name = needed(words, "--name")
            found = [each for each in account.records(_GROUP) if each.name.lower() == name.lower()]
            return _one(found[0] if found else None, name)
        case ["group", "list"]:
            return Said(out=[_described(each) for each in _tagged(account, words) if each.kind == _GROUP])
        case ["resource", "list"]:
            return Said(out=[_described(each) for each in _tagged(account, words) if each.kind != _GROUP])
        case ["resource" | "aks", "show"]:
            return _one(account.find(needed(words, "--ids")), needed(words, "--ids"))
        case ["account", "show"]:
            return Said(
                out={"id": providers.AZURE_SUBSCRIPTION, "tenantId": providers.AZURE_TENANT, "state": "Enabled"}
            )
        case _:
            return None


def _one(record: Record | None, what: str) -> Said:
    if record is None or record.cloud != "azure-native":
        raise NotThere(what)
    return Said(out=_described(record))


def _tagged(account: Account, words: list[str]) -> list[Record]:
    key, _, value = option(words, "--tag").partition("=")
    return account.records(cloud="azure-native", tags={key: value} if key else None)


def _described(record: Record) -> dict[str, Any]:
    state = _STATE[record.state]
    parts = record.id.split("/")
    return {
        "id": record.id,
        "name": record.name or record.id.rpartition("/")[2],
        "type": _type(parts),
        "location": record.outputs.get("location", ""),
        "resourceGroup": parts[_GROUP_PART] if len(parts) > _GROUP_PART else "",
        "tags": record.tags,
        "provisioningState": state,
        "properties": {**record.outputs, "provisioningState": state},
    }


def _type(parts: list[str]) -> str:
    """Give `Microsoft.Network/virtualNetworks/subnets` for an id's parts."""
    if "providers" not in parts:
        return "Microsoft.Resources/resourceGroups"
    last = len(parts) - 1 - parts[::-1].index("providers")
    return "/".join([parts[last + 1], *parts[last + 2 :: 2]])
