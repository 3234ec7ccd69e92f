"""What becomes of what holds people's work when a stack is destroyed."""

import pulumi

from components.settings import OnDestroy


def held(on_destroy: OnDestroy) -> pulumi.ResourceOptions:
    """Give the options of a resource that holds data, and of what the data cannot be without.

    `refuse` protects it: even a `pulumi destroy --target` stops at it. `keep` lets it go from the state and stay in the
    cloud. `archive` and `delete` let it go for good.
    """
    return pulumi.ResourceOptions(protect=on_destroy == "refuse", retain_on_delete=on_destroy == "keep")
