"""Rows of our own records that are events in the words of EPCIS: results, links, shipments and packing."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Table, and_, delete, false, insert, or_, select

from hub.store.core.database import Reading, Writing
from hub.store.core.listed import pairs_in
from hub.store.epcis.queries import LogPlace, Restriction, Within, stands_within
from hub.store.production.measured import MeasuredValueRow, values_where
from hub.store.tables.catenax import catenax_aspect
from hub.store.tables.epcis import epcis_event, epcis_own_name
from hub.store.tables.every import batch, link, measured, meta, packing, shipment, unit_result

SOURCES: dict[str, Table] = {"result": unit_result, "link": link, "shipment": shipment, "packing": packing}
_NAMED: dict[str, tuple[str, ...]] = {
    "result": ("unit", "part"),
    "link": ("parent", "child"),
    "shipment": ("shipped", "inside"),
    "packing": ("container", "packed"),
}
_OF_ITEMS = ("/21/", "/10/", ":unit:", ":lot:")
_CURSOR = "epcis_names_to"
_EXTRA = 4  # a record of ours makes few events, of which the cursor may stand before the last


class OwnRows(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one record, in order; ``record_time`` in microseconds since 1970 UTC."""

    source: str
    batch_id: int
    line: int
    record_time: int
    rows: tuple[Row[Any], ...]


def own_within(connection: Reading, source: str, within: Within, wanted: Restriction, most: int) -> list[OwnRows]:
    """Records of a source that may make events at places of the log, in its order."""
    table = SOURCES[source]
    places = (
        select(table.c.batch_id, table.c.line)
        .where(stands_within(table, within, _EXTRA), *_conditions(source, wanted))
        .distinct()
        .order_by(table.c.batch_id, table.c.line)
        .limit(most)
    )
    return _of_places(connection, source, [(row.batch_id, row.line) for row in connection.execute(places)])


def own_between(connection: Reading, source: str, begin: int, end: int) -> list[OwnRows]:
    """Records of a source in batches from ``begin`` to below ``end``."""
    table = SOURCES[source].c
    places = select(table.batch_id, table.line).where(table.batch_id >= begin, table.batch_id < end).distinct()
    return _of_places(connection, source, [(row.batch_id, row.line) for row in connection.execute(places)])


def own_at(connection: Reading, places: Collection[tuple[int, int]]) -> list[OwnRows]:
    """The records at places of the log, as far as they make events."""
    found = [each for source in SOURCES for each in _of_places(connection, source, sorted(places))]
    return sorted(found, key=lambda each: (each.batch_id, each.line))


def _of_places(connection: Reading, source: str, places: Sequence[tuple[int, int]]) -> list[OwnRows]:
    table = SOURCES[source]
    if not places:
        return []
    query = (
        select(table, batch.c.record_time)
        .join_from(table, batch, batch.c.id == table.c.batch_id)
        .where(pairs_in(connection, table.c.batch_id, table.c.line, places))
        .where(*(() if source == "result" else (_not_captured(table),)))
    )
    grouped: dict[tuple[int, int], list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(query):
        grouped[row.batch_id, row.line].append(row)
    return [
        OwnRows(
            source=source,
            batch_id=place[0],
            line=place[1],
            record_time=rows[0].record_time,
            rows=tuple(sorted(rows, key=lambda row: getattr(row, "item", 0))),
        )
        for place, rows in sorted(grouped.items())
    ]


def measurements_at(
    connection: Reading, results: Sequence[Row[Any]]
) -> dict[tuple[str, str, str], list[MeasuredValueRow]]:
    """The values of results by author, chain and result id, whether they were sealed with the result or later."""
    keys = {(row.author, row.chain, row.result_id) for row in results}
    near = and_(
        measured.c.batch_id.in_({row.batch_id for row in results}),
        measured.c.result_id.in_({row.result_id for row in results}),
    )
    of_units = measured.c.unit.in_({row.unit for row in results if row.unit is not None})
    found: dict[tuple[int, int, int], MeasuredValueRow] = {}
    for condition in (near, of_units):
        for row in values_where(connection, condition):
            found[row.batch_id, row.line, row.item] = row
    grouped: dict[tuple[str, str, str], list[MeasuredValueRow]] = defaultdict(list)
    for _, row in sorted(found.items()):
        if (row.author, row.chain, row.result_id) in keys:
            grouped[row.author, row.chain, row.result_id].append(row)
    return {key: _of_first_record(rows) for key, rows in grouped.items()}


def _of_first_record(rows: list[MeasuredValueRow]) -> list[MeasuredValueRow]:
    """Rivals of one measurements record do not mix: the first one of the chain is the result's."""
    first = min(row.seq for row in rows)
    return [row for row in rows if row.seq == first]


def named_to(connection: Reading) -> int:
    """Up to which place of the log (exclusive) the names of our own events are known."""
    value = connection.execute(select(meta.c.value).where(meta.c.key == _CURSOR)).scalar_one_or_none()
    return 0 if value is None else int(value)


def put_names(connection: Writing, names: Sequence[tuple[int, int, int, str]], to: int) -> None:
    """Note the names of events (log index, line, number, name), and up to where they are known."""
    for batch_id in sorted({batch_id for batch_id, *_ in names}):
        connection.execute(delete(epcis_own_name).where(epcis_own_name.c.batch_id == batch_id))
    if names:
        columns = ("batch_id", "line", "item", "hash_id")
        connection.execute(insert(epcis_own_name), [dict(zip(columns, name, strict=True)) for name in names])
    connection.execute(delete(meta).where(meta.c.key == _CURSOR))
    connection.execute(insert(meta), [{"key": _CURSOR, "value": str(to)}])


def own_named(connection: Reading, names: Collection[str]) -> list[LogPlace]:
    """Where events of ours with these names stand."""
    table = epcis_own_name.c
    query = select(table.batch_id, table.line, table.item).where(table.hash_id.in_(names))
    return [(row.batch_id, row.line, row.item) for row in connection.execute(query)]


def _conditions(source: str, wanted: Restriction) -> list[ColumnElement[bool]]:
    table = SOURCES[source]
    found: list[ColumnElement[bool]] = [] if source == "result" else [_not_captured(table)]
    if wanted.event_from is not None:
        found.append(table.c.event_time >= wanted.event_from)
    if wanted.event_before is not None:
        found.append(table.c.event_time < wanted.event_before)
    named = [wanted.keys[kind] for kind in ("epc", "epcClass") if kind in wanted.keys]
    for values in named:
        fitting = ((name, _fitting(name, values)) for name in _NAMED[source])
        found.append(or_(*(table.c[name].in_(some) for name, some in fitting if some), false()))
    return found


def _fitting(column: str, values: Collection[str]) -> list[str]:
    """What can stand in the column: no unit and no lot is a part, of which there is no index."""
    return [each for each in values if column != "part" or not any(mark in each for mark in _OF_ITEMS)]


def _not_captured(table: Table) -> ColumnElement[bool]:
    """Whether no event and no aspect that somebody brought made the row: these are not said again as events of ours."""
    brought = (
        select(other.c.batch_id).where(other.c.batch_id == table.c.batch_id, other.c.line == table.c.line).exists()
        for other in (epcis_event, catenax_aspect)
    )
    return and_(*(~each for each in brought))
