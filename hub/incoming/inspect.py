"""A received lot is inspected and judged; accepted, it is released in the same batch."""

from collections.abc import Sequence

from hub.entry.of_plant import new_id
from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused, NotFound
from hub.incoming.agreed import plan_for, plans_known
from hub.incoming.due import judged
from hub.incoming.forms import InspectionForm, ResultForm
from hub.incoming.holding import check_person, released
from hub.incoming.lots import ENDED, LotState, ReceivedLot, lots_of
from hub.incoming.read import receipt_record, waiting_for
from hub.incoming.supply import folded
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from hub.store.quality.incoming import incoming_events, incoming_history
from traceability.record.base import Record
from traceability.record.incoming import (
    CharacteristicResult,
    GoodsReceiptRecord,
    IncomingDecisionRecord,
    IncomingInspectionRecord,
    IncomingPlanRecord,
    LotVerdict,
)

Events = list[IncomingInspectionRecord | IncomingDecisionRecord]


def enter_inspection(hub: Hub, plant: str, receipt: str, form: InspectionForm) -> StoredBatch:
    """Judge a lot by the plan that is due now; what it is judged by stands in the record."""
    check_person(form.entered_by)
    identity = new_id(hub, "inspection")

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        return Judging(connection, plant).records(form, receipt, identity, stamp)

    stored = enter(hub, draft)
    assert stored is not None  # the draft always has a record
    return stored


class Judging:
    """What is known while lots of a plant are judged, each by what the ones before it led to."""

    def __init__(self, connection: Reading, plant: str) -> None:
        self._connection, self._plant = connection, plant
        self._plans: list[IncomingPlanRecord] | None = None
        self._receipts: dict[str, tuple[GoodsReceiptRecord, Events]] = {}
        self._histories: dict[tuple[str, str], Events] = {}

    def lot(self, receipt: str, item: str) -> ReceivedLot:
        """A lot of a receipt as it stands now; ``NotFound``."""
        record, events = self._receipt(receipt)
        for one in lots_of(record, events):
            if one.item == item:
                return one
        raise NotFound(f"{item[:100]!r} is no lot of {receipt}", advice="the receipt lists its lots")

    def submissions(self, receipt: str, item: str) -> dict[int, IncomingInspectionRecord]:
        """What was found at each submission of a lot."""
        _, events = self._receipt(receipt)
        return {
            one.submission: one
            for one in events
            if isinstance(one, IncomingInspectionRecord) and one.item == item and one.verdict is not LotVerdict.SKIPPED
        }

    def records(self, form: InspectionForm, receipt: str, identity: str, stamp: Stamps) -> list[Record]:
        """The results and their verdict, and the end of the holds when it is accepted."""
        lot = self.lot(receipt, form.item)
        results = self._results(lot, form)
        accepted = all(one.accepted for one in results)
        inspection = IncomingInspectionRecord(
            id=identity,
            plant=self._plant,
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
        self._receipt(receipt)[1].append(inspection)
        self._history(lot).append(inspection)
        free = released(lot, form.entered_by, f"accepted by {identity}", stamp) if accepted else []
        return [inspection, *free]

    def _results(self, lot: ReceivedLot, form: InspectionForm) -> tuple[CharacteristicResult, ...]:
        where = f"lot {lot.item}"
        plan = self._plan(lot)
        if plan is None:
            raise EntryRefused("no inspection is agreed for it", where=where, advice="enter an inspection plan first")
        if lot.state in ENDED or lot.state is LotState.RELEASED:
            raise EntryRefused(
                f"it is {lot.state} already", where=where, advice="quarantine it first, if it is still here"
            )
        supply = folded(self._history(lot), reduce=plan.reduce)
        if supply.discontinued:
            raise EntryRefused(
                "inspection of this part of the supplier is discontinued: five lots were rejected in tightened"
                " inspection",
                where=where,
                advice="decide 'resume' once the supplier's action works",
            )
        given = _by_name(plan, form.results, where)
        due = {one.name: one for one in waiting_for(plan, lot, supply)}
        return tuple(judged(one, lot.size, due[one.name].severity, given[one.name]) for one in plan.characteristics)

    def _plan(self, lot: ReceivedLot) -> IncomingPlanRecord | None:
        """The plan in force when it came."""
        if self._plans is None:
            self._plans = plans_known(self._connection, self._plant)
        record, _ = self._receipt(lot.receipt)
        return plan_for(self._plans, lot.part, lot.supplier, record.received_on)

    def _receipt(self, identity: str) -> tuple[GoodsReceiptRecord, Events]:
        if identity not in self._receipts:
            record = receipt_record(self._connection, self._plant, identity)
            self._receipts[identity] = record, incoming_events(self._connection, [identity])
        return self._receipts[identity]

    def _history(self, lot: ReceivedLot) -> Events:
        key = lot.supplier, lot.part
        if key not in self._histories:
            self._histories[key] = incoming_history(self._connection, self._plant, *key)
        return self._histories[key]


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
