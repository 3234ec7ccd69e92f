"""Each cloud has an SDK of its own: a stack imports that alone, and is told what to install where it is missing."""

import subprocess
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


@pytest.mark.thorough  # each imports an SDK in a process of its own
@pytest.mark.parametrize(("name", "model", "sdk"), CLOUDS)
def test_no_other_clouds_sdk_is_imported(name: str, model: Any, sdk: str):
    code = f"import components.clouds.{name}, sys; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = {name.split(".")[0] for name in said.split()}
    assert loaded & {every for _, _, every in CLOUDS} == {sdk}
