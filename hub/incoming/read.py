"""Receipts as they stand: what came, how it is to be inspected, what became of it."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from hub.errors import EntryRefused, NotFound
from hub.incoming.agreed import plan_for, plans_known
from hub.incoming.due import Due, due_for
from hub.incoming.expected import Match, Shipment, match, shipment_of
from hub.incoming.lots import LotState, ReceivedLot, by_receipt, lots_of
from hub.incoming.supply import Supply, supply_of
from hub.store.core.database import Reading
from hub.store.quality.incoming import incoming_events, incoming_of
from traceability.quality.sampling_plan.attributes import Severity
from traceability.record.incoming import (
    CharacteristicResult,
    GoodsReceiptRecord,
    IncomingDecisionRecord,
    IncomingInspectionRecord,
    IncomingPlanRecord,
    LotVerdict,
)

_WAITING = frozenset({LotState.QUARANTINE, LotState.REJECTED})


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """An item that came; ``match`` None where the receipt was compared with no shipment."""

    item: str
    quantity: int
    match: Match | None


class InspectionView(msgspec.Struct, frozen=True, kw_only=True):
    """One submission of a lot, or that it was skipped."""

    id: str
    submission: int
    verdict: LotVerdict
    results: tuple[CharacteristicResult, ...]
    inspected_on: date
    minutes: int | None
    evidence: str
    entered_by: str


class LotView(msgspec.Struct, frozen=True, kw_only=True):
    """A lot of a receipt; ``due`` is what is to be inspected while it waits, none where nothing is agreed."""

    item: str
    part: str
    size: int
    state: LotState
    discontinued: bool
    due: tuple[Due, ...]
    items: tuple[ItemView, ...]
    inspections: tuple[InspectionView, ...]


class ReceiptView(msgspec.Struct, frozen=True, kw_only=True):
    """One receipt; ``number`` is what the plant calls it."""

    id: str
    number: str
    plant: str
    supplier: str
    shipment: str
    delivery_note: str
    received_on: date
    entered_at: datetime
    lots: tuple[LotView, ...]
    missing: tuple[str, ...]


class ReceiptList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of receipts, the latest first."""

    total: int
    offset: int
    receipts: tuple[ReceiptView, ...]


def receipt_record(connection: Reading, plant: str, identity: str) -> GoodsReceiptRecord:
    """``NotFound`` unless the plant has it."""
    found = incoming_of(connection, GoodsReceiptRecord, plant=plant, receipts=[identity])
    if not found:
        raise NotFound(f"there is no receipt {identity[:80]!r}", advice="GET …/incoming/receipts lists them")
    return found[0]


def lot_of_receipt(connection: Reading, plant: str, receipt: str, item: str) -> ReceivedLot:
    """A lot of a receipt as it stands now; ``NotFound``."""
    record = receipt_record(connection, plant, receipt)
    for one in lots_of(record, incoming_events(connection, [receipt])):
        if one.item == item:
            return one
    raise NotFound(f"{item[:100]!r} is no lot of {receipt}", advice="the receipt lists its lots")


def receipt_view(connection: Reading, plant: str, identity: str) -> ReceiptView:
    """One receipt."""
    return _views(connection, [receipt_record(connection, plant, identity)])[0]


def receipt_list(  # noqa: PLR0917 - what to list, then which part of it
    connection: Reading, plant: str, supplier: str | None, state: LotState | None, offset: int, limit: int
) -> ReceiptList:
    """Receipts of a plant, the latest first; with ``state`` those that hold a lot in it."""
    records = incoming_of(connection, GoodsReceiptRecord, plant=plant, supplier=supplier)[::-1]
    if state is not None:
        events = by_receipt(incoming_events(connection, [one.id for one in records]))
        records = [one for one in records if any(lot.state is state for lot in lots_of(one, events.get(one.id, ())))]
    page = _views(connection, records[offset : offset + limit])
    return ReceiptList(total=len(records), offset=offset, receipts=tuple(page))


