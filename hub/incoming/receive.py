"""Goods come in: scanned, compared with what the supplier recorded, and held until they are judged.

What is held, what may go at once because lots are skipped, and why, stands in one batch with the receipt.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

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
from hub.store.quality.incoming import incoming_of, received_as
from traceability.identifier.item import ItemKind, item_uri, parse_item
from traceability.record.base import Record
from traceability.record.incoming import (
    MAX_ITEMS,
    Decision,
    GoodsReceiptRecord,
    IncomingDecisionRecord,
    IncomingInspectionRecord,
    LotVerdict,
    ReceivedItem,
)

DRAW_BYTES = 4


class _Came(msgspec.Struct, frozen=True):
    item: str
    part: str
    quantity: int


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
        require_supplier(connection, form.supplier)
        shipment = shipment_of(connection, plant, form.supplier, form.shipment) if form.shipment else None
        came = _came(connection, plant, form.items, shipment)
        _refuse_known_units(connection, plant, came)
        treated = {one.part: _treatment(hub, connection, plant, form, one.part) for one in came}
        receipt = GoodsReceiptRecord(
            id=identity,
            plant=plant,
            supplier=form.supplier,
            shipment=form.shipment,
            delivery_note=form.delivery_note,
            received_on=form.received_on,
            items=tuple(_items(hub, came, shipment, treated)),
            missing=() if shipment is None else missing(shipment, {one.item for one in came}),
            entered_by=form.entered_by,
            **stamp(),
        )
        return [receipt, *_followed(receipt, treated, stamp)]

    enter(hub, draft)
    return identity


def _treatment(hub: Hub, connection: Reading, plant: str, form: ReceiptForm, part: str) -> _Treated:
    plan = plan_for(plans_known(connection, plant), part, form.supplier, form.received_on)
    if plan is None:
        return _Treated(agreed=False, every=1)
    supply = supply_of(connection, plant, form.supplier, part, reduce=plan.reduce)
    return _Treated(agreed=True, every=qualified(hub, connection, plan, form.supplier, supply).every)


def _items(
    hub: Hub, came: Sequence[_Came], shipment: Shipment | None, treated: Mapping[str, _Treated]
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


def _came(connection: Reading, plant: str, forms: Sequence[ScannedForm], shipment: Shipment | None) -> list[_Came]:
    known = [shipment] if shipment is not None else expected(connection, plant)
    listed = {one.item: one.quantity for each in known for one in each.items}
    found: dict[str, _Came] = {}
    for form in forms:
        item = scanned(form.code, form.symbology)
        uri = item_uri(item)
        if item.kind is ItemKind.LOGISTIC_UNIT:
            several = [_Came(one.item, one.part, one.quantity or 0) for one in inside_of(known, uri)]
            if not several:
                raise EntryRefused(
                    f"no supplier recorded what is in {uri}", where=form.code[:60], advice="scan what is in it"
                )
        elif item.kind in GOODS:
            several = [_Came(uri, part_of_item(uri), form.quantity or listed.get(uri) or 0)]
        else:
            raise EntryRefused(
                f"{uri} names neither lot, unit nor box", where=form.code[:60], advice="scan another code"
            )
        for one in several:
            _take(found, one, form)
    if len(found) > MAX_ITEMS:
        raise EntryRefused(
            f"{len(found)} items, at most {MAX_ITEMS} fit one receipt", where="items", advice="enter two"
        )
    return list(found.values())


def _take(found: dict[str, _Came], one: _Came, form: ScannedForm) -> None:
    where = form.code[:60]
    if one.item in found:
        raise EntryRefused(f"{one.item} was scanned twice", where=where, advice="leave one out, or add up quantities")
    if parse_item(one.item).kind is ItemKind.UNIT:
        if form.quantity not in (None, 1):
            raise EntryRefused(f"{one.item} is one unit", where=where, advice="leave out the quantity")
        one = _Came(one.item, one.part, 1)
    elif not one.quantity:
        raise EntryRefused(f"how many of {one.item} came is not known", where=where, advice="give the quantity")
    found[one.item] = one


def _refuse_known_units(connection: Reading, plant: str, came: Collection[_Came]) -> None:
    """A serial comes once, unless it was sent back; a lot may come in several deliveries."""
    units = [one.item for one in came if parse_item(one.item).kind is ItemKind.UNIT]
    for known in received_as(connection, units):
        if known.plant == plant and not _went_back(connection, known.receipt, {known.item, known.part}):
            raise EntryRefused(
                f"it came already with {known.receipt}",
                where=known.item,
                advice="leave it out, or enter first that it was returned",
            )


def _went_back(connection: Reading, receipt: str, names: set[str]) -> bool:
    decisions = incoming_of(connection, IncomingDecisionRecord, receipts=[receipt])
    return any(one.decision is Decision.RETURN and one.item in names for one in decisions)
