"""AQDEF written and read again: what goes in comes out, whatever it says."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.aqdef.reading import Description, Keys, number_of, read_aqdef
from traceability.aqdef.writing import (
    CannotWrite,
    encoded,
    number_text,
    size_text,
    time_text,
    write_description,
    write_values,
)

BORE: Keys = {"K2001": "1", "K2002": "孔径", "K2004": "0", "K2110": "24.980", "K2111": "25.020"}
CRACKS: Keys = {"K2001": "2", "K2002": "Cracks", "K2004": "1"}
DESCRIPTION = Description({"K1001": "4711", "K1002": "Gehäuse"}, (BORE, CRACKS))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1a"), max_size=12)
NUMBERS = st.decimals(-(10**6), 10**6, places=4).map(number_text)


def read_again(parts: list[tuple[Keys, ...]], description: Description = DESCRIPTION) -> tuple[tuple[Keys, ...], ...]:
    whole = (write_description(description) + write_values(description, parts)).encode()
    found = read_aqdef(whole, "utf-8")
    assert found.description == description
    return found.parts


def test_a_file_as_it_stands() -> None:
    part: tuple[Keys, ...] = ({"K0001": "25.003", "K0004": "01.03.2026/08:00:00", "K0014": "S-1"}, {"K0020": "5000"})
    text = write_values(DESCRIPTION, [part])
    assert text == "K0014/0 S-1\r\n25.003\x14\x1401.03.2026/08:00:00\x0f5000\x14\x140\r\n"
    assert write_description(DESCRIPTION).startswith("K0100 2\r\nK1001 4711\r\nK1002 Gehäuse\r\nK2001/1 1\r\n")


def test_what_was_not_measured_is_marked_so() -> None:
    assert write_values(DESCRIPTION, [({}, {"K0020": "1000", "K0021": "0"})]) == "0\x14255\x0f1000\x140\x140\r\n"


def test_description_and_values_in_two_files() -> None:
    part: tuple[Keys, ...] = ({"K0001": "1"}, {"K0020": "1000", "K0021": "3"})
    values = write_values(DESCRIPTION, [part]).encode("gb18030")
    head = write_description(Description({"K1001": "7"}, (BORE, CRACKS))).encode("gb18030")
    found = read_aqdef(values, "gb18030", head)
    assert (found.description.part, found.parts[0][1]["K0021"]) == ({"K1001": "7"}, "3")
    assert found.parts[0][0]["K0001"] == "1"


@given(st.lists(st.tuples(NUMBERS, TEXTS, TEXTS, st.integers(0, 9)), min_size=1, max_size=8))
def test_parts_come_back(parts: list[tuple[str, str, str, int]]) -> None:
    told: list[tuple[Keys, ...]] = [
        ({"K0001": value, "K0006": batch, "K0014": serial}, {"K0020": size_text(5), "K0021": str(defects)})
        for value, batch, serial, defects in parts
    ]
    found = read_again(told)
    assert [part[0]["K0001"] for part in found] == [part[0]["K0001"] for part in told]
    assert [part[1]["K0021"] for part in found] == [part[1]["K0021"] for part in told]


@given(st.text(max_size=40))
def test_no_text_breaks_out_of_its_line(text: str) -> None:
    description = Description({"K1002": text}, (BORE, CRACKS))
    lines = write_description(description).split("\r\n")
    assert len(lines) == len(write_description(Description({"K1002": "x"}, (BORE, CRACKS))).split("\r\n")) - (
        not any(line.startswith("K1002") for line in lines)
    )
    assert "\x0f" not in "".join(lines)
    values = write_values(DESCRIPTION, [({"K0001": "1", "K0006": text, "K0014": text}, {"K0020": "1000"})])
    assert values.count("\x0f") == 1
    assert all(len(line.splitlines()) <= 1 for line in values.split("\r\n"))


def test_what_cannot_be_written_says_why() -> None:
    with pytest.raises(CannotWrite, match="latin-1 has no '孔'"):
        encoded(write_description(DESCRIPTION), "latin-1")
    with pytest.raises(CannotWrite, match="values of 1 characteristics, 2 are described"):
        write_values(DESCRIPTION, [({"K0001": "1"},)])


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=9))
def test_numbers_come_back_exactly(value: Decimal) -> None:
    assert number_of(number_text(value)) == value


def test_times_are_of_the_given_clock() -> None:
    assert time_text(datetime.fromisoformat("2026-03-01T08:05:09.999+08:00")) == "01.03.2026/08:05:09"