def waiting_for(plan: IncomingPlanRecord | None, lot: ReceivedLot, supply: Supply) -> tuple[Due, ...]:
    """What is to be inspected of a lot, by the plan and what earlier lots have led to."""
    if plan is None:
        return ()
    size = lot.size
    return tuple(due_for(one, size, _severity(lot, supply, one.name)) for one in plan.characteristics)


def _severity(lot: ReceivedLot, supply: Supply, characteristic: str) -> Severity:
    """A lot that is submitted again is never inspected less than normally (ISO 2859-1, 9: first submissions count)."""
    state = supply.of(characteristic).severity
    return Severity.NORMAL if lot.submissions and state is Severity.REDUCED else state


class _Known:
    """Plans and supplies, each read once for a page of receipts."""

    def __init__(self, connection: Reading) -> None:
        self._connection = connection
        self._plans: dict[str, list[IncomingPlanRecord]] = {}
        self._supplies: dict[tuple[str, str, str, bool], Supply] = {}

    def plan(self, record: GoodsReceiptRecord, part: str) -> IncomingPlanRecord | None:
        """The plan in force when the goods came."""
        if record.plant not in self._plans:
            self._plans[record.plant] = plans_known(self._connection, record.plant)
        return plan_for(self._plans[record.plant], part, record.supplier, record.received_on)

    def supply(self, record: GoodsReceiptRecord, part: str, plan: IncomingPlanRecord | None) -> Supply:
        """What the supplier's lots of the part have led to."""
        reduce = plan is not None and plan.reduce
        key = record.plant, record.supplier, part, reduce
        if key not in self._supplies:
            self._supplies[key] = supply_of(self._connection, record.plant, record.supplier, part, reduce=reduce)
        return self._supplies[key]


def _views(connection: Reading, records: Sequence[GoodsReceiptRecord]) -> list[ReceiptView]:
    events = by_receipt(incoming_events(connection, [one.id for one in records]))
    known = _Known(connection)
    return [_view(connection, record, events.get(record.id, ()), known) for record in records]


def _view(
    connection: Reading,
    record: GoodsReceiptRecord,
    events: Sequence[IncomingInspectionRecord | IncomingDecisionRecord],
    known: _Known,
) -> ReceiptView:
    shipment = _shipment(connection, record)
    inspections = [one for one in events if isinstance(one, IncomingInspectionRecord)]
    return ReceiptView(
        id=record.id,
        number=record.number,
        plant=record.plant,
        supplier=record.supplier,
        shipment=record.shipment,
        delivery_note=record.delivery_note,
        received_on=record.received_on,
        entered_at=record.event_time,
        lots=tuple(_lot(record, lot, inspections, shipment, known) for lot in lots_of(record, events)),
        missing=record.missing,
    )


def _lot(
    record: GoodsReceiptRecord,
    lot: ReceivedLot,
    inspections: Sequence[IncomingInspectionRecord],
    shipment: Shipment | None,
    known: _Known,
) -> LotView:
    plan = known.plan(record, lot.part)
    supply = known.supply(record, lot.part, plan)
    return LotView(
        item=lot.item,
        part=lot.part,
        size=lot.size,
        state=lot.state,
        discontinued=supply.discontinued,
        due=waiting_for(plan, lot, supply) if lot.state in _WAITING else (),
        items=tuple(
            ItemView(item=one.item, quantity=one.quantity, match=_match(shipment, one.item, one.part, one.quantity))
            for one in lot.members
        ),
        inspections=tuple(_inspection(one) for one in inspections if one.item == lot.item),
    )


def _inspection(one: IncomingInspectionRecord) -> InspectionView:
    return InspectionView(
        id=one.id,
        submission=one.submission,
        verdict=one.verdict,
        results=one.results,
        inspected_on=one.inspected_on,
        minutes=one.minutes,
        evidence=one.evidence,
        entered_by=one.entered_by,
    )


def _shipment(connection: Reading, record: GoodsReceiptRecord) -> Shipment | None:
    if not record.shipment:
        return None
    try:
        return shipment_of(connection, record.plant, record.supplier, record.shipment)
    except EntryRefused:
        return None  # the supplier has declared its shipment wrong since


def _match(shipment: Shipment | None, item: str, part: str, quantity: int) -> Match | None:
    return None if shipment is None else match(shipment, item, part, quantity)
