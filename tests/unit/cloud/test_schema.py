"""What the simulated clouds know of inputs is what the SDKs' own types say."""

import pytest

from testbed.cloud import schema
from testbed.cloud.judging import judge, replaced

POOL = "azure-native:containerservice:AgentPool"
GROUP = "azure-native:resources:ResourceGroup"


@pytest.fixture(scope="module")
def azure() -> dict:
    return schema.extract("azure-native", [POOL, GROUP])


def test_the_sdk_says_what_is_required_and_of_which_type(azure: dict) -> None:
    fields = azure["kinds"][POOL]["fields"]
    assert [name for name, field in fields.items() if field["required"]] == ["resourceGroupName", "resourceName"]
    assert fields["maxCount"]["is"] == "integer"
    assert fields["vnetSubnetID"]["is"] == "string"
    assert fields["nodeTaints"]["list"] == {"is": "string"}
    assert fields["nodeLabels"]["map"] == {"is": "string"}
    assert fields["mode"]["one_of"] == ["System", "User", "Gateway"]


def test_blocks_are_read_once_and_judged_within(azure: dict) -> None:
    inputs = {"resourceGroupName": "g", "resourceName": "c", "upgradeSettings": {"maxSurge": 3, "drain": 1}}
    wrongs = {wrong.path: wrong.why for wrong in judge(inputs, azure, POOL)}
    assert set(wrongs) == {"upgradeSettings.maxSurge", "upgradeSettings.drain"}


def test_a_kind_that_the_sdk_has_not_is_refused() -> None:
    with pytest.raises(LookupError, match="has no azure-native:containerservice:Pool"):
        schema.extract("azure-native", ["azure-native:containerservice:Pool"])


def test_the_sdks_documentation_says_what_replaces() -> None:
    kind = "aws:eks/cluster:Cluster"
    read = schema.extract("aws", [kind])
    assert replaced(read, kind, ["bootstrapSelfManagedAddons"])
    assert not replaced(read, kind, ["version"])


def test_the_clouds_own_models_say_which_values_there_are() -> None:
    cluster, pool = "gcp:compute/network:Network", "gcp:container/nodePool:NodePool"
    google = schema.extract("gcp", [cluster, pool])
    wrongs = [*judge({"name": "Uni_Net"}, google, cluster)]
    wrongs += judge({"cluster": "c", "upgradeSettings": {"strategy": "SLOW"}}, google, pool)
    assert [wrong.path for wrong in wrongs] == ["name", "upgradeSettings.strategy"]

    group = "aws:eks/nodeGroup:NodeGroup"
    amazon = schema.extract("aws", [group])
    sizes = {"desiredSize": 0, "minSize": 0, "maxSize": 0}
    inputs = {"clusterName": "c", "nodeRoleArn": "r", "subnetIds": [], "scalingConfig": sizes, "capacityType": "CHEAP"}
    assert {wrong.path for wrong in judge(inputs, amazon, group)} == {"scalingConfig.maxSize", "capacityType"}


@pytest.mark.parametrize("cloud", ["gcp", "aws", "azure-native"])
def test_the_plugins_version_is_the_sdks(cloud: str) -> None:
    pinned = {"gcp": "10.2.0", "aws": "7.51.1", "azure-native": "3.29.0"}
    assert schema.version(cloud) == pinned[cloud]
