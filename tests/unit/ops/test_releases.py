"""What a Helm release needs that was left in progress."""

import copy

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ops.recovery.releases import (
    Remedy,
    Revision,
    decode,
    encode,
    merge_patch,
    objects,
    rolled_back,
    treat,
    with_status,
)
from ops.recovery.state import ReleaseRef

HUB = ReleaseRef("data8", "data8")


def body(kind, name, **spec):
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def revision(number, status, *bodies, hooks=()):
    record = {
        "name": "data8",
        "namespace": "data8",
        "version": number,
        "info": {"status": status, "notes": "Welcome."},
        "manifest": yaml.safe_dump_all(bodies),
        "hooks": [{"manifest": yaml.safe_dump(hook)} for hook in hooks],
    }
    return Revision(number, status, record)


HUB_POD = body("Deployment", "hub", replicas=1)
CLAIM = body("PersistentVolumeClaim", "hub-db-dir", size="1Gi")


def names(references):
    return [each.name for each in references]


def test_helm_knows_nothing_of_it():
    assert treat(HUB, [], creating=True) is None


@pytest.mark.parametrize("status", ["deployed", "failed"])
def test_a_finished_release_needs_nothing(status):
    assert treat(HUB, [revision(1, status)], creating=False).remedy is Remedy.NONE


@pytest.mark.parametrize("status", ["pending-install", "uninstalling"])
def test_an_install_or_uninstall_under_way_goes(status):
    found = treat(HUB, [revision(1, status, HUB_POD, CLAIM, hooks=[body("Job", "hook")])], creating=False)
    assert found.remedy is Remedy.UNINSTALL
    assert names(found.deletions) == ["hook", "hub"]
    assert names(found.kept) == ["hub-db-dir"]
    assert "kept: PersistentVolumeClaim hub-db-dir in data8" in str(found)


def test_what_the_chart_says_to_keep_is_kept():
    keep = {
        **body("ConfigMap", "notes"),
        "metadata": {"name": "notes", "annotations": {"helm.sh/resource-policy": "keep"}},
    }
    assert treat(HUB, [revision(1, "pending-install", keep)], creating=True).deletions == ()


def test_a_failed_install_the_state_does_not_have_goes_too():
    assert treat(HUB, [revision(1, "failed", HUB_POD)], creating=True).remedy is Remedy.UNINSTALL


@pytest.mark.parametrize("status", ["pending-upgrade", "pending-rollback"])
def test_an_upgrade_under_way_goes_back_to_what_was_deployed(status):
    history = [
        revision(1, "superseded"),
        revision(2, "deployed", HUB_POD, CLAIM),
        revision(
            3, status, body("Deployment", "hub", replicas=2), CLAIM, body("Service", "new"), hooks=[body("Job", "pull")]
        ),
    ]
    found = treat(HUB, list(reversed(history)), creating=False)
    assert found.remedy is Remedy.ROLL_BACK
    assert found.back_to.number == 2
    assert {patch.reference.name: patch.change for patch in found.patches} == {
        "hub": {"spec": {"replicas": 1}},
        "hub-db-dir": {},
    }
    assert names(found.deletions) == ["pull", "new"]
    assert str(found) == "Helm release data8 in data8: revision 3 is " + status + ": rolled back to revision 2"


def test_an_upgrade_of_what_never_worked_goes():
    history = [revision(1, "failed", HUB_POD), revision(2, "pending-upgrade", HUB_POD)]
    assert treat(HUB, history, creating=False).remedy is Remedy.UNINSTALL


def test_a_claim_that_only_the_upgrade_brought_stays():
    history = [revision(1, "deployed", HUB_POD), revision(2, "pending-upgrade", HUB_POD, CLAIM)]
    assert treat(HUB, history, creating=False).deletions == ()


def test_what_a_rollback_writes_is_the_old_revision_with_a_new_number():
    old = revision(2, "deployed", HUB_POD)
    record = rolled_back(old, 4, "2026-01-02T03:04:05Z")
    assert (record["version"], record["info"]["status"]) == (4, "deployed")
    assert record["info"]["description"] == "Rollback to 2"
    assert record["manifest"] == old.record["manifest"]
    assert old.record["version"] == 2


def test_a_status_changes_a_copy():
    record = {"info": {"status": "deployed", "notes": "Welcome."}}
    assert with_status(record, "failed", "why")["info"] == {
        "status": "failed",
        "notes": "Welcome.",
        "description": "why",
    }
    assert record["info"]["status"] == "deployed"


def test_a_manifest_is_read_with_its_namespace():
    text = "---\n# Source: hub\n---\n" + yaml.safe_dump(HUB_POD)
    (found,) = objects(text, "data8")
    assert found["metadata"] == {"namespace": "data8", "name": "hub"}


def test_a_revision_never_shows_its_values():
    assert "hunter2" not in repr(Revision(1, "deployed", {"config": {"password": "hunter2"}}))


keys = st.text("abc", max_size=2)
leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
records = st.dictionaries(
    keys, st.recursive(leaves, lambda inner: st.dictionaries(keys, inner, max_size=3), max_leaves=4), max_size=3
)


@given(records)
def test_a_record_survives_packing(record):
    assert decode(encode(record)) == record


def without_nulls(value):
    if not isinstance(value, dict):
        return value
    return {key: without_nulls(item) for key, item in value.items() if item is not None}


def patched(target, patch):
    """Apply a JSON merge patch as RFC 7386, section 2, has it."""
    if not isinstance(patch, dict):
        return patch
    result = copy.deepcopy(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = patched(result.get(key), value)
    return result


@given(records.map(without_nulls), records.map(without_nulls))
def test_a_patch_leads_from_one_object_to_the_other(before, after):
    patch = merge_patch(before, after)
    assert patched(before, patch) == after
    assert (patch == {}) == (before == after)
