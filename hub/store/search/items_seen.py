"""Which of many units and lots an asker may know of: those that some row names which it sees.

The tables themselves are read only to find candidates; nothing of them is told before it was asked here.
"""

from collections.abc import Collection, Sequence
from functools import cache

import msgspec
from sqlalchemy import (
    ColumnElement,
    MetaData,
    Select,
    String,
    Table,
    bindparam,
    cast,
    column,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from hub.store.core.database import Reading
from hub.store.core.dialect import is_postgres, own_schema
from hub.store.sharing.queries import sees_part
from hub.store.tables.every import link, unit_result

MOST_ROWS = 10
"""So many rows that name an item are looked at; a lot may stand in thousands, of which none is seen."""
_AT_ONCE = 50


class Seen(msgspec.Struct, frozen=True):
    """``cut``: of one that is not among them not every row was looked at."""

    items: list[str]
    cut: bool


def those_seen(connection: Reading, items: Sequence[str], enough: int, whole: Collection[str] = frozenset()) -> Seen:
    """The first ``enough`` of ``items`` that the asker may know of; of those in ``whole`` every row counts."""
    if not sees_part(connection):
        return Seen(list(items[:enough]), cut=False)
    found, cut = [], False
    for begin in range(0, len(items), _AT_ONCE):
        some = items[begin : begin + _AT_ONCE]
        seen = _looked_at(connection, [item for item in some if item in whole], None)
        seen |= _looked_at(connection, [item for item in some if item not in whole], MOST_ROWS)
        found += [item for item in some if seen.get(item) is True]
        cut = cut or any(sure is False for sure in seen.values())
        if len(found) >= enough:
            break
    return Seen(found[:enough], cut)


def behind_views(connection: Reading) -> str | None:
    """The schema of what views hide; None where nothing is hidden."""
    return own_schema(connection) if sees_part(connection) else None


@cache
def itself(table: Table, schema: str | None) -> Table:
    """The table, also where a view hides it."""
    return table if schema is None else table.to_metadata(MetaData(), schema=schema)


def _looked_at(connection: Reading, items: Sequence[str], most: int | None) -> dict[str, bool]:
    """By item: whether it is seen; False: perhaps, in rows that were not looked at. Those that aren't are not there."""
    if not items:
        return {}
    given = {"items": msgspec.json.encode(items).decode()}
    server = is_postgres(connection.dialect)
    statement = _statement(own_schema(connection), bounded=most is not None, server=server)
    rows = connection.execute(statement, given if most is None else {**given, "most": most}).all()
    return {row[0]: bool(row[1]) for row in rows if row[1] or row[2]}


@cache
def _statement(own: str, *, bounded: bool, server: bool) -> Select[str, bool, bool]:
    """Each item, whether a row that names it is seen, and whether there are more rows than were looked at."""
    if server:
        each = func.jsonb_array_elements_text(cast(bindparam("items", type_=String), JSONB)).table_valued(
            column("value", String)
        )
    else:
        each = func.json_each(bindparam("items", type_=String)).table_valued(column("value", String))
    item = each.c.value
    ways = ((unit_result, "unit"), (link, "parent"), (link, "child"))
    seen = [_named(table, name, item, own, bounded=bounded) for table, name in ways]
    more = [_more(table, name, item, own) for table, name in ways] if bounded else [literal(value=False)]
    return select(item, or_(*seen), or_(*more)).select_from(each)


def _named(table: Table, name: str, item: ColumnElement[str], own: str, *, bounded: bool) -> ColumnElement[bool]:
    if not bounded:
        return select(table.c[name]).where(table.c[name] == item).correlate_except(table).exists()
    behind = itself(table, own)
    few = select(behind.c.batch_id, behind.c.line).where(behind.c[name] == item).correlate_except(behind)
    first = few.limit(bindparam("most")).subquery()
    here = (table.c.batch_id == first.c.batch_id, table.c.line == first.c.line, table.c[name] == item)
    joined = select(table.c[name]).select_from(first.join(table, here[0] & here[1])).where(here[2])
    return joined.correlate_except(table, first).exists()


def _more(table: Table, name: str, item: ColumnElement[str], own: str) -> ColumnElement[bool]:
    behind = itself(table, own)
    beyond = select(behind.c.batch_id).where(behind.c[name] == item).correlate_except(behind)
    return beyond.offset(bindparam("most")).limit(1).exists()
