"""What becomes of people's homes on the simulated AWS when a stack is destroyed."""

from testbed.cloud.ledger import Account
from tests.engine.test_aws import BASE, left
from tests.support.simulated import NewStack
from tests.support.stack_files import changed

HELD = {"efs/fileSystem", "efs/backupPolicy", "efs/fileSystemPolicy"}


def test_keep_leaves_the_file_system_and_nothing_else(account: Account, simulated_stack: NewStack) -> None:
    autumn = simulated_stack("autumn")
    autumn.configure(changed(BASE, "homes.on_destroy", "keep"))
    autumn.up()
    autumn.destroy()
    assert {name.split(" ")[0] for name in left(account)} == HELD


def test_kept_homes_go_on_in_another_stack_which_leaves_them(account: Account, simulated_stack: NewStack) -> None:
    (kept,) = account.records("aws:efs/fileSystem:FileSystem")
    following = simulated_stack("spring")
    config = changed(BASE, "cloud.filestore", {"existing": kept.id})
    following.configure(changed(config, "homes.on_destroy", "delete"))
    following.up()
    following.destroy()
    assert {name.split(" ")[0] for name in left(account)} == HELD, "what a stack did not make it does not take away"
    for each in account.records(made_by="pulumi"):
        account.remove(each)


def test_archive_leaves_a_last_copy_and_its_vault(account: Account, simulated_stack: NewStack) -> None:
    archived = simulated_stack("archived")
    archived.configure(changed(BASE, "homes.on_destroy", "archive"))
    archived.up()
    platform = archived.output("platform")
    archived.destroy()
    assert {name.split(" ")[0] for name in left(account)} == {"backup/vault"}
    (copy,) = account.records("aws:backup/recoveryPoint:RecoveryPoint")
    assert copy.tags == {"hubstack-platform": platform}
