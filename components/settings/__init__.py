"""What a stack file may say: typed, described, and every mistake reported in one run."""

from components.settings.auth import Auth, Dummy, GenericOAuth, GitHub, Google
from components.settings.chart import ChartSource, OperatorChart
from components.settings.clouds.aws import AwsCloud
from components.settings.clouds.azure import AzureCloud
from components.settings.clouds.gcp import GcpCloud
from components.settings.clouds.local import LocalCloud
from components.settings.databases import Database
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
    "AwsCloud",
    "AzureCloud",
    "ChartSource",
    "Database",
    "Dummy",
    "Duration",
    "GcpCloud",
    "GenericOAuth",
    "GitHub",
    "Google",
    "Homes",
    "Hub",
    "LocalCloud",
    "Mistake",
    "OnDestroy",
    "OperatorChart",
    "PortRange",
    "Quantity",
    "SettingsError",
    "Source",
    "StackSettings",
    "load",
]
