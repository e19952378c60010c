"""Where the log says something of items: the places of records that are events in the words of EPCIS."""

from collections.abc import Collection, Iterator
from typing import Any

import msgspec
from sqlalchemy import Column, Row, Select, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.production.corrections import Place, erroneous, place_of
from hub.store.tables.epcis import epcis_event, epcis_key
from hub.store.tables.every import link, packing, shipment, unit_result

LogLine = tuple[int, int]


class Until(msgspec.Struct, frozen=True):
    """As far as the log went (batches), and what had happened by then (microseconds since 1970 UTC; None: whatever)."""

    log_size: int
    as_of: int | None = None


def records_about(connection: Reading, items: Collection[str], until: Until) -> set[LogLine]:
    """Results of ``items`` and what was built into them: each such record is about one item. None declared wrong."""
    found: set[LogLine] = set()
    for column in (unit_result.c.unit, link.c.parent):
        rows = list(_rows(connection, column, items, until))
        wrong = erroneous(connection, map(place_of, rows), until.log_size)
        found.update((row.batch_id, row.line) for row in rows if not wrong or place_of(row) not in wrong)
    return found


def goods_records_naming(connection: Reading, items: Collection[str], until: Until) -> set[LogLine]:
    """Shipments and packings of ``items``; each may name many items. None declared wrong."""
    found: set[LogLine] = set()
    for column in (shipment.c.shipped, packing.c.packed, packing.c.container):
        rows = [(row, _goods_place(row)) for row in _rows(connection, column, items, until)]
        wrong = erroneous(connection, {place for _, place in rows}, until.log_size)
        found.update((row.batch_id, row.line) for row, place in rows if place not in wrong)
    return found


def captured_naming(connection: Reading, items: Collection[str], until: Until) -> dict[LogLine, str]:
    """The text of captured events that name ``items``, by place; each may name many items."""
    joined = epcis_key.join(
        epcis_event, (epcis_event.c.batch_id == epcis_key.c.batch_id) & (epcis_event.c.line == epcis_key.c.line)
    )
    found: dict[LogLine, str] = {}
    for chunk in in_chunks(items):
        query = (
            select(epcis_event.c.batch_id, epcis_event.c.line, epcis_event.c.text)
            .select_from(joined)
            .where(epcis_key.c.kind.in_(("epc", "epcClass")), epcis_key.c.value.in_(chunk))
        )
        for row in connection.execute(_until(query, epcis_event.c.batch_id, epcis_event.c.event_time, until)):
            found[row.batch_id, row.line] = row.text
    return found


def _goods_place(row: Row[Any]) -> Place:
    return Place(row.author, row.chain, row.seq, row.record, row.plant)


def _rows(connection: Reading, column: Column[Any], items: Collection[str], until: Until) -> Iterator[Row[Any]]:
    table = column.table
    for chunk in in_chunks(items):
        query = _until(select(table).where(column.in_(chunk)), table.c.batch_id, table.c.event_time, until)
        yield from connection.execute(query)


def _until(query: Select[Any], batch_id: Column[Any], event_time: Column[Any], until: Until) -> Select[Any]:
    query = query.where(batch_id < until.log_size)
    return query if until.as_of is None else query.where(event_time <= until.as_of)
