"""Quarantine and release: hold orders, which go down to the plant's agents and are sealed with who and why."""

from hub.downlink.orders import is_pseudonym
from hub.entry.seal import Stamps
from hub.errors import EntryRefused
from hub.incoming.lots import ReceivedLot, held_item
from hub.parts import Hub
from traceability.identifier.item import ItemKind, parse_item
from traceability.record.base import Record
from traceability.record.downlink import HoldOrderRecord
from traceability.record.production import HoldScope, HoldState

_SCOPES = {ItemKind.LOT: HoldScope.LOT, ItemKind.UNIT: HoldScope.UNIT}
HOLD_BYTES = 6


def hold_name(hub: Hub) -> str:
    """A new hold's id."""
    return f"in-{hub.random_bytes(HOLD_BYTES).hex()}"


def placed(stamp: Stamps, *, hold: str, plant: str, item: str, by: str, reason: str) -> Record:
    """The order that puts an item on hold."""
    return _order(hold, plant, item, HoldState.PLACED, by, reason, stamp)


def released(lot: ReceivedLot, by: str, reason: str, stamp: Stamps) -> list[Record]:
    """The orders that release everything of a lot; a hold that was released before is released once more."""
    return [_order(hold, lot.plant, held_item(lot, hold), HoldState.RELEASED, by, reason, stamp) for hold in lot.holds]


def check_person(by: str) -> None:
    """``EntryRefused`` unless it is a pseudonymous id: agents keep it with their holds."""
    if not is_pseudonym(by):
        raise EntryRefused(
            f"{by[:80]!r} is no pseudonymous id",
            where="entered_by",
            advice="letters, digits, '.', '_' and '-', at most 60",
        )


def _order(  # noqa: PLR0917 - the words of one order
    hold: str, plant: str, item: str, state: HoldState, by: str, reason: str, stamp: Stamps
) -> Record:
    return HoldOrderRecord(
        id=hold,
        plant=plant,
        scope=_SCOPES[parse_item(item).kind],
        target=item,
        state=state,
        by=by,
        reason=reason,
        **stamp(),
    )
