"""Round trips through real pictures: print, spoil, encode, decode."""

import cv2
import numpy as np
import pytest

from vision.decode import DecodeOptions, decode, decode_grey
from vision.errors import OptionRefused
from vision.formats import WEAK, Format
from vision.symbol import Reason

GS = b"\x1d"
ELEMENTS = "(01)09521234543213(21)A1-7(10)L42"
ELEMENT_BYTES = b"010952123454321321A1-7" + GS + b"10L42"
LINK = "https://id.example.com/01/09521234543213/21/A1-7"

EVERY_FORMAT = [
    ("QRCode", LINK, {}, Format.QR, "]Q1", LINK.encode()),
    ("QRCode", ELEMENTS, {"gs1": True}, Format.QR, "]Q3", ELEMENT_BYTES),
    ("DataMatrix", "A1-7", {}, Format.DATA_MATRIX, "]d1", b"A1-7"),
    ("DataMatrix", ELEMENTS, {"gs1": True}, Format.DATA_MATRIX, "]d2", ELEMENT_BYTES),
    ("MicroQRCode", "A17", {}, Format.MICRO_QR, "]Q1", b"A17"),
    ("RMQRCode", "A1-7", {}, Format.RMQR, "]Q1", b"A1-7"),
    ("Aztec", "A1-7 and more", {}, Format.AZTEC, "]z0", b"A1-7 and more"),
    ("PDF417", "A1-7", {}, Format.PDF417, "]L2", b"A1-7"),
    ("Code128", "A1-7", {}, Format.CODE_128, "]C0", b"A1-7"),
    ("Code128", ELEMENTS, {"gs1": True}, Format.CODE_128, "]C1", ELEMENT_BYTES),
    ("Code39", "A1-7", {}, Format.CODE_39, "]A0", b"A1-7"),
    ("Code93", "A1-7", {}, Format.CODE_93, "]G0", b"A1-7"),
    ("EAN13", "4006381333931", {}, Format.EAN_13, "]E0", b"4006381333931"),
    ("EAN8", "40063812", {}, Format.EAN_8, "]E4", b"40063812"),
    ("ITF", "00012345678905", {}, Format.ITF, "]I1", b"00012345678905"),
    ("DataBarOmni", "0109521234543213", {}, Format.DATABAR, "]e0", b"0109521234543213"),
]


@pytest.mark.parametrize("case", EVERY_FORMAT, ids=lambda case: f"{case[0]}-{case[4]}")
def test_every_format_comes_back_byte_for_byte(printed, encoded, case):
    symbology, content, options, name, identifier, raw = case
    picture = printed(content, symbology, **options)
    reading = decode(encoded(picture), DecodeOptions(formats=frozenset({name})))
    assert reading.reason is None
    (symbol,) = reading.symbols
    assert (symbol.raw, symbol.format, symbol.symbology) == (raw, name, identifier)
    assert symbol.text.encode() == raw
    assert "zxing-cpp" in symbol.readers
    height, width = picture.shape
    assert all(0 <= x <= width and 0 <= y <= height for x, y in symbol.polygon)


@pytest.mark.parametrize(
    "case",
    [
        ("批次号A12 卓越".encode("gb18030").decode("latin-1"), {}, "gb18030", None),
        ("批次号A12 卓越", {"eci": 29}, "gb18030", 29),
        ("批次号A12 卓越", {"eci": 26}, "utf-8", 26),
        ("批次号A12 卓越", {}, "shift_jis", None),  # the generator chooses Kanji mode
    ],
)
def test_chinese_text_comes_out_right_however_it_was_encoded(printed, encoded, case):
    content, options, charset, eci = case
    reading = decode(encoded(printed(content, "QRCode", **options)), DecodeOptions())
    (symbol,) = reading.symbols
    assert symbol.text == "批次号A12 卓越"
    assert symbol.raw == symbol.text.encode(charset)
    assert (symbol.charset, symbol.eci) == (charset, eci)


