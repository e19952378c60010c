"""Pictures as they come: every kind and depth, and everything that is no picture."""

import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.decode import DecodeOptions, decode
from vision.errors import PictureRefused
from vision.header import read_header
from vision.picture import PictureLimits, load_grey
from vision.symbol import PICTURE_REASONS, Reason

LIMITS = PictureLimits()
KINDS = [".png", ".jpg", ".bmp", ".tiff", ".webp"]
TEXT = "PICTURE-0042"


def read(data: bytes) -> list[str]:
    return [symbol.text for symbol in decode(data, DecodeOptions()).symbols]


def png(width: int, height: int, colour: int, chunks: list[tuple[bytes, bytes]], depth: int = 8) -> bytes:
    """A PNG assembled chunk by chunk."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    out = b"\x89PNG\r\n\x1a\n"
    for name, body in [(b"IHDR", header), *chunks, (b"IEND", b"")]:
        out += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return out


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize("colour", [False, True])
def test_every_kind_is_read(printed, encoded, suffix, colour):
    picture = printed(TEXT, "QRCode")
    assert read(encoded(cv2.merge([picture] * 3) if colour else picture, suffix)) == [TEXT]


@pytest.mark.parametrize("suffix", KINDS)
def test_headers_tell_the_size(encoded, suffix):
    header = read_header(encoded(np.zeros((123, 457), np.uint8), suffix))
    assert (header.width, header.height) == (457, 123)


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_twelve_bits_in_sixteen_are_stretched(printed, encoded, suffix):
    assert read(encoded(printed(TEXT, "DataMatrix").astype(np.uint16) * 8 + 100, suffix)) == [TEXT]


def test_floating_point_with_holes(printed, encoded):
    picture = printed(TEXT, "QRCode").astype(np.float32) / 255
    picture[0, 0] = np.nan
    assert read(encoded(picture, ".tiff")) == [TEXT]


@pytest.mark.parametrize("ink", [0, 255])
@pytest.mark.parametrize("depth", [8, 16])
def test_a_code_printed_on_transparency(printed, encoded, ink, depth):
    """Every pixel has the ink's colour; only the opacity makes the code."""
    opacity = 255 - printed(TEXT, "QRCode")
    layers = [np.full_like(opacity, ink)] * 3 + [opacity]
    picture = cv2.merge(layers)
    assert read(encoded(picture if depth == 8 else picture.astype(np.uint16) * 257)) == [TEXT]


def test_a_palette_with_a_transparent_colour(printed):
    code = printed(TEXT, "QRCode")
    rows = b"".join(b"\0" + bytes(row < 128) for row in code)
    chunks = [(b"PLTE", bytes(6)), (b"tRNS", b"\x00\xff"), (b"IDAT", zlib.compress(rows))]
    assert read(png(code.shape[1], code.shape[0], 3, chunks)) == [TEXT]


def test_animations_give_their_first_frame(printed):
    animation = cv2.Animation()
    frames = [cv2.cvtColor(printed(text, "QRCode"), cv2.COLOR_GRAY2BGRA) for text in ("FRAME-1", "FRAME-2")]
    animation.frames, animation.durations = frames, [100, 100]
    done, data = cv2.imencodeanimation(".webp", animation)
    assert done
    assert read(data.tobytes()) == ["FRAME-1"]


def test_exif_orientation_changes_nothing(printed, encoded):
    picture = printed(TEXT, "QRCode")[:, :-10]
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0)
    exif = b"Exif\0\0MM\x00*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    jpeg = encoded(picture, ".jpg")
    turned = jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]
    assert load_grey(turned, LIMITS).shape == picture.shape
    assert read(turned) == [TEXT]


def cmyk_jpeg(modules: np.ndarray) -> bytes:
    """A baseline CMYK JPEG (Adobe, inverted) in which each module is one flat block of 8 x 8 pixels."""
    height, width = modules.shape
    sizes = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]  # T.81 table K.3
    codes, code = {}, 0
    for length, count in enumerate(sizes, 1):
        for _ in range(count):
            codes[len(codes)] = f"{code:0{length}b}"
            code += 1
        code <<= 1
    bits, last = [], [0, 0, 0, 0]
    for value in modules.ravel():
        for component, level in enumerate((int(value), int(value), int(value), 255)):
            direct = 8 * (level - 128)
            step, last[component] = direct - last[component], direct
            size = abs(step).bit_length()
            bits.append(codes[size] + (f"{step if step > 0 else step + 2**size - 1:0{size}b}" if size else "") + "0")
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)
    pixels = int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\x00")
    components = b"".join(bytes([index, 0x11, 0]) for index in range(1, 5))
    segments = [
        (0xEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, 0)),
        (0xDB, b"\0" + b"\1" * 64),
        (0xC0, struct.pack(">BHHB", 8, height * 8, width * 8, 4) + components),
        (0xC4, b"\x00" + bytes(sizes) + bytes(range(12))),
        (0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\0"),
        (0xDA, b"\4" + b"".join(bytes([index, 0]) for index in range(1, 5)) + bytes([0, 63, 0])),
    ]
    body = b"".join(b"\xff" + bytes([mark]) + struct.pack(">H", len(part) + 2) + part for mark, part in segments)
    return b"\xff\xd8" + body + pixels + b"\xff\xd9"


