"""The files of pinned packages, which `make requirements` writes, held against each other and against the pins."""

import tomllib

import pytest

from components import versions
from testbed.local.places import CHECKOUT

FOLDER = CHECKOUT / "requirements"
CLOUDS = {"gcp": "pulumi-gcp", "aws": "pulumi-aws", "azure": "pulumi-azure-native"}
SDKS = {
    "pulumi": versions.PULUMI,
    "pulumi-kubernetes": versions.PULUMI_KUBERNETES,
    "pulumi-random": versions.PULUMI_RANDOM,
    "pulumi-gcp": versions.PULUMI_GCP,
    "pulumi-aws": versions.PULUMI_AWS,
    "pulumi-azure-native": versions.PULUMI_AZURE_NATIVE,
}


def pins(file):
    """Give each package of a file with its version, marker and hashes, as they stand there."""
    text = "\n".join(line for line in file.read_text().splitlines() if not line.lstrip().startswith("#"))
    entries = [entry.split() for entry in text.replace("\\\n", " ").splitlines() if entry]
    return {words[0].partition("==")[0]: " ".join(words) for words in entries}


EVERYTHING = pins(FOLDER / "dev.txt")
PLATFORM = pins(CHECKOUT / "requirements.txt")
LOCAL = pins(FOLDER / "local.txt")


def project():
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text())


@pytest.mark.parametrize("name", ["local", *CLOUDS])
def test_a_clouds_file_holds_what_the_file_of_all_holds(name):
    some = pins(FOLDER / f"{name}.txt")
    assert some == {package: PLATFORM.get(package) for package in some}


def test_what_tests_run_on_is_what_people_run_on():
    assert {package: EVERYTHING.get(package) for package in PLATFORM} == PLATFORM


def test_every_package_is_pinned_by_hashes():
    for pin in EVERYTHING.values():
        assert "==" in pin.split()[0]
        assert "--hash=sha256:" in pin


@pytest.mark.parametrize(("cloud", "sdk"), CLOUDS.items())
def test_a_cloud_brings_its_own_sdk_and_no_others(cloud, sdk):
    theirs = pins(FOLDER / f"{cloud}.txt")
    assert {name for name in theirs if name in CLOUDS.values()} == {sdk}
    assert theirs.keys() - LOCAL.keys() == {sdk}


def test_the_local_cloud_brings_no_sdk_of_another():
    assert not LOCAL.keys() & set(CLOUDS.values())


def test_the_file_of_all_holds_all_five_providers():
    assert {name for name in PLATFORM if name.startswith("pulumi")} == SDKS.keys()


@pytest.mark.parametrize(("package", "version"), SDKS.items())
def test_an_sdk_has_the_version_that_is_pinned(package, version):
    assert PLATFORM[package].split()[0] == f"{package}=={version}"


def test_the_project_asks_for_the_pinned_sdks():
    asked = project()["project"]
    optional = [pin for pins in asked["optional-dependencies"].values() for pin in pins]
    wanted = {word for word in (*asked["dependencies"], *optional) if word.startswith("pulumi")}
    assert wanted == {f"{package}=={version}" for package, version in SDKS.items()}
    assert asked["optional-dependencies"].keys() == CLOUDS.keys()
