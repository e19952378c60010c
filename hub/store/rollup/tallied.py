"""What tallies say of windows of hours: each question is one statement that reads no record."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import pairwise
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    FromClause,
    Row,
    Select,
    String,
    and_,
    bindparam,
    cast,
    column,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from hub.store.core.database import Reading
from hub.store.core.dialect import is_postgres
from hub.store.production.corrections import erroneous, place_of
from hub.store.rollup.scores import ClaimRow, ScoredResult, scored_result
from hub.store.rollup.tallies import DEFECT, DEFECT_DAY, SPANS, TallyKey, part_and_defect
from hub.store.rollup.tally_names import key_of, names_of
from hub.store.tables.every import unit_result
from hub.store.tables.pass_counts import PASS_COUNTS
from hub.store.tables.tally import NEVER, component_count, first_pass_span, result_hour, tally
from traceability.quality.first_pass import FirstPass

HOUR, DAY = SPANS
HOURS_A_DAY = 24
Range = tuple[int, int]
"""From an hour to before another."""


class PartCounts(msgspec.Struct, frozen=True):
    """First-pass counts of one part at one operation in the period ``number``; the first one is 0."""

    number: int
    part: str
    operation: str
    counts: FirstPass


class Period(msgspec.Struct, frozen=True):
    """Hours of a plant, under a number."""

    number: int
    plant: str
    begin: int
    end: int


class ResultsOf(msgspec.Struct, frozen=True):
    """Results of a window: standing, declared wrong, and the first and last log position that holds one of them."""

    standing: int
    wrong: int
    first_batch: int | None
    last_batch: int | None


def counts_between(connection: Reading, plant: str, bounds: Sequence[int]) -> list[PartCounts]:
    """First-pass counts of the periods that begin at ``bounds``, the last of which is the end."""
    periods = [Period(number, plant, *hours) for number, hours in enumerate(pairwise(bounds))]
    return counts_of_periods(connection, periods)


def counts_of_periods(connection: Reading, periods: Iterable[Period]) -> list[PartCounts]:
    """First-pass counts of each period, in whole days of UTC where these fit."""
    places = [place for period in periods for place in places_of(period)]
    if not places:
        return []
    query = _COUNTS_ON_SERVER if is_postgres(connection.dialect) else _COUNTS_IN_FILE
    rows = connection.execute(query, {"places": msgspec.json.encode(places).decode()}).all()
    found = [PartCounts(int(row[0]), row[1], row[2], _counted(row[3:])) for row in rows]
    return sorted(found, key=lambda row: (row.number, row.part, row.operation))


def _counted(sums: Sequence[Any]) -> FirstPass:
    return FirstPass(**{name: int(found) for name, found in zip(PASS_COUNTS, sums, strict=True)})


def _counts(wanted: FromClause, place: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """``wanted`` are places as a table: number, plant, span, and from which hour to before which."""
    number, plant, span, low, high = place
    table = first_pass_span.c
    inside = (table.plant == plant) & (table.span == span) & (table.start >= low) & (table.start < high)
    subject = (number, table.part, table.operation)
    sums = (func.sum(table[name]) for name in PASS_COUNTS)
    return select(*subject, *sums).select_from(wanted.join(first_pass_span, inside)).group_by(*subject)


def by_places(
    make: Callable[[FromClause, Sequence[ColumnElement[Any]]], Select[Any]], words: Collection[int], count: int
) -> tuple[Select[Any], Select[Any]]:
    """A question about a list of places (``places``, as JSON), in a file and on a server.

    ``make`` is given the list as a table and its ``count`` columns, of which those at ``words`` are text.
    """
    named = bindparam("places", type_=String)
    each = func.json_each(named).table_valued("value")
    in_file = make(each, [func.json_extract(each.c.value, f"$[{at}]") for at in range(count)])
    told = func.jsonb_array_elements(cast(named, JSONB)).table_valued(column("value", JSONB))
    texts = [told.c.value[at].astext for at in range(count)]
    on_server = make(told, [text if at in words else cast(text, BigInteger) for at, text in enumerate(texts)])
    return in_file, on_server


def places_of(period: Period) -> list[tuple[int, str, str, int, int]]:
    """The whole days of UTC in a period and the hours beside them: number, plant, span, from when to before when."""
    number, plant, begin, end = period.number, period.plant, period.begin, period.end
    first, last = -(-begin // HOURS_A_DAY) * HOURS_A_DAY, end // HOURS_A_DAY * HOURS_A_DAY
    if first >= last:
        return [(number, plant, HOUR, begin, end)] if begin < end else []
    edges = [(number, plant, HOUR, *edge) for edge in ((begin, first), (last, end)) if edge[0] < edge[1]]
    return [*edges, (number, plant, DAY, first, last)]


def submitted_hours(connection: Reading, plant: str, hours: Range) -> Range | None:
    """The first and the last hour of a window in which a unit was first submitted."""
    given = {"plant": plant, "begin": hours[0], "end": hours[1]}
    first, last = (connection.execute(query, given).scalar_one_or_none() for query in (_FIRST_HOUR, _LAST_HOUR))
    return None if first is None or last is None else (first, last)


def happened_once(connection: Reading, plant: str, what: str, hours: Range) -> int:
    """How many different ones of something happened in a window."""
    return _sum(connection, _ONCE, TallyKey(plant, what, "", "", 0), hours)


def happened_at(connection: Reading, key: TallyKey, hours: Range) -> int:
    """How often something happened in a window."""
    return _sum(connection, _AT, key, hours)


def failed_at(connection: Reading, key: TallyKey, hours: Range) -> int:
    """How many that happened in a window were beside a failure in it; see ``hub.rollup.tally``."""
    return _sum(connection, _BESIDE_FAILURE, key, hours)


def defects_in(connection: Reading, plant: str, hours: Range) -> dict[tuple[str, str, str], int]:
    """Valid results of a window that were not OK, by part, operation and defect."""
    begin, end = hours
    first, last = -(-begin // HOURS_A_DAY) * HOURS_A_DAY, end // HOURS_A_DAY * HOURS_A_DAY
    edges = [(DEFECT, begin, first), (DEFECT, last, end)] if first < last else [(DEFECT, begin, end)]
    found: Counter[tuple[str, str, str]] = Counter()
    for what, low, high in (*edges, (DEFECT_DAY, first, last)):
        rows = connection.execute(_NAMED, {"plant": plant, "what": what, "begin": low, "end": high}).all()
        names = names_of(connection, plant, {row.name for row in rows})
        for row in rows:
            part, defect = part_and_defect(names[row.name])
            found[part, row.operation, defect] += int(row.n)
    return {key: n for key, n in found.items() if n}


def names_in(connection: Reading, plant: str, what: str, names: Collection[str], hours: Range) -> set[str]:
    """Those of ``names``, which are few, of which something happened in a window."""
    found = ((name, TallyKey(plant, what, name, "", 0)) for name in names)
    return {name for name, key in found if connection.execute(_ANY, _given(key, hours)).first() is not None}


def results_in(connection: Reading, plant: str, hours: Range) -> ResultsOf:
    """Results of a window."""
    row = connection.execute(_RESULTS, {"plant": plant, "begin": hours[0], "end": hours[1]}).one()
    return ResultsOf(int(row[0]), int(row[1]), row[2], row[3])


def days_of_results(connection: Reading, plant: str, hours: Range, offset: int) -> set[int]:
    """The days since 1970, by a clock ``offset`` hours before UTC, on which something that stands was recorded."""
    given = {"plant": plant, "begin": hours[0], "end": hours[1], "before_utc": offset}
    return {int(one) for one in connection.execute(_DAYS, given).scalars()}


def components_of(connection: Reading, plant: str) -> tuple[int, int] | None:
    """Units ever built in at a plant, and how many of them have results of another; None where that is not told."""
    row = connection.execute(select(component_count).where(component_count.c.plant == plant)).first()
    return None if row is None else (row.components, row.recorded)


def results_claimed(connection: Reading, claim: ClaimRow) -> list[ScoredResult]:
    """The results that a claim covers, declared wrong or not."""
    table = unit_result.c
    chain = (table.author == claim.author, table.chain == claim.chain, table.operation == claim.operation)
    own = (table.seq <= claim.through, table.part == claim.part, table.plant == claim.plant)
    return [scored_result(row) for row in connection.execute(select(unit_result).where(*chain, *own))]


def results_at(connection: Reading, plant: str, operations: Collection[str], micros: Range) -> list[ScoredResult]:
    """The results that happened at operations of a plant in a span of microseconds."""
    table = unit_result.c
    found: list[Row[Any]] = []
    for operation in sorted(operations):
        at = (table.plant == plant, table.operation == operation)
        rows = connection.execute(
            select(unit_result).where(*at, table.event_time >= micros[0], table.event_time < micros[1])
        )
        found += rows.all()
    wrong = erroneous(connection, map(place_of, found))
    return [scored_result(row, erroneous=place_of(row) in wrong) for row in found]


def _sum(connection: Reading, query: Select[Any], key: TallyKey, hours: Range) -> int:
    return int(connection.execute(query, _given(key, hours)).scalar_one() or 0)


def _given(key: TallyKey, hours: Range) -> dict[str, Any]:
    named = {"plant": key.plant, "what": key.what, "name": key_of(key.name), "operation": key.operation}
    return {**named, "begin": hours[0], "end": hours[1]}


# made once: building and compiling a statement takes longer than running it
_COUNTS_IN_FILE, _COUNTS_ON_SERVER = by_places(_counts, words=(1, 2), count=5)
_BEGIN: BindParameter[int] = bindparam("begin", type_=BigInteger)
_END: BindParameter[int] = bindparam("end", type_=BigInteger)
_AT = select(func.sum(tally.c.n)).where(
    *(tally.c[name] == bindparam(name) for name in ("plant", "what", "name", "operation")),
    tally.c.hour >= _BEGIN,
    tally.c.hour < _END,
)
_ONCE = _AT.where(tally.c.before < _BEGIN)
_BESIDE_FAILURE = _AT.where(or_(tally.c.before >= _BEGIN, and_(tally.c.after != NEVER, tally.c.after < _END)))
_ANY = _AT.with_only_columns(tally.c.hour).where(tally.c.n > 0).limit(1)
_NAMED = (
    select(tally.c.name, tally.c.operation, func.sum(tally.c.n).label("n"))
    .where(
        tally.c.plant == bindparam("plant"),
        tally.c.what == bindparam("what"),
        tally.c.hour >= _BEGIN,
        tally.c.hour < _END,
    )
    .group_by(tally.c.name, tally.c.operation)
)
_RESULTS = select(
    *(func.coalesce(func.sum(result_hour.c[name]), 0) for name in ("standing", "wrong")),
    func.min(result_hour.c.first_batch),
    func.max(result_hour.c.last_batch),
).where(result_hour.c.plant == bindparam("plant"), result_hour.c.hour >= _BEGIN, result_hour.c.hour < _END)
_DAYS = (
    select((result_hour.c.hour + bindparam("before_utc", type_=BigInteger)) // HOURS_A_DAY)
    .distinct()
    .where(
        result_hour.c.plant == bindparam("plant"),
        result_hour.c.hour >= _BEGIN,
        result_hour.c.hour < _END,
        result_hour.c.standing > 0,
    )
)
_SUBMITTED = select(first_pass_span.c.start).where(
    first_pass_span.c.plant == bindparam("plant"),
    first_pass_span.c.span == HOUR,
    first_pass_span.c.start >= _BEGIN,
    first_pass_span.c.start < _END,
    first_pass_span.c.submitted > 0,
)
_FIRST_HOUR = _SUBMITTED.order_by(first_pass_span.c.start.asc()).limit(1)
_LAST_HOUR = _SUBMITTED.order_by(first_pass_span.c.start.desc()).limit(1)
