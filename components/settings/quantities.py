"""Amounts of memory, CPU and storage, written as Kubernetes writes them."""

import math
import re
from decimal import Decimal
from functools import total_ordering
from typing import Annotated, Any

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from components.settings.refusal import refuse

_FACTORS = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    **{letter: Decimal(1000) ** power for power, letter in enumerate(("k", "M", "G", "T", "P", "E"), start=1)},
    **{f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", start=1)},
}
_WRITTEN = re.compile(r"(?P<number>[0-9]{1,18}(?:\.[0-9]{1,9})?)(?P<unit>Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?)", re.ASCII)
_NEARLY = re.compile(
    r"(?P<number>[0-9]{1,18}(?:[.,][0-9]{1,9})?)\s*(?P<letter>[kmgtpe])i?(?:b|bytes?)?", re.ASCII | re.IGNORECASE
)
_CORES = re.compile(r"(?P<number>[0-9]{1,9}(?:[.,][0-9]{1,9})?)\s*(?:c|cpus?|cores?|vcpus?)", re.ASCII | re.IGNORECASE)
_ALLOWED = "a Kubernetes quantity, such as 512Mi or 1Ti for memory and storage, 0.5 or 500m for CPU"
_MEBIBYTE = 1024**2
_LEAST_CPU, _MOST_CPU = Decimal("0.001"), 256


@total_ordering
class Quantity:
    """An amount such as `512Mi`, `0.5` or `1Ti`: compared by value, shown as it was written.

    `K` to `E` count in thousands and `Ki` to `Ei` in 1024s, as in Kubernetes' resource quantities.
    """

    __slots__ = ("text", "value")

    def __init__(self, text: str) -> None:
        """Read an amount; raise `ValueError` where it is none."""
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError(f"{text} is not a Kubernetes quantity")
        self.text = text
        self.value = Decimal(match["number"]) * _FACTORS[match["unit"]]

    @property
    def bytes(self) -> int:
        """The amount in whole bytes, rounded up as Kubernetes does; JupyterHub's memory settings take no `Gi`."""
        return math.ceil(self.value)

    @property
    def gibibytes(self) -> int:
        """The amount in whole gibibytes, rounded up: clouds sell disks and file systems by these."""
        return -(-self.bytes // 1024**3)

    @property
    def cores(self) -> float:
        """The amount in CPU cores."""
        return float(self.value)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Quantity({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return self.value == other.value if isinstance(other, Quantity) else NotImplemented

    def __lt__(self, other: "Quantity") -> bool:
        return self.value < other.value

    def __hash__(self) -> int:
        return hash(self.value)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic read a quantity from a text or a number."""
        return core_schema.no_info_plain_validator_function(
            _read, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Let editors know a quantity when they see one."""
        return {"anyOf": [{"type": "string", "pattern": f"^{_schema_pattern()}$"}, {"type": "number", "minimum": 0}]}


def _schema_pattern() -> str:
    return r"[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)?"


def _read(given: Any) -> Quantity:
    if isinstance(given, Quantity):
        return given
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise refuse(_ALLOWED)
    text = given if isinstance(given, str) else _plain_digits(given)
    try:
        return Quantity(text)
    except ValueError:
        suggestion = _nearest(text)
        raise refuse(
            _ALLOWED,
            f"did you mean {suggestion}?" if suggestion else "",
        ) from None


def _plain_digits(number: float) -> str:
    """Write a number of YAML as a quantity's digits: 1e-05 and 1e+21 are not."""
    return f"{Decimal(str(number)):f}" if abs(number) < 10**18 else "too large"


def _nearest(text: str) -> str | None:
    text = text.strip().lstrip("+")
    if match := _NEARLY.fullmatch(text):
        return f"{match['number'].replace(',', '.')}{match['letter'].upper()}i"
    if match := _CORES.fullmatch(text):
        return match["number"].replace(",", ".")
    if _WRITTEN.fullmatch(text.replace(",", ".")):
        return text.replace(",", ".")
    return None


def _is_memory(amount: Quantity) -> Quantity:
    if amount.value >= _MEBIBYTE:
        return amount
    digits = re.sub(r"[^0-9.].*", "", amount.text)
    raise refuse(
        "an amount of memory or storage of 1Mi or more",
        f"{amount} is {amount.value:f} bytes; did you mean {digits}Mi?"
        if amount.value
        else "give an amount, such as 512Mi",
    )


def _is_cpu(amount: Quantity) -> Quantity:
    if _LEAST_CPU <= amount.value <= _MOST_CPU:
        return amount
    raise refuse(
        f"CPU cores between {_LEAST_CPU} and {_MOST_CPU}, such as 0.5 or 500m",
        f"did you mean {amount}m?" if amount.text.isdigit() and amount.value else "",
    )


Memory = Annotated[Quantity, AfterValidator(_is_memory)]
"""Memory of 1Mi or more."""

Storage = Annotated[Quantity, AfterValidator(_is_memory)]
"""Space on a disk or file system of 1Mi or more."""

Cpu = Annotated[Quantity, AfterValidator(_is_cpu)]
"""CPU cores, in thousandths or more."""
