"""What each cloud says of its kinds fits what the SDKs say of them."""

import re

import pytest

from testbed.cloud import providers
from testbed.cloud.kinds import Kind

CLOUDS = ("gcp", "aws", "azure-native")


@pytest.fixture(scope="module", params=CLOUDS)
def provider(request: pytest.FixtureRequest) -> providers.Provider:
    return providers.open_provider(request.param)


def _is_input(provider: providers.Provider, kind: Kind, path: str) -> bool:
    fields = provider.schema["kinds"][kind.type]["fields"]
    for part in re.sub(r"\[\*\]", "", path).split("."):
        if fields is None or part not in fields:
            return False
        field = fields[part]
        below = field.get("list") or field.get("map") or field
        fields = provider.schema["blocks"][below["block"]]["fields"] if "block" in below else None
    return True


def test_every_path_names_an_input(provider: providers.Provider) -> None:
    lost = [
        f"{kind.type} {path}"
        for kind in provider.kinds.values()
        for path in (*kind.replaces, *kind.updates, *kind.refers, *kind.lets_go, *filter(None, [kind.cluster_of]))
        if not _is_input(provider, kind, path)
    ]
    assert lost == []


def test_a_kind_is_named_by_one_of_its_inputs(provider: providers.Provider) -> None:
    for kind in provider.kinds.values():
        assert kind.named_by is None or _is_input(provider, kind, kind.named_by), kind.type


def test_every_duration_is_of_a_kind_that_there_is() -> None:
    listed = {token for token in providers._durations() if ":" in token}
    assert listed <= {token for cloud in CLOUDS for token in providers.open_provider(cloud).kinds}
