"""Roll-ups in the store: streams, their hours and longer spans, and first-pass counts by the hour."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec
from msgspec.structs import astuple
from sqlalchemy import Row, bindparam, delete, func, select

from hub.store.core.database import Reading, Writing
from hub.store.core.dialect import insert_or_add, insert_or_replace, is_postgres
from hub.store.core.listed import among, given_among
from hub.store.core.quick import ask, put
from hub.store.rollup.body import Kept, body_of, kept_in
from hub.store.tables.rollup import first_pass_hour, rollup, rollup_stream
from traceability.quality.first_pass import FirstPass

HOUR, DAY, DEKAD, MONTH = "hour", "day", "dekad", "month"
Range = tuple[int, int]
"""From an hour to before another."""

_COUNTS = FirstPass.__struct_fields__


class StreamRow(msgspec.Struct, frozen=True):
    """One stream of values and how far it has come; the columns of the table in their order."""

    id: str
    plant: str
    part: str
    operation: str
    work_cell: str
    characteristic: str
    uom: str
    decimals: int
    author: str
    chain: str
    lot: str = ""
    next_position: int = 0
    last_hour: int = 0


class SpanRow(msgspec.Struct, frozen=True):
    """The roll-up of one span of a stream, ``n`` values; ``start`` is its first hour. In the order of the columns."""

    stream: str
    span: str
    start: int
    n: int
    first_position: int
    left_out: int
    first_batch: int
    last_batch: int
    rollup: Kept


class HourKey(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when units were first submitted."""

    plant: str
    part: str
    operation: str
    work_cell: str
    hour: int


def stream_by_id(connection: Reading, identity: str) -> StreamRow | None:
    """The stream with this id."""
    found = connection.execute(select(rollup_stream).where(rollup_stream.c.id == identity)).mappings().one_or_none()
    return None if found is None else StreamRow(**found)


def streams_of(
    connection: Reading, plant: str, characteristics: Collection[str], *, lot: str | None = ""
) -> list[StreamRow]:
    """Streams of some characteristics at a plant, in a fixed order; ``lot`` None: those of every lot."""
    wanted = rollup_stream.c.characteristic.in_(sorted(set(characteristics)))
    which = rollup_stream.c.lot != "" if lot is None else rollup_stream.c.lot == lot
    query = select(rollup_stream).where(rollup_stream.c.plant == plant, wanted, which).order_by(rollup_stream.c.id)
    return [StreamRow(**row) for row in connection.execute(query).mappings()]


def streams_by_id(connection: Reading, identities: Collection[str]) -> dict[str, StreamRow]:
    """Those of the streams that are there."""
    postgres = is_postgres(connection.dialect)
    named = {"ids": given_among(sorted(set(identities)), postgres=postgres)}
    return {row[0]: StreamRow(*row) for row in ask(connection, _STREAMS[postgres], named)} if identities else {}


def put_streams(connection: Writing, streams: Sequence[StreamRow]) -> None:
    """Write streams in place of what was there."""
    put(connection, insert_or_replace(connection, rollup_stream), rollup_stream, list(map(astuple, streams)))


def put_spans(connection: Writing, spans: Sequence[SpanRow]) -> None:
    """Write roll-ups in place of those that were there."""
    rows = [(*astuple(span)[:-1], body_of(span.rollup)) for span in spans]
    put(connection, insert_or_replace(connection, rollup), rollup, rows)


def hour_at(connection: Reading, stream: str, hour: int) -> SpanRow | None:
    """The roll-up of one hour of a stream."""
    return hours_at(connection, [(stream, hour)]).get((stream, hour))


def hours_at(connection: Reading, wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], SpanRow]:
    """The roll-ups of hours, each of a stream, as far as they are there."""
    by_hour: defaultdict[int, list[str]] = defaultdict(list)
    for stream, hour in wanted:
        by_hour[hour].append(stream)
    postgres = is_postgres(connection.dialect)
    return {
        (row[0], row[2]): SpanRow(*row[:8], kept_in(row[8]))  # type: ignore[call-arg] # nine columns
        for hour, streams in by_hour.items()
        for row in ask(
            connection, _HOURS_AT[postgres], {"at_hour": hour, "streams": given_among(streams, postgres=postgres)}
        )
    }


def spans_between(connection: Reading, stream: str, wanted: dict[str, list[Range]]) -> list[SpanRow]:
    """The roll-ups of a stream that start in the ranges wanted of each span, earliest first."""
    found = [_span(row) for row in _between(connection, stream, wanted)]
    return sorted(found, key=lambda row: row.start)


