"""Roles, what they may do, and keys."""

import json
import re
from collections.abc import Iterable
from uuid import UUID

from testbed.cloud.aws_api import fits_shape
from testbed.cloud.kinds import Inputs, Kind, Wanted, Wrong, is_known

ROLE = "aws:iam/role:Role"
ATTACHED = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
POLICY = "aws:iam/rolePolicy:RolePolicy"

_MANAGED = {
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEC2ContainerRegistryReadOnly",
    "AmazonEKSClusterPolicy",
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "service-role/AWSBackupServiceRolePolicyForBackup",
    "service-role/AWSBackupServiceRolePolicyForRestores",
    "service-role/AmazonEBSCSIDriverPolicy",
    "service-role/AmazonEFSCSIDriverPolicy",
}
"""AWS's own policies, as far as a platform has a use for them."""

_SECONDS_TO_HOLD = 10
"""IAM tells its other parts within seconds."""


def _document(inputs: Inputs, path: str) -> Iterable[Wrong]:
    written = inputs.get(path)
    if written is None or not is_known(written):
        return
    try:
        statements = json.loads(written)["Statement"]
        whole = all({"Effect", "Action"} <= set(each) for each in statements)
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        yield Wrong(path, "MalformedPolicyDocument: Syntax errors in policy.")


def _attachment_wrong(inputs: Inputs) -> Iterable[Wrong]:
    policy = inputs.get("policyArn")
    if is_known(policy) and str(policy).removeprefix("arn:aws:iam::aws:policy/") not in _MANAGED:
        yield Wrong("policyArn", f"NoSuchEntity: Policy {policy} does not exist or is not attachable.")


def _role_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fits_shape(inputs, "name", "iam", "roleNameType")
    yield from _document(inputs, "assumeRolePolicy")


def _key_wrong(inputs: Inputs) -> Iterable[Wrong]:
    days = inputs.get("deletionWindowInDays", 30)
    if is_known(days) and not 7 <= days <= 30:  # noqa: PLR2004 - KMS's own limits
        yield Wrong("deletionWindowInDays", "expected deletion_window_in_days to be in the range (7 - 30)")


def _key_id(wanted: Wanted) -> str:
    return str(UUID(hex=wanted.fresh(digits=32)))


def lacks_policies(wanted: Wanted, path: str, *policies: str) -> str:
    """Say which policies a role lacks by now that EKS looks for; empty where it has them all."""
    role = wanted.found(str(wanted.inputs[path]), ROLE)
    if role is None:
        return f"InvalidParameterException: Role {wanted.inputs[path]} does not exist"
    held = [
        str(each.inputs["policyArn"])
        for each in wanted.account.records(ATTACHED, state="ready")
        if each.inputs["role"] in (role.id, role.name)
    ]
    lacking = [policy for policy in policies if not any(re.search(f"/{policy}$", each) for each in held)]
    if not lacking:
        return ""
    return (
        "InvalidParameterException: The provided role doesn't have the Amazon EKS Managed Policies associated with it."
        f" Please ensure the following policies are attached: {', '.join(lacking)}"
    )


KINDS = [
    # What refers to a role keeps it: AWS says DeleteConflict until all policies are detached.
    Kind(
        ROLE,
        check=_role_wrong,
        computed=lambda wanted: {
            "arn": f"arn:aws:iam::{wanted.place.project}:role/{wanted.name}",
            "uniqueId": wanted.fresh("AROA").upper(),
        },
        replaces=frozenset({"name", "path"}),
    ),
    Kind(
        ATTACHED,
        named_by=None,
        identify=lambda wanted: f"{wanted.inputs['role']}/{wanted.inputs['policyArn']}",
        check=_attachment_wrong,
        refers={"role": ROLE},
        replaces=frozenset({"role", "policyArn"}),
        holds_after=_SECONDS_TO_HOLD,
        labels=None,
    ),
    Kind(
        POLICY,
        identify=lambda wanted: f"{wanted.inputs['role']}:{wanted.name}",
        name_in=lambda wanted: str(wanted.inputs["role"]),
        check=lambda inputs: _document(inputs, "policy"),
        refers={"role": ROLE},
        replaces=frozenset({"role", "name"}),
        holds_after=_SECONDS_TO_HOLD,
        labels=None,
    ),
    Kind(
        "aws:kms/key:Key",
        named_by=None,
        identify=_key_id,
        check=_key_wrong,
        computed=lambda wanted: {
            "arn": f"arn:aws:kms:{wanted.place.region}:{wanted.place.project}:key/{_key_id(wanted)}",
            "keyId": _key_id(wanted),
        },
    ),
]
