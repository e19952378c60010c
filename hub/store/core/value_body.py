"""The values of one characteristic in one batch, packed: lines and items of their records, values, doubts.

Numbers are little-endian arrays of the narrowest width that holds them, counted from their smallest; what is the same
everywhere (the item, the distance of the lines) is kept once. What is not simply Good stands apart, by index.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]
Narrow = tuple[int, int, int, bytes]
"""Smallest, step, width in bytes and the rest; width 0: the numbers rise evenly by the step."""
GOOD = "Good"
FEW = 24
"""So many numbers are packed faster one by one."""


class Doubt(msgspec.Struct, frozen=True, array_like=True):
    """What is to be said of the value at ``index`` besides: its status, its raw text, whether it is absent."""

    index: int
    status: str
    raw: str | None
    absent: bool


class Values(msgspec.Struct, frozen=True, eq=False):
    """Arrays of one length, in the order of the records; ``values`` is 0 where a doubt says that it is absent."""

    lines: Numbers
    items: Numbers
    values: Numbers
    doubts: tuple[Doubt, ...]

    @property
    def present(self) -> Mask:
        """Where there is a value at all."""
        return self._without(doubt.index for doubt in self.doubts if doubt.absent)

    @property
    def usable(self) -> Mask:
        """Where the value is Good and there."""
        return self._without(doubt.index for doubt in self.doubts if doubt.absent or doubt.status != GOOD)

    def _without(self, indices: Iterable[int]) -> Mask:
        if not self.doubts:
            return every(len(self.values))
        mask = np.ones(len(self.values), np.bool_)
        mask[list(indices)] = False
        return mask


class _Packed(msgspec.Struct, frozen=True, array_like=True):
    n: int
    lines: Narrow
    items: Narrow
    values: Narrow
    doubts: tuple[Doubt, ...]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


def to_body(
    lines: Sequence[int] | Numbers,
    items: Sequence[int] | Numbers,
    values: Sequence[int] | Numbers,
    doubts: Iterable[Doubt] = (),
) -> bytes:
    """Pack values; the three sequences are of one length."""
    return body_at(narrow(lines), narrow(items), values, doubts)


def body_at(lines: Narrow, items: Narrow, values: Sequence[int] | Numbers, doubts: Iterable[Doubt] = ()) -> bytes:
    """The same of values whose places are packed already."""
    return _encoder.encode(_Packed(len(values), lines, items, narrow(values), tuple(doubts)))


def from_body(body: bytes) -> Values:
    """Unpack; the same numbers that went in."""
    packed = _decoder.decode(body)
    lines, items, values = (wide(packed.n, one) for one in (packed.lines, packed.items, packed.values))
    return Values(lines, items, values, packed.doubts)


def narrow(numbers: Sequence[int] | Numbers) -> Narrow:
    """The numbers packed."""
    if len(numbers) <= FEW:
        return _narrow_few(numbers.tolist() if isinstance(numbers, np.ndarray) else numbers)
    many = np.asarray(numbers, np.int64)
    step = int(many[1] - many[0])
    even = int(many[-1]) - int(many[0]) == step * (len(many) - 1)
    if even and bool((np.diff(many) == step).all()):
        return int(many[0]), step, 0, b""
    least = int(many.min())
    width = _width(int(many.max()) - least)
    return least, 0, width, (many - least).astype(f"<u{width}").tobytes()


def _narrow_few(numbers: Sequence[int]) -> Narrow:
    """The same without arrays, which take longer to set up than a few numbers take."""
    if not numbers:
        return 0, 0, 0, b""
    first = numbers[0]
    step = numbers[1] - first if len(numbers) > 1 else 0
    if _rises_by(step, numbers):
        return first, step, 0, b""
    least = min(numbers)
    width = _width(max(numbers) - least)
    return least, 0, width, _side_by_side(numbers, least, width)


def _rises_by(step: int, numbers: Sequence[int]) -> bool:
    if len(numbers) > 2 and numbers[2] - numbers[1] != step:  # so it is nearly always
        return False
    return all(number == numbers[0] + at * step for at, number in enumerate(numbers))


def _side_by_side(numbers: Iterable[int], least: int, width: int) -> bytes:
    if width == 1:
        return bytes([number - least for number in numbers])
    return b"".join([(number - least).to_bytes(width, "little") for number in numbers])


def narrow_with(n: int, packed: Narrow, more: Sequence[int] | Numbers) -> Narrow | None:
    """``n`` numbers that are packed, and some behind them, as ``narrow`` packs them all; None where it must."""
    least, step, width, rest = packed
    if not len(more):
        return packed
    if not width:
        first = least + step * n
        return packed if n > 1 and _goes_on(more, first, step) else None
    low, high = (more.min(), more.max()) if isinstance(more, np.ndarray) else (min(more), max(more))
    if low < least or high - least >= 1 << 8 * width:
        return None
    if isinstance(more, np.ndarray):
        return least, 0, width, rest + (more - least).astype(f"<u{width}").tobytes()
    return least, 0, width, rest + _side_by_side(more, least, width)


def _goes_on(more: Sequence[int] | Numbers, first: int, step: int) -> bool:
    """Whether numbers rise by ``step`` from ``first``."""
    if isinstance(more, range) and step > 0:
        return more == range(first, first + step * len(more), step)
    return all(number == first + at * step for at, number in enumerate(more))


def _width(span: int) -> int:
    if span < 1 << 16:
        return 1 if span < 1 << 8 else 2
    return next(width for width in (4, 8) if span < 1 << 8 * width)


def wide(n: int, packed: Narrow) -> Numbers:
    """Inverse of :func:`narrow`, of ``n`` numbers."""
    least, step, width, rest = packed
    if not width:
        return _evenly(n, least, step) if n <= _OFTEN else _rising(n, least, step)
    return np.frombuffer(rest, f"<u{width}").astype(np.int64) + least


_OFTEN = 512


@lru_cache(maxsize=256)  # the columns of a batch have the same lines and items
def _evenly(n: int, least: int, step: int) -> Numbers:
    numbers = _rising(n, least, step)
    numbers.flags.writeable = False
    return numbers


def _rising(n: int, least: int, step: int) -> Numbers:
    return least + step * np.arange(n, dtype=np.int64)


@lru_cache(maxsize=256)
def every(n: int) -> Mask:
    """A mask that leaves nothing out."""
    mask = np.ones(n, np.bool_)
    mask.flags.writeable = False
    return mask
