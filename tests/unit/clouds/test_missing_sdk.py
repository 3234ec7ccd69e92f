"""Who uses one cloud has that cloud's SDK alone, so a stack on another is told what to install."""

import sys
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

import components.clouds
from components.settings import AwsCloud, AzureCloud, GcpCloud

CLOUDS = [
    ("gcp", GcpCloud, "pulumi_gcp"),
    ("aws", AwsCloud, "pulumi_aws"),
    ("azure", AzureCloud, "pulumi_azure_native"),
]


@pytest.mark.parametrize(("name", "model", "sdk"), CLOUDS)
def test_a_missing_sdk_is_a_sentence(monkeypatch: pytest.MonkeyPatch, name: str, model: Any, sdk: str):
    for loaded in [key for key in sys.modules if key.startswith(f"components.clouds.{name}")]:
        monkeypatch.delitem(sys.modules, loaded)
    for loaded in [key for key in sys.modules if key == sdk or key.startswith(f"{sdk}.")]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.delattr(components.clouds, name, raising=False)
    monkeypatch.setitem(sys.modules, sdk, None)  # as if it were not installed
    cloud = model.model_construct(provider=name)
    settings: Any = SimpleNamespace(cloud=cloud, homes=None)

    with pytest.raises(pulumi.RunError, match=rf"is on {name}, whose SDK is not.*requirements/{name}\.txt"):
        components.clouds.open_cloud(settings, None, pulumi.ResourceOptions())  # type: ignore[arg-type]
