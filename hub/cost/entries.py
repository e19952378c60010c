"""Cost entries as they stand: those of the records, with what reversed them, and what was said to cause a loss."""

from datetime import date
from decimal import Decimal

import msgspec

from hub.store.core.database import Reading
from hub.store.quality.queries import standing_statements, statements
from traceability.quality.cost.category import Activity, Driver
from traceability.record.cost import CostReversalRecord, LossCauseRecord, QualityCostRecord

NOT_ALLOCATED = "none"
"""In place of a driver: what the entry does not name stays unallocated."""
_ACTIVITIES = {activity.value: activity for activity in Activity}
_DRIVERS = {driver.value: driver for driver in Driver}


class CostEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry; ``driver`` None: not allocated. ``reversed_by`` is the id of its reversal.

    ``named``: the entry itself says by what it is allocated.
    """

    id: str
    activity: Activity
    amount: Decimal
    currency: str
    accrued_on: date
    accrued_until: date
    evidence: str
    entered_by: str
    part: str
    operation: str
    supplier: str
    cause: str
    driver: Driver | None
    named: bool
    batch_id: int
    reversed_by: str | None = None


def cost_entries(connection: Reading, plant: str) -> list[CostEntry]:
    """In the order of the log; reversed ones too, without those declared wrong. Of one id the first one counts."""
    reversals: dict[str, str] = {}
    for reversal, _ in statements(connection, CostReversalRecord, [plant]):
        reversals.setdefault(reversal.reverses, reversal.id)
    found: dict[str, CostEntry] = {}
    for record, stated in standing_statements(connection, QualityCostRecord, [plant]):
        activity = _ACTIVITIES.get(record.activity)
        if activity is not None:  # an activity of a later program is none that can be told here
            found.setdefault(record.id, _entry(record, activity, stated.batch_id, reversals.get(record.id)))
    return list(found.values())


def causes_of_losses(connection: Reading, plant: str) -> dict[str, str]:
    """What was last said to have caused each loss, by its id."""
    return {record.loss: record.cause for record, _ in standing_statements(connection, LossCauseRecord, [plant])}


def _entry(record: QualityCostRecord, activity: Activity, batch_id: int, reversed_by: str | None) -> CostEntry:
    driver = _DRIVERS.get(record.driver) if record.driver else activity.driver
    return CostEntry(
        id=record.id,
        activity=activity,
        amount=record.amount,
        currency=record.currency,
        accrued_on=record.accrued_on,
        accrued_until=record.accrued_until or record.accrued_on,
        evidence=record.evidence,
        entered_by=record.entered_by,
        part=record.part,
        operation=record.operation,
        supplier=record.supplier,
        cause=record.cause,
        driver=driver,
        named=bool(record.driver),
        batch_id=batch_id,
        reversed_by=reversed_by,
    )
