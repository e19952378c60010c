"""Goods come in: scanned, compared with what the supplier recorded, and held until they are judged.

What is held, what may go at once because lots are skipped, and why, stands in one batch with the receipt.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

import msgspec

from hub.entry.master import require_plant
from hub.entry.of_plant import new_id
from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.incoming.agreed import plan_for, plans_known, require_supplier
from hub.incoming.expected import GOODS, Match, Shipment, expected, inside_of, match, missing, shipment_of
from hub.incoming.forms import ReceiptForm, ScannedForm
from hub.incoming.holding import check_person, hold_name, placed
from hub.incoming.identity import part_of_item, scanned
from hub.incoming.lots import grouped
from hub.incoming.skip import qualified
from hub.incoming.supply import supply_of
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.quality.incoming import incoming_of, receipts_numbered, received_as
from traceability.identifier.item import ItemKind, item_uri, parse_item
from traceability.record.base import Record
from traceability.record.incoming import (
    MAX_ITEMS,
    Decision,
    GoodsReceiptRecord,
    IncomingDecisionRecord,
    IncomingInspectionRecord,
    IncomingPlanRecord,
    LotVerdict,
    ReceivedItem,
)

DRAW_BYTES = 4


class Came(msgspec.Struct, frozen=True):
    """A lot or unit that came."""

    item: str
    part: str
    quantity: int


class _Known(msgspec.Struct, frozen=True):
    """What suppliers say they sent, and how much of each item."""

    shipments: Sequence[Shipment]
    quantities: Mapping[str, int | None]


class _Treated(msgspec.Struct, frozen=True):
    """How lots of a part are treated now: not at all without a plan; one in ``every`` is inspected."""

    agreed: bool
    every: int

    def held(self, draw: int) -> bool:
        """Whether a lot with this draw is held until it is judged."""
        return self.agreed and draw % self.every == 0


def enter_receipt(hub: Hub, plant: str, form: ReceiptForm) -> str:
    """Enter what came; the id of the receipt. ``EntryRefused`` names the code that can't be received."""
    check_person(form.entered_by)
    identity = new_id(hub, "receipt")

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="receipt")
        receiving = Receiving(hub, connection, plant)
        if form.number and receipts_numbered(connection, plant, [form.number]):
            raise EntryRefused(
                f"there is a receipt {form.number[:100]!r} already", where="number", advice="give it another number"
            )
        shipment = receiving.shipment(form.supplier, form.shipment)
        came: dict[str, Came] = {}
        for one in form.items:
            receiving.take(came, one, shipment)
        for refused in receiving.known_units(came).values():
            raise refused
        return receiving.records(form, came, shipment, identity, stamp)

    enter(hub, draft)
    return identity


