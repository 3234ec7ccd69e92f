"""What becomes of people's homes on the simulated Google Cloud when a stack asks for a last backup."""

from testbed.cloud.ledger import Account
from testbed.cloud.records import New, Record
from tests.engine.test_gcp import BASE, left
from tests.support.simulated import NewStack
from tests.support.stack_files import changed_in

BACKUP = "gcp:filestore/backup:Backup"


def taken_at_night(account: Account, platform: str) -> Record:
    """Put a backup into the account as the workflow of the stack takes it."""
    tags = {"hubstack-platform": platform, "hubstack-made": "nightly"}
    name = f"hubstack-{platform}-2027-01-31"
    outputs = {"location": "europe-west1"}
    return account.add(New("gcp", BACKUP, name, outputs=outputs, tags=tags, made_by="person"))


def test_archive_takes_a_last_backup_that_stays_as_the_nightly_ones_do(
    simulated_stack: NewStack, account: Account
) -> None:
    stack = simulated_stack("archived")
    stack.configure(changed_in(BASE, ("homes.on_destroy", "archive"), ("databases", {})))
    stack.up()
    platform = stack.output("platform")
    night = taken_at_night(account, platform)
    stack.destroy()
    (last,) = [each for each in account.records(BACKUP) if each != night]
    assert last.tags["hubstack-platform"] == platform
    assert left(account) == {"Bucket"}  # and the backups, which are not the program's
    assert f"gcloud filestore backups delete {night.name} --region=europe-west1" in stack.leftovers().out
