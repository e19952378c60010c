"""Estimates for matrix codes, after ISO/IEC 15415:2011 clause 7, from the modules that the reader sampled.

The quadrilateral that the reader found is divided into modules by its perspective; each module's reflectance is the
mean over half a module. A reader rounds corners to pixels and may turn or mirror them, so that of the eight ways to
lay the modules, and of a few sizes, the one is taken that fits the picture best.
"""

from itertools import product
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.formats import Format
from vision.grade.fixed import fixed_pattern
from vision.picture import Grey
from vision.symbol import Modules, Polygon, Quality

Floats = NDArray[np.float64]
Bits = NDArray[np.uint8]
Pair = tuple[float, float]

QUIET = {Format.QR: 4, Format.MICRO_QR: 2, Format.RMQR: 2, Format.DATA_MATRIX: 1}
"""Modules of the quiet zone (ISO/IEC 18004 9.1, 23941, 16022 5.1); Aztec needs none."""

FIT = (-0.4, 0.0, 0.4)
"""Modules by which the quadrilateral may be too large or too small, or lie beside the code, along each axis."""

FITS = tuple(product(FIT, FIT))

WEAK_PART = 0.1
"""Modulation is that of the module that one in ten is worse than; the standard takes the worst of a codeword."""

MOST_MODULES = 200
_MARGIN = 4


class _Laid(NamedTuple):
    """Modules as they lie in the picture: from their coordinates to pixels, and how well they fit (-1 to 1)."""

    bits: Bits
    matrix: Floats
    fit: float


def matrix_quality(picture: Grey, polygon: Polygon, modules: Modules, of: Format) -> Quality | None:
    """The estimates; None where the modules cannot be found again in the picture."""
    bits = np.frombuffer(modules.bits, np.uint8).reshape(-1, modules.width)
    if max(bits.shape) > MOST_MODULES or min(bits.shape) < 2:
        return None
    corners = np.array(polygon, np.float64)
    module = float(np.sqrt(abs(cv2.contourArea(corners.astype(np.float32))) / bits.size))
    if module < 1:
        return None
    soft, origin = _softened(picture, corners, module)
    laid = _laid(soft, bits, corners - origin)
    if laid is None:
        return None
    inverted = laid.fit < 0
    sampled = _sampled(soft, laid.matrix, *_centres(laid.bits.shape))
    levels = 255.0 - sampled if inverted else sampled
    ring = _ring(soft, laid, QUIET.get(of, 0))
    light = _high(levels if ring is None else np.append(levels, 255.0 - ring if inverted else ring))
    dark = float(np.percentile(levels, 2))
    if light - dark < 1:
        return None
    margin = _margins(levels, laid.bits, light, dark)
    return Quality(
        contrast=_part((light - dark) / max(light, 1.0)),
        modulation=_part(float(np.quantile(margin, WEAK_PART))),
        fixed_pattern=fixed_pattern(bits, of),
        axial=_axial(laid),
        quiet_zone=None if ring is None else _quiet(255.0 - ring if inverted else ring, light, dark),
    )


def _softened(picture: Grey, corners: Floats, module: float) -> tuple[Grey, Floats]:
    """The part of the picture around the code, averaged over half a module; and where it begins."""
    reach = module * (_MARGIN + 2)
    height, width = picture.shape
    low = np.clip(np.floor(corners.min(axis=0) - reach), 0, (width - 1, height - 1)).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0) + reach), 1, (width, height)).astype(int)
    part = picture[low[1] : high[1], low[0] : high[0]]
    size = max(1, round(module / 2))
    return np.asarray(cv2.blur(part, (size, size)), np.uint8), low.astype(np.float64)


