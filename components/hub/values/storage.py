"""Where people's homes and the hub's own database lie."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components.hub.values.tree import Values
from components.settings.storage import HOME, HomeStorage

DATABASE = "1Gi"
"""Enough for tens of thousands of people; the smallest disk that clouds sell."""

ClassOf = Mapping[str, pulumi.Input[str]]
"""The platform's own storage classes by role: what an object calls them."""


def values(homes: HomeStorage, homes_claim: str, classes: ClassOf) -> Values:
    """Mount each person's home, and keep the hub's database on a disk of its own."""
    return {
        "hub": {
            # SQLite on a shared file system corrupts; a disk with one reader does not.
            "db": {"type": "sqlite-pvc", "pvc": {"storageClassName": classes["block"], "storage": DATABASE}},
            "config": {"KubeSpawner": _spawner(homes, classes)},
        },
        "singleuser": {
            "storage": {
                **_home(homes, homes_claim, classes),
                **_given(
                    homeMountPath=None if homes.home == HOME else homes.home,
                    extraLabels=dict(homes.extra_labels),
                    extraVolumes=[dict(volume) for volume in homes.volumes],
                    extraVolumeMounts=[dict(mount) for mount in homes.volume_mounts],
                ),
            },
        },
    }


def class_name(role_or_name: str, classes: ClassOf) -> pulumi.Input[str]:
    """Give a storage class's name in the cluster: the platform's own for a role, else the name as it is."""
    return classes.get(role_or_name, role_or_name)


def _home(homes: HomeStorage, homes_claim: str, classes: ClassOf) -> Values:
    """Give the chart's own storage values, which differ by what holds homes."""
    match homes.type:
        case "none":
            return {"type": "none"}
        case "dynamic":
            disk = _given(pvcNameTemplate=homes.pvc_name_template, subPath=homes.folder)
            disk["storageClass"] = class_name(homes.storage_class or "block", classes)
            return {"type": "dynamic", "capacity": str(homes.capacity), "dynamic": disk}
        case "shared" | "static":
            # The safe names are at most 48 characters, whatever the person is called, and no two people share one.
            claim = homes.claim if homes.type == "static" else homes_claim
            return {"type": "static", "static": {"pvcName": claim, **_given(subPath=homes.folder)}}


def _spawner(homes: HomeStorage, classes: ClassOf) -> Values:
    """Give KubeSpawner's options that the chart has no value for, or none with this type of storage."""
    options = _given(working_dir=homes.working_dir)
    # Where there is no claim per person, there is none to delete with the person.
    options["delete_pvc"] = bool(homes.delete_pvc)
    if homes.type == "dynamic":
        return options if homes.makes_claims else {**options, "storage_pvc_ensure": False}
    if homes.makes_claims:
        options |= _given(pvc_name_template=homes.pvc_name_template)
        options["storage_pvc_ensure"] = True
        options["storage_class"] = class_name(homes.storage_class or "block", classes)
        options["storage_capacity"] = str(homes.capacity)
        options["storage_access_modes"] = ["ReadWriteOnce"]
    return options


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}
