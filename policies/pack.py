"""The policies as Pulumi wants them: thin wrappers, one a policy, and the pack that holds them."""

# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownParameterType=false, reportUnknownArgumentType=false
# The package is in the pack's own environment (policies/requirements.txt), so its types are not known here.

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from policies import sdk
from policies.checks import POLICIES
from policies.levels import level
from policies.model import Policy, Resource, Stack

Wrapped = Any
"""One of the package's two kinds of policy."""


class Pack:
    """The policies, and the stack that they are asked about."""

    def __init__(self, policies: Sequence[Policy] = POLICIES) -> None:
        if not policies:
            raise ValueError("a pack that checks nothing would let everything pass")
        self.stack = Stack()
        self.inputs: dict[str, Mapping[str, Any]] = {}
        """What each resource is asked to be, by its URN."""
        self.wrapped: Mapping[str, Wrapped] = {policy.name: self._wrap(policy) for policy in policies}
        self.policies = policies

    def run(self) -> None:
        """Answer the engine until it ends."""
        sdk.withhold()
        sdk.tell_stack(self.take)
        sdk.tell_inputs(self.inputs.__setitem__)
        PolicyPack("hubstack", list(self.wrapped.values()), EnforcementLevel.MANDATORY)

    def take(self, stack: Stack) -> None:
        """Set each policy's level as this stack has it."""
        self.stack = stack
        for policy in self.policies:
            self.wrapped[policy.name].enforcement_level = EnforcementLevel(level(policy, stack))

    def _wrap(self, policy: Policy) -> Wrapped:
        if policy.whole:
            return StackValidationPolicy(policy.name, policy.forbids, self._of_stacks(policy))
        return ResourceValidationPolicy(policy.name, policy.forbids, self._of_resources(policy))

    def _of_resources(self, policy: Policy) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
        def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
            for _, finding in policy.findings([_resource(args)], self.stack):
                report(str(finding))

        return validate

    def _of_stacks(self, policy: Policy) -> Callable[[StackValidationArgs, ReportViolation], None]:
        def validate(args: StackValidationArgs, report: ReportViolation) -> None:
            asked = [_resource(each, self.inputs.get(each.urn)) for each in args.resources]
            for resource, finding in policy.findings(asked, self.stack):
                report(str(finding), resource.urn)

        return validate


def _resource(args: Any, inputs: Mapping[str, Any] | None = None) -> Resource:
    return Resource(
        type=args.resource_type,
        name=args.name,
        inputs=args.props if inputs is None else inputs,
        protect=args.opts.protect,
        urn=args.urn,
        provider=args.provider.props if args.provider else {},
    )
