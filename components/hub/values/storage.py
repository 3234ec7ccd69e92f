"""Where people's homes and the hub's own database lie."""

import pulumi

from components.hub.values.tree import Values

DATABASE = "1Gi"
"""Enough for tens of thousands of people; the smallest disk that clouds sell."""


def values(homes_claim: str, database_class: pulumi.Input[str]) -> Values:
    """Mount each person's folder of the homes' claim, and keep the hub's database on a disk of its own."""
    return {
        "hub": {
            # SQLite on a shared file system corrupts; a disk with one reader does not.
            "db": {"type": "sqlite-pvc", "pvc": {"storageClassName": database_class, "storage": DATABASE}},
            # There is no claim per person to delete with the person.
            "config": {"KubeSpawner": {"delete_pvc": False}},
        },
        "singleuser": {
            "storage": {
                "type": "static",
                # `safe_username` is at most 48 characters, whatever the person is called, and no two names share one.
                "static": {"pvcName": homes_claim, "subPath": "{safe_username}"},
            }
        },
    }
