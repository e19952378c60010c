"""A roll-up as bytes: the values of an hour as they came, or what they came to.

While an hour holds few values they are kept themselves (:class:`Unsummed`): they take less room than their histogram,
and to put more behind them costs next to nothing. Of longer spans and full hours there are histograms. In memory these
are little-endian 64-bit integers, which add up fast; at rest every array has the narrowest width that holds it.

Sums that may outgrow 64 bits are text. Count, sums and extremes are not kept: they follow from the histogram. The first
byte says which of the two follows; bodies of earlier versions (see ``r0005``) begin with neither.
"""

import sys
from array import array
from collections.abc import Iterable, Sequence
from itertools import chain

import msgspec
import numpy as np

from hub.store.core.value_body import FEW, Narrow, Numbers, narrow, narrow_with, wide
from traceability.quality.moments import Moments
from traceability.quality.rollup import Rollup, Run
from traceability.quality.stability import SubgroupTally

Pairs = tuple[tuple[int, int], ...]
_WIDTH = "q"


class PackedRollup(msgspec.Struct, frozen=True, array_like=True):
    """The bytes told apart, histograms still packed: pairs of value and count."""

    decimals: int
    total: str
    squares: str
    histogram: bytes
    subgroups: int
    totals: bytes
    spreads: bytes
    spread_sum: str
    loose: bytes
    runs: tuple[tuple[int, int, int, int], ...]
    ranges: str
    range_count: int


class Unsummed(msgspec.Struct, frozen=True, array_like=True):
    """``n`` values of one stream as they came, at rising positions."""

    decimals: int
    n: int
    positions: Narrow
    values: Narrow

    @property
    def arrays(self) -> tuple[Numbers, Numbers]:
        """Positions and values."""
        return wide(self.n, self.positions), wide(self.n, self.values)


Kept = PackedRollup | Unsummed


class _NarrowPairs(msgspec.Struct, frozen=True, array_like=True):
    n: int
    firsts: Narrow
    seconds: Narrow


class _AtRest(msgspec.Struct, frozen=True, array_like=True):
    """As :class:`PackedRollup`, pairs of the narrowest width."""

    decimals: int
    total: str
    squares: str
    histogram: _NarrowPairs
    subgroups: int
    totals: _NarrowPairs
    spreads: _NarrowPairs
    spread_sum: str
    loose: _NarrowPairs
    runs: tuple[tuple[int, int, int, int], ...]
    ranges: str
    range_count: int


_PAIRS = ("histogram", "totals", "spreads", "loose")
_SUMMED, _UNSUMMED = b"\x01", b"\x02"
_encoder = msgspec.msgpack.Encoder()
_decode_wide = msgspec.msgpack.Decoder(PackedRollup).decode
_decode_summed = msgspec.msgpack.Decoder(_AtRest).decode
_decode_unsummed = msgspec.msgpack.Decoder(Unsummed).decode


def body_of(kept: Kept) -> bytes:
    """The bytes; equal ones give equal bytes."""
    if isinstance(kept, Unsummed):
        return _UNSUMMED + _encoder.encode(kept)
    pairs = {name: _narrowed(getattr(kept, name)) for name in _PAIRS}
    return _SUMMED + _encoder.encode(_AtRest(**(msgspec.structs.asdict(kept) | pairs)))


def kept_in(body: bytes) -> Kept:
    """Inverse of :func:`body_of`; bodies of earlier versions are read as well."""
    if body.startswith(_UNSUMMED):
        return _decode_unsummed(memoryview(body)[1:])
    if not body.startswith(_SUMMED):
        return _decode_wide(body)
    found = _decode_summed(memoryview(body)[1:])
    pairs = {name: _widened(getattr(found, name)) for name in _PAIRS}
    return PackedRollup(**(msgspec.structs.asdict(found) | pairs))


def wide_body_of(rollup: PackedRollup) -> bytes:
    """The bytes as earlier versions wrote them."""
    return _encoder.encode(rollup)


def unsummed(decimals: int, positions: Sequence[int] | Numbers, values: Numbers) -> Unsummed:
    """Values at rising positions, packed."""
    return Unsummed(decimals, len(values), narrow(positions), narrow(values))


def unsummed_with(known: Unsummed, positions: Sequence[int] | Numbers, values: Numbers) -> Unsummed | None:
    """``known`` with values behind it, never unpacked; None where all have to be packed anew."""
    some = values if len(values) > FEW else values.tolist()
    after = narrow_with(known.n, known.values, some)
    places = None if after is None else narrow_with(known.n, known.positions, positions)
    if after is None or places is None:
        return None
    return Unsummed(known.decimals, known.n + len(values), places, after)


def pack(rollup: Rollup) -> PackedRollup:
    """Pack a roll-up; equal ones are packed equally."""
    return PackedRollup(
        decimals=rollup.decimals,
        total=str(rollup.sums.total),
        squares=str(rollup.sums.squares),
        histogram=_packed(rollup.histogram),
        subgroups=rollup.subgroups.count,
        totals=_packed(rollup.subgroups.totals),
        spreads=_packed(rollup.subgroups.spreads),
        spread_sum=str(rollup.subgroups.spread_sum),
        loose=_packed(rollup.loose),
        runs=tuple((run.start, run.end, run.first, run.last) for run in rollup.runs),
        ranges=str(rollup.ranges),
        range_count=rollup.range_count,
    )


def unpack(found: PackedRollup, n: int) -> Rollup:
    """Inverse of :func:`pack`; ``n`` is the count of values."""
    histogram = _unpacked(found.histogram)
    return Rollup(
        decimals=found.decimals,
        sums=Moments(n, int(found.total), int(found.squares)),
        least=histogram[0][0] if histogram else None,
        greatest=histogram[-1][0] if histogram else None,
        histogram=histogram,
        subgroups=SubgroupTally(
            count=found.subgroups,
            totals=_unpacked(found.totals),
            spreads=_unpacked(found.spreads),
            spread_sum=int(found.spread_sum),
        ),
        loose=_unpacked(found.loose),
        runs=tuple(Run(*run) for run in found.runs),
        ranges=int(found.ranges),
        range_count=found.range_count,
    )


def _narrowed(pairs: bytes) -> _NarrowPairs:
    numbers = np.frombuffer(pairs, "<i8").reshape(-1, 2)
    return _NarrowPairs(len(numbers), narrow(numbers[:, 0]), narrow(numbers[:, 1]))


def _widened(pairs: _NarrowPairs) -> bytes:
    numbers = np.empty((pairs.n, 2), "<i8")
    numbers[:, 0] = wide(pairs.n, pairs.firsts)
    numbers[:, 1] = wide(pairs.n, pairs.seconds)
    return numbers.tobytes()


def _packed(pairs: Iterable[tuple[int, int]]) -> bytes:
    return _little(array(_WIDTH, chain.from_iterable(pairs))).tobytes()


def _unpacked(data: bytes) -> Pairs:
    numbers = array(_WIDTH)
    numbers.frombytes(data)
    numbers = _little(numbers)
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _little(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
