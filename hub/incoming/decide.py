"""What people decide about received lots and about further inspection, and what they find later."""

from collections.abc import Sequence

from hub.entry.master import require_plant
from hub.entry.of_plant import new_id
from hub.entry.seal import Stamp, Stamps, enter
from hub.errors import EntryRefused
from hub.incoming.agreed import plan_for, plans_known, require_supplier
from hub.incoming.forms import EscapeForm, LotDecisionForm, SwitchForm
from hub.incoming.holding import check_person, placed, released
from hub.incoming.identity import canonical_part, scanned
from hub.incoming.lots import ENDED, LotState, ReceivedLot, held_item, later_holds
from hub.incoming.read import lot_of_receipt
from hub.incoming.supply import Supply, supply_of
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from traceability.identifier.item import item_uri
from traceability.record.base import Record
from traceability.record.incoming import Decision, IncomingDecisionRecord, IncomingEscapeRecord

_ENDING_BYTES = 2
_NEEDED: dict[Decision, frozenset[LotState]] = {
    Decision.CONCESSION: frozenset({LotState.QUARANTINE, LotState.REJECTED}),
    Decision.QUARANTINE: frozenset({LotState.RELEASED, LotState.NOT_AGREED}),
}


def enter_lot_decision(hub: Hub, plant: str, receipt: str, form: LotDecisionForm) -> StoredBatch:
    """Release, hold again, send back or scrap a lot; holds follow in the same batch."""
    check_person(form.entered_by)
    identity = new_id(hub, "decision")
    ending = hub.random_bytes(_ENDING_BYTES).hex()

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        lot = lot_of_receipt(connection, plant, receipt, form.item)
        _check_lot(lot, form.decision)
        again = form.decision is Decision.QUARANTINE
        record = IncomingDecisionRecord(
            id=identity,
            supplier=lot.supplier,
            plant=plant,
            part=lot.part,
            receipt=receipt,
            hold=ending if again else "",
            **form.model_dump(),
            **stamp(),
        )
        return [record, *_holds(lot, form, ending, stamp)]

    return _stored(enter(hub, draft))


def enter_switch(hub: Hub, plant: str, form: SwitchForm) -> StoredBatch:
    """Agree to reduced inspection, end it, or go on after it was discontinued."""
    check_person(form.entered_by)
    part, identity = canonical_part(form.part), new_id(hub, "decision")

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="decision")
        require_supplier(connection, form.supplier)
        plan = plan_for(plans_known(connection, plant), part, form.supplier, form.decided_on)
        supply = supply_of(connection, plant, form.supplier, part, reduce=plan is not None and plan.reduce)
        _check_switch(supply, form.decision)
        given = form.model_dump() | {"part": part}
        return [IncomingDecisionRecord(id=identity, plant=plant, **given, **stamp())]

    return _stored(enter(hub, draft))


def enter_escape(hub: Hub, plant: str, form: EscapeForm) -> StoredBatch:
    """Something received turned out defective later."""
    identity, item = new_id(hub, "escape"), item_uri(scanned(form.item))
    component = item_uri(scanned(form.component)) if form.component else ""

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="escape")
        given = form.model_dump() | {"item": item, "component": component}
        return [_escape(identity, plant, given, stamp())]

    return _stored(enter(hub, draft))


def _escape(identity: str, plant: str, given: dict[str, object], stamp: Stamp) -> Record:
    return IncomingEscapeRecord(id=identity, plant=plant, **given, **stamp)  # type: ignore[arg-type]  # a checked form


def _holds(lot: ReceivedLot, form: LotDecisionForm, ending: str, stamp: Stamps) -> list[Record]:
    if form.decision is Decision.CONCESSION:
        return released(lot, form.entered_by, form.reason, stamp)
    if form.decision is Decision.QUARANTINE:
        return [
            placed(stamp, hold=hold, plant=lot.plant, item=held_item(lot, hold), by=form.entered_by, reason=form.reason)
            for hold in later_holds(lot, ending)
        ]
    return []  # what went back or was scrapped stays on hold: it must not be built in


def _check_lot(lot: ReceivedLot, decision: Decision) -> None:
    possible = lot.state not in ENDED and lot.state in _NEEDED.get(decision, {lot.state})
    if not possible:
        raise EntryRefused(
            f"a lot that is {lot.state} takes no {decision}", where=f"lot {lot.item}", advice="look at its receipt"
        )


def _check_switch(supply: Supply, decision: Decision) -> None:
    states = supply.switching.values()
    possible = {
        Decision.REDUCE: any(one.may_reduce for one in states),
        Decision.RESUME: supply.discontinued,
        Decision.IRREGULAR: bool(states),
    }
    if not possible[decision]:
        raise EntryRefused(
            f"nothing changes by {decision}",
            where="decision",
            advice="GET …/incoming/supplies says how lots are inspected",
        )


def _stored(stored: StoredBatch | None) -> StoredBatch:
    assert stored is not None  # the drafts here always have a record
    return stored
