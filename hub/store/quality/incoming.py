"""What is known of incoming material, and what suppliers say they sent."""

from collections.abc import Collection
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Row, select

from hub.settings import HUB_AUTHOR
from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.production.corrections import Place, erroneous
from hub.store.tables.epcis import epcis_event
from hub.store.tables.every import shipment
from hub.store.tables.incoming import incoming, incoming_item, incoming_number
from hub.store.trace.shipments import ShipmentRow
from traceability.record.base import Record
from traceability.record.incoming import IncomingDecisionRecord, IncomingInspectionRecord

R = TypeVar("R", bound=Record)
_SALT = "0" * 32
_EVENTS: dict[str, type[IncomingInspectionRecord | IncomingDecisionRecord]] = {
    str(kind.__struct_config__.tag): kind for kind in (IncomingInspectionRecord, IncomingDecisionRecord)
}


class ReceivedAs(msgspec.Struct, frozen=True):
    """Which receipt brought an item."""

    item: str
    receipt: str
    plant: str
    supplier: str
    part: str


class ShippedRow(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a shipment, with its quantity and what it travels in."""

    shipment: ShipmentRow
    inside: str | None
    quantity: str | None
    brought_by: str | None
    """The organisation that captured the event of which it was made; None: it is its author's own word."""


def incoming_of(
    connection: Reading,
    kind: type[R],
    *,
    plant: str | None = None,
    supplier: str | None = None,
    part: str | None = None,
    receipts: Collection[str] | None = None,
) -> list[R]:
    """Records of a kind in the order of the log, without those that were declared wrong; None: any."""
    narrow: list[ColumnElement[bool]] = [incoming.c.kind == kind.__struct_config__.tag]
    for column, value in ((incoming.c.plant, plant), (incoming.c.supplier, supplier), (incoming.c.part, part)):
        if value is not None:
            narrow.append(column == value)
    rows: list[Row[Any]] = []
    if receipts is None:
        rows += connection.execute(select(incoming).where(*narrow))
    else:
        for chunk in in_chunks(receipts):
            rows += connection.execute(select(incoming).where(*narrow, incoming.c.receipt.in_(chunk)))
    return [_record(row, kind) for row in _standing(connection, rows)]


def receipts_numbered(connection: Reading, plant: str, numbers: Collection[str]) -> dict[str, str]:
    """The ids of a plant's receipts by what it calls them, without those that were declared wrong."""
    rows: list[Row[Any]] = []
    for chunk in in_chunks(numbers):
        query = select(incoming_number, incoming_number.c.receipt.label("id"))
        rows += connection.execute(query.where(incoming_number.c.plant == plant, incoming_number.c.number.in_(chunk)))
    return {row.number: row.receipt for row in reversed(_standing(connection, rows))}


def incoming_history(
    connection: Reading, plant: str, supplier: str, part: str
) -> list[IncomingInspectionRecord | IncomingDecisionRecord]:
    """Inspections and decisions about one supplier's part, in the order of the log, without those declared wrong."""
    narrow = (incoming.c.plant == plant, incoming.c.supplier == supplier, incoming.c.part == part)
    rows = _standing(
        connection, list(connection.execute(select(incoming).where(incoming.c.kind.in_(_EVENTS), *narrow)))
    )
    return [_record(row, _EVENTS[row.kind]) for row in rows]


def incoming_events(
    connection: Reading, receipts: Collection[str]
) -> list[IncomingInspectionRecord | IncomingDecisionRecord]:
    """Inspections and decisions about the lots of these receipts, in the order of the log."""
    rows: list[Row[Any]] = []
    for chunk in in_chunks(receipts):
        rows += connection.execute(select(incoming).where(incoming.c.kind.in_(_EVENTS), incoming.c.receipt.in_(chunk)))
    return [_record(row, _EVENTS[row.kind]) for row in _standing(connection, rows)]


def received_as(connection: Reading, items: Collection[str]) -> list[ReceivedAs]:
    """The receipts of these items."""
    found: list[ReceivedAs] = []
    for chunk in in_chunks(items):
        query = select(incoming_item).where(incoming_item.c.received.in_(chunk))
        ordered = query.order_by(incoming_item.c.batch_id, incoming_item.c.line, incoming_item.c.item)
        found += [
            ReceivedAs(row.received, row.receipt, row.plant, row.supplier, row.part)
            for row in connection.execute(ordered)
        ]
    return found


def shipments_to(connection: Reading, parties: Collection[str], record: str | None = None) -> list[ShippedRow]:
    """What was sent to any of these names (a company, its plants), as the senders tell it; the latest first."""
    rows: list[Row[Any]] = []
    for chunk in in_chunks(parties):
        captured = (epcis_event.c.batch_id == shipment.c.batch_id) & (epcis_event.c.line == shipment.c.line)
        query = select(shipment, epcis_event.c.organisation).outerjoin(epcis_event, captured)
        query = query.where(shipment.c.step == "ship", shipment.c.party.in_(chunk))
        rows += connection.execute(query if record is None else query.where(shipment.c.record == record))
    places = {_key(row): Place(row.author, row.chain, row.seq, row.record, row.plant) for row in rows}
    wrong = erroneous(connection, places.values(), None)
    rows.sort(key=lambda row: (-row.event_time, *_key(row)))
    return [_shipped(row) for row in rows if places[_key(row)] not in wrong]


def _standing(connection: Reading, rows: list[Row[Any]]) -> list[Row[Any]]:
    places = {(row.batch_id, row.line): Place(row.author, row.chain, row.seq, row.id, row.plant) for row in rows}
    wrong = erroneous(connection, places.values(), None)
    rows.sort(key=lambda row: (row.batch_id, row.line))
    return [row for row in rows if places[row.batch_id, row.line] not in wrong]


def _key(row: Row[Any]) -> tuple[int, int, int]:
    return row.batch_id, row.line, row.item


def _shipped(row: Row[Any]) -> ShippedRow:
    told = ShipmentRow(
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
    brought = None if row.organisation == HUB_AUTHOR else row.organisation
    return ShippedRow(shipment=told, inside=row.inside, quantity=row.quantity, brought_by=brought)


def _record(row: Row[Any], kind: type[R]) -> R:
    stamp = {"kind": row.kind, "id": row.id, "seq": row.seq, "event_time": from_micros(row.event_time), "salt": _SALT}
    return msgspec.convert({**row.body, **stamp}, kind, strict=False)
