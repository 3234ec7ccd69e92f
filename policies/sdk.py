"""What pulumi-policy keeps to itself, and the pack needs: which inputs are secret, and which stack it is run for.

Its checks get secrets in clear, so a finding could print one; and nothing tells them the stack's settings, nor the
inputs of all resources. These are in what the engine sends, so some of the package's own functions are replaced here,
for the one version that policies/requirements.txt pins; tests/unit/policies/test_pack.py speaks to the pack as the
engine does.
"""

# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownParameterType=false, reportUnknownArgumentType=false
# The package is in the pack's own environment (policies/requirements.txt), so its types are not known here.

import json
from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf import json_format
from pulumi_policy import policy as package
from pulumi_policy import proxy

from policies.model import Stack, Withheld, at, entries, section

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - what marks one
_UNKNOWN = {value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_")}
_NAMESPACE = "hubstack:"


def withhold() -> None:
    """Let no secret reach a check, and no unknown value stop one."""
    package.deserialize_properties = _open
    package.unknown_checking_proxy = _as_they_are


def tell_stack(take: Callable[[Stack], None]) -> None:
    """Hand over the stack as soon as the engine names it, which is before it asks for levels or sends resources."""
    servicer: Any = package._PolicyAnalyzerServicer  # noqa: SLF001 - see above
    before = servicer.ConfigureStack

    def configure(self: Any, request: Any, context: Any) -> Any:
        take(stack_of(request.stack, request.config))
        return before(self, request, context)

    servicer.ConfigureStack = configure


def tell_inputs(take: Callable[[str, Mapping[str, Any]], None]) -> None:
    """Hand over what each resource is asked to be, by its URN, before a policy is asked about it.

    Of the whole stack the engine tells outputs, and in a preview a new resource has none of which much is known.
    """
    servicer: Any = package._PolicyAnalyzerServicer  # noqa: SLF001 - see above
    before = servicer.Analyze

    def analyze(self: Any, request: Any, context: Any) -> Any:
        take(request.urn, _open(json_format.MessageToDict(request.properties)))
        return before(self, request, context)

    servicer.Analyze = analyze


def stack_of(name: str, config: Mapping[str, str]) -> Stack:
    """Give the stack with the few settings that checks ask for; the rest, with all its secrets, stays outside."""
    sections = {
        key.removeprefix(_NAMESPACE): _parsed(value) for key, value in config.items() if key.startswith(_NAMESPACE)
    }
    return Stack(
        name,
        {
            "cloud": {"provider": at(sections, "cloud.provider")},
            "policies": sections.get("policies"),
            "homes": {"on_destroy": at(sections, "homes.on_destroy")},
            "databases": _only(sections.get("databases"), "on_destroy"),
            "hubs": _only(sections.get("hubs"), "ends", "on_destroy"),
        },
    )


def _only(sections: Any, *keys: str) -> dict[str, Any]:
    return {name: {key: at(each, key) for key in keys} for name, each in section(sections).items()}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text.startswith(("{", "[")) else text
    except ValueError:
        return text


def _as_they_are(inputs: Any) -> Any:
    return inputs


def _open(given: Any, _proxy_secrets: bool = False) -> Any:  # noqa: FBT001, FBT002 - the package's own shape
    if isinstance(given, Mapping):
        fields = section(given)
        if fields.get(_SIGNATURE) == _SECRET:
            return Withheld.SECRET
        return {key: _open(value) for key, value in fields.items()}
    if isinstance(given, list):
        return [_open(value) for value in entries(given)]
    return Withheld.UNKNOWN if isinstance(given, str) and given in _UNKNOWN else given
