"""Many periods at once, whatever their number by a few statements: for lists of plants, trends and lots compared."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from hub.rollup.add_up import add_up
from hub.rollup.hours import cover
from hub.rollup.in_uom import in_uom
from hub.rollup.window import Narrowing, Period
from hub.store.database import Reading
from hub.store.rollup_many_queries import Place, spans_at, streams_of_plants
from hub.store.rollup_queries import PackedSpan, Range, StreamRow
from traceability.measurement import Characteristic
from traceability.quality.rollup import Rollup, pooled


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A characteristic's values at a plant in ``hours``, narrowed."""

    plant: str
    characteristic: Characteristic
    hours: Range
    narrowing: Narrowing = Narrowing()

    @property
    def lot(self) -> str:
        """As streams name it."""
        return self.narrowing.lot or ""


def periods(connection: Reading, wanted: Sequence[Wanted]) -> list[Period]:
    """What roll-ups say of each, in the order asked; the same as ``window.period`` one by one."""
    if not wanted:
        return []
    by_name: defaultdict[tuple[str, str, str], list[StreamRow]] = defaultdict(list)
    for stream in streams_of_plants(
        connection,
        {one.plant for one in wanted},
        {one.characteristic.id for one in wanted},
        {one.lot for one in wanted},
    ):
        by_name[stream.plant, stream.characteristic, stream.lot].append(stream)
    streams = [
        [stream for stream in by_name[one.plant, one.characteristic.id, one.lot] if one.narrowing.takes(stream)]
        for one in wanted
    ]
    places = [place for one, some in zip(wanted, streams, strict=True) for stream in some for place in _of(one, stream)]
    spans = spans_at(connection, places)
    return [_period(one, some, spans) for one, some in zip(wanted, streams, strict=True)]


def _of(wanted: Wanted, stream: StreamRow) -> list[Place]:
    return [
        Place(stream.id, span, begin, end)
        for span, ranges in cover(*wanted.hours, stream.last_hour).items()
        for begin, end in ranges
        if begin < end
    ]


def _period(wanted: Wanted, streams: Sequence[StreamRow], spans: Mapping[Place, Sequence[PackedSpan]]) -> Period:
    merged: list[Rollup] = []
    left_out, batches, cells = 0, set[int](), set[str]()
    for stream in streams:
        rows = [row for place in _of(wanted, stream) for row in spans.get(place, ())]
        if not rows:
            continue
        whole = add_up([row.rollup for row in rows])
        batches |= {row.first_batch for row in rows} | {row.last_batch for row in rows}
        cells.add(stream.work_cell)
        left_out += sum(row.left_out for row in rows)
        told = in_uom(whole, stream.uom, wanted.characteristic.uom)
        if told is not None:
            merged.append(told)
        else:
            left_out += whole.sums.n
    return Period(
        rollup=pooled(merged) if merged else Rollup(decimals=wanted.characteristic.decimals),
        left_out=left_out,
        first_batch=min(batches, default=None),
        last_batch=max(batches, default=None),
        work_cells=tuple(sorted(cells)),
    )