def test_cmyk_jpeg(printed):
    assert read(cmyk_jpeg(printed(TEXT, "QRCode", scale=1, margin=4))) == [TEXT]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.NOT_A_PICTURE),
        (b"\0" * 5000, Reason.NOT_A_PICTURE),
        ("批次,序列号\n1,2\n".encode(), Reason.NOT_A_PICTURE),
        (b"%PDF-1.7\n", Reason.NOT_A_PICTURE),
        (b"\x89PNG\r\n\x1a\n", Reason.PICTURE_DAMAGED),
        (b"\xff\xd8\xff", Reason.PICTURE_DAMAGED),
        (b"\xff\xd8\xff" + b"\xff" * 100_000, Reason.PICTURE_DAMAGED),
        (b"BM", Reason.PICTURE_DAMAGED),
        (b"II*\0" + b"\xff" * 4, Reason.PICTURE_DAMAGED),
        (b"MM\0+\0\x08\0\0" + struct.pack(">QQ", 16, 2**60), Reason.PICTURE_DAMAGED),
        (b"RIFF\0\0\0\0WEBPVP8X", Reason.PICTURE_DAMAGED),
        (png(0, 10, 0, []), Reason.PICTURE_DAMAGED),
        (png(10, 10, 0, [(b"IDAT", b"not zlib")]), Reason.PICTURE_DAMAGED),
    ],
)
def test_what_is_no_picture_is_said_to_be_none(data, reason):
    reading = decode(data, DecodeOptions())
    assert (reading.symbols, reading.reason) == ((), reason)
    assert reading.detail


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (1, 500), (500, 2)])
def test_sides_on_which_native_readers_abort_are_refused(encoded, shape):
    assert decode(encoded(np.zeros(shape, np.uint8)), DecodeOptions()).reason is Reason.PICTURE_TOO_SMALL


def bombs() -> list[bytes]:
    """A few bytes that declare 60,000 x 60,000 pixels, in each kind."""
    side = 60_000
    tiff_entries = [(256, side), (257, side)]
    tiff = struct.pack("<IH", 8, len(tiff_entries))
    tiff += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tiff_entries)
    big = struct.pack(">HHQQ", 8, 0, 16, 2) + b"".join(struct.pack(">HHQQ", tag, 16, 1, side) for tag in (256, 257))
    tiles = struct.pack("<IH", 8, 3)
    tiles += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in [(256, 9), (257, 9), (322, 2**31)])
    extended = bytes(4) + (side - 1).to_bytes(3, "little") * 2
    return [
        png(side, side, 2, [(b"IDAT", zlib.compress(bytes(100_000)))]),
        b"\xff\xd8\xff\xc2" + struct.pack(">HBHHB", 8, 8, side, side, 3),
        b"BM" + bytes(12) + struct.pack("<Iii", 40, side, -side),
        b"II*\0" + tiff,
        b"MM\0+" + big,
        b"II*\0" + tiles,
        b"RIFF\0\0\0\0WEBPVP8X" + struct.pack("<I", 10) + extended,
    ]


@pytest.mark.parametrize("data", bombs(), ids=["png", "jpeg", "bmp", "tiff", "bigtiff", "tiff-tile", "webp"])
def test_decompression_bombs_are_refused_before_decoding(data):
    reading = decode(data, DecodeOptions())
    assert reading.reason is Reason.PICTURE_TOO_LARGE
    assert "60000" in reading.detail or "2147483648" in reading.detail


def test_a_file_over_the_limit_is_not_even_looked_at(printed, encoded):
    options = DecodeOptions(limits=PictureLimits(max_bytes=100))
    reading = decode(encoded(printed(TEXT, "QRCode")), options)
    assert reading.reason is Reason.PICTURE_TOO_LARGE


@pytest.mark.parametrize("suffix", KINDS)
def test_a_truncated_picture_is_refused_or_read_right(printed, encoded, suffix):
    data = encoded(printed(TEXT, "QRCode", scale=2), suffix)
    for length in {*range(0, 60, 3), *range(60, len(data), max(1, len(data) // 40))}:
        reading = decode(data[:length], DecodeOptions())
        assert reading.reason in PICTURE_REASONS or [symbol.text for symbol in reading.symbols] == [TEXT], length


@given(
    start=st.sampled_from(
        [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*", b"MM\0+", b"RIFF0000WEBP"]
    ),
    rest=st.binary(max_size=200),
)
@settings(max_examples=300, deadline=None)
def test_garbage_after_a_right_beginning_raises_nothing_else(start, rest):
    try:
        header = read_header(start + rest)
    except PictureRefused:
        return
    assert min(header.width, header.height) > 0
