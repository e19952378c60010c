"""From bytes to text, and what an ECI stream says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.charset import split_eci, text_of
from vision.formats import Format

LADDER = ("utf-8", "gb18030")
CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("stream", "segments"),
    [
        (rb"\000026abc", [(26, b"abc")]),
        (rb"ab\000029cd\000003ef", [(None, b"ab"), (29, b"cd"), (3, b"ef")]),
        (rb"\000026a\\b", [(26, rb"a\b")]),
        (rb"\000026\\000029", [(26, rb"\000029")]),
        (rb"\000026\\\000029x", [(26, b"\\"), (29, b"x")]),
    ],
)
def test_eci_marks_and_data_are_told_apart(stream, segments):
    assert split_eci(stream) == segments


@given(CHINESE)
def test_utf_8_is_never_taken_for_anything_else(text):
    assert text_of([(None, text.encode())], LADDER, Format.QR) == (text, "utf-8")


@given(CHINESE)
def test_gb18030_text_comes_back_in_data_matrix(text):
    raw = text.encode("gb18030")
    decoded, charset = text_of([(None, raw)], LADDER, Format.DATA_MATRIX)
    assert decoded.encode(charset) == raw
    assert decoded == text or charset == "utf-8"


@pytest.mark.parametrize("text", ["上海工厂", "批次号:A12", "不合格品 42", "卓越", "专", "卓越 A1"])
def test_short_chinese_words_are_taken_neither_for_kanji_mode_nor_for_utf_8(text):
    assert text_of([(None, text.encode("gb2312"))], LADDER, Format.QR) == (text, "gb18030")


@pytest.mark.parametrize("text", ["Größe", "café", "Ø 12 µm ±3°", "Деталь", "10 kΩ", "批次µ", "卓越 é"])
def test_european_text_in_utf_8_stays_what_it_is(text):
    assert text_of([(None, text.encode())], LADDER, Format.DATA_MATRIX) == (text, "utf-8")


def test_a_station_that_knows_utf_8_only_gets_utf_8():
    assert text_of([(None, "חלק".encode())], ("utf-8",), Format.QR) == ("חלק", "utf-8")


def test_segments_of_several_charsets_are_joined():
    segments = [(26, "卓".encode()), (29, "越".encode("gb2312")), (None, b"!")]
    assert text_of(segments, LADDER, Format.QR) == ("卓越!", "utf-8+gb18030")


def test_an_eci_without_a_charset_leaves_it_to_the_ladder():
    assert text_of([(899, "卓越".encode("gb18030"))], LADDER, Format.QR) == ("卓越", "gb18030")


def test_a_declared_charset_that_does_not_fit_is_not_papered_over():
    text, charset = text_of([(26, b"\xc5\xfa")], LADDER, Format.QR)
    assert (text, charset) == ("\\xc5\\xfa", "")
