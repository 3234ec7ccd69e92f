"""When Azure may upgrade the cluster and its nodes."""

import pulumi
from pulumi_azure_native import containerservice

from components.clouds.azure.site import Site

_SCHEDULES = {"cluster-upgrades": "aksManagedAutoUpgradeSchedule", "node-upgrades": "aksManagedNodeOSUpgradeSchedule"}
"""AKS knows these two by name, and takes no notice of any other: learn.microsoft.com/azure/aks/planned-maintenance."""


def plan_maintenance(site: Site, cluster: containerservice.ManagedCluster) -> None:
    """Give the cluster's upgrades and the nodes' the same window."""
    wanted = site.settings.cluster.maintenance
    for name, config in _SCHEDULES.items():
        containerservice.MaintenanceConfiguration(
            name,
            resource_group_name=site.group.name,
            resource_name_=cluster.name,
            config_name=config,
            maintenance_window={
                "schedule": {"weekly": {"interval_weeks": 1, "day_of_week": wanted.day}},
                "start_time": wanted.start,
                "duration_hours": wanted.hours,
                "utc_offset": wanted.utc_offset,
                "not_allowed_dates": [
                    {"start": days.first_day.isoformat(), "end": days.last_day.isoformat()}
                    for days in wanted.exclusions.values()
                ],
            },
            opts=site.but(pulumi.ResourceOptions(deleted_with=cluster)),
        )
