"""What the clouds' machines have, read from their names, as these follow rules; an odd one counts as small.

Not taken from the settings on purpose: a mistake there is to show here.
"""

import re

from testbed.cloud.managed.outside import Shape

_SMALL = Shape(2, 8)
_GCP_GIGABYTES = {"standard": 4, "highmem": 8, "highcpu": 1, "megamem": 15, "ultramem": 25}
"""For each core."""
_AWS_GIGABYTES = {"c": 2, "m": 4, "t": 4, "r": 8, "x": 16, "z": 8, "g": 4, "p": 7.6, "i": 8}
_AWS_SIZES = {"nano": 2, "micro": 2, "small": 2, "medium": 2, "large": 2, "xlarge": 4}
_AZURE_GIGABYTES = {"A": 2, "B": 4, "D": 4, "E": 8, "F": 2, "L": 8, "M": 28, "N": 7}


def shape(provider: str, machine: str) -> Shape:
    """Give what a type of machine has; `provider` is `gcp`, `aws` or `azure`."""
    return {"gcp": _gcp, "aws": _aws, "azure": _azure}[provider](machine)


def _gcp(machine: str) -> Shape:
    """Read `n2-highmem-4`: four cores with eight GB each."""
    found = re.fullmatch(r"\w+-(standard|highmem|highcpu|megamem|ultramem)-(\d+)", machine)
    if not found:
        gpus = re.fullmatch(r"a2-\w+-(\d+)g", machine)
        return Shape(12 * int(gpus[1]), 85 * int(gpus[1])) if gpus else _SMALL
    cores = int(found[2])
    return Shape(cores, cores * _GCP_GIGABYTES[found[1]])


def _aws(machine: str) -> Shape:
    """Read `r8i-flex.2xlarge`: eight cores with eight GiB each."""
    family, _, size = machine.partition(".")
    several = re.fullmatch(r"(\d+)xlarge", size)
    cores = 4 * int(several[1]) if several else _AWS_SIZES.get(size, 2)
    small = {"medium": 4, "small": 2, "micro": 1, "nano": 0.5}.get(size)
    return Shape(cores, small or cores * _AWS_GIGABYTES.get(family[:1], 4))


def _azure(machine: str) -> Shape:
    """Read `Standard_E4s_v5`: four cores with eight GiB each."""
    found = re.fullmatch(r"Standard_([A-Z]+)(\d+)\w*", machine)
    if not found:
        return _SMALL
    cores = int(found[2])
    return Shape(cores, cores * _AZURE_GIGABYTES.get(found[1][:1], 4))
