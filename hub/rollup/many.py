"""Many periods at once, whatever their number by a few statements: for lists of plants, trends and lots compared."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from hub.rollup.add_up import add_many, add_up, pool_packed
from hub.rollup.hours import cover
from hub.rollup.in_uom import in_uom, scale_between
from hub.rollup.window import Narrowing, Period
from hub.store.core.database import Reading
from hub.store.core.memo import once
from hub.store.rollup.body import Kept
from hub.store.rollup.many import Place, numbers_at, spans_at, streams_of_plants
from hub.store.rollup.queries import PackedSpan, Range, StreamRow
from traceability.measurement import Characteristic
from traceability.quality.rollup import Rollup, pooled

OfStream = tuple[StreamRow, list[PackedSpan]]
MOST_SUMS = 1024
"""So many sums stay, to be found again by what was added up: a plant from which nothing came is read, and not added."""


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
    """What roll-ups say of each, in the order asked; the same as ``window.period`` one by one, once in a reading."""
    known: dict[Wanted, Period] = once(connection, periods, dict)
    fresh = [one for one in dict.fromkeys(wanted) if one not in known]
    if fresh:
        known.update(zip(fresh, _read(connection, fresh), strict=True))
    return [known[one] for one in wanted]


def _read(connection: Reading, wanted: Sequence[Wanted]) -> list[Period]:
    return [_period(one, rows) for one, rows in zip(wanted, gathered(connection, wanted), strict=True)]


def gathered(connection: Reading, wanted: Sequence[Wanted]) -> list[list[OfStream]]:
    """For each what is wanted of which stream; streams without values in the period are left out. Two statements."""
    places = _places(connection, wanted)
    spans = spans_at(connection, [place for some in places for _, own in some for place in own])
    return [
        [(stream, rows) for stream, own in some if (rows := [row for place in own for row in spans.get(place, ())])]
        for some in places
    ]


def values_in(connection: Reading, wanted: Sequence[Wanted]) -> list[int]:
    """How many values ``periods`` has of each; two statements that read no histogram."""
    places = _places(connection, wanted)
    numbers = numbers_at(connection, [place for some in places for _, own in some for place in own])
    return [
        sum(
            numbers.get(place, 0)
            for stream, own in some
            if scale_between(stream.uom, one.characteristic.uom, stream.decimals) is not None
            for place in own
        )
        for one, some in zip(wanted, places, strict=True)
    ]


def _places(connection: Reading, wanted: Sequence[Wanted]) -> list[list[tuple[StreamRow, list[Place]]]]:
    by_name: defaultdict[tuple[str, str, str], list[StreamRow]] = defaultdict(list)
    for stream in streams_of_plants(
        connection,
        {one.plant for one in wanted},
        {one.characteristic.id for one in wanted},
        {one.lot for one in wanted},
    ):
        by_name[stream.plant, stream.characteristic, stream.lot].append(stream)
    return [
        [
            (stream, _of(one, stream))
            for stream in by_name[one.plant, one.characteristic.id, one.lot]
            if one.narrowing.takes(stream)
        ]
        for one in wanted
    ]


def _of(wanted: Wanted, stream: StreamRow) -> list[Place]:
    return [
        Place(stream.id, span, begin, end)
        for span, ranges in cover(*wanted.hours, stream.last_hour).items()
        for begin, end in ranges
        if begin < end
    ]


def _period(wanted: Wanted, found: Sequence[OfStream]) -> Period:
    told, left_out = _told(wanted, found)
    batches = {batch for _, rows in found for row in rows for batch in (row.first_batch, row.last_batch)}
    return Period(
        rollup=told,
        left_out=left_out + sum(row.left_out for _, rows in found for row in rows),
        first_batch=min(batches, default=None),
        last_batch=max(batches, default=None),
        work_cells=tuple(sorted({stream.work_cell for stream, _ in found})),
    )


def alike(wanted: Wanted, found: Sequence[OfStream]) -> bool:
    """Whether all values are told in the unit of the limits, and in one resolution."""
    uoms = {stream.uom for stream, _ in found}
    return uoms <= {wanted.characteristic.uom} and len({stream.decimals for stream, _ in found}) < 2


def _told(wanted: Wanted, found: Sequence[OfStream]) -> tuple[Rollup, int]:
    """All values together, and how many could not be told in the unit of the limits."""
    if not found:
        return Rollup(decimals=wanted.characteristic.decimals), 0
    if alike(wanted, found):
        return _pooled(tuple(tuple(row.rollup for row in rows) for _, rows in found)), 0
    merged: list[Rollup] = []
    left_out = 0
    for stream, rows in found:
        whole = add_up([row.rollup for row in rows])
        told = in_uom(whole, stream.uom, wanted.characteristic.uom)
        if told is not None:
            merged.append(told)
        else:
            left_out += whole.sums.n
    return pooled(merged) if merged else Rollup(decimals=wanted.characteristic.decimals), left_out


@lru_cache(maxsize=MOST_SUMS)
def _pooled(streams: tuple[tuple[Kept, ...], ...]) -> Rollup:
    return pool_packed([add_many(kept) for kept in streams])