class PackedSpan(msgspec.Struct, frozen=True, kw_only=True):
    """What adding up spans needs of them."""

    left_out: int
    first_batch: int
    last_batch: int
    rollup: Kept


def packed_between(connection: Reading, stream: str, wanted: dict[str, list[Range]]) -> list[PackedSpan]:
    """As :func:`spans_between`, in any order, for adding up many rows at once."""
    return [
        PackedSpan(
            left_out=row.left_out, first_batch=row.first_batch, last_batch=row.last_batch, rollup=kept_in(row.body)
        )
        for row in _between(connection, stream, wanted)
    ]


def _between(connection: Reading, stream: str, wanted: dict[str, list[Range]]) -> Iterator[Row[tuple[object, ...]]]:
    for span, ranges in wanted.items():
        for begin, end in ranges:
            if begin < end:  # one range a statement: an OR of them would read the whole stream
                place = {"of_stream": stream, "of_span": span, "begin": begin, "end": end}
                yield from connection.execute(_BETWEEN, place)


def hours_with_batch(connection: Reading, stream: str, batch_id: int) -> list[SpanRow]:
    """The hours of a stream that a batch may have added to."""
    within = (rollup.c.first_batch <= batch_id, rollup.c.last_batch >= batch_id)
    query = select(rollup).where(rollup.c.stream == stream, rollup.c.span == HOUR, *within)
    return [_span(row) for row in connection.execute(query)]


def add_first_pass(connection: Writing, changes: Iterable[tuple[HourKey, FirstPass]]) -> None:
    """Add counts (negative ones take away); an hour in which nothing is left has no row."""
    added = [{**msgspec.structs.asdict(key), **msgspec.structs.asdict(change)} for key, change in changes]
    names = first_pass_hour.columns.keys()
    statement = insert_or_add(connection, first_pass_hour, _COUNTS)
    put(connection, statement, first_pass_hour, [[row[name] for name in names] for row in added])
    lessened = [row for row in added if any(row[name] < 0 for name in _COUNTS)]
    if lessened:
        connection.execute(
            _FORGET_EMPTY, [{f"at_{name}": row[name] for name in HourKey.__struct_fields__} for row in lessened]
        )


def first_hour_of_plant(connection: Reading, plant: str) -> int | None:
    """The earliest hour in which a unit was first submitted there; None without any."""
    query = select(func.min(first_pass_hour.c.hour)).where(first_pass_hour.c.plant == plant)
    return connection.execute(query).scalar_one_or_none()


def first_pass_between(connection: Reading, plant: str, begin: int, end: int) -> list[tuple[HourKey, FirstPass]]:
    """First-pass counts of the hours from ``begin`` to before ``end``."""
    query = select(first_pass_hour).where(
        first_pass_hour.c.plant == plant, first_pass_hour.c.hour >= begin, first_pass_hour.c.hour < end
    )
    return [
        (
            HourKey(**{name: row[name] for name in HourKey.__struct_fields__}),
            FirstPass(**{name: row[name] for name in _COUNTS}),
        )
        for row in connection.execute(query.order_by(*first_pass_hour.primary_key.columns)).mappings()
    ]


_BETWEEN = select(rollup).where(
    rollup.c.stream == bindparam("of_stream"),
    rollup.c.span == bindparam("of_span"),
    rollup.c.start >= bindparam("begin"),
    rollup.c.start < bindparam("end"),
)
_STREAMS = {
    postgres: select(rollup_stream).where(among(rollup_stream.c.id, "ids", postgres=postgres))
    for postgres in (False, True)
}
_HOURS_AT = {
    postgres: select(rollup).where(
        among(rollup.c.stream, "streams", postgres=postgres),
        rollup.c.span == HOUR,
        rollup.c.start == bindparam("at_hour"),
    )
    for postgres in (False, True)
}
_FORGET_EMPTY = delete(first_pass_hour).where(
    *(first_pass_hour.c[name] == bindparam(f"at_{name}") for name in HourKey.__struct_fields__),
    *(first_pass_hour.c[name] == 0 for name in _COUNTS),
)


def _span(row: Row[tuple[object, ...]]) -> SpanRow:
    return SpanRow(
        stream=row.stream,
        span=row.span,
        start=row.start,
        n=row.n,
        first_position=row.first_position,
        left_out=row.left_out,
        first_batch=row.first_batch,
        last_batch=row.last_batch,
        rollup=kept_in(row.body),
    )
