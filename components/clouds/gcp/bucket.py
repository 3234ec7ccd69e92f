"""A bucket for backups of databases."""

import pulumi
from pulumi_gcp import storage

from components.clouds.gcp.site import Site

_DAYS_OF_OLD_VERSIONS = 30


def make_bucket(site: Site) -> storage.Bucket:
    """Make the bucket. Backups are people's work: it is protected, or stays, as homes do.

    Where homes are archived it stays as well, as it is what their databases' archives lie in.
    """
    choice = site.homes.on_destroy
    key = site.settings.encryption_key
    return storage.Bucket(
        # All of Google's customers share one space of names.
        "hubstack-backups",
        location=site.settings.region.upper(),
        uniform_bucket_level_access=True,
        public_access_prevention="enforced",
        versioning={"enabled": True},
        lifecycle_rules=[
            {
                "action": {"type": "Delete"},
                "condition": {"days_since_noncurrent_time": _DAYS_OF_OLD_VERSIONS, "with_state": "ARCHIVED"},
            }
        ],
        # Versions do what a deleted object's grace period would, which is paid for besides.
        soft_delete_policy={"retention_duration_seconds": 0},
        encryption={"default_kms_key_name": key} if key else None,
        # A full bucket cannot be deleted; the stack file says that it may be.
        force_destroy=choice == "delete",
        labels=site.labels,
        opts=site.but(
            pulumi.ResourceOptions(protect=choice == "refuse", retain_on_delete=choice in ("keep", "archive"))
        ),
    )
