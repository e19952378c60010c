"""Bytes to a grey picture, guarded before anything is decoded."""

from typing import Any

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from vision.errors import PictureDamaged, PictureTooLarge, PictureTooSmall
from vision.header import Header, read_header

Grey = NDArray[np.uint8]
"""Rows by columns, 0 black to 255 white, contiguous."""


class PictureLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Every bound against a hostile or mistaken picture. Bytes of the file, pixels of what it declares."""

    max_bytes: int = 64 * 1024 * 1024
    max_pixels: int = 100_000_000
    max_side: int = 32_767
    min_side: int = 3


def load_grey(data: bytes, limits: PictureLimits) -> Grey:
    """The picture as stored (EXIF orientation is not applied: it changes no symbol, only coordinates).

    Of several frames or pages the first is taken. Depths above 8 bit are stretched between their darkest and
    brightest value, because cameras put 10 or 12 bits into the low end of 16. Transparency is laid on white, or
    on black where the opaque part is bright.

    Raises:
        PictureRefused: one of its kinds, see `vision.errors`.
    """
    if len(data) > limits.max_bytes:
        what = f"the file has more than {limits.max_bytes} bytes, the most that is read"
        raise PictureTooLarge(what)
    header = read_header(data)
    check_size(header.width, header.height, limits)
    pixels = _pixels(data, header)
    check_size(pixels.shape[1], pixels.shape[0], limits)
    return _to_grey(pixels)


def check_size(width: int, height: int, limits: PictureLimits) -> None:
    """`PictureTooLarge` or `PictureTooSmall` unless so many pixels are within the limits."""
    if max(width, height) > limits.max_side or width * height > limits.max_pixels:
        what = f"the picture declares {width} x {height} pixels; at most {limits.max_pixels} are decoded"
        raise PictureTooLarge(what, advice=f"no side over {limits.max_side}")
    if min(width, height) < limits.min_side:
        what = f"the picture has {width} x {height} pixels; a symbol needs more"
        raise PictureTooSmall(what)


def _pixels(data: bytes, header: Header) -> NDArray[np.generic]:
    flags = cv2.IMREAD_GRAYSCALE | cv2.IMREAD_ANYDEPTH | cv2.IMREAD_IGNORE_ORIENTATION
    if header.alpha:
        flags = cv2.IMREAD_UNCHANGED
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        what = f"the {header.kind} cannot be decoded: {error.err or error}"
        raise PictureDamaged(what) from error
    if pixels is None or pixels.size == 0:
        what = f"the {header.kind} of {header.width} x {header.height} pixels is truncated or corrupt"
        raise PictureDamaged(what)
    return pixels


def _to_grey(pixels: NDArray[np.generic]) -> Grey:
    """Grey of any channels and depth that OpenCV hands out."""
    deep: NDArray[np.integer[Any] | np.floating[Any]]
    deep = np.asarray(pixels, pixels.dtype if pixels.dtype in (np.uint8, np.uint16) else np.float32)
    colour = deep[..., :3] if deep.ndim == 3 else deep
    grey = _to_8_bit(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY) if colour.ndim == 3 else colour)
    if deep.ndim == 3 and deep.shape[2] == 4:
        full = 255.0 if deep.dtype == np.uint8 else 65535.0
        return _lay_on_ground(grey, deep[..., 3].astype(np.float32) / full)
    return np.ascontiguousarray(grey)


def _to_8_bit(grey: NDArray[np.generic]) -> Grey:
    if grey.dtype == np.uint8:
        return np.asarray(grey, np.uint8)
    values = np.nan_to_num(grey.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    return np.asarray((values - low) * (255.0 / (high - low)) if high > low else values * 0.0, np.uint8)


def _lay_on_ground(grey: Grey, opacity: NDArray[np.float32]) -> Grey:
    covered = float(opacity.sum())
    bright = covered > 0 and float((grey * opacity).sum()) / covered >= 128
    ground = 0.0 if bright and float(opacity.min()) < 1 else 255.0
    return np.asarray(grey * opacity + ground * (1 - opacity), np.uint8)
