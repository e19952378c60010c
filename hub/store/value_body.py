"""The values of one characteristic in one batch, packed: lines and items of their records, values, doubts.

Numbers are little-endian arrays of the narrowest width that holds them, counted from their smallest; what is the same
everywhere (the item, the distance of the lines) is kept once. What is not simply Good stands apart, by index.
"""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]
GOOD = "Good"


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
        mask = np.ones(len(self.values), np.bool_)
        mask[list(indices)] = False
        return mask


class _Packed(msgspec.Struct, frozen=True, array_like=True):
    n: int
    lines: tuple[int, int, int, bytes]
    items: tuple[int, int, int, bytes]
    values: tuple[int, int, int, bytes]
    doubts: tuple[Doubt, ...]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


def to_body(lines: Sequence[int], items: Sequence[int], values: Sequence[int], doubts: Iterable[Doubt] = ()) -> bytes:
    """Pack values; the three sequences are of one length."""
    lines_at, items_at, packed = (_narrow(np.array(numbers, np.int64)) for numbers in (lines, items, values))
    return _encoder.encode(_Packed(len(values), lines_at, items_at, packed, tuple(doubts)))


def from_body(body: bytes) -> Values:
    """Unpack; the same numbers that went in."""
    packed = _decoder.decode(body)
    lines, items, values = (_wide(packed.n, one) for one in (packed.lines, packed.items, packed.values))
    return Values(lines, items, values, packed.doubts)


def _narrow(numbers: Numbers) -> tuple[int, int, int, bytes]:
    """Smallest, step, width in bytes and the rest; width 0: the numbers rise evenly by the step."""
    if not len(numbers):
        return 0, 0, 0, b""
    step = int(numbers[1] - numbers[0]) if len(numbers) > 1 else 0
    if bool((np.diff(numbers) == step).all()):
        return int(numbers[0]), step, 0, b""
    least = int(numbers.min())
    span = int(numbers.max()) - least
    width = next(width for width in (1, 2, 4, 8) if span < 1 << 8 * width)
    return least, 0, width, (numbers - least).astype(f"<u{width}").tobytes()


def _wide(n: int, packed: tuple[int, int, int, bytes]) -> Numbers:
    least, step, width, rest = packed
    if not width:
        return least + step * np.arange(n, dtype=np.int64)
    return np.frombuffer(rest, f"<u{width}").astype(np.int64) + least
