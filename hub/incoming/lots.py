"""What is judged together: a received lot, or the units of a part that came singly with one receipt."""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from traceability.identifier.item import ItemKind, parse_item
from traceability.record.incoming import (
    Decision,
    GoodsReceiptRecord,
    IncomingDecisionRecord,
    IncomingInspectionRecord,
    LotVerdict,
    ReceivedItem,
)

History = Iterable[IncomingInspectionRecord | IncomingDecisionRecord]


class LotState(StrEnum):
    """What may be done with a received lot."""

    RELEASED = "released"
    QUARANTINE = "quarantine"
    REJECTED = "rejected"
    RETURNED = "returned"
    SCRAPPED = "scrapped"
    NOT_AGREED = "not-agreed"
    """No inspection is agreed for it, so it is not held."""


ENDED = frozenset({LotState.RETURNED, LotState.SCRAPPED})
_LATER = "."
_DECIDED = {
    Decision.CONCESSION: LotState.RELEASED,
    Decision.QUARANTINE: LotState.QUARANTINE,
    Decision.RETURN: LotState.RETURNED,
    Decision.SCRAP: LotState.SCRAPPED,
}


class ReceivedLot(msgspec.Struct, frozen=True, kw_only=True):
    """``item`` is the lot, or the part of units that came singly; ``holds`` are in force unless it is released."""

    receipt: str
    plant: str
    supplier: str
    part: str
    item: str
    size: int
    draw: int
    members: tuple[ReceivedItem, ...]
    state: LotState
    holds: tuple[str, ...]
    submissions: int = 0


def lots_of(receipt: GoodsReceiptRecord, history: History = ()) -> list[ReceivedLot]:
    """The lots of a receipt, and what became of each by ``history`` (in the order of the log)."""
    events = [one for one in history if one.receipt == receipt.id]
    return [_after(one, [event for event in events if event.item == one.item]) for one in grouped(receipt)]


def by_receipt(history: History) -> dict[str, list[IncomingInspectionRecord | IncomingDecisionRecord]]:
    """What happened to the lots of each receipt, in the order of the log."""
    found: defaultdict[str, list[IncomingInspectionRecord | IncomingDecisionRecord]] = defaultdict(list)
    for event in history:
        found[event.receipt].append(event)
    return found


def grouped(receipt: GoodsReceiptRecord) -> list[ReceivedLot]:
    """The lots of a receipt as they came."""
    groups: dict[str, list[ReceivedItem]] = {}
    for one in receipt.items:
        key = one.item if parse_item(one.item).kind is ItemKind.LOT else one.part
        groups.setdefault(key, []).append(one)
    return [
        ReceivedLot(
            receipt=receipt.id,
            plant=receipt.plant,
            supplier=receipt.supplier,
            part=members[0].part,
            item=item,
            size=sum(one.quantity for one in members),
            draw=members[0].draw,
            members=tuple(members),
            state=LotState.QUARANTINE if members[0].held else LotState.NOT_AGREED,
            holds=tuple(one.hold for one in members if one.held),
        )
        for item, members in groups.items()
    ]


def later_holds(lot: ReceivedLot, ending: str) -> tuple[str, ...]:
    """The names of the holds that a later quarantine places."""
    return tuple(f"{one.hold}{_LATER}{ending}" for one in lot.members)


def held_item(lot: ReceivedLot, hold: str) -> str:
    """What a hold of the lot is on."""
    name = hold.split(_LATER, maxsplit=1)[0]
    return next(one.item for one in lot.members if one.hold == name)


def _after(lot: ReceivedLot, events: list[IncomingInspectionRecord | IncomingDecisionRecord]) -> ReceivedLot:
    state, holds, submissions = lot.state, lot.holds, 0
    for event in events:
        if isinstance(event, IncomingDecisionRecord):
            state = _DECIDED[event.decision]
            if event.decision is Decision.QUARANTINE and event.hold:
                holds = (*holds, *later_holds(lot, event.hold))
        else:
            submissions += event.verdict is not LotVerdict.SKIPPED
            state = LotState.REJECTED if event.verdict is LotVerdict.REJECTED else LotState.RELEASED
    return msgspec.structs.replace(lot, state=state, holds=holds, submissions=submissions)
