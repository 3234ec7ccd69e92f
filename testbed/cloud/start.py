"""Starts a plugin: `python -m testbed.cloud.start pulumi-resource-gcp`.

Importing Pulumi's SDK for the messages' modules that it ships would take longer than all the rest of a plugin's start:
in this process its packages are stood in for by empty ones that lie in the same folders.
"""

import sys
import types
from importlib.util import find_spec
from pathlib import Path


def main(program: str) -> None:
    """Serve the engine."""
    found = find_spec("pulumi")
    if found is None or found.origin is None:
        raise LookupError("pulumi is not installed.")
    home = Path(found.origin).parent
    for name, folder in (("pulumi", home), ("pulumi.runtime", home / "runtime")):
        module = types.ModuleType(name)
        module.__path__ = [str(folder)]
        sys.modules[name] = module
    from testbed.cloud import plugin  # noqa: PLC0415 - after the packages that it would import

    plugin.serve(program.removeprefix("pulumi-resource-"))


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except LookupError as error:
        sys.exit(str(error))
