"""What holds people's work does not go by one command, and has a copy."""

from collections.abc import Iterable, Sequence

from policies.model import Finding, Policy, Resource, Stack, at, lacks

_FILES = (
    "gcp:filestore/instance:Instance",
    "aws:efs/fileSystem:FileSystem",
    "azure-native:storage:FileShare",
)
_DATABASE = "kubernetes:postgresql.cnpg.io/*:Cluster"
_COPIES = {
    "gcp:filestore/instance:Instance": "gcp:cloudscheduler/job:Job",
    "aws:efs/fileSystem:FileSystem": "aws:efs/backupPolicy:BackupPolicy",
    "azure-native:storage:FileShare": "azure-native:storage:FileServiceProperties",
}
"""What takes the copies of a file system, in each cloud."""


def _unheld(resource: Resource, stack: Stack) -> Iterable[Finding]:
    setting = _setting(resource)
    if resource.protect or at(stack.settings, setting) in ("keep", "archive", "delete"):
        return
    yield Finding(
        f"{resource.kind} {resource.name} holds people's work, and a destroy would take it without a word",
        f"hubstack:{setting}",
        "Neither is it protected, nor does the stack file say what is to become of it.",
        "leave `on_destroy: refuse`, which protects it; or say keep, archive or delete",
    )


def _setting(resource: Resource) -> str:
    if resource.is_a(_DATABASE):
        return f"databases.{resource.at('metadata.name')}.on_destroy"
    return "homes.on_destroy"


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
        lambda resource: resource.is_a(*_FILES, _DATABASE),
        _unheld,
    ),
    Policy(
        "backed-up",
        "Copies are taken of people's homes.",
        lambda resource: resource.is_a(*_COPIES, *_COPIES.values()),
        whole=_without_copy,
    ),
)
