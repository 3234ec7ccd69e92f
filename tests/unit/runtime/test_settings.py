"""What the program may tell the hub: one shape, in which parts that do not fit are refused at once."""

import pytest
from pydantic import ValidationError

from components.hub.runtime.settings import Claim, Database, Folder, RuntimeSettings
from tests.unit.runtime.test_database import DATABASE, DISK

CLAIM = DISK.model_dump()


@pytest.mark.parametrize(
    ("path", "mount", "audience"),
    [
        ("../other", "shared", "everyone"),
        ("_shared/../..", "shared", "everyone"),
        ("/_shared", "shared", "everyone"),
        ("_shared", "", "everyone"),
        ("_shared", "..", "everyone"),
        ("_groups/{group}", "groups/{group}", "everyone"),
        ("_groups/{group}", "groups", "members"),
        ("_groups", "groups/{group}", "members"),
        ("_shared", "shared", "nobody"),
    ],
)
def test_folders_that_lead_elsewhere_are_refused(path, mount, audience):
    with pytest.raises(ValidationError):
        Folder(path=path, mount=mount, audience=audience, write=False)


def test_groups_are_for_members():
    with pytest.raises(ValidationError, match="certain groups"):
        Folder(path="_shared", mount="shared", audience="everyone", write=False, groups=("a",))


@pytest.mark.parametrize(
    "change",
    [{"name": "Data"}, {"name": "-data"}, {"name": "a" * 41}, {"name": "a.b"}, {"capacity": 0}, {"class": "x"}],
)
def test_claims_that_kubernetes_would_refuse_are_refused(change):
    with pytest.raises(ValidationError):
        Claim(**{**CLAIM, **change})


def test_two_claims_are_not_called_alike():
    with pytest.raises(ValidationError, match="same name"):
        RuntimeSettings(claims=(DISK, DISK))


def test_a_databases_claim_is_there():
    with pytest.raises(ValidationError, match="not among the claims"):
        RuntimeSettings(database=DATABASE)


def test_folders_need_a_volume():
    folder = Folder(path="_shared", mount="shared", audience="everyone", write=False)
    with pytest.raises(ValidationError, match="there is none"):
        RuntimeSettings(home_volume=None, folders=(folder,))


@pytest.mark.parametrize("change", [{"upgrade_from": "16"}, {"upgrade_image": "postgres:16"}])
def test_an_upgrade_names_both_version_and_image(change):
    with pytest.raises(ValidationError, match="both"):
        Database(**{**DATABASE.model_dump(), **change})
