"""How often each value occurs in many windows: all that a distribution is drawn from, and much less work than a chart.

From the same roll-ups as ``many.periods``, and the same counts; subgroups, runs and moving ranges are not made.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from hub.rollup.add_up import summed_up
from hub.rollup.hours import cover
from hub.rollup.in_uom import in_uom
from hub.rollup.many import Wanted
from hub.store.database import Reading
from hub.store.rollup_body import PackedRollup
from hub.store.rollup_many_queries import Place, spans_at, streams_of_plants
from hub.store.rollup_queries import PackedSpan, StreamRow
from traceability.quality.moments import Moments
from traceability.quality.rollup import Rollup, pooled

_PAIRS = np.dtype("<i8")


class Counted(msgspec.Struct, frozen=True):
    """``rollup`` holds counts, sums and extremes; ``left_out`` are values in units that can't be converted."""

    rollup: Rollup
    left_out: int


def counted(connection: Reading, wanted: Sequence[Wanted]) -> list[Counted]:
    """Of each in the order asked; two statements, whatever their number."""
    if not wanted:
        return []
    plants, characteristics = {one.plant for one in wanted}, {one.characteristic.id for one in wanted}
    by_name: defaultdict[tuple[str, str, str], list[StreamRow]] = defaultdict(list)
    for stream in streams_of_plants(connection, plants, characteristics, {one.lot for one in wanted}):
        by_name[stream.plant, stream.characteristic, stream.lot].append(stream)
    streams = [
        [stream for stream in by_name[one.plant, one.characteristic.id, one.lot] if one.narrowing.takes(stream)]
        for one in wanted
    ]
    places = [[_places(one, stream) for stream in some] for one, some in zip(wanted, streams, strict=True)]
    spans = spans_at(connection, [place for several in places for some in several for place in some])
    return [_counted(*each, spans) for each in zip(wanted, streams, places, strict=True)]


def _places(wanted: Wanted, stream: StreamRow) -> list[Place]:
    lengths = cover(*wanted.hours, stream.last_hour).items()
    return [Place(stream.id, span, begin, end) for span, ranges in lengths for begin, end in ranges if begin < end]


def _counted(
    wanted: Wanted,
    streams: Sequence[StreamRow],
    places: Sequence[Sequence[Place]],
    spans: Mapping[Place, Sequence[PackedSpan]],
) -> Counted:
    alike: defaultdict[tuple[str, int], list[PackedRollup]] = defaultdict(list)
    told: list[Rollup] = []
    left_out = 0
    for stream, some in zip(streams, places, strict=True):
        rows = [row for place in some for row in spans.get(place, ())]
        left_out += sum(row.left_out for row in rows)
        if rows:
            alike[stream.uom, stream.decimals] += summed_up([row.rollup for row in rows])
    for (uom, _), parts in alike.items():
        whole = _added(parts)
        converted = in_uom(whole, uom, wanted.characteristic.uom)
        if converted is None:
            left_out += whole.sums.n
        else:
            told.append(converted)
    if not told:
        return Counted(Rollup(decimals=wanted.characteristic.decimals), left_out)
    return Counted(told[0] if len(told) == 1 else pooled(told), left_out)


def _added(parts: Sequence[PackedRollup]) -> Rollup:
    """Parts of one resolution."""
    pairs = np.frombuffer(b"".join(part.histogram for part in parts), _PAIRS).reshape(-1, 2)
    values, place = np.unique(pairs[:, 0], return_inverse=True)
    counts = np.zeros(len(values), _PAIRS)
    np.add.at(counts, place, pairs[:, 1])
    histogram = tuple(zip(values.tolist(), counts.tolist(), strict=True))
    return Rollup(
        decimals=parts[0].decimals,
        sums=Moments(
            sum(count for _, count in histogram),
            sum(value * count for value, count in histogram),
            sum(value * value * count for value, count in histogram),
        ),
        least=histogram[0][0] if histogram else None,
        greatest=histogram[-1][0] if histogram else None,
        histogram=histogram,
    )
