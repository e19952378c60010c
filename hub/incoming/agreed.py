"""What a plant inspects of a supplier's part: the plan in force on a day."""

from collections.abc import Sequence
from datetime import date

from hub.entry.master import require_plant
from hub.entry.of_plant import enter_for_plant
from hub.entry.seal import Stamp
from hub.errors import EntryRefused
from hub.incoming.forms import PlanForm
from hub.incoming.identity import canonical_part
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.authors import latest_organisation
from hub.store.ledger.batches import StoredBatch
from hub.store.quality.incoming import incoming_of
from traceability.record.base import Record
from traceability.record.incoming import IncomingCharacteristic, IncomingPlanRecord


def enter_plan(hub: Hub, plant: str, form: PlanForm) -> StoredBatch:
    """State what is inspected from a day on; an earlier plan of the same part and supplier counts until then."""
    part = canonical_part(form.part)
    with hub.store.reading() as connection:
        require_plant(connection, plant, where="plan")
        if form.supplier:
            require_supplier(connection, form.supplier)

    def record(identity: str, stamp: Stamp) -> Record:
        return plan_record(form, part, plant, identity, stamp)

    return enter_for_plant(hub, plant, "incoming-plan", record)


def plan_record(form: PlanForm, part: str, plant: str, identity: str, stamp: Stamp) -> IncomingPlanRecord:
    """The record of a plan; ``part`` as it is identified."""
    characteristics = tuple(IncomingCharacteristic(**one.model_dump()) for one in form.characteristics)
    given = form.model_dump(exclude={"part", "characteristics"})
    return IncomingPlanRecord(id=identity, plant=plant, part=part, characteristics=characteristics, **given, **stamp)


def plans_known(connection: Reading, plant: str) -> list[IncomingPlanRecord]:
    """Every plan of a plant, in the order of the log."""
    return incoming_of(connection, IncomingPlanRecord, plant=plant)


def plan_for(plans: Sequence[IncomingPlanRecord], part: str, supplier: str, day: date) -> IncomingPlanRecord | None:
    """The plan of the supplier, else that for everybody; of those in force the one that began last."""
    fitting = [one for one in plans if one.part == part and one.valid_from <= day]
    for whose in (supplier, ""):
        mine = [(one.valid_from, at, one) for at, one in enumerate(fitting) if one.supplier == whose]
        if mine:
            return max(mine, key=lambda each: each[:2])[2]
    return None


def require_supplier(connection: Reading, supplier: str) -> None:
    """``EntryRefused`` unless the company was entered."""
    if latest_organisation(connection, supplier) is None:
        raise EntryRefused(
            f"there is no organisation {supplier[:100]!r}", where="supplier", advice="add the company first"
        )
