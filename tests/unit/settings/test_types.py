"""Quantities, durations, ports and names, for whatever one may write."""

import re
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, get_origin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from components.settings import Duration, PortRange, Quantity, names
from components.settings.dates import Date
from components.settings.quantities import Cpu, Memory

ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=2)
UNITS = {"": 1, "m": Decimal("0.001"), "k": 10**3, "M": 10**6, "G": 10**9, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
numbers = st.decimals(min_value=0, max_value=10**6, places=3)
quantities = st.builds(lambda number, unit: f"{number:f}{unit}", numbers, st.sampled_from(sorted(UNITS)))
NAMES = [kind for kind in vars(names).values() if get_origin(kind) is Annotated]
TYPES: list[Any] = [Quantity, Memory, Cpu, Duration, PortRange, Date, *NAMES]
assert len(NAMES) > 10


def read(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(value)


def suggestion(kind: Any, value: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        read(kind, value)
    return refused.value.errors()[0]["ctx"]["mend"]


@settings(max_examples=300)
@given(st.sampled_from(TYPES), ANYTHING)
def test_whatever_is_written_is_taken_or_refused(kind: Any, value: Any) -> None:
    with suppress(ValidationError):
        read(kind, value)


@given(quantities)
def test_a_quantity_keeps_its_text_and_its_value(text: str) -> None:
    quantity = read(Quantity, text)
    number, unit = re.fullmatch(r"([0-9.]+)(.*)", text).groups()
    assert str(quantity) == text
    assert quantity.value == Decimal(number) * UNITS[unit]
    assert read(Quantity, str(quantity)) == quantity


@given(quantities, quantities)
def test_quantities_are_compared_by_value(one: str, other: str) -> None:
    first, second = Quantity(one), Quantity(other)
    assert (first < second, first == second, first > second).count(True) == 1
    assert (first < second) == (first.value < second.value)
    assert (hash(first) == hash(second)) or first != second


@given(st.integers(min_value=0, max_value=10**9), st.sampled_from(["", "Ki", "Mi", "Gi"]))
def test_whole_bytes_are_exact(number: int, unit: str) -> None:
    assert Quantity(f"{number}{unit}").bytes == number * UNITS[unit]


def test_quantities_of_one_value_are_equal_however_written() -> None:
    assert Quantity("1Gi") == Quantity("1024Mi")
    assert Quantity("0.5") == Quantity("500m") == read(Quantity, 0.5)
    assert Quantity("1G") < Quantity("1Gi")
    assert Quantity("500m").bytes == 1


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1Gb", "1Gi"),
        ("1 GB", "1Gi"),
        ("512mb", "512Mi"),
        ("1gi", "1Gi"),
        ("1,5Gi", "1.5Gi"),
        ("2 TiB", "2Ti"),
        ("10kb", "10Ki"),
    ],
)
def test_a_slip_of_the_pen_in_a_quantity_is_seen(written: str, meant: str) -> None:
    assert suggestion(Quantity, written) == f"did you mean {meant}?"


@pytest.mark.parametrize("number", [True, float("nan"), float("inf"), -1, 10**400, "1e400", "٣Gi", ""])
def test_what_only_looks_like_a_number_is_no_quantity(number: Any) -> None:
    with pytest.raises(ValidationError):
        read(Quantity, number)


@given(st.integers(0, 999), st.integers(0, 999), st.integers(0, 999))
def test_a_duration_keeps_its_text_and_its_seconds(hours: int, minutes: int, seconds: int) -> None:
    text = "".join(f"{count}{unit}" for count, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if count)
    if text:
        duration = read(Duration, text)
        assert (str(duration), duration.seconds) == (text, hours * 3600 + minutes * 60 + seconds)


@given(st.integers(1, 10**5), st.integers(1, 10**5))
def test_durations_are_compared_by_length(minutes: int, seconds: int) -> None:
    assert (Duration(f"{minutes}m") < Duration(f"{seconds}s")) == (minutes * 60 < seconds)
    assert Duration("90m") == Duration("1h30m")


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("1d", "did you mean 24h?"),
        ("5 minutes", "did you mean 5m?"),
        (60, "say the unit: 60s, 60m or 60h"),
        ("1H", "did you mean 1h?"),
    ],
)
def test_a_slip_of_the_pen_in_a_duration_is_seen(written: Any, sentence: str) -> None:
    assert suggestion(Duration, written) == sentence


@given(st.integers(1024, 65535), st.integers(1024, 65535))
def test_a_port_range_has_its_ends(first: int, last: int) -> None:
    if first <= last:
        ports = read(PortRange, f"{first}-{last}")
        assert (ports.ports[0], ports.ports[-1], len(ports.ports)) == (first, last, last - first + 1)
        assert read(PortRange, str(ports)) == ports
    else:
        assert suggestion(PortRange, f"{first}-{last}") == f"did you mean {last}-{first}?"


@given(st.text())
def test_a_hub_name_that_is_taken_is_a_kubernetes_name_with_room_behind_it(name: str) -> None:
    try:
        taken = read(names.HubName, name)
    except ValidationError:
        return
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?", taken)


@given(st.text())
def test_a_suggested_hub_name_is_one_that_is_taken(name: str) -> None:
    try:
        read(names.HubName, name)
    except ValidationError as refused:
        meant = re.fullmatch(r"did you mean (.*)\?", refused.errors()[0]["ctx"]["mend"])
        if meant:
            assert read(names.HubName, meant[1]) == meant[1]


@given(st.from_regex(r"(https?://)?[A-Za-z0-9-]{1,10}\.[A-Za-z]{2,5}(:[0-9]+)?(/[a-z]*)?", fullmatch=True))
def test_a_suggested_domain_is_one_that_is_taken(written: str) -> None:
    try:
        read(names.Domain, written)
    except ValidationError as refused:
        meant = re.fullmatch(r"did you mean (.*)\?", refused.errors()[0]["ctx"]["mend"])
        if meant:
            assert read(names.Domain, meant[1]) == meant[1]


@pytest.mark.parametrize(
    "name",
    ["busybox", "quay.io/jupyterhub/k8s-hub", "localhost:5000/a/b_c", "registry.k8s.io/pause", "ghcr.io/a-b/c__d"],
)
def test_images_of_every_registry_have_names(name: str) -> None:
    assert read(names.ImageName, name) == name


@given(st.text())
def test_a_folder_on_a_node_leads_nowhere_else(path: str) -> None:
    for written in (path, f"/{path}"):
        try:
            taken = read(names.NodePath, written)
        except ValidationError:
            continue
        assert taken.startswith("/")
        assert ".." not in taken.split("/")
        assert taken != "/"


@given(st.dates())
def test_a_date_is_read_as_yaml_and_pulumi_give_it(day: date) -> None:
    for written in (day, day.isoformat(), f"{day.isoformat()} 00:00:00 +0000 UTC"):
        assert read(Date, written) == day


def test_a_database_is_named_as_services_are() -> None:
    assert read(names.DatabaseName, "data8") == "data8"
    assert suggestion(names.DatabaseName, "8data") == "did you mean db-8data?"
