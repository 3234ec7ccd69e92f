"""The program that Pulumi runs: reads the settings, makes the platform, and says how to use it."""

import signal

import pulumi

from components.consent import Consent, on_destroy, refusals
from components.hub.login import how_to_log_in
from components.pace import keep_pace, settle
from components.platform import Platform
from components.settings.pulumi_config import stack_settings

# Ctrl-C, and the engine once a resource has failed, end the program by this signal; Python would print a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

keep_pace()
settings = stack_settings()
platform = Platform("platform", settings)
# Comes after everything, so that it goes before everything.
Consent("consent", refusals(settings), pulumi.ResourceOptions(depends_on=[platform]))

pulumi.export("platform", platform.id)
pulumi.export("kubeconfig", platform.cluster.for_people)
pulumi.export("context", platform.cluster.context)
pulumi.export("pools", {name: vars(pool) for name, pool in platform.pools.items()})
pulumi.export("on_destroy", on_destroy(settings))
pulumi.export(
    "hubs",
    {
        name: {"url": hub.url, "login": how_to_log_in(settings.hubs[name].auth), "namespace": hub.namespace}
        for name, hub in platform.hubs.items()
    },
)
pulumi.export("passwords", {name: hub.password for name, hub in platform.hubs.items() if hub.password is not None})
settle()
