"""Azure's storage accounts and their file shares."""

from collections.abc import Iterable, Mapping
from typing import Any

from testbed.cloud.azure_names import GROUP, identify, within
from testbed.cloud.kinds import Inputs, Kind, Wanted, Wrong, at, is_known
from testbed.cloud.patterns import fits

ACCOUNT = "azure-native:storage:StorageAccount"
_PROVIDER = "Microsoft.Storage"
_LEAST, _MOST = 100, 102_400
"""GiB of a share on SSDs, paid by its size."""


def _account_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fits(inputs, "accountName", r"[a-z0-9]{3,24}", "AccountNameInvalid")
    sku = next(iter(at(inputs, "sku.name")), "")
    if inputs.get("kind") == "FileStorage" and is_known(sku) and not str(sku).startswith("Premium"):
        yield Wrong("sku.name", f"InvalidAccountType: The AccountType {sku} is invalid for kind FileStorage.")


def _account(wanted: Wanted) -> Mapping[str, Any]:
    host = f"https://{wanted.name}.file.core.windows.net/"
    return {
        "provisioningState": "Succeeded",
        "type": "Microsoft.Storage/storageAccounts",
        "primaryEndpoints": {"file": host},
        "primaryLocation": wanted.inputs.get("location") or wanted.place.region,
        "statusOfPrimary": "available",
    }


def _account_refused(wanted: Wanted) -> str:
    was, now = at(wanted.before, "sku.name"), at(wanted.inputs, "sku.name")
    if was and was != now:
        return f"SkuConversionNotAllowed: account {wanted.name} cannot go from {was[0]} to {now[0]} by an update."
    return ""


def _share_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fits(inputs, "shareName", r"[a-z0-9](-?[a-z0-9]){2,62}")
    quota = inputs.get("shareQuota")
    if is_known(quota) and not (isinstance(quota, int | float) and _LEAST <= quota <= _MOST):
        yield Wrong("shareQuota", f"InvalidHeaderValue: a premium share has {_LEAST} to {_MOST} GiB, and not {quota}.")


def _share_refused(wanted: Wanted) -> str:
    account = wanted.found(str(wanted.inputs["accountName"]), ACCOUNT)
    nfs = wanted.inputs.get("enabledProtocols") == "NFS"
    if nfs and account and account.inputs.get("kind") != "FileStorage":
        return "FeatureNotSupportedForAccount: Nfs is not supported for the account."
    return ""


def _share(_wanted: Wanted) -> Mapping[str, Any]:
    return {"accessTier": "Premium", "type": "Microsoft.Storage/storageAccounts/fileServices/shares", "version": ""}


def _service_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fits(inputs, "fileServicesName", "default")
    for days in at(inputs, "shareDeleteRetentionPolicy.days"):
        if is_known(days) and not 1 <= days <= 365:  # noqa: PLR2004 - a year
            yield Wrong("shareDeleteRetentionPolicy.days", "InvalidXmlNodeValue: 1 to 365 days.")


KINDS = [
    Kind(
        ACCOUNT,
        replaces=frozenset({"resourceGroupName", "accountName", "location", "kind", "isHnsEnabled", "enableNfsV3"}),
        named_by="accountName",
        # Its name is a host's name: nobody else in the world may have it.
        name_in=lambda _: "the world",
        identify=identify(("storageAccounts", "accountName"), provider=_PROVIDER),
        computed=_account,
        check=_account_wrong,
        refuses=_account_refused,
        refers={"resourceGroupName": GROUP},
    ),
    Kind(
        "azure-native:storage:FileServiceProperties",
        replaces=frozenset({"resourceGroupName", "accountName", "fileServicesName"}),
        named_by="fileServicesName",
        name_in=within("accountName"),
        identify=identify(("storageAccounts", "accountName"), ("fileServices", "fileServicesName"), provider=_PROVIDER),
        computed=lambda _: {"type": "Microsoft.Storage/storageAccounts/fileServices"},
        check=_service_wrong,
        refers={"resourceGroupName": GROUP, "accountName": ACCOUNT},
        labels=None,
    ),
    Kind(
        "azure-native:storage:FileShare",
        replaces=frozenset({"resourceGroupName", "accountName", "shareName", "enabledProtocols"}),
        named_by="shareName",
        name_in=within("accountName"),
        identify=lambda wanted: (
            f"/subscriptions/{wanted.place.project}/resourceGroups/{wanted.inputs['resourceGroupName']}/providers/"
            f"Microsoft.Storage/storageAccounts/{wanted.inputs['accountName']}/fileServices/default/shares/{wanted.name}"
        ),
        computed=_share,
        check=_share_wrong,
        refuses=_share_refused,
        refers={"resourceGroupName": GROUP, "accountName": ACCOUNT},
        labels="metadata",
    ),
]
