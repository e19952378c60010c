"""Values as whole numbers of a resolution, in arrays, and their exact sums."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from traceability.quality.errors import OutOfDomain

Whole: TypeAlias = NDArray[np.int64]
Doubles: TypeAlias = NDArray[np.float64]
_MOST_DECIMALS = 12
_ROOM = 2**62
_SMALLEST_PIECE = 1024


class Steps(msgspec.Struct, frozen=True):
    """``values`` x 10**-``decimals``: one axis for single values in their order, two for subgroups of equal size."""

    values: Whole
    decimals: int

    @property
    def unit(self) -> Fraction:
        """The resolution."""
        return Fraction(1, 10**self.decimals)


class Sums(NamedTuple):
    """Σ, Σ² and the two ends."""

    total: int
    squares: int
    low: int
    high: int


def steps_of(values: Sequence[int] | Sequence[Sequence[int]] | NDArray[Any], decimals: int) -> Steps:
    """OutOfDomain for what is no array of whole numbers, or finer than 12 decimals."""
    array = np.asarray(values)
    if array.size == 0:
        return Steps(np.zeros(0, np.int64), decimals)
    if array.dtype.kind not in "iu" or array.ndim not in (1, 2) or not 0 <= decimals <= _MOST_DECIMALS:
        message = f"one or two axes of whole numbers are needed, not {array.ndim} of {array.dtype}, {decimals} decimals"
        raise OutOfDomain(message)
    return Steps(array.astype(np.int64, copy=False), decimals)


def scaled(sums: Whole, divisor: int, decimals: int) -> Doubles:
    """``sums`` / (``divisor`` x 10**``decimals``): one division of doubles, so correctly rounded where both fit."""
    return np.true_divide(sums, float(divisor * 10**decimals))


def exact_sums(values: Whole) -> Sums:
    """Of all of ``values``, as Python's whole numbers, whatever their size."""
    flat = values.ravel()
    low, high = int(flat.min()), int(flat.max())
    n = flat.size
    total, squares = _sums(flat, low, max(high - low, 1))
    return Sums(total + n * low, squares + 2 * low * total + n * low * low, low, high)


def _sums(flat: Whole, low: int, reach: int) -> tuple[int, int]:
    """Piece by piece, each small enough for its sums."""
    piece = _ROOM // (reach * reach)
    if piece < _SMALLEST_PIECE:
        moved = [value - low for value in flat.tolist()]
        return sum(moved), sum(value * value for value in moved)
    total = squares = 0
    for begin in range(0, flat.size, piece):
        part = flat[begin : begin + piece] - low
        total, squares = total + int(part.sum()), squares + int(np.square(part).sum())
    return total, squares
