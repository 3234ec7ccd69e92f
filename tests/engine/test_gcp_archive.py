"""What becomes of people's homes on the simulated Google Cloud when a stack asks for a last backup."""

from testbed.cloud.ledger import Account
from tests.engine.test_gcp import BASE, left
from tests.support.simulated import NewStack
from tests.support.stack_files import changed


def test_archive_takes_a_last_backup_that_stays(simulated_stack: NewStack, account: Account) -> None:
    stack = simulated_stack("archived")
    stack.configure(changed(BASE, "homes.on_destroy", "archive"))
    stack.up()
    platform = stack.output("platform")
    stack.destroy()
    (backup,) = account.records("gcp:filestore/backup:Backup")
    assert backup.tags["hubstack-platform"] == platform
    assert left(account) == {"Bucket"}  # and the backup, which gcloud made and not the program
