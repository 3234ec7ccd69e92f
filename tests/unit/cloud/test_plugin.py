"""What the simulated clouds' plugin answers, asked as the engine asks it."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from testbed.cloud import clock
from testbed.cloud.kinds import UNKNOWN
from testbed.cloud.ledger import Account
from tests.unit.cloud.plugins import NETWORK, SUBNET, Client, serving


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setenv(clock.SPEED, "1000")
    return Account(tmp_path)


@pytest.fixture
def client(account: Account) -> Iterator[Client]:
    with serving(account) as asking:
        asking.configure(defaultLabels='{"team": "data"}')
        yield asking


def sentence(raised: pytest.ExceptionInfo[grpc.RpcError]) -> str:
    return raised.value.details()


@pytest.mark.parametrize(
    ("inputs", "path", "why"),
    [
        ({"mtuu": 1}, "mtuu", "did you mean 'mtu'"),
        ({"mtu": "much"}, "mtu", "a integer is required"),
        ({"mtu": True}, "mtu", "a integer is required"),
        ({"routingMode": "LOCAL"}, "routingMode", "one of [GLOBAL, REGIONAL]"),
        ({"rules": [{"note": "n"}]}, "rules[0].port", "required"),
        ({"labels": {"a": 1}}, "labels['a']", "a string is required"),
    ],
)
def test_an_input_that_the_sdk_does_not_know_is_refused(client: Client, inputs: dict, path: str, why: str) -> None:
    _, failures = client.check(NETWORK, inputs)
    assert why in failures[path]
    assert list(failures) == [path]


def test_inputs_that_are_right_or_not_known_yet_pass(client: Client) -> None:
    _, failures = client.check(NETWORK, {"mtu": 1460, "rules": [{"port": UNKNOWN}], "description": UNKNOWN})
    assert failures == {}


def test_a_name_is_given_once_and_kept(client: Client) -> None:
    first, _ = client.check(NETWORK, {})
    assert first["name"].startswith("course-")
    again, _ = client.check(NETWORK, {}, olds={**first, "name": "course-kept"})
    assert again["name"] == "course-kept"


def test_a_preview_makes_nothing(client: Client, account: Account) -> None:
    assert client.create(NETWORK, {"name": "n"}, preview=True) == ("", {"name": "n"})
    assert account.records() == []


def test_a_preview_of_a_create_cannot_tell_what_the_cloud_puts_into_blocks(client: Client) -> None:
    _, shown = client.create(NETWORK, {"rules": [{"port": 1}]}, preview=True)
    assert shown == {"rules": [{"port": 1, "note": UNKNOWN}]}


def test_what_is_made_has_its_id_its_labels_and_its_computed_outputs(client: Client, account: Account) -> None:
    identity, outputs = client.create(NETWORK, {"name": "n", "labels": {"a": "b"}})
    assert identity == "projects/university/global/networks/n"
    assert outputs["effectiveLabels"] == {"a": "b", "team": "data", "goog-pulumi-provisioned": "true"}
    assert outputs["selfLink"].endswith(identity)
    [record] = account.records()
    assert (record.state, record.tags, record.made_by) == ("ready", {"a": "b", "team": "data"}, "pulumi")


def test_what_the_sdk_calls_secret_is_handed_over_as_a_secret(client: Client) -> None:
    assert client.secrets_of_new(NETWORK, {"name": "n"}) == {"number"}


def test_a_name_in_use_is_refused(client: Client) -> None:
    client.create(NETWORK, {"name": "n"})
    with pytest.raises(grpc.RpcError) as raised:
        client.create(NETWORK, {"name": "n"})
    assert "already exists" in sentence(raised)


def test_what_is_referred_to_has_to_be_there(client: Client) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        client.create(SUBNET, {"name": "s", "network": "no-such"})
    assert "'no-such' was not found" in sentence(raised)


@pytest.mark.parametrize("handle", ["id", "selfLink", "name"])
def test_what_is_referred_to_cannot_be_deleted(client: Client, account: Account, handle: str) -> None:
    identity, outputs = client.create(NETWORK, {"name": "n"})
    client.create(SUBNET, {"name": "s", "network": {**outputs, "id": identity}[handle]})
    with pytest.raises(grpc.RpcError) as raised:
        client.delete(NETWORK, identity)
    assert "already being used by 's'" in sentence(raised)
    client.delete(SUBNET, "s")
    client.delete(NETWORK, identity)
    assert account.records() == []


def test_a_delete_waits_for_what_is_on_its_way_out(client: Client) -> None:
    identity, _ = client.create(NETWORK, {"name": "n"})
    client.create(SUBNET, {"name": "s", "network": identity})
    going = threading.Thread(target=client.delete, args=(NETWORK, identity))
    going.start()
    client.delete(SUBNET, "s")
    going.join(5)
    assert not going.is_alive()


def test_deleting_what_is_not_there_is_fine(client: Client) -> None:
    client.delete(NETWORK, "projects/university/global/networks/none")


def test_a_change_says_whether_it_replaces(client: Client) -> None:
    old = {"name": "n", "__defaults": ["name"], "mtu": 1, "rules": [{"port": 1, "note": "a"}]}
    moved = client.diff(NETWORK, old, {**old, "rules": [{"port": 2, "note": "a"}]})
    assert list(moved.replaces) == ["rules[0].port"]
    noted = client.diff(NETWORK, old, {**old, "mtu": 2, "rules": [{"port": 1, "note": "b"}]})
    assert list(noted.replaces) == []
    assert set(noted.detailedDiff) == {"mtu", "rules[0].note"}
    assert list(client.diff(NETWORK, old, {**old, "description": "d"}).replaces) == ["description"]


def test_another_project_is_another_provider(client: Client) -> None:
    old = {"project": "university", "region": "europe-west1", "defaultLabels": "{}"}
    assert client.diff_config(old, old).changes == 1
    assert list(client.diff_config(old, {**old, "defaultLabels": '{"a": "b"}'}).replaces) == []
    assert list(client.diff_config(old, {**old, "project": "other"}).replaces) == ["project"]


def test_nothing_changed_is_no_change(client: Client) -> None:
    old = {"name": "n", "mtu": 1, "labels": {}}
    assert client.diff(NETWORK, old, {"name": "n", "mtu": 1}).changes == 1


def test_a_replacement_with_a_name_of_its_own_goes_before_its_successor(client: Client) -> None:
    old = {"name": "n", "description": "a"}
    assert client.diff(NETWORK, old, {**old, "description": "b"}).deleteBeforeReplace
    named_by_us = {**old, "__defaults": ["name"]}
    assert not client.diff(NETWORK, named_by_us, {**named_by_us, "description": "b"}).deleteBeforeReplace


def test_an_update_keeps_what_was_random(client: Client, account: Account) -> None:
    identity, outputs = client.create(NETWORK, {"name": "n", "mtu": 1, "description": "d"})
    changed = client.update(NETWORK, identity, outputs, {"name": "n", "mtu": 2})
    assert (changed["number"], changed["mtu"]) == (outputs["number"], 2)
    assert "description" not in changed
    assert account.records()[0].inputs == {"name": "n", "mtu": 2}


def test_a_read_shows_what_is_there(client: Client, account: Account) -> None:
    client.create(NETWORK, {"name": "n", "mtu": 1})
    record = account.records()[0]
    assert client.read(NETWORK, "n") == (record.id, {"name": "n", "mtu": 1})
    assert client.read(NETWORK, "other")[0] == ""


def test_a_throttled_request_is_tried_again(client: Client, account: Account) -> None:
    account.add_fault("throttled", kind="Network", times=2)
    client.create(NETWORK, {"name": "n"})
    assert [call.outcome for call in account.calls()].count("googleapi: Error 429") == 2


def test_a_throttled_request_that_then_meets_an_error_is_tried_again(client: Client, account: Account) -> None:
    account.add_fault("throttled", kind="Network", times=4)
    account.add_fault("server-error", kind="Network", times=2)
    client.create(NETWORK, {"name": "n"})
    assert [call.outcome for call in account.calls()].count("googleapi: Error 503") == 2


def test_a_cloud_that_stays_down_is_given_up(client: Client, account: Account) -> None:
    account.add_fault("server-error", times=-1)
    with pytest.raises(grpc.RpcError) as raised:
        client.create(NETWORK, {"name": "n"})
    assert "503" in sentence(raised)
    assert account.records() == []


def test_what_was_made_by_a_request_that_failed_is_known_to_the_engine(client: Client, account: Account) -> None:
    account.add_fault("fails-after-making", kind="Network")
    with pytest.raises(grpc.RpcError) as raised:
        client.create(NETWORK, {"name": "n"})
    details = dict(raised.value.trailing_metadata())["grpc-status-details-bin"]
    assert b"projects/university/global/networks/n" in details
    assert [record.state for record in account.records()] == ["ready"]


def test_an_expired_credential_is_said_in_the_clouds_words(client: Client, account: Account) -> None:
    account.credential = "expired"
    with pytest.raises(grpc.RpcError) as raised:
        client.create(NETWORK, {"name": "n"})
    assert "invalid_rapt" in sentence(raised)
    with pytest.raises(grpc.RpcError) as raised:
        client.configure()
    assert "invalid_rapt" in sentence(raised)


def test_a_delete_is_refused_for_a_while(client: Client, account: Account) -> None:
    account.add_fault("in-use", kind="Network", seconds=5)
    identity, _ = client.create(NETWORK, {"name": "n"})
    begun = time.monotonic()
    client.delete(NETWORK, identity)
    assert time.monotonic() - begun >= clock.real(5)
