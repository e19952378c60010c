import logging
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquisition.measure import binding_problem, measure
from edge_agent.drivers.interface import Sample
from firmware_profiles.encode import encode
from firmware_profiles.format import DataType, Point, Table
from traceability.measurement import Characteristic, Status, exact

WIDTH = Characteristic(id="width", name="Width", operation="mill", uom="mm", decimals=2)
SCALED = Point(name="w", table=Table.HOLDING, address=0, type=DataType.INT32, scale=Decimal("0.001"), uom="mm")
FLOAT = Point(name="w", node="ns=2;s=w", type=DataType.FLOAT64)


def measured(value, point=SCALED, characteristic=WIDTH, **given):
    return measure(Sample(point="w", raw=encode(point, Decimal(value)), **given), point, characteristic)


@pytest.mark.parametrize(
    ("value", "integer", "raw"),
    [
        ("25.01", 2501, None),
        ("25.010", 2501, None),
        ("-0.5", -50, None),
        ("25.014", 2501, "25.014"),
        ("25.015", 2502, "25.015"),
        ("25.025", 2502, "25.025"),
        ("-25.015", -2502, "-25.015"),
    ],
)
def test_a_value_is_an_integer_of_its_resolution_and_rounding_shows(value, integer, raw):
    measurement = measured(value)
    assert (measurement.value, measurement.raw, measurement.decimals) == (integer, raw, 2)
    assert measurement.status is Status.GOOD
    assert measurement.uom == "mm"


def test_twelve_point_one_stays_twelve_point_one():
    assert measured("12.1", FLOAT).value == 1210
    assert measured("12.1", FLOAT).raw is None


@given(st.decimals(-10_000, 10_000, places=3), st.integers(0, 4))
def test_rounding_is_never_more_than_half_a_step(value, decimals):
    characteristic = Characteristic(id="c", name="c", operation="o", uom="mm", decimals=decimals)
    measurement = measured(value, characteristic=characteristic)
    error = abs(exact(measurement.value, decimals) - value)
    assert error <= Decimal(1).scaleb(-decimals) / 2
    assert (measurement.raw is None) == (error == 0)
    assert measurement.raw is None or Decimal(measurement.raw) == value


def test_uncertain_keeps_its_value_and_bad_keeps_none():
    assert measured("1", status=Status.UNCERTAIN).value == 100
    assert measured("1", status=Status.UNCERTAIN).status is Status.UNCERTAIN
    bad = measured("1", status=Status.BAD)
    assert (bad.value, bad.raw, bad.status) == (None, None, Status.BAD)


@pytest.mark.parametrize("raw", [float("nan"), float("inf"), None, "12", True, 1e300, 9.1e13])
def test_what_is_no_measurable_number_is_bad_and_logged(raw, caplog):
    with caplog.at_level(logging.WARNING, logger="edge_agent"):
        measurement = measure(Sample(point="w", raw=raw), FLOAT, WIDTH)
    assert (measurement.value, measurement.status) == (None, Status.BAD)
    assert "characteristic width: point w" in caplog.text


def test_a_point_and_a_characteristic_must_agree():
    assert binding_problem(SCALED, WIDTH) is None
    assert binding_problem(FLOAT, WIDTH) is None
    inch = Characteristic(id="width", name="Width", operation="mill", uom="[in_i]", decimals=2)
    assert "units are never converted" in str(binding_problem(SCALED, inch))
    text = Point(name="w", node="ns=2;s=w", type=DataType.STRING)
    assert "is no number" in str(binding_problem(text, WIDTH))
