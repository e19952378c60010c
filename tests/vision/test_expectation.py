"""What a station's codes look like decides what is believed."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_pictures import content_of

from vision.decode import DecodeOptions, decode_grey
from vision.errors import OptionRefused
from vision.expectation import CODE_39, Check, Expectation, is_expected
from vision.formats import Format
from vision.symbol import Reason, Symbol

SQUARE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


def symbol(text, of=Format.CODE_39):
    return Symbol(text=text, raw=text.encode(), symbology="", format=of, polygon=SQUARE, readers=("zxing-cpp",))


@pytest.mark.parametrize(
    ("expectation", "text", "fits"),
    [
        (Expectation(pattern=r"A\d{4}"), "A1234", True),
        (Expectation(pattern=r"A\d{4}"), "XA1234", False),
        (Expectation(pattern=r"A\d{4}"), "A12345", False),
        (Expectation(min_length=5, max_length=5), "12345", True),
        (Expectation(min_length=5, max_length=5), "1234", False),
        (Expectation(check=Check.MOD10), "4006381333931", True),
        (Expectation(check=Check.MOD10), "4006381333932", False),
        (Expectation(check=Check.MOD10), "40063813339A1", False),
        (Expectation(check=Check.MOD10), "٤٠", False),
        (Expectation(check=Check.MOD43), "CODE39W", True),
        (Expectation(check=Check.MOD43), "CODE39A", False),
        (Expectation(check=Check.MOD43), "code39w", False),
        (Expectation(formats=frozenset({Format.QR}), pattern="never"), "anything", True),
    ],
)
def test_pattern_length_and_check(expectation, text, fits):
    assert is_expected(symbol(text), [expectation]) is fits


def test_one_of_several_is_enough():
    both = [Expectation(pattern="A.*"), Expectation(pattern="B.*")]
    assert [is_expected(symbol(text), both) for text in ("A1", "B1", "C1")] == [True, True, False]
    assert is_expected(symbol("C1"), [])


@given(st.text("0123456789", min_size=1, max_size=30), st.integers(0, 29), st.integers(1, 9))
def test_mod10_notices_every_single_wrong_digit(digits, place, more):
    number = next(digits + str(last) for last in range(10) if is_expected(symbol(digits + str(last)), MOD10))
    place %= len(number)
    wrong = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]
    assert not is_expected(symbol(wrong), MOD10)


@given(st.text(CODE_39, min_size=1, max_size=30), st.integers(0, 29), st.integers(1, 42))
def test_mod43_notices_every_single_wrong_character(text, place, more):
    rule = [Expectation(check=Check.MOD43)]
    whole = next(text + last for last in CODE_39 if is_expected(symbol(text + last), rule))
    place %= len(whole)
    wrong = whole[:place] + CODE_39[(CODE_39.index(whole[place]) + more) % 43] + whole[place + 1 :]
    assert not is_expected(symbol(wrong), rule)


MOD10 = [Expectation(check=Check.MOD10)]


@pytest.mark.parametrize(
    "wrong",
    [{"pattern": "("}, {"pattern": "a" * 501}, {"min_length": 3, "max_length": 2}, {"min_length": -1}],
)
def test_expectations_without_meaning_are_refused(wrong):
    with pytest.raises(OptionRefused):
        Expectation(**wrong)


def test_a_cut_short_itf_is_no_rival_where_the_length_is_known(printed, tilted):
    """At 15 degrees scan lines leave the bars, and what they give passes every check of the symbology itself."""
    content = content_of("ITF", 73064760166)
    options = DecodeOptions(
        formats=frozenset({Format.ITF}), expectations=(Expectation(min_length=14, max_length=14, check=Check.MOD10),)
    )
    right = 0
    for degrees in range(0, 180, 15):
        picture = cv2.GaussianBlur(tilted(printed(content, "ITF", scale=3), degrees), (0, 0), 1.2)
        reading = decode_grey(picture, options)
        assert {found.text for found in reading.symbols} <= {content}
        assert all(len(rival.text) == 14 for place in reading.undecided for rival in place.rivals)
        right += bool(reading.symbols)
    assert right >= 11


@pytest.mark.parametrize("symbology", ["QRCode", "Code128"])
def test_another_label_is_told_but_not_believed(printed, symbology):
    options = DecodeOptions(expectations=(Expectation(pattern=r"SN-\d+"),))
    reading = decode_grey(printed("BOX-77", symbology), options)
    assert (reading.symbols, reading.reason) == ((), Reason.UNEXPECTED)
    (place,) = reading.undecided
    assert [rival.text for rival in place.rivals] == ["BOX-77"]


def test_the_right_label_beside_another_is_read_at_once(printed):
    right, other = printed("SN-1", "QRCode"), printed("BOX-7", "QRCode")
    options = DecodeOptions(expectations=(Expectation(pattern=r"SN-\d+"),))
    reading = decode_grey(np.hstack([other, right]), options)
    assert [found.text for found in reading.symbols] == ["SN-1"]
    assert reading.reason is None
    assert reading.passes == ("full",)
    assert [place.reason for place in reading.undecided] == [Reason.UNEXPECTED]
