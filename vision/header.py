"""The size that a picture file declares, read from its header without decoding anything.

Decoders allocate what the header asks for, so a few hundred bytes can demand gigabytes. Kinds known: PNG, JPEG,
BMP, TIFF (classic and BigTIFF) and WebP. Layouts as in the PNG specification (W3C), ITU-T T.81 annex B,
the Windows BITMAPINFOHEADER, TIFF 6.0 section 2 and the WebP container specification (RFC 9649).
"""

import struct
from collections.abc import Callable

import msgspec

from vision.errors import NotAPicture, PictureDamaged

KINDS = "PNG, JPEG, BMP, TIFF, WebP"
MAX_TIFF_ENTRIES = 4096
MAX_JPEG_SEGMENTS = 4096


class Header(msgspec.Struct, frozen=True):
    """What the file says of itself; width and height in pixels."""

    kind: str
    width: int
    height: int
    alpha: bool = False


def read_header(data: bytes) -> Header:
    """The header of a picture.

    Raises:
        NotAPicture: empty, or no kind known here.
        PictureDamaged: of a known kind, but it ends or breaks before its size.
    """
    if not data:
        raise NotAPicture("the file is empty")
    for matches, read in _KINDS:
        if matches(data):
            try:
                header = read(data)
            except (struct.error, IndexError, OverflowError):
                raise PictureDamaged("the picture is cut short: it ends before what its header announces") from None
            if header.width <= 0 or header.height <= 0:
                what = f"the {header.kind} header declares {header.width} x {header.height} pixels"
                raise PictureDamaged(what)
            return header
    raise NotAPicture("not a picture of a kind known here", advice=f"known: {KINDS}")


def _png(data: bytes) -> Header:
    """All chunks are walked: a file cut short is known before the decoder sees it."""
    width, height, _, colour = struct.unpack_from(">IIBB", data, 16)
    if data[12:16] != b"IHDR":
        raise PictureDamaged("the PNG does not begin with its IHDR chunk")
    alpha = colour in (4, 6)
    at, name = 8, b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, at)
        alpha = alpha or name == b"tRNS"
        at += 12 + length
    if at > len(data):
        raise PictureDamaged("the PNG ends within its last chunk")
    return Header("PNG", width, height, alpha)


def _jpeg(data: bytes) -> Header:
    at = 2
    for _ in range(MAX_JPEG_SEGMENTS):
        while data[at] == 0xFF and data[at + 1] == 0xFF:  # fill bytes
            at += 1
        if data[at] != 0xFF:
            raise PictureDamaged("the JPEG's segments do not follow each other")
        marker = data[at + 1]
        # SOF0 to SOF15, save DHT (C4), JPG (C8) and DAC (CC), hold the size
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return Header("JPEG", width, height)
        if marker == 0xDA:
            break
        standalone = marker == 0x01 or 0xD0 <= marker <= 0xD8
        at += 2 if standalone else 2 + struct.unpack_from(">H", data, at + 2)[0]
    raise PictureDamaged("the JPEG has no frame header before its pixels")


def _bmp(data: bytes) -> Header:
    (size,) = struct.unpack_from("<I", data, 14)
    if size == 12:  # OS/2 core header
        width, height = struct.unpack_from("<HH", data, 18)
    else:
        width, height = struct.unpack_from("<ii", data, 18)
    return Header("BMP", width, abs(height))


def _tiff(data: bytes) -> Header:
    """The first image directory; a tile larger than the image counts, since it is what gets allocated."""
    order = "<" if data[:2] == b"II" else ">"
    if struct.unpack_from(order + "H", data, 2)[0] == 43:
        (at,) = struct.unpack_from(order + "Q", data, 8)
        (entries,) = struct.unpack_from(order + "Q", data, at)
        first, step, value_at = at + 8, 20, 12
    else:
        (at,) = struct.unpack_from(order + "I", data, 4)
        (entries,) = struct.unpack_from(order + "H", data, at)
        first, step, value_at = at + 2, 12, 8
    if entries > MAX_TIFF_ENTRIES:
        what = f"the TIFF directory claims {entries} entries"
        raise PictureDamaged(what)
    sizes = {256: 0, 257: 0, 322: 0, 323: 0}
    codes = {1: "B", 3: "H", 4: "I", 16: "Q"}
    for index in range(entries):
        entry = first + index * step
        tag, kind = struct.unpack_from(order + "HH", data, entry)
        if tag in sizes and kind in codes:
            (sizes[tag],) = struct.unpack_from(order + codes[kind], data, entry + value_at)
    return Header("TIFF", max(sizes[256], sizes[322]), max(sizes[257], sizes[323]))


def _webp(data: bytes) -> Header:
    chunk = data[12:16]
    if chunk == b"VP8X":
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
        return Header("WebP", width, height, alpha=bool(data[20] & 0x10))
    if chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return Header("WebP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, alpha=bool(bits >> 28 & 1))
    if chunk == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return Header("WebP", width & 0x3FFF, height & 0x3FFF)
    raise PictureDamaged("the WebP begins with a chunk that is no picture")


def _starts(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(magics)


_KINDS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], Header]], ...] = (
    (_starts(b"\x89PNG\r\n\x1a\n"), _png),
    (_starts(b"\xff\xd8\xff"), _jpeg),
    (_starts(b"BM"), _bmp),
    (_starts(b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"), _tiff),
    (lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP", _webp),
)