class Receiving:
    """What is known while goods are received at a plant; several receipts may follow each other."""

    def __init__(self, hub: Hub, connection: Reading, plant: str) -> None:
        self._hub, self._connection, self._plant = hub, connection, plant
        self._treatments: dict[tuple[str, str, date], _Treated] = {}
        self._announced: dict[tuple[str, str] | None, _Known] = {}
        self._plans: list[IncomingPlanRecord] | None = None

    def shipment(self, supplier: str, identity: str) -> Shipment | None:
        """The supplier's own record; ``EntryRefused`` for an unknown company, or one that recorded no such shipment."""
        require_supplier(self._connection, supplier)
        return shipment_of(self._connection, self._plant, supplier, identity) if identity else None

    def take(self, came: dict[str, Came], form: ScannedForm, shipment: Shipment | None) -> list[str]:
        """Add what a code names to what ``came``, and say what that is; ``EntryRefused`` when it can't be received."""
        several = self._named(form, self._known(shipment))
        for one in several:
            _take(came, one, form)
        if len(came) > MAX_ITEMS:
            raise EntryRefused(
                f"{len(came)} items, at most {MAX_ITEMS} fit one receipt", where="items", advice="enter two"
            )
        return [one.item for one in several]

    def known_units(self, came: Collection[str]) -> dict[str, EntryRefused]:
        """Why some of what came can't: a serial comes once, unless it was sent back; a lot in several deliveries."""
        units = [item for item in came if parse_item(item).kind is ItemKind.UNIT]
        return {
            known.item: EntryRefused(
                f"it came already with {known.receipt}",
                where=known.item,
                advice="leave it out, or enter first that it was returned",
            )
            for known in received_as(self._connection, units)
            if known.plant == self._plant and not _went_back(self._connection, known.receipt, {known.item, known.part})
        }

    def records(
        self, form: ReceiptForm, came: Mapping[str, Came], shipment: Shipment | None, identity: str, stamp: Stamps
    ) -> list[Record]:
        """The receipt, the holds of what is to be inspected, and what is said of lots that are skipped."""
        treated = {part: self._treatment(form, part) for part in {one.part for one in came.values()}}
        receipt = GoodsReceiptRecord(
            id=identity,
            plant=self._plant,
            supplier=form.supplier,
            number=form.number,
            shipment=form.shipment,
            delivery_note=form.delivery_note,
            received_on=form.received_on,
            items=tuple(_items(self._hub, list(came.values()), shipment, treated)),
            missing=() if shipment is None else missing(shipment, came.keys()),
            entered_by=form.entered_by,
            **stamp(),
        )
        return [receipt, *_followed(receipt, treated, stamp)]

    def _named(self, form: ScannedForm, known: _Known) -> list[Came]:
        item = scanned(form.code, form.symbology)
        uri = item_uri(item)
        if item.kind is ItemKind.LOGISTIC_UNIT:
            several = [Came(one.item, one.part, one.quantity or 0) for one in inside_of(known.shipments, uri)]
            if not several:
                raise EntryRefused(
                    f"no supplier recorded what is in {uri}", where=form.code[:60], advice="scan what is in it"
                )
            return several
        if item.kind in GOODS:
            return [Came(uri, part_of_item(uri), form.quantity or known.quantities.get(uri) or 0)]
        raise EntryRefused(f"{uri} names neither lot, unit nor box", where=form.code[:60], advice="scan another code")

    def _known(self, shipment: Shipment | None) -> _Known:
        key = None if shipment is None else (shipment.supplier, shipment.id)
        if key not in self._announced:
            shipments = [shipment] if shipment is not None else expected(self._connection, self._plant)
            quantities = {one.item: one.quantity for each in shipments for one in each.items}
            self._announced[key] = _Known(shipments, quantities)
        return self._announced[key]

    def _treatment(self, form: ReceiptForm, part: str) -> _Treated:
        key = form.supplier, part, form.received_on
        if key not in self._treatments:
            self._treatments[key] = self._treated(form, part)
        return self._treatments[key]

    def _treated(self, form: ReceiptForm, part: str) -> _Treated:
        if self._plans is None:
            self._plans = plans_known(self._connection, self._plant)
        plan = plan_for(self._plans, part, form.supplier, form.received_on)
        if plan is None:
            return _Treated(agreed=False, every=1)
        supply = supply_of(self._connection, self._plant, form.supplier, part, reduce=plan.reduce)
        return _Treated(agreed=True, every=qualified(self._hub, self._connection, plan, form.supplier, supply).every)


def _items(
    hub: Hub, came: Sequence[Came], shipment: Shipment | None, treated: Mapping[str, _Treated]
) -> Iterator[ReceivedItem]:
    draws: dict[str, int] = {}
    for one in came:
        lot = one.item if parse_item(one.item).kind is ItemKind.LOT else one.part
        draw = draws.setdefault(lot, int.from_bytes(hub.random_bytes(DRAW_BYTES), "big"))
        yield ReceivedItem(
            item=one.item,
            part=one.part,
            quantity=one.quantity,
            listed=shipment is not None and match(shipment, one.item, one.part, one.quantity) is Match.LISTED,
            hold=hold_name(hub),
            held=treated[one.part].held(draw),
            draw=draw,
        )


def _followed(receipt: GoodsReceiptRecord, treated: Mapping[str, _Treated], stamp: Stamps) -> Iterator[Record]:
    """Holds, and what is said of lots that are skipped."""
    reason = f"incoming inspection of {receipt.id}"
    for lot in grouped(receipt):
        if lot.holds:
            for one in lot.members:
                yield placed(
                    stamp, hold=one.hold, plant=receipt.plant, item=one.item, by=receipt.entered_by, reason=reason
                )
        elif treated[lot.part].agreed:
            yield IncomingInspectionRecord(
                id=f"{receipt.id}-{lot.members[0].hold}",
                plant=receipt.plant,
                supplier=receipt.supplier,
                part=lot.part,
                receipt=receipt.id,
                item=lot.item,
                size=lot.size,
                verdict=LotVerdict.SKIPPED,
                inspected_on=receipt.received_on,
                evidence=f"draw {lot.draw}, 1 in {treated[lot.part].every} is inspected",
                entered_by=receipt.entered_by,
                **stamp(),
            )


def _take(found: dict[str, Came], one: Came, form: ScannedForm) -> None:
    where = form.code[:60]
    if one.item in found:
        raise EntryRefused(f"{one.item} was scanned twice", where=where, advice="leave one out, or add up quantities")
    if parse_item(one.item).kind is ItemKind.UNIT:
        if form.quantity not in (None, 1):
            raise EntryRefused(f"{one.item} is one unit", where=where, advice="leave out the quantity")
        one = Came(one.item, one.part, 1)
    elif not one.quantity:
        raise EntryRefused(f"how many of {one.item} came is not known", where=where, advice="give the quantity")
    found[one.item] = one


def _went_back(connection: Reading, receipt: str, names: set[str]) -> bool:
    decisions = incoming_of(connection, IncomingDecisionRecord, receipts=[receipt])
    return any(one.decision is Decision.RETURN and one.item in names for one in decisions)