def test_a_station_with_another_charset_ladder_reads_its_own_text(printed):
    picture = printed("Größe".encode("latin-1").decode("latin-1"), "DataMatrix")
    (symbol,) = decode_grey(picture, DecodeOptions(charsets=("utf-8", "latin-1"))).symbols
    assert (symbol.text, symbol.raw) == ("Größe", b"Gr\xf6\xdfe")


def test_bytes_that_no_charset_fits_are_kept_and_said_so(printed):
    (symbol,) = decode_grey(printed(b"\xff\x00\x80AB", "QRCode"), DecodeOptions(charsets=("utf-8",))).symbols
    assert symbol.raw == b"\xff\x00\x80AB"
    assert (symbol.text, symbol.charset) == ("\\xff\x00\\x80AB", "")


@pytest.mark.parametrize("degrees", [7, 33, 45, 90, 137, 180, 270, 301])
@pytest.mark.parametrize("symbology", ["QRCode", "DataMatrix", "Code128"])
def test_any_rotation(printed, tilted, symbology, degrees):
    picture = tilted(printed("TILT-0042", symbology), degrees)
    reading = decode_grey(picture, DecodeOptions(expected=1))
    assert [symbol.raw for symbol in reading.symbols] == [b"TILT-0042"], reading


@pytest.mark.parametrize("symbology", ["ITF", "EAN13"])
def test_a_tilted_weak_code_is_never_read_wrong(printed, tilted, symbology):
    """Scan lines that leave the bars at their side give shorter numbers that pass every check of the code itself."""
    content = {"ITF": "73064760166424", "EAN13": "5279365425468"}[symbology]
    right = 0
    for degrees in range(0, 180, 12):
        picture = cv2.GaussianBlur(tilted(printed(content, symbology, scale=3), degrees), (0, 0), 1.2)
        reading = decode_grey(picture, DecodeOptions())
        assert {symbol.raw for symbol in reading.symbols} <= {content.encode()}, (degrees, reading)
        right += bool(reading.symbols)
    assert right >= 13


@pytest.mark.parametrize("symbology", ["QRCode", "DataMatrix", "Code128"])
def test_inverted(printed, symbology):
    (symbol,) = decode_grey(255 - printed("LIGHT-ON-DARK", symbology), DecodeOptions()).symbols
    assert symbol.raw == b"LIGHT-ON-DARK"


@pytest.mark.parametrize("symbology", ["QRCode", "DataMatrix"])
def test_mirrored(printed, symbology):
    (symbol,) = decode_grey(np.ascontiguousarray(printed("MIRROR", symbology)[:, ::-1]), DecodeOptions()).symbols
    assert symbol.raw == b"MIRROR"


@pytest.mark.parametrize("symbology", ["QRCode", "DataMatrix"])
def test_harder_passes_read_what_the_first_look_cannot(printed, symbology):
    """Blur of half a module, low contrast, two pixels per module."""
    blurred = cv2.GaussianBlur(printed("BLURRED-0042", symbology, scale=2), (0, 0), 1.0)
    noise = np.random.default_rng(5).normal(0, 2, blurred.shape)
    picture = np.clip(blurred * 0.6 + 40 + noise, 0, 255).astype(np.uint8)
    reading = decode_grey(picture, DecodeOptions(formats=frozenset({Format.QR, Format.DATA_MATRIX}), expected=1))
    assert [symbol.raw for symbol in reading.symbols] == [b"BLURRED-0042"]
    assert reading.passes[:2] == ("fast", "full")
    assert len(reading.passes) > 2


def test_polygons_are_in_the_coordinates_of_the_picture_whatever_pass_read_it(printed, tilted):
    matrix = printed("PLACE-0042", "DataMatrix", scale=2)
    linear = printed("PLACE-0042", "Code128")
    noise = np.random.default_rng(5).normal(0, 2, matrix.shape)
    faint = np.clip(cv2.GaussianBlur(matrix, (0, 0), 1.0) * 0.6 + 40 + noise, 0, 255).astype(np.uint8)
    for picture, passed in [(faint, "doubled"), (tilted(linear, 33), "levelled")]:
        reading = decode_grey(picture, DecodeOptions())
        assert reading.passes[-1] == passed
        middle = np.mean(reading.symbols[0].polygon, axis=0)
        assert np.linalg.norm(middle - np.array(picture.shape[::-1]) / 2) < 12, (passed, reading.symbols)


