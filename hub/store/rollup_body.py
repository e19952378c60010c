"""A roll-up as bytes that are quick to read: histograms as little-endian 64-bit integers, the rest as MessagePack.

Sums that may outgrow 64 bits are text. Count, sums and extremes are not kept: they follow from the histogram.
"""

import sys
from array import array
from collections.abc import Iterable
from itertools import chain

import msgspec

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


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(PackedRollup)


def to_body(rollup: Rollup) -> bytes:
    """The bytes of a roll-up; equal ones give equal bytes."""
    return body_of(pack(rollup))


def body_of(rollup: PackedRollup) -> bytes:
    """The same of one that is packed already."""
    return _encoder.encode(rollup)


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


def packed(body: bytes) -> PackedRollup:
    """The bytes of a roll-up told apart, which is all that adding many of them up needs."""
    return _decoder.decode(body)


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
