"""From a text to a QR code that a page draws by itself: no picture file, sharp at any size and on paper."""

import re

import msgspec
import zxingcpp

from vision.errors import VisionError

LONGEST = 1000
"""Characters; a phone still reads the code they make from a screen."""
_PATH = re.compile(r'<path d="([MmHhVvZz0-9 .-]+)"')
_WIDTH = re.compile(r'<svg width="(\d+)"')


class DrawnCode(msgspec.Struct, frozen=True, kw_only=True):
    """``path`` is the dark modules as SVG path data, in a square of ``size`` modules with the quiet zone."""

    size: int
    path: str


def draw_qr(text: str) -> DrawnCode:
    """The QR code (ISO/IEC 18004) of ``text``; ``VisionError`` when there is nothing in it, or too much."""
    if not 0 < len(text) <= LONGEST:
        raise VisionError(f"a QR code of {len(text)} characters is not drawn", advice=f"1 to {LONGEST} of them")
    drawn = zxingcpp.write_barcode_to_svg(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode))
    width, path = _WIDTH.search(drawn), _PATH.search(drawn)
    assert width is not None
    assert path is not None  # of our own pinned library
    return DrawnCode(size=int(width[1]), path=path[1])