def test_many_codes_in_one_picture(printed):
    contents = ["FIRST-1", "SECOND-2", "THIRD-3", "FOURTH-4"]
    tiles = [
        cv2.resize(printed(content, symbology), (300, 300), interpolation=cv2.INTER_NEAREST)
        for content, symbology in zip(contents, ["QRCode", "DataMatrix", "QRCode", "Aztec"], strict=True)
    ]
    picture = np.vstack([np.hstack(tiles[:2]), np.hstack(tiles[2:])])
    for options in (DecodeOptions(), DecodeOptions(expected=4)):
        reading = decode_grey(picture, options)
        assert sorted(symbol.text for symbol in reading.symbols) == sorted(contents)
        assert reading.reason is None


def test_fewer_than_expected_is_said_and_what_was_read_is_kept(printed):
    reading = decode_grey(printed("ALONE", "QRCode"), DecodeOptions(expected=2))
    assert [symbol.text for symbol in reading.symbols] == ["ALONE"]
    assert reading.reason is Reason.FEWER_THAN_EXPECTED


def test_a_damaged_symbol_is_located_but_unreadable(printed):
    picture = printed("DAMAGED-0042", "QRCode", scale=6)
    middle = picture.shape[0] // 2
    picture[middle - 22 : middle + 22, middle - 22 : middle + 22] = 255
    reading = decode_grey(picture, DecodeOptions(formats=frozenset({Format.QR})))
    assert reading.symbols == ()
    assert reading.reason is Reason.UNREADABLE
    assert reading.undecided[0].format is Format.QR
    assert reading.undecided[0].rivals == ()


def test_only_the_formats_asked_for_are_read(printed):
    reading = decode_grey(printed("QR-ONLY", "QRCode"), DecodeOptions(formats=frozenset({Format.DATA_MATRIX})))
    assert (reading.symbols, reading.reason) == ((), Reason.NONE_FOUND)


@pytest.mark.parametrize("shape", [(3, 3), (3, 20_000), (20_000, 3), (5, 9), (64, 64), (300, 300)])
@pytest.mark.parametrize("fill", [0, 128, 255, None])
def test_pictures_without_a_code_give_none_in_any_shape(shape, fill):
    noise = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    picture = noise if fill is None else np.full(shape, fill, np.uint8)
    reading = decode_grey(picture, DecodeOptions())
    assert reading.symbols == ()
    assert reading.reason in {Reason.NONE_FOUND, Reason.UNREADABLE, Reason.UNCONFIRMED}


def test_the_budget_stops_before_the_next_pass():
    seconds = iter(range(0, 1000, 10))
    options = DecodeOptions(budget=15.0, clock=lambda: float(next(seconds)), expected=1)
    reading = decode_grey(np.full((50, 50), 255, np.uint8), options)
    assert reading.passes == ("fast", "full")
    assert reading.elapsed is not None
    assert reading.elapsed > 15


def test_without_a_clock_no_time_is_told(printed):
    assert decode_grey(printed("X", "QRCode"), DecodeOptions()).elapsed is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"formats": frozenset()},
        {"expected": 0},
        {"budget": 1.0},
        {"charsets": ("utf-8", "klingon")},
        {"charsets": ("base64",)},
    ],
)
def test_options_without_meaning_are_refused(wrong):
    with pytest.raises(OptionRefused):
        DecodeOptions(**wrong)


def test_a_weak_code_needs_a_second_opinion(printed):
    reading = decode_grey(printed("4006381333931", "EAN13"), DecodeOptions(expected=1))
    assert Format.EAN_13 in WEAK
    assert reading.symbols[0].text == "4006381333931"
    assert reading.passes == ("fast", "levelled fast")
