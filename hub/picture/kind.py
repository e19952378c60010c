"""What a picture file is, as far as its header says; nothing is decoded.

A file comes from a machine that somebody may have taken over, so it is hostile until shown otherwise. It is given to a
browser only as what its first bytes say it is, only when that is a kind that holds pixels and no program, and only when
the browser will not need gigabytes for it.
"""

import msgspec

from vision.errors import VisionError
from vision.header import read_header

MOST_PIXELS = 100_000_000
MOST_SIDE = 20_000
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WebP": "image/webp"}
"""The kinds that are shown, and what a browser is told."""


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """Kind, width and height in pixels; ``kind`` is '' for what is no picture of a kind known here."""

    kind: str = ""
    width: int = 0
    height: int = 0


NO_PICTURE = Shape()


def shape_of(content: bytes) -> Shape:
    """What the header says."""
    try:
        header = read_header(content)
    except VisionError:
        return NO_PICTURE
    return Shape(kind=header.kind, width=min(header.width, 2**31 - 1), height=min(header.height, 2**31 - 1))


def is_drawn(shape: Shape) -> bool:
    """Whether a small picture can be made of it, as far as its header says."""
    return (
        bool(shape.kind) and shape.width * shape.height <= MOST_PIXELS and max(shape.width, shape.height) <= MOST_SIDE
    )


def is_shown(shape: Shape) -> bool:
    """Whether a browser is given the file itself."""
    return shape.kind in MEDIA_TYPES and is_drawn(shape)
