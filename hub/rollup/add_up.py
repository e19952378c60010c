"""Many packed roll-ups of one stream added up at once, in array arithmetic: the same bits as ``merge`` of them."""

from collections.abc import Iterable, Sequence

import numpy as np

from hub.store.rollup_body import PackedRollup
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


def _summed(packed: Iterable[bytes]) -> list[tuple[int, int]]:
    """Counts of equal values added, rising; whole numbers throughout."""
    pairs = np.frombuffer(b"".join(packed), _PAIRS).reshape(-1, 2)
    if not len(pairs):
        return []
    ordered = pairs[np.argsort(pairs[:, 0], kind="stable")]
    values = ordered[:, 0]
    begins = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
    counts = np.add.reduceat(ordered[:, 1], begins)
    return list(zip(values[begins].tolist(), counts.tolist(), strict=True))


def _pairs(packed: bytes) -> Iterable[tuple[int, int]]:
    numbers = np.frombuffer(packed, _PAIRS).tolist()
    return zip(numbers[::2], numbers[1::2], strict=True)
