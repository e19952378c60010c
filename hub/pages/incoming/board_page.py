"""What comes in at a plant: expected, waiting, in quarantine, and the form by which goods are received."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from hub.incoming.expected import Shipment, expected
from hub.incoming.lots import LotState, by_receipt, lots_of
from hub.named import Named, unnamed
from hub.pages.incoming.sent import Given
from hub.pages.incoming.tables import LotRow, Names, expected_table, lots_table
from hub.pages.speech import mark
from hub.pages.tables.define import Empty, Filled
from hub.store.core.database import Reading
from hub.store.master.queries import parts_named, read_master
from hub.store.quality.incoming import incoming_events, incoming_of
from traceability.record.incoming import GoodsReceiptRecord

MOST_FILLED_IN = 500
"""Announced items that the form is filled with."""
_NOTHING_WAITS = Empty(mark("Nothing waits for inspection."), mark("Receive goods below."))
_NOTHING_REJECTED = Empty(mark("Nothing is in quarantine."))
_NOTHING_CAME = Empty(mark("Nothing was received yet."), mark("Receive goods below."))


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that came to a plant, and what is still to come."""

    expected: Sequence[Shipment]
    rows: Sequence[LotRow]
    names: Names

    def in_state(self, state: LotState) -> list[LotRow]:
        """Those of one state, in the order in which they came."""
        return [row for row in self.rows if row.lot.state is state]


def arrived(connection: Reading, plant: str) -> Arrived:
    """A handful of statements, however much came."""
    receipts = incoming_of(connection, GoodsReceiptRecord, plant=plant)
    events = by_receipt(incoming_events(connection, [one.id for one in receipts]))
    rows = [LotRow(lot, one.received_on) for one in receipts for lot in lots_of(one, events.get(one.id, ()))]
    announced = expected(connection, plant)
    parts = {row.lot.part for row in rows} | {item.part for one in announced for item in one.items}
    return Arrived(expected=announced, rows=rows, names=names_of(connection, parts))


def names_of(connection: Reading, parts: Iterable[str]) -> Names:
    """What companies and these parts are called."""
    return Names(read_master(connection).organisations, parts_named(connection, set(parts)))


def board_tables(found: Arrived, plant: str, zone: str, *, enters: bool) -> tuple[Filled, ...]:
    """What waits longest comes first, what came last comes first."""
    names = found.names
    return (
        Filled(lots_table("waiting", mark("Waiting for inspection"), names, _NOTHING_WAITS),
               found.in_state(LotState.QUARANTINE)),
        Filled(lots_table("rejected", mark("In quarantine"), names, _NOTHING_REJECTED),
               found.in_state(LotState.REJECTED)),
        Filled(expected_table(names, plant, zone, enters=enters), found.expected),
        Filled(lots_table("lots", mark("All lots, the latest first"), names, _NOTHING_CAME), found.rows[::-1]),
    )  # fmt: skip


def board_counts(found: Arrived) -> dict[str, int]:
    """How many of each there are."""
    return {
        "expected": len(found.expected),
        "waiting": len(found.in_state(LotState.QUARANTINE)),
        "inspected": sum(row.lot.submissions > 0 for row in found.in_state(LotState.QUARANTINE)),
        "rejected": len(found.in_state(LotState.REJECTED)),
    }


def filled_in(found: Arrived, shipment: str, supplier: str, today: str) -> Given:
    """The form of receipt as the supplier's announcement has it."""
    given: Given = {"received_on": today, "supplier": supplier, "codes": "", "delivery_note": "", "shipment": ""}
    for one in found.expected:
        if one.id == shipment and one.supplier == supplier:
            items = one.items[:MOST_FILLED_IN]
            codes = "\n".join(f"{each.item} {each.quantity or ''}".strip() for each in items)
            given |= {"shipment": one.id, "codes": codes}
    return given


def suppliers_of(found: Arrived, plant_owner: str) -> list[Named]:
    """Who may have sent something: every other company that is known, by a name or by what it sent."""
    sent = {row.lot.supplier for row in found.rows} | {one.supplier for one in found.expected}
    companies = {one: unnamed(one) for one in sent} | dict(found.names.companies)
    return sorted((one for one in companies.values() if one.id != plant_owner), key=lambda one: one.name)


def context_of(found: Arrived, given: Given, owner: str) -> dict[str, Any]:
    """The template's variables."""
    return {
        "counts": board_counts(found),
        "suppliers": suppliers_of(found, owner),
        "given": {"codes": "", "number": "", "delivery_note": "", "shipment": "", "supplier": ""} | given,
    }
