"""Many windows of many streams in a fixed number of statements: what lists, trends and comparisons are made from."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import BigInteger, String, column, func, select, values

from hub.store.chunks import in_chunks
from hub.store.database import Reading
from hub.store.rollup_body import packed
from hub.store.rollup_queries import PackedSpan, Range, StreamRow
from hub.store.rollup_tables import first_pass_hour, rollup, rollup_stream
from traceability.quality.first_pass import FirstPass

PLACES_AT_ONCE = 2000
HOURS_A_WEEK = 168
_COUNTS = ("submitted", "first_ok", "final_ok")


class Place(msgspec.Struct, frozen=True):
    """The roll-ups of one length of a stream that begin from ``begin`` to before ``end``."""

    stream: str
    span: str
    begin: int
    end: int


class WeekCounts(msgspec.Struct, frozen=True, kw_only=True):
    """First-pass counts of one part at one operation in the week ``week`` of a window, the first one is 0.

    Of ``counts`` those are filled that yields and acceptance are made of: submitted, first_ok and final_ok.
    """

    plant: str
    part: str
    operation: str
    week: int
    counts: FirstPass


def streams_of_plants(
    connection: Reading, plants: Collection[str], characteristics: Collection[str], lots: Collection[str] = ("",)
) -> list[StreamRow]:
    """Streams of some characteristics at some plants, in a fixed order; ``lots`` "": of the whole stream."""
    found = [
        StreamRow(**row)
        for some in in_chunks(characteristics)
        for lot in in_chunks(lots)
        for row in connection.execute(
            select(rollup_stream).where(
                rollup_stream.c.plant.in_(sorted(set(plants))),
                rollup_stream.c.characteristic.in_(some),
                rollup_stream.c.lot.in_(lot),
            )
        ).mappings()
    ]
    return sorted(found, key=lambda stream: stream.id)


def latest_lots(connection: Reading, plant: str, characteristic: str, most: int) -> list[tuple[str, int]]:
    """Lots that measured units contain, with the hour of their last value; the latest first."""
    last = func.max(rollup_stream.c.last_hour)
    query = (
        select(rollup_stream.c.lot, last.label("last"))
        .where(
            rollup_stream.c.plant == plant,
            rollup_stream.c.characteristic == characteristic,
            rollup_stream.c.lot != "",
        )
        .group_by(rollup_stream.c.lot)
        .order_by(last.desc(), rollup_stream.c.lot)
        .limit(most)
    )
    return [(row.lot, row.last) for row in connection.execute(query)]


def spans_at(connection: Reading, places: Sequence[Place]) -> dict[Place, list[PackedSpan]]:
    """The roll-ups of every place, still packed; one statement for ``PLACES_AT_ONCE`` of them."""
    found: defaultdict[Place, list[PackedSpan]] = defaultdict(list)
    for begin in range(0, len(places), PLACES_AT_ONCE):
        some = list(dict.fromkeys(places[begin : begin + PLACES_AT_ONCE]))
        for number, span in _spans(connection, some):
            found[some[number]].append(span)
    return found


def _spans(connection: Reading, places: Sequence[Place]) -> Iterator[tuple[int, PackedSpan]]:
    wanted = (
        values(
            column("number", BigInteger),
            column("stream", String),
            column("span", String),
            column("low", BigInteger),
            column("high", BigInteger),
            name="wanted",
        )
        .data([(number, place.stream, place.span, place.begin, place.end) for number, place in enumerate(places)])
        .cte("wanted")
    )
    inside = (
        (rollup.c.stream == wanted.c.stream)
        & (rollup.c.span == wanted.c.span)
        & (rollup.c.start >= wanted.c.low)
        & (rollup.c.start < wanted.c.high)
    )
    query = select(
        wanted.c.number, rollup.c.left_out, rollup.c.first_batch, rollup.c.last_batch, rollup.c.body
    ).select_from(wanted.join(rollup, inside))
    for row in connection.execute(query):
        yield (
            row.number,
            PackedSpan(
                left_out=row.left_out, first_batch=row.first_batch, last_batch=row.last_batch, rollup=packed(row.body)
            ),
        )


def first_pass_by_week(connection: Reading, windows: Mapping[str, Range]) -> list[WeekCounts]:
    """Counts of plants in their windows of hours, by the week of the window."""
    if not windows:
        return []
    wanted = (
        values(column("plant", String), column("low", BigInteger), column("high", BigInteger), name="windows")
        .data([(plant, *hours) for plant, hours in sorted(windows.items())])
        .cte("windows")
    )
    counts = first_pass_hour.c
    week = ((counts.hour - wanted.c.low) // HOURS_A_WEEK).label("week")
    subject = (counts.plant, counts.part, counts.operation, week)
    inside = (counts.plant == wanted.c.plant) & (counts.hour >= wanted.c.low) & (counts.hour < wanted.c.high)
    sums = (func.sum(counts[name]).label(name) for name in _COUNTS)
    query = select(*subject, *sums).select_from(wanted.join(first_pass_hour, inside)).group_by(*subject)
    rows = [
        WeekCounts(
            plant=row.plant,
            part=row.part,
            operation=row.operation,
            week=int(row.week),
            counts=FirstPass(**{name: int(getattr(row, name)) for name in _COUNTS}),
        )
        for row in connection.execute(query)
    ]
    return sorted(rows, key=lambda row: (row.plant, row.part, row.operation, row.week))


def hours_with_submissions(connection: Reading, plant: str, hours: Range) -> list[int]:
    """The hours of a window in which a unit was first submitted."""
    counts = first_pass_hour.c
    within = (counts.plant == plant, counts.hour >= hours[0], counts.hour < hours[1])
    query = select(counts.hour).where(*within).distinct()
    return sorted(int(hour) for hour in connection.execute(query).scalars())
