"""Counts of what costs are allocated by, in the store: kept with every batch, and read for any hours."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, FromClause, Select, delete, func, select

from hub.store.core.database import Reading, Writing
from hub.store.core.dialect import insert_or_add, is_postgres
from hub.store.rollup.tallied import DAY, HOUR, HOURS_A_DAY, Period, by_places, places_of
from hub.store.tables.costed import costed, costed_span
from traceability.encoding import sha256, tagged
from traceability.quality.cost.category import Driver

_LONGEST_KEY = 64


class CostedKey(msgspec.Struct, frozen=True):
    """Where, when (in which hour) and why something was done that costs."""

    plant: str
    driver: Driver
    hour: int
    part: str
    operation: str
    cause: str


class Costed(msgspec.Struct, frozen=True):
    """How many of a driver there were at a place in the period ``number``."""

    number: int
    driver: Driver
    part: str
    operation: str
    cause: str
    n: int


def is_costed(connection: Reading, plant: str) -> bool:
    """Whether the counts hold all that ever came of a plant; of '', whether they were kept from the first result on."""
    return connection.execute(select(costed).where(costed.c.plant == plant)).first() is not None


def mark_costed(connection: Writing, plants: Iterable[str]) -> None:
    """From now on the counts of these plants hold everything."""
    connection.execute(costed.insert(), [{"plant": plant} for plant in plants])


def add_costed(connection: Writing, changes: Mapping[CostedKey, int]) -> None:
    """Add counts (negative ones take away); what is left of nothing goes."""
    rows = [row for key, n in changes.items() if n for row in _rows(key, n)]
    if not rows:
        return
    connection.execute(insert_or_add(connection, costed_span, ("n",)), rows)
    if any(row["n"] < 0 for row in rows):
        table = costed_span.c
        within = (table[name].in_(sorted({row[name] for row in rows})) for name in ("plant", "driver", "span", "start"))
        connection.execute(delete(costed_span).where(*within, table.n == 0))


def costed_in(connection: Reading, wanted: Mapping[Driver, Sequence[Period]]) -> list[Costed]:
    """How many of each driver there were in its periods; one statement."""
    places = [
        (number, plant, span, low, high, driver.value)
        for driver, periods in wanted.items()
        for period in periods
        for number, plant, span, low, high in places_of(period)
    ]
    if not places:
        return []
    query = _ON_SERVER if is_postgres(connection.dialect) else _IN_FILE
    rows = connection.execute(query, {"places": msgspec.json.encode(places).decode()})
    return [Costed(int(row[0]), Driver(row[1]), row[2], row[3], row[4], int(row[5])) for row in rows if row[5]]


def _rows(key: CostedKey, n: int) -> Iterable[dict[str, Any]]:
    named = msgspec.structs.asdict(key) | {"driver": key.driver.value, "cause_key": _key_of(key.cause), "n": n}
    hour = named.pop("hour")
    yield named | {"span": HOUR, "start": hour}
    yield named | {"span": DAY, "start": hour // HOURS_A_DAY * HOURS_A_DAY}


def _key_of(cause: str) -> str:
    told = cause.encode()
    return cause if len(told) <= _LONGEST_KEY else tagged(sha256(told))


def _counts(wanted: FromClause, place: Sequence[ColumnElement[Any]]) -> Select[Any]:
    number, plant, span, low, high, driver = place
    table = costed_span.c
    inside = (table.plant == plant) & (table.driver == driver) & (table.span == span)
    joined = wanted.join(costed_span, inside & (table.start >= low) & (table.start < high))
    about = (number, table.driver, table.part, table.operation, table.cause)
    return select(*about, func.sum(table.n)).select_from(joined).group_by(*about)


_IN_FILE, _ON_SERVER = by_places(_counts, words=(1, 2, 5), count=6)
