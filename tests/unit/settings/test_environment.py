"""What the environment says, and when it is not asked."""

from typing import Any

import pytest

from components.settings import SettingsError, load

HUBS: dict[str, Any] = {"hub": {"auth": {"dummy": {}}}}
LOCAL = {"provider": "local"}
ENVIRON = {
    "HUBSTACK_KUBECONFIG": "files/kubeconfig.yaml",
    "HUBSTACK_CONTEXT": "hubstack",
    "HUBSTACK_NODE_PORTS": "30080-30089",
    "HUBSTACK_JUPYTERHUB_CHART": "files/chart",
}


def test_the_environment_gives_defaults() -> None:
    settings = load({"cloud": LOCAL, "hubs": HUBS}, ENVIRON)
    assert settings.cloud.context == "hubstack"
    assert str(settings.cloud.node_ports) == "30080-30089"
    assert settings.chart.path is not None


def test_the_stack_file_wins() -> None:
    cloud = {**LOCAL, "context": "production", "node_ports": None}
    settings = load({"cloud": cloud, "chart": {"repository": "https://example.edu/"}, "hubs": HUBS}, ENVIRON)
    assert settings.cloud.context == "production"
    assert settings.cloud.node_ports is None
    assert settings.chart.path is None


def test_the_environments_context_is_not_put_beside_another_kubeconfig() -> None:
    with pytest.raises(SettingsError, match=r"hubstack:cloud\.context") as told:
        load({"cloud": {**LOCAL, "kubeconfig": "files/kubeconfig.yaml"}, "hubs": HUBS}, ENVIRON)
    assert "hubstack, production" in str(told.value) or "production, hubstack" in str(told.value)


def test_an_empty_variable_is_as_good_as_none() -> None:
    settings = load(
        {"cloud": LOCAL, "hubs": HUBS}, {**ENVIRON, "HUBSTACK_NODE_PORTS": "", "HUBSTACK_JUPYTERHUB_CHART": ""}
    )
    assert settings.cloud.node_ports is None
    assert settings.chart.path is None


def test_kubeconfig_of_other_tools_is_never_looked_at() -> None:
    with pytest.raises(SettingsError, match="KUBECONFIG is not looked at"):
        load({"cloud": LOCAL, "hubs": HUBS}, {"KUBECONFIG": "files/kubeconfig.yaml"})


def test_a_cloud_takes_nothing_of_the_cluster_at_hand() -> None:
    cloud = {"provider": "gcp", "project": "my-university", "region": "europe-west1", "zones": ["europe-west1-b"]}
    settings = load({"cloud": cloud, "hubs": HUBS}, ENVIRON)
    assert settings.cloud.provider == "gcp"
    assert settings.chart.path is not None


def test_a_misspelled_provider_takes_what_the_right_one_would() -> None:
    with pytest.raises(SettingsError) as told:
        load({"cloud": {"provider": "locall"}, "hubs": HUBS}, ENVIRON)
    assert [mistake.path for mistake in told.value.mistakes] == [("cloud", "provider")]
