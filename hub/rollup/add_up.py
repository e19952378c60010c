"""Packed roll-ups of one stream added up in array arithmetic: the same bits as ``merge`` of them."""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from hub.rollup.from_arrays import Numbers
from hub.store.rollup_body import PackedRollup, pack
from traceability.quality.errors import OutOfDomain
from traceability.quality.rollup import Rollup, Run, joined
from traceability.quality.stability import SubgroupTally

_PAIRS = np.dtype("<i8")


def add_up(parts: Sequence[PackedRollup]) -> Rollup:
    """One roll-up of all parts, in whatever order they come; OutOfDomain as ``merge`` says."""
    resolutions = {part.decimals for part in parts}
    if len(resolutions) != 1:
        message = f"roll-ups of one resolution can be merged, not of decimals {sorted(resolutions)}"
        raise OutOfDomain(message)
    tally = SubgroupTally(
        count=sum(part.subgroups for part in parts),
        totals=tuple(_summed(part.totals for part in parts)),
        spreads=tuple(_summed(part.spreads for part in parts)),
        spread_sum=sum(int(part.spread_sum) for part in parts),
    )
    return joined(
        resolutions.pop(),
        dict(_summed(part.histogram for part in parts)),
        tally,
        loose=(pair for part in parts for pair in _pairs(part.loose)),
        runs=(Run(*run) for part in parts for run in part.runs),
        ranges=(sum(int(part.ranges) for part in parts), sum(part.range_count for part in parts)),
    )


def add_packed(known: PackedRollup, added: PackedRollup) -> PackedRollup:
    """Two packed roll-ups of one stream as one, histograms never unpacked; OutOfDomain as ``merge`` says."""
    if known.decimals != added.decimals:
        message = f"roll-ups of one resolution can be merged, not of decimals {[known.decimals, added.decimals]}"
        raise OutOfDomain(message)
    both = (known, added)
    split = joined(
        known.decimals,
        {},
        SubgroupTally(),
        loose=(pair for part in both for pair in _pairs(part.loose)),
        runs=(Run(*run) for part in both for run in part.runs),
        ranges=(sum(int(part.ranges) for part in both), sum(part.range_count for part in both)),
    )
    whole = pack(split)
    return msgspec.structs.replace(
        whole,
        total=str(int(known.total) + int(added.total)),
        squares=str(int(known.squares) + int(added.squares)),
        histogram=_sums(known.histogram, added.histogram),
        subgroups=known.subgroups + added.subgroups + whole.subgroups,
        totals=_sums(known.totals, added.totals, whole.totals),
        spreads=_sums(known.spreads, added.spreads, whole.spreads),
        spread_sum=str(sum(int(part.spread_sum) for part in (known, added, whole))),
    )


def _sums(*packed: bytes) -> bytes:
    """Packed pairs of value and count, counts of equal values added."""
    some = [part for part in packed if part]
    if len(some) < 2:
        return some[0] if some else b""
    values, counts = _added(b"".join(some))
    return np.stack((values, counts), axis=1).astype(_PAIRS, copy=False).tobytes()


def _summed(packed: Iterable[bytes]) -> list[tuple[int, int]]:
    """Counts of equal values added, rising; whole numbers throughout."""
    values, counts = _added(b"".join(packed))
    return list(zip(values.tolist(), counts.tolist(), strict=True))


def _added(packed: bytes) -> tuple[Numbers, Numbers]:
    pairs = np.frombuffer(packed, _PAIRS).reshape(-1, 2)
    if not len(pairs):
        return pairs[:, 0], pairs[:, 1]
    ordered = pairs[np.argsort(pairs[:, 0], kind="stable")]
    values = ordered[:, 0]
    begins = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
    return values[begins], np.add.reduceat(ordered[:, 1], begins)


def _pairs(packed: bytes) -> Iterable[tuple[int, int]]:
    numbers = np.frombuffer(packed, _PAIRS).tolist()
    return zip(numbers[::2], numbers[1::2], strict=True)
