"""Which stacks a change touches, as the workflows ask: `python3 ops/changed.py [BASE HEAD | --provider STACK]`.

A stack file touches its own stack; what every stack is made from touches all of them; docs and tests touch none. Where
it cannot be told what changed, all are. It runs before anything is installed, so it uses the standard library only.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

STACKS = Path("stacks")
CLOUDS = ("gcp", "aws", "azure")
"""A stack on somebody's own machine is out of a workflow's reach."""

_COMMON = ("components/", "policies/", "ops/preview/", "requirements/", ".github/")
_COMMON_FILES = ("__main__.py", "Pulumi.yaml", "pyproject.toml", "requirements.txt", "ops/changed.py")
_PROVIDER = re.compile(
    r"^  hubstack:cloud:\s*(?:\{.*?|\n(?:\s*#.*\n|    .*\n)*?\s+)\bprovider:\s*[\"']?(\w+)", re.MULTILINE
)
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_NOTHING_BEFORE = re.compile(r"0*")


def main(words: Sequence[str]) -> int:
    """Print what is asked for as one line; end with 1 and a sentence where a stack is none."""
    stacks = known(STACKS)
    match words:
        case []:
            print(written(stacks, stacks))
        case ["--provider", stack] if stack in stacks:
            print(stacks[stack])
        case ["--provider", stack]:
            print(f"{stack!r} is no stack on a cloud: stacks/ has {', '.join(stacks) or 'none'}.", file=sys.stderr)
            return 1
        case [base, head]:
            print(written(touched(changed(base, head), stacks), stacks))
        case _:
            print("usage: changed.py [BASE HEAD | --provider STACK]", file=sys.stderr)
            return 2
    return 0


def known(folder: Path) -> dict[str, str]:
    """Give the stacks on clouds by name, each with its cloud."""
    found: dict[str, str] = {}
    for file in sorted(folder.glob("Pulumi.*.yaml")):
        name = file.name.removeprefix("Pulumi.").removesuffix(".yaml")
        said = _PROVIDER.search(file.read_text())
        if said and said[1] in CLOUDS and _NAME.fullmatch(name):
            found[name] = said[1]
    return found


def touched(files: Iterable[str] | None, stacks: Iterable[str]) -> list[str]:
    """Give the stacks that a change of these files touches; None is a change that nobody can tell."""
    if files is None:
        return list(stacks)
    listed = list(files)
    if any(file.startswith(_COMMON) or file in _COMMON_FILES for file in listed):
        return list(stacks)
    return [stack for stack in stacks if f"{STACKS}/Pulumi.{stack}.yaml" in listed]


def changed(base: str, head: str) -> list[str] | None:
    """Give the files that differ since both had the same; None where git knows no such commit."""
    if _NOTHING_BEFORE.fullmatch(base):
        return None  # a new branch, or a run by hand
    words = ["git", "diff", "--name-only", "-z", "--no-renames", "--end-of-options", f"{base}...{head}", "--"]
    asked = subprocess.run(words, capture_output=True, text=True, check=False)
    return None if asked.returncode else [file for file in asked.stdout.split("\0") if file]


def written(chosen: Iterable[str], stacks: Mapping[str, str]) -> str:
    """Write stacks as a workflow's matrix takes them."""
    return json.dumps([{"stack": stack, "provider": stacks[stack]} for stack in chosen])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
