"""Courses end, and what they ran on is forgotten."""

from collections.abc import Iterable

from policies.model import Finding, Policy, Resource, Stack, at, day, is_hub


def _over(resource: Resource, stack: Stack) -> Iterable[Finding]:
    ends = day(at(stack.settings, f"hubs\0{resource.hub}\0ends", "\0"))
    if ends and ends < stack.today:
        yield Finding(
            f"hub {resource.hub} was for a course that ended on {ends}",
            f"hubstack:hubs.{resource.hub}.ends",
            "It costs money each day, and people's files wait for somebody to say what becomes of them.",
            "let people fetch their files (docs/moving-homes.md) and take the hub out of the stack file; or write"
            " a later day",
        )


POLICIES = (Policy("course-over", "No hub outlives its course.", is_hub, _over),)
