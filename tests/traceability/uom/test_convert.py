"""Units of measure: converted exactly where UCUM allows, refused otherwise."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.uom.convert import converted, convertible, known_scale
from traceability.uom.rec20 import UNITS
from traceability.uom.scale import scale_of

KNOWN = (
    "mm", "m", "um", "[in_i]", "kg", "g", "[lb_av]", "N.m", "mN.m", "cm3/min", "L/min", "mL/s", "Cel", "K", "[degF]",
    "bar", "kPa", "[psi]", "MPa", "1", "%", "[ppm]", "Hz", "kHz", "s", "min", "h", "MMT", "NU", "CEL",
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "code", "wanted", "expected"),
    [
        ("25.4", "mm", "[in_i]", 1),
        ("1", "[ft_i]", "mm", Fraction("304.8")),
        ("8", "N.m", "mN.m", 8000),
        ("60", "cm3/min", "mL/s", 1),
        ("1", "L/min", "m3/h", Fraction("0.06")),
        ("20", "Cel", "[degF]", 68),
        ("-40", "[degF]", "Cel", -40),
        ("0", "Cel", "K", Fraction("273.15")),
        ("1", "bar", "kPa", 100),
        ("1", "[lb_av]", "kg", Fraction("0.45359237")),
        ("1", "[lbf_av]", "N", Fraction("4.4482216152605")),
        ("1", "kgf", "N", Fraction("9.80665")),
        ("12", "%", "1", Fraction("0.12")),
        ("3", "{piece}", "1", 3),
        ("2", "MMT", "um", 2000),  # Recommendation 20
        ("5", "kW.h", "MJ", 18),
        ("1", "mm/s2", "m/s2", Fraction(1, 1000)),
        ("1", "10*3/s", "Hz", 1000),
        ("2", "g/cm3", "kg/m3", 2000),
        ("3", "/min", "/s", Fraction(1, 20)),
        ("7", "m[H2O]", "Pa", Fraction("68646.55")),
    ],
)
def test_exact_conversions(value: str, code: str, wanted: str, expected: Fraction) -> None:
    assert converted(Decimal(value), code, wanted) == expected


def test_one_pound_per_square_inch_is_the_quotient_of_its_parts() -> None:
    force, inch = converted(1, "[lbf_av]", "N"), converted(1, "[in_i]", "m")
    assert force is not None
    assert inch is not None
    assert converted(1, "[psi]", "Pa") == force / inch**2


def test_differences_know_no_zero() -> None:
    assert converted(Decimal(9), "[degF]", "Cel", difference=True) == 5
    assert converted(Decimal(5), "Cel", "K", difference=True) == 5


@pytest.mark.parametrize(
    ("code", "wanted"),
    [("mm", "kg"), ("dB", "1"), ("deg", "rad"), ("mm", ""), ("HRC", "HV"), ("N.m", "N"), ("m", "m2")],
)
def test_different_things_are_refused(code: str, wanted: str) -> None:
    assert converted(1, code, wanted) is None
    assert not convertible(wanted, code)


@pytest.mark.parametrize("code", ["HRC", "", "[weird]"])
def test_an_unknown_code_is_itself(code: str) -> None:
    assert converted(Decimal("61.5"), code, code) == Fraction("61.5")
    assert known_scale(code) is None


@pytest.mark.parametrize(
    "code", ["N..m", "m//s", "m/", "mmm", "kCel", "k%", "m22", "m(s)", "x" * 500, "{", "1.", "m2.-"]
)
def test_what_is_no_code(code: str) -> None:
    assert scale_of(code) is None


def test_every_listed_unit_is_known_by_both_its_codes() -> None:
    for ucum, unit in UNITS.items():
        assert known_scale(ucum) is not None, ucum
        if unit.code != "MC":  # in UCUM a megacoulomb; records are written in UCUM, so that comes first
            assert known_scale(unit.code) == known_scale(ucum), unit.code


@given(st.sampled_from(KNOWN), st.sampled_from(KNOWN), st.fractions(-(10**6), 10**6))
def test_there_and_back_is_the_same_value(code: str, wanted: str, value: Fraction) -> None:
    there = converted(value, code, wanted)
    assert (there is not None) == convertible(wanted, code)
    if there is not None:
        assert converted(there, wanted, code) == value


@given(st.text("kmgNs./23{}[]%1* -", max_size=12))
def test_any_text_is_a_unit_or_none(code: str) -> None:
    scale = scale_of(code)
    assert scale is None or scale.factor > 0
