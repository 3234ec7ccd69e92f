"""What holds people's work does not go by one command, and has a copy."""

from collections.abc import Iterable, Sequence

from policies.model import Finding, Policy, Resource, Stack, Withheld, at, entries, is_hub, lacks

_FILES = (
    "gcp:filestore/instance:Instance",
    "aws:efs/fileSystem:FileSystem",
    "azure-native:storage:FileShare",
)
_DATABASE = "kubernetes:postgresql.cnpg.io/*:Cluster"
_CONSENT = "pulumi-python:dynamic/hubstack:Consent"
"""Lists the settings that refuse a destroy (components/consent.py)."""
_SHARED_HOMES = "homes"
"""The claim of the platform's own file system (components/cluster/homes.py), which outlives each hub."""
_COPIES = {
    "gcp:filestore/instance:Instance": "gcp:cloudscheduler/job:Job",
    "aws:efs/fileSystem:FileSystem": "aws:efs/backupPolicy:BackupPolicy",
    "azure-native:storage:FileShare": "azure-native:storage:FileServiceProperties",
}
"""What takes the copies of a file system, in each cloud."""


def _unheld(resources: Sequence[Resource], stack: Stack) -> Iterable[tuple[Resource, Finding]]:
    for resource in resources:
        setting = _setting(resource)
        if not setting or at(stack.settings, setting) in ("keep", "archive", "delete"):
            continue
        if _refuses_to_go(resource.hub, resources) if is_hub(resource) else resource.protect:
            continue
        yield (
            resource,
            Finding(
                f"{resource.kind} {resource.name} holds people's work, and a destroy would take it without a word",
                f"hubstack:{setting}",
                "Nothing refuses to let it go, and the stack file does not say what is to become of it.",
                f"leave `on_destroy: refuse`, which holds it; or say {_choices(resource)}",
            ),
        )


def _setting(resource: Resource) -> str:
    """Give the setting that says what becomes of what it holds; empty where it holds nobody's work."""
    if is_hub(resource):
        return f"hubs.{resource.hub}.on_destroy" if _gives_disks(resource) else ""
    if resource.is_a(_DATABASE):
        return f"databases.{resource.at('metadata.name')}.on_destroy"
    return "homes.on_destroy" if resource.is_a(*_FILES) else ""


def _gives_disks(hub: Resource) -> bool:
    """Say whether people's work lies on disks that go with the hub: homes, extra claims or databases."""
    storage = "values.singleuser.storage"
    return (
        hub.at(f"{storage}.type") == "dynamic"
        or (hub.at(f"{storage}.type") == "static" and lacks(hub.at(f"{storage}.static.pvcName"), _SHARED_HOMES))
        or hub.at("values.hub.config.KubeSpawner.storage_pvc_ensure") is True
        or bool(entries(hub.at("values.hub.extraFiles.hubstack-settings.data.claims")))
    )


def _refuses_to_go(hub: str, resources: Iterable[Resource]) -> bool:
    """Say whether the hub's own consent is asked for: the stack's would not hold a hub that leaves the stack file."""
    consents = [each.at("refused") for each in resources if each.is_a(_CONSENT) and each.name == f"{hub}-consent"]
    return any(
        refused is Withheld.UNKNOWN or f"hubstack:hubs.{hub}.on_destroy" in entries(refused) for refused in consents
    )


def _choices(resource: Resource) -> str:
    return "delete, as disks cannot outlive their hub" if is_hub(resource) else "keep, archive or delete"


def _without_copy(resources: Sequence[Resource], stack: Stack) -> Iterable[tuple[Resource, Finding]]:
    if at(stack.settings, "homes.on_destroy") == "delete":
        return  # nobody wants to keep it
    for files in resources:
        wanted = _COPIES.get(files.type)
        if wanted and not any(each.is_a(wanted) and _is_on(each) for each in resources):
            yield (
                files,
                Finding(
                    f"no copies are taken of {files.name}",
                    "hubstack:cloud.filestore",
                    "A folder that somebody deletes by mistake is gone for good.",
                    "leave backups on, as they are by default; or say `homes: {on_destroy: delete}` where nothing is"
                    " to be kept",
                ),
            )


def _is_on(copies: Resource) -> bool:
    match copies.kind:
        case "BackupPolicy":
            return not lacks(copies.at("backupPolicy.status"), "ENABLED")
        case "FileServiceProperties":
            return not lacks(copies.at("shareDeleteRetentionPolicy.enabled"), True)
        case _:
            return not lacks(copies.at("paused"), False, None)


POLICIES = (
    Policy(
        "data-held",
        "What holds people's work is protected, or the stack file says what becomes of it.",
        lambda resource: resource.is_a(*_FILES, _DATABASE, _CONSENT) or is_hub(resource),
        whole=_unheld,
    ),
    Policy(
        "backed-up",
        "Copies are taken of people's homes.",
        lambda resource: resource.is_a(*_COPIES, *_COPIES.values()),
        whole=_without_copy,
    ),
)
