"""What was packed and where it was sent."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, Table, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.core.memo import once
from hub.store.production.corrections import Place, erroneous
from hub.store.tables.every import packing, shipment
from hub.store.trace.event_links import PACKINGS, EventLinks
from hub.store.trace.queries import known
from traceability.genealogy import Link, with_endings


class ShipmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """One item of one shipment as one end tells it."""

    batch_id: int
    line: int
    author: str
    record: str
    step: str
    event_time: datetime
    source_party: str
    source_site: str | None
    party: str
    site: str | None
    name: str
    shipped: str


def shipments_of(connection: Reading, items: Collection[str], log_size: int | None = None) -> list[ShipmentRow]:
    """Shipments of ``items`` themselves, without those that were declared wrong."""
    return [
        ShipmentRow(
            batch_id=row.batch_id,
            line=row.line,
            author=row.author,
            record=row.record,
            step=row.step,
            event_time=from_micros(row.event_time),
            source_party=row.source_party,
            source_site=row.source_site,
            party=row.party,
            site=row.site,
            name=row.name,
            shipped=row.shipped,
        )
        for row in _right(connection, shipment, shipment.c.shipped, items, log_size)
    ]


def packings_of(connection: Reading, items: Collection[str], log_size: int | None = None) -> list[Link]:
    """What says which logistic unit each of ``items`` was put into or taken out of, as links."""
    packed = [
        _packing(row, row.container, row.packed, row.action)
        for row in _right(connection, packing, packing.c.packed, items, log_size)
    ]
    nested = [
        _packing(row, row.inside, row.shipped, "ADD")
        for row in _right(connection, shipment, shipment.c.shipped, items, log_size)
        if row.inside is not None
    ]
    links = packed + nested
    emptied = EventLinks(connection, log_size).endings({link.parent for link in links}, PACKINGS)
    return list(with_endings(links, emptied))


def any_shipment(connection: Reading) -> bool:
    """Whether anything was ever shipped."""
    return once(connection, any_shipment, lambda: connection.execute(_ANY).first() is not None)


def _right(
    connection: Reading, table: Table, column: Any, items: Collection[str], log_size: int | None
) -> list[Row[Any]]:
    rows: list[Row[Any]] = []
    for chunk in in_chunks(items):
        rows += connection.execute(known(select(table).where(column.in_(chunk)), table, log_size))
    wrong = erroneous(connection, map(_place, rows), log_size)
    return [row for row in rows if not wrong or _place(row) not in wrong]


def _place(row: Row[Any]) -> Place:
    return Place(row.author, row.chain, row.seq, row.record, row.plant)


def _packing(row: Row[Any], container: str, packed: str, action: str) -> Link:
    return Link(
        parent=container,
        child=packed,
        certain=True,
        event_time=from_micros(row.event_time),
        author=row.author,
        chain=row.chain,
        seq=row.seq,
        action=action,
        record=row.record,
        item=row.item,
        log_index=row.batch_id,
        line=row.line,
    )


_ANY = select(shipment.c.batch_id).limit(1)
