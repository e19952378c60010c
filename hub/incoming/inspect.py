"""A received lot is inspected and judged; accepted, it is released in the same batch."""

from collections.abc import Sequence

from hub.entry.of_plant import new_id
from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.incoming.agreed import plan_for, plans_known
from hub.incoming.due import judged
from hub.incoming.forms import InspectionForm, ResultForm
from hub.incoming.holding import check_person, released
from hub.incoming.lots import ENDED, LotState, ReceivedLot
from hub.incoming.read import lot_of_receipt, receipt_record, waiting_for
from hub.incoming.supply import supply_of
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from traceability.record.base import Record
from traceability.record.incoming import (
    CharacteristicResult,
    IncomingInspectionRecord,
    IncomingPlanRecord,
    LotVerdict,
)


def enter_inspection(hub: Hub, plant: str, receipt: str, form: InspectionForm) -> StoredBatch:
    """Judge a lot by the plan that is due now; what it is judged by stands in the record."""
    check_person(form.entered_by)
    identity = new_id(hub, "inspection")

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        lot = lot_of_receipt(connection, plant, receipt, form.item)
        record = receipt_record(connection, plant, receipt)
        plan = plan_for(plans_known(connection, plant), lot.part, lot.supplier, record.received_on)
        results = _results(connection, lot, plan, form)
        accepted = all(one.accepted for one in results)
        inspection = IncomingInspectionRecord(
            id=identity,
            plant=plant,
            supplier=lot.supplier,
            part=lot.part,
            receipt=receipt,
            item=lot.item,
            size=lot.size,
            submission=lot.submissions + 1,
            verdict=LotVerdict.ACCEPTED if accepted else LotVerdict.REJECTED,
            results=results,
            inspected_on=form.inspected_on,
            minutes=form.minutes,
            evidence=form.evidence,
            entered_by=form.entered_by,
            **stamp(),
        )
        free = released(lot, form.entered_by, f"accepted by {identity}", stamp) if accepted else []
        return [inspection, *free]

    stored = enter(hub, draft)
    assert stored is not None  # the draft always has a record
    return stored


def _results(
    connection: Reading, lot: ReceivedLot, plan: IncomingPlanRecord | None, form: InspectionForm
) -> tuple[CharacteristicResult, ...]:
    where = f"lot {lot.item}"
    if plan is None:
        raise EntryRefused("no inspection is agreed for it", where=where, advice="enter an inspection plan first")
    if lot.state in ENDED or lot.state is LotState.RELEASED:
        raise EntryRefused(f"it is {lot.state} already", where=where, advice="quarantine it first, if it is still here")
    supply = supply_of(connection, lot.plant, lot.supplier, lot.part, reduce=plan.reduce)
    if supply.discontinued:
        raise EntryRefused(
            "inspection of this part of the supplier is discontinued: five lots were rejected in tightened inspection",
            where=where,
            advice="decide 'resume' once the supplier's action works",
        )
    given = _by_name(plan, form.results, where)
    due = {one.name: one for one in waiting_for(plan, lot, supply)}
    return tuple(judged(one, lot.size, due[one.name].severity, given[one.name]) for one in plan.characteristics)


def _by_name(plan: IncomingPlanRecord, results: Sequence[ResultForm], where: str) -> dict[str, ResultForm]:
    given = {one.name: one for one in results}
    wanted = {one.name for one in plan.characteristics}
    if len(given) != len(results) or given.keys() != wanted:
        raise EntryRefused(
            f"the plan asks for {', '.join(sorted(wanted))}, each once",
            where=where,
            advice="give a result for each of them and nothing else",
        )
    return given
