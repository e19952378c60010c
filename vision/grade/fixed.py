"""Finder and clock patterns, which are the same in every symbol: what of them was read right.

After the idea of ISO/IEC 15415 clause 7.8.8 and the symbologies' annexes, but as one share of modules, not a grade.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vision.formats import Format

Bits = NDArray[np.uint8]
Part = tuple[Bits, Bits]
"""What was read of a part of the symbol, and what stands there in every symbol."""

_FINDER = np.ones((7, 7), np.uint8)
_FINDER[1:6, 1:6] = 0
_FINDER[2:5, 2:5] = 1


def fixed_pattern(bits: Bits, of: Format) -> float | None:
    """Share of the fixed modules that are right, 1 dark; the symbol stands upright, as its reader gives it."""
    parts = _PARTS[of](bits)
    right = sum(int((read == ideal).sum()) for read, ideal in parts)
    return round(right / sum(read.size for read, _ in parts), 3)


def _clock(length: int) -> Bits:
    """Dark, light, dark …"""
    return np.asarray(np.arange(length) % 2 == 0, np.uint8)


def _data_matrix(bits: Bits) -> list[Part]:
    """The border: solid on the left and below, clocks above and on the right (ISO/IEC 16022 5.2)."""
    rows, columns = bits.shape
    solid_left, solid_below = np.ones(rows, np.uint8), np.ones(columns, np.uint8)
    return [
        (bits[:, 0], solid_left),
        (bits[-1], solid_below),
        (bits[0], _clock(columns)),
        (bits[:, -1], 1 - _clock(rows)),
    ]


def _qr(bits: Bits) -> list[Part]:
    """Three finders and the two clocks between them (ISO/IEC 18004 6.3); a mirrored code reads the same here."""
    corners = [bits[:7, :7], bits[:7, -7:], bits[-7:, :7]]
    between = slice(8, -8)
    clock = _clock(bits.shape[0])[between]
    return [*((corner, _FINDER) for corner in corners), (bits[6, between], clock), (bits[between, 6], clock)]


def _micro_qr(bits: Bits) -> list[Part]:
    """One finder, and the clocks along two edges."""
    clock = _clock(bits.shape[0])[8:]
    return [(bits[:7, :7], _FINDER), (bits[0, 8:], clock), (bits[8:, 0], clock)]


def _rmqr(bits: Bits) -> list[Part]:
    """The finder (ISO/IEC 23941 6.3.3); in the lowest symbols its last row is the edge."""
    return [(bits[:7, :7], _FINDER[: min(7, bits.shape[0])])]


def _aztec(bits: Bits) -> list[Part]:
    """The rings of the bull's eye that compact and full symbols share (ISO/IEC 24778 6.2)."""
    middle = bits.shape[0] // 2
    eye = bits[middle - 4 : middle + 5, middle - 4 : middle + 5]
    y, x = np.mgrid[-4:5, -4:5]
    return [(eye, (np.maximum(abs(x), abs(y)) % 2 == 0).astype(np.uint8))]


_PARTS: dict[Format, Callable[[Bits], list[Part]]] = {
    Format.DATA_MATRIX: _data_matrix,
    Format.QR: _qr,
    Format.MICRO_QR: _micro_qr,
    Format.RMQR: _rmqr,
    Format.AZTEC: _aztec,
}
