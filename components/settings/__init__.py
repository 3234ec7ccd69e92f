"""What a stack file may say: typed, described, and every mistake reported in one run."""

from components.settings.auth import Auth, Dummy, GenericOAuth, GitHub, Google
from components.settings.chart import ChartSource
from components.settings.clouds.local import LocalCloud
from components.settings.durations import Duration
from components.settings.errors import Mistake, SettingsError
from components.settings.homes import Homes, OnDestroy
from components.settings.hub import Hub
from components.settings.loading import load
from components.settings.ports import PortRange
from components.settings.quantities import Quantity
from components.settings.source import Source
from components.settings.stack import StackSettings

__all__ = [
    "Auth",
    "ChartSource",
    "Dummy",
    "Duration",
    "GenericOAuth",
    "GitHub",
    "Google",
    "Homes",
    "Hub",
    "LocalCloud",
    "Mistake",
    "OnDestroy",
    "PortRange",
    "Quantity",
    "SettingsError",
    "Source",
    "StackSettings",
    "load",
]
