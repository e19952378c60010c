"""Many windows of many streams in a fixed number of statements: what lists, trends and comparisons are made from."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, String, bindparam, column, func, select, values

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.dialect import is_postgres
from hub.store.core.quick import ask
from hub.store.rollup.body import Kept, kept_in
from hub.store.rollup.queries import PackedSpan, Range, StreamRow
from hub.store.rollup.tallied import Period, counts_of_periods
from hub.store.rollup.tallies import kept_whole
from hub.store.tables.rollup import first_pass_hour, rollup, rollup_stream
from traceability.quality.first_pass import FirstPass

PLACES_AT_ONCE = 2000
MOST_BODIES = 4096
"""So many bodies stay unpacked: lists and trends read the same hours, days and months again and again."""
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


def numbers_at(connection: Reading, places: Sequence[Place]) -> dict[Place, int]:
    """How many values the roll-ups of every place hold, bodies unread; those without any are left out."""
    found: dict[Place, int] = {}
    for begin in range(0, len(places), PLACES_AT_ONCE):
        some = list(dict.fromkeys(places[begin : begin + PLACES_AT_ONCE]))
        wanted = _wanted(connection, some)
        query = select(wanted.number, func.sum(rollup.c.n)).select_from(_of_places(wanted)).group_by(wanted.number)
        found |= {some[number]: int(n) for number, n in connection.execute(query).all()}
    return found


def _spans(connection: Reading, places: Sequence[Place]) -> Iterator[tuple[int, PackedSpan]]:
    for number, left_out, first, last, body in _rows_of(connection, places):
        yield number, PackedSpan(left_out=left_out, first_batch=first, last_batch=last, rollup=_unpacked(bytes(body)))


def _rows_of(connection: Reading, places: Sequence[Place]) -> Iterable[Sequence[Any]]:
    if is_postgres(connection.dialect):
        return connection.execute(_bodies_of(_wanted(connection, places))).all()
    return ask(connection, _BODIES, {_PLACES: _text_of(places)})


def _bodies_of(wanted: "_Wanted") -> Select[Any]:
    columns = (wanted.number, rollup.c.left_out, rollup.c.first_batch, rollup.c.last_batch, rollup.c.body)
    return select(*columns).select_from(_of_places(wanted))


@lru_cache(maxsize=MOST_BODIES)
def _unpacked(body: bytes) -> Kept:
    """By its bytes: what they say does not change, and what is made of it is found by it again."""
    return kept_in(body)


class _Wanted(NamedTuple):
    """Places as a table of a statement, and its columns."""

    table: FromClause
    number: ColumnElement[int]
    stream: ColumnElement[str]
    span: ColumnElement[str]
    low: ColumnElement[int]
    high: ColumnElement[int]


def _of_places(wanted: _Wanted) -> FromClause:
    inside = (
        (rollup.c.stream == wanted.stream)
        & (rollup.c.span == wanted.span)
        & (rollup.c.start >= wanted.low)
        & (rollup.c.start < wanted.high)
    )
    return wanted.table.join(rollup, inside)


def _wanted(connection: Reading, places: Sequence[Place]) -> _Wanted:
    """With SQLite one JSON text: the words of the statement are then the same for every number of places."""
    if is_postgres(connection.dialect):
        names = (
            ("number", BigInteger),
            ("stream", String),
            ("span", String),
            ("low", BigInteger),
            ("high", BigInteger),
        )
        listed = values(*(column(name, kind) for name, kind in names), name="wanted").data(_rows(places)).cte("wanted")
        return _Wanted(listed, *listed.c)
    return _in_text(bindparam(None, _text_of(places), unique=True))


def _rows(places: Sequence[Place]) -> list[tuple[int, str, str, int, int]]:
    return [(number, place.stream, place.span, place.begin, place.end) for number, place in enumerate(places)]


def _text_of(places: Sequence[Place]) -> str:
    return msgspec.json.encode(_rows(places)).decode()


def _in_text(text: ColumnElement[str]) -> _Wanted:
    each = func.json_each(text).table_valued("value")
    return _Wanted(each, *(func.json_extract(each.c.value, f"$[{at}]") for at in range(len(_Wanted._fields) - 1)))


_PLACES = "places"
_BODIES = _bodies_of(_in_text(bindparam(_PLACES, type_=String)))


def first_pass_by_week(connection: Reading, windows: Mapping[str, Range]) -> list[WeekCounts]:
    """Counts of plants in their windows of hours, by the week of the window.

    Whoever looks: counts of hours and of days are shared part by part alike.
    """
    marked = kept_whole(connection, windows.keys())
    rest = {plant: hours for plant, hours in windows.items() if plant not in marked}
    rows = [*_tallied_by_week(connection, {plant: windows[plant] for plant in marked}), *_by_week(connection, rest)]
    return sorted(rows, key=lambda row: (row.plant, row.part, row.operation, row.week))


def _tallied_by_week(connection: Reading, windows: Mapping[str, Range]) -> list[WeekCounts]:
    weeks = [
        (plant, week, begin, min(begin + HOURS_A_WEEK, end))
        for plant, (first, end) in sorted(windows.items())
        for week, begin in enumerate(range(first, end, HOURS_A_WEEK))
    ]
    periods = [Period(number, plant, begin, end) for number, (plant, _, begin, end) in enumerate(weeks)]
    return [
        WeekCounts(
            plant=weeks[one.number][0],
            part=one.part,
            operation=one.operation,
            week=weeks[one.number][1],
            counts=FirstPass(**{name: getattr(one.counts, name) for name in _COUNTS}),
        )
        for one in counts_of_periods(connection, periods)
    ]


def _by_week(connection: Reading, windows: Mapping[str, Range]) -> list[WeekCounts]:
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
    return [
        WeekCounts(
            plant=row.plant,
            part=row.part,
            operation=row.operation,
            week=int(row.week),
            counts=FirstPass(**{name: int(getattr(row, name)) for name in _COUNTS}),
        )
        for row in connection.execute(query)
    ]


def hours_with_submissions(connection: Reading, plant: str, hours: Range) -> list[int]:
    """The hours of a window in which a unit was first submitted."""
    counts = first_pass_hour.c
    within = (counts.plant == plant, counts.hour >= hours[0], counts.hour < hours[1])
    query = select(counts.hour).where(*within).distinct()
    return sorted(int(hour) for hour in connection.execute(query).scalars())
