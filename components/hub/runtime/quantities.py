"""Amounts, as Kubernetes writes them."""

import math
import re
from decimal import Decimal

_SIZES = {
    "": Decimal(1),
    "m": Decimal("0.001"),
    **{unit: Decimal(1024) ** power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), start=1)},
    **{unit: Decimal(1000) ** power for power, unit in enumerate(("k", "M", "G", "T", "P", "E"), start=1)},
}
_QUANTITY = re.compile(r"(?P<number>\d*\.?\d+|\d+\.)(?:(?P<power>[eE][+-]?\d+)|(?P<unit>[KMGTPE]i|[mkMGTPE]|))")


def size(written: str) -> int:
    """Give a quantity such as `1Gi`, `500M` or `1e9` in bytes, rounded up; raise ValueError where it is none."""
    found = _QUANTITY.fullmatch(written)
    if found is None:
        raise ValueError(f"{written!r} is no quantity")
    return math.ceil(Decimal(found["number"] + (found["power"] or "")) * _SIZES[found["unit"] or ""])


def write_size(size: int) -> str:
    """Write a number of bytes in the largest unit that it is a whole number of."""
    for unit in ("Ti", "Gi", "Mi", "Ki"):
        if size % int(_SIZES[unit]) == 0:
            return f"{size // int(_SIZES[unit])}{unit}"
    return str(size)


def write_cores(cores: float) -> str:
    """Write CPU cores in thousandths, the least there is."""
    return f"{math.ceil(round(cores * 1000, 3))}m"