def _laid(soft: Grey, bits: Bits, corners: Floats) -> _Laid | None:
    best: _Laid | None = None
    for turn, flip in product(range(4), (False, True)):
        tried = np.ascontiguousarray(np.rot90(bits.T if flip else bits, turn))
        laid = _lay(soft, tried, corners)
        if laid is not None and (best is None or abs(laid.fit) > abs(best.fit)):
            best = laid
    if best is None:
        return None
    moved = [_lay(soft, best.bits, corners, shift=shift) for shift in FITS]
    shift = FITS[int(np.argmax([0 if laid is None else abs(laid.fit) for laid in moved]))]
    sized = [_lay(soft, best.bits, corners, shift=shift, more=more) for more in FITS]
    best = max((best, *filter(None, sized)), key=lambda laid: abs(laid.fit))
    return best if abs(best.fit) > 0.3 else None


def _lay(soft: Grey, bits: Bits, corners: Floats, *, shift: Pair = (0.0, 0.0), more: Pair = (0.0, 0.0)) -> _Laid | None:
    """The modules with the quadrilateral shifted and enlarged by so many of them."""
    rows, columns = bits.shape
    left, right = more[0] / 2 - shift[0], columns - more[0] / 2 - shift[0]
    top, bottom = more[1] / 2 - shift[1], rows - more[1] / 2 - shift[1]
    edges = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(edges, corners.astype(np.float32)), np.float64)
    if not np.isfinite(matrix).all():
        return None
    levels = _sampled(soft, matrix, *_centres(bits.shape))
    if levels.std() < 1e-6 or bits.std() < 1e-6:
        return None
    fit = float(np.corrcoef(levels.ravel(), 1.0 - bits.ravel())[0, 1])
    return _Laid(bits, matrix, fit)


def _centres(shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return columns + 0.5, rows + 0.5


def _sampled(soft: Grey, matrix: Floats, x: Floats, y: Floats) -> Floats:
    """Grey values at places in module coordinates; what lies outside the picture is as dark as its middle."""
    points = np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    seen = matrix @ points
    # Pixel centres lie at whole numbers, module edges at those of pixels.
    px, py = (seen[:2] / seen[2]).astype(np.float32) - np.float32(0.5)
    levels = cv2.remap(soft, px[None], py[None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0].astype(float)
    outside = (px < -1) | (py < -1) | (px > soft.shape[1]) | (py > soft.shape[0])
    if outside.any():
        levels[outside] = float(np.median(soft))
    return np.asarray(levels.reshape(x.shape), np.float64)


def _ring(soft: Grey, laid: _Laid, wide: int) -> Floats | None:
    """The quiet zone's modules."""
    if not wide:
        return None
    rows, columns = laid.bits.shape
    y, x = np.mgrid[-wide : rows + wide, -wide : columns + wide]
    around = (x < 0) | (y < 0) | (x >= columns) | (y >= rows)
    return _sampled(soft, laid.matrix, x[around] + 0.5, y[around] + 0.5)


def _high(levels: Floats) -> float:
    return float(np.percentile(levels, 98))


def _margins(levels: Floats, bits: Bits, light: float, dark: float) -> Floats:
    """Reflectance margin of each module (7.8.4): twice its distance from the threshold; 0 on the wrong side."""
    distance = (levels - (light + dark) / 2) * np.where(bits, -1, 1) * 2 / (light - dark)
    return np.asarray(np.clip(distance, 0, 1), np.float64)


def _axial(laid: _Laid) -> float:
    """1 - axial non-uniformity (7.8.6): how unlike the mean spacings of modules are along the two axes."""
    rows, columns = laid.bits.shape
    edges = np.array([[[0, 0], [columns, 0], [columns, rows], [0, rows]]], np.float64)
    seen = cv2.perspectiveTransform(edges, laid.matrix)[0]
    across = (np.linalg.norm(seen[1] - seen[0]) + np.linalg.norm(seen[2] - seen[3])) / columns
    down = (np.linalg.norm(seen[3] - seen[0]) + np.linalg.norm(seen[2] - seen[1])) / rows
    return _part(float(1 - 2 * abs(across - down) / (across + down)))


def _quiet(ring: Floats, light: float, dark: float) -> float:
    return _part(float((ring > (light + dark) / 2).mean()))


def _part(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 3)
