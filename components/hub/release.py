"""The release of the JupyterHub chart."""

import pulumi
import pulumi_kubernetes as kubernetes

from components.hub.values import Values
from components.settings import ChartSource


def make_release(
    hub: str,
    namespace: pulumi.Input[str],
    chart: ChartSource,
    values: Values,
    opts: pulumi.ResourceOptions,
) -> kubernetes.helm.v3.Release:
    """Release the chart under the hub's name, which is unique as a namespace is.

    A Release and not a Chart, as it runs the chart's hooks and can be rolled back by Helm.
    """
    return kubernetes.helm.v3.Release(
        f"{hub}-release",
        name=hub,
        namespace=namespace,
        chart=str(chart.path) if chart.path else "jupyterhub",
        version=None if chart.path else chart.version,
        repository_opts=None if chart.path else {"repo": chart.repository},
        values=values,
        timeout=chart.timeout.seconds,  # Helm's own 300 s are too short for a slow line
        skip_await=False,
        # Two releases cannot bear one name, not even for the moment of a replacement.
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(delete_before_replace=True)),
    )
