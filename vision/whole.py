"""Whether a picture file has been written to its end, as far as its format says so."""

from vision.errors import PictureRefused
from vision.header import read_header

_JPEG_END = b"\xff\xd9"
_WORTH_LOOKING = 4096
"""Some cameras write padding or a note of their own behind the end of a JPEG."""


def is_whole(data: bytes) -> bool:
    """Whether all of it is there. A TIFF doesn't say, and counts as whole once its first directory is readable.

    What is no picture at all is whole: waiting makes it no better.
    """
    try:
        header = read_header(data)
    except PictureRefused as refusal:
        return bool(data) and not _is_beginning(data, refusal)
    if header.kind == "JPEG":
        return _JPEG_END in data[-_WORTH_LOOKING:]
    if header.kind == "BMP":
        return len(data) >= _number_at(data, 2)
    if header.kind == "WebP":
        return len(data) >= _number_at(data, 4) + 8
    return True


def suffix_of(data: bytes) -> str:
    """The usual ending of such a file's name; ``.bin`` for what is no picture."""
    try:
        return _SUFFIXES[read_header(data).kind]
    except PictureRefused:
        return ".bin"


def _number_at(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 4], "little")


def _is_beginning(data: bytes, refusal: PictureRefused) -> bool:
    """Whether the header was cut short: of a kind known, or too short to tell."""
    return len(data) < 12 or "cut short" in refusal.what


_SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "BMP": ".bmp", "TIFF": ".tif", "WebP": ".webp"}
