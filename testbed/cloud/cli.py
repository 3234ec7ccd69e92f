"""Stand-ins for `gcloud`, `aws` and `az`, as far as the platform's own tools use them, over the account's ledger.

Which words ask for which kind is the table of `ops.clouds`, read backwards; the answers have the shape that the real
command lines give them. `delete` takes whatever of the account the words name, where nothing uses it.
"""

import sys
from collections.abc import Callable

from testbed.cloud import cli_aws, cli_azure, cli_gcp, clock, faults, providers
from testbed.cloud.cli_answers import NotThere, Said, removed
from testbed.cloud.kinds import Refused
from testbed.cloud.ledger import Account

CLOUDS = {"gcloud": "gcp", "aws": "aws", "az": "azure-native"}

_ANSWERS: dict[str, Callable[[Account, list[str]], Said | None]] = {
    "gcloud": cli_gcp.answer,
    "aws": cli_aws.answer,
    "az": cli_azure.answer,
}
_DELETE = {"delete", "rm", "rb", "release-address"}


def run(program: str, words: list[str]) -> Said:
    """Answer a command line."""
    account = Account.here()
    cloud = CLOUDS[program]
    problem = providers.credential_problem(cloud, account)
    if problem:
        return Said(1, err=f"ERROR: {problem}")
    account.call(program, " ".join(words[:3]), "", "begun")
    try:
        faults.before(account, cloud, program, words[0], clock.never())
        if any(word in _DELETE or word.startswith("delete-") for word in words):
            return removed(account, cloud, words)
        said = _ANSWERS[program](account, words)
    except NotThere as lacking:
        return _not_there(program, words, str(lacking))
    except Refused as refusal:
        return Said(1, err=f"ERROR: {refusal}")
    return said or Said(2, err=f"ERROR: the simulated {program} does not know: {' '.join(words)}")


def _not_there(program: str, words: list[str], what: str) -> Said:
    if program == "gcloud":
        command = ".".join(word for word in words[:4] if not word.startswith("-"))
        return Said(1, err=f"ERROR: (gcloud.{command}) NOT_FOUND: Resource '{what}' was not found")
    if program == "aws":
        operation = "".join(part.capitalize() for part in words[1].split("-"))
        why = f"when calling the {operation} operation: {what} does not exist."
        return Said(254, err=f"An error occurred (ResourceNotFoundException) {why}")
    return Said(3, err=f"ERROR: (ResourceNotFound) The Resource '{what}' was not found.")


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], sys.argv[2:]).say())
