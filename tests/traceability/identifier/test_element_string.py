import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import IdentifierRefused
from traceability.identifier.characters import CSET82
from traceability.identifier.element_string import (
    build_bracketed,
    build_element_string,
    parse_bracketed,
    parse_element_string,
)

GTIN = "09506000134352"
SSCC = "123456789012345675"
TEXT = st.text(sorted(CSET82), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (f"01{GTIN}\x1d", {"01": GTIN}),  # superfluous, but not wrong
        (f"01{GTIN}\x1d10A", {"01": GTIN, "10": "A"}),
        (f"01{GTIN}10A\x1d", {"01": GTIN, "10": "A"}),
        (f"01{GTIN}3103000195392201999", {"01": GTIN, "3103": "000195", "3922": "01999"}),
        (f"00{SSCC}02{GTIN}3725\x1d10L", {"00": SSCC, "02": GTIN, "37": "25", "10": "L"}),
        (f"01{GTIN}10A\x1d10A", {"01": GTIN, "10": "A"}),  # twice the same is once
    ],
)
def test_element_strings_that_the_standard_allows(text, values):
    assert parse_element_string(text) == values


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"01{GTIN[:-1]}\x1d", "needs 14"),
        (f"01{GTIN}5", "no known"),
        (f"\x1d01{GTIN}", "no known"),
        (f"01{GTIN}10A\x1d\x1d21B", "no known"),
        (f"01{GTIN}02{GTIN}37", "1 to 8"),
        (f"01{GTIN}02{GTIN}3725", r"\(01\) and \((37|02)\) may not"),
        (f"01{GTIN}21A\x1d235B", "may not stand together"),
        (f"01{GTIN}3100000001\x1d3101000010", r"\(3100\) and \(3101\)"),
        (f"02{GTIN}", "needs"),
        (f"02{GTIN}3725", r"\(37\) needs \(00\)\(02\) or \(00\)\(8026\)"),
        ("21A", r"\(21\) needs \(01\)"),
        (f"01{GTIN}250B", r"\(250\) needs \(01\)\(21\)"),
        (f"01{GTIN}39251299", r"\(3925\) needs"),
        ("2531234567890128\x1d8030ABC", "needs a serial"),
    ],
)
def test_element_strings_that_the_standard_forbids(text, reason):
    with pytest.raises(IdentifierRefused, match=reason):
        parse_element_string(text)


def test_one_of_several_codes_may_wait_for_the_others():
    assert parse_element_string("21A", complete=False) == {"21": "A"}
    with pytest.raises(IdentifierRefused, match="may not stand together"):
        parse_element_string(f"01{GTIN}255{GTIN[1:]}", complete=False)


@given(TEXT, TEXT, TEXT)
def test_both_forms_survive_the_way_there_and_back(lot, serial, internal):
    values = {"01": GTIN, "17": "271231", "10": lot, "21": serial, "99": internal}
    assert parse_element_string(build_element_string(values)) == values
    assert parse_bracketed(build_bracketed(values)) == values


def test_predefined_lengths_come_first():
    assert build_element_string({"10": "A", "01": GTIN, "21": "B", "17": "271231"}) == f"01{GTIN}1727123110A\x1d21B"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (f"(01){GTIN}(10)A\\(1)", {"01": GTIN, "10": "A(1)"}),
        (f"(00){SSCC}", {"00": SSCC}),
        (f"(01){GTIN}(10)A)", {"01": GTIN, "10": "A)"}),
    ],
)
def test_bracketed_forms(text, values):
    assert parse_bracketed(text) == values


@pytest.mark.parametrize("text", ["", "01", f"(01){GTIN}(10)A(1)", f"({GTIN})", f"(01){GTIN} ", f"(01)\\{GTIN}"])
def test_what_is_no_bracketed_form_is_refused(text):
    with pytest.raises(IdentifierRefused):
        parse_bracketed(text)
