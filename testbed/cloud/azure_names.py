"""Ids and names as Azure's resource manager has them."""

from testbed.cloud.kinds import Wanted

GROUP = "azure-native:resources:ResourceGroup"


def identify(*parts: tuple[str, str], provider: str) -> "_Identifier":
    """Give what names a kind: `parts` are its types from the outermost, each with the input that names it there."""
    return _Identifier(provider, parts)


class _Identifier:
    """Writes `/subscriptions/…/resourceGroups/…/providers/…`; the innermost name is the thing's own."""

    def __init__(self, provider: str, parts: tuple[tuple[str, str], ...]) -> None:
        self.provider = provider
        self.parts = parts

    def __call__(self, wanted: Wanted) -> str:
        """Give the id of what is wanted."""
        path = ""
        for place, (kind, named_by) in enumerate(self.parts):
            innermost = place == len(self.parts) - 1
            name = wanted.name if innermost else str(wanted.inputs.get(named_by, "")).rpartition("/")[2]
            path += f"/{kind}/{name}"
        return f"{group_id(wanted)}/providers/{self.provider}{path}"


def group_id(wanted: Wanted) -> str:
    """Give the id of the resource group that something is wanted in."""
    return f"/subscriptions/{wanted.place.project}/resourceGroups/{wanted.inputs.get('resourceGroupName', '')}"


def within_group(wanted: Wanted) -> str:
    """Within what most names are unique."""
    return f"{wanted.place.project}/{wanted.inputs.get('resourceGroupName', '')}".lower()


def within(named_by: str) -> "_Within":
    """Within what names are unique of a thing that is a part of another, which an input names."""
    return _Within(named_by)


class _Within:
    """Writes the scope of a part's name."""

    def __init__(self, named_by: str) -> None:
        self.named_by = named_by

    def __call__(self, wanted: Wanted) -> str:
        """Give the scope of what is wanted."""
        return f"{within_group(wanted)}/{wanted.inputs.get(self.named_by, '')}".lower()


def uuid(wanted: Wanted, what: str) -> str:
    """Give an id such as Entra ID gives, the same whenever the same thing asks."""
    digits = wanted.fresh(digits=32, what=what)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"
