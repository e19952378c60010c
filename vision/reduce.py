"""A small picture of a picture, for people to look at: decoded within limits, shrunk, written anew as JPEG."""

import cv2
import numpy as np

from vision.errors import PictureDamaged
from vision.header import read_header
from vision.picture import PictureLimits, check_size

_QUALITY = 80


def reduced(data: bytes, limits: PictureLimits, most_side: int) -> bytes:
    """A JPEG whose longer side has at most ``most_side`` pixels; nothing of the file but its pixels is in it.

    Raises:
        PictureRefused: one of its kinds, see `vision.errors`.
    """
    header = read_header(data)
    check_size(header.width, header.height, limits)
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        if pixels is None or pixels.size == 0:
            raise PictureDamaged(f"the {header.kind} of {header.width} x {header.height} pixels is corrupt")
        height, width = pixels.shape[:2]
        check_size(width, height, limits)
        scale = min(1.0, most_side / max(width, height))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
        written, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    except cv2.error as error:
        raise PictureDamaged(f"the {header.kind} cannot be decoded: {error.err or error}") from error
    if not written:
        raise PictureDamaged("the small picture cannot be written")
    return bytes(jpeg.tobytes())
