"""What an account keeps, for several processes at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from testbed.cloud import clock
from testbed.cloud.kinds import Refused
from testbed.cloud.ledger import Account
from testbed.cloud.records import New

DISK = "gcp:compute/disk:Disk"
LINK = "https://www.googleapis.com/compute/v1/projects/p/zones/z/disks/homes"


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path)


def test_a_thing_is_found_by_each_of_its_names(account: Account) -> None:
    made = account.add(New("gcp", DISK, "homes", id="projects/p/zones/z/disks/homes", outputs={"selfLink": LINK}))
    for handle in ("homes", made.id, LINK, LINK.replace("compute/v1", "compute/beta")):
        assert account.find(handle, DISK) == made
    assert account.find("homes", "gcp:compute/address:Address") is None


def test_a_name_is_unique_within_its_scope(account: Account) -> None:
    account.add(New("gcp", DISK, "homes", scope="one"))
    account.add(New("gcp", DISK, "homes", scope="two"))
    with pytest.raises(Refused, match="already exists"):
        account.add(New("gcp", DISK, "homes", scope="one"))


def test_things_without_names_do_not_stand_in_each_others_way(account: Account) -> None:
    account.add(New("aws", "aws:ec2/vpc:Vpc", "", id="vpc-1"))
    account.add(New("aws", "aws:ec2/vpc:Vpc", "", id="vpc-2"))
    assert len(account.records()) == 2


def test_a_quota_holds(account: Account) -> None:
    account.set_quota("DISKS", 1)
    account.add(New("gcp", DISK, "one", quota="DISKS"))
    with pytest.raises(Refused, match=r"Quota 'DISKS' exceeded\. Limit: 1\.0, in use: 1"):
        account.add(New("gcp", DISK, "two", quota="DISKS"))


def test_who_refers_to_what_is_known_till_it_goes(account: Account) -> None:
    disk = account.add(New("gcp", DISK, "homes"))
    user = account.add(New("gcp", "gcp:compute/instance:Instance", "node", refers={"disk": [disk.serial]}))
    assert account.referring(disk) == [(user, "disk")]
    account.remove(user)
    assert account.referring(disk) == []


def test_records_are_found_by_their_labels(account: Account) -> None:
    account.add(New("gcp", DISK, "one", tags={"platform": "a", "hub": "x"}, made_by="kubernetes"))
    account.add(New("gcp", DISK, "two", tags={"platform": "b"}))
    assert [each.name for each in account.records(tags={"platform": "a"})] == ["one"]
    assert [each.name for each in account.records(DISK, made_by="kubernetes")] == ["one"]


def test_a_grant_holds_late(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    grant = account.add(New("azure-native", "azure-native:authorization:RoleAssignment", "", id="r", held=60))
    now = clock.now()
    assert not account.holds(grant)
    monkeypatch.setattr(clock, "now", lambda: now + 61)
    assert account.holds(grant)
    account.add_fault("late-grant", kind="RoleAssignment", times=-1, seconds=300)
    assert not account.holds(grant)


def test_a_fault_strikes_as_often_as_it_was_told(account: Account) -> None:
    account.add_fault("throttled", kind="disk", operation="create", times=2)
    assert account.strike(DISK, "delete", "throttled") is None
    struck = [account.strike(DISK, "create", "throttled") is not None for _ in range(3)]
    assert struck == [True, True, False]


def test_many_writers_lose_nothing(account: Account) -> None:
    def write(number: int) -> None:
        record = account.begin(New("gcp", DISK, f"d{number}"))
        account.ready(record, {"n": number})

    before = account.version()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(100)))
    assert len(account.records(DISK, state="ready")) == 100
    assert account.version() >= before + 200
