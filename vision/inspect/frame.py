"""Bytes to pixels as the camera gave them: no stretching, since light and colour are what is measured."""

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from vision.errors import PictureDamaged, PictureTooLarge
from vision.header import read_header
from vision.picture import Grey, PictureLimits

Colour = NDArray[np.uint8]
"""Rows by columns by blue, green, red."""

Smooth = NDArray[np.float32]
"""Grey levels, not rounded."""

DEEP = 16


class Frame(msgspec.Struct, frozen=True):
    """One picture, in colour (three equal channels where it has none) and in grey, 8 bit each."""

    colour: Colour
    grey: Grey


def load_frame(data: bytes, limits: PictureLimits, bits: int = DEEP) -> Frame:
    """The picture as stored: orientation tags are not applied, transparency is dropped, of several pages the first.

    ``bits``: how many of 16 a deeper picture uses; its lower ones are dropped.

    Raises:
        PictureRefused: one of its kinds, see `vision.errors`; before decoding where the header says enough.
    """
    if len(data) > limits.max_bytes:
        what = f"the file has more than {limits.max_bytes} bytes, the most that is read"
        raise PictureTooLarge(what)
    header = read_header(data)
    if max(header.width, header.height) > limits.max_side or header.width * header.height > limits.max_pixels:
        what = f"the picture declares {header.width} x {header.height} pixels; at most {limits.max_pixels} are decoded"
        raise PictureTooLarge(what, advice=f"no side over {limits.max_side}")
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        what = f"the {header.kind} cannot be decoded: {error.err or error}"
        raise PictureDamaged(what) from error
    if pixels is None or pixels.size == 0:
        what = f"the {header.kind} of {header.width} x {header.height} pixels is truncated or corrupt"
        raise PictureDamaged(what)
    return frame_of(_to_8_bit(pixels, bits))


def frame_of(colour: Colour) -> Frame:
    """A frame of pixels that are there already; grey ones become three equal channels."""
    if colour.ndim == 2:
        return Frame(np.asarray(cv2.cvtColor(colour, cv2.COLOR_GRAY2BGR), np.uint8), np.ascontiguousarray(colour))
    return Frame(colour, np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), np.uint8))


def _to_8_bit(pixels: NDArray[np.generic], bits: int) -> Colour:
    if pixels.dtype == np.uint8:
        return np.asarray(pixels, np.uint8)
    if pixels.dtype != np.uint16:
        what = f"the picture holds {pixels.dtype} values"
        raise PictureDamaged(what, advice="inspection takes whole numbers of 8 or 16 bit")
    whole: NDArray[np.uint16] = np.asarray(pixels, np.uint16)
    return np.asarray(np.minimum(whole >> (bits - 8), 255), np.uint8)
