"""Words for what quality costs know by a code."""

from collections.abc import Mapping
from enum import StrEnum

from hub.pages.speech import mark
from traceability.quality.cost.allocate import Dimension, Source
from traceability.quality.cost.benefit import Doubt, Per
from traceability.quality.cost.category import Activity, Category, Driver
from traceability.quality.loss import CostItem

CATEGORIES: Mapping[StrEnum, str] = {
    Category.PREVENTION: mark("prevention costs"),
    Category.APPRAISAL: mark("appraisal costs"),
    Category.INTERNAL: mark("internal failures"),
    Category.EXTERNAL: mark("external failures"),
}
ACTIVITIES: Mapping[StrEnum, str] = {
    Activity.QUALITY_PLANNING: mark("quality planning"),
    Activity.TRAINING: mark("quality training"),
    Activity.SUPPLIER_DEVELOPMENT: mark("supplier development"),
    Activity.PROCESS_CONTROL: mark("process control"),
    Activity.IMPROVEMENT: mark("quality improvement"),
    Activity.INSPECTION: mark("inspection in production"),
    Activity.INCOMING_INSPECTION: mark("incoming inspection"),
    Activity.CALIBRATION: mark("calibration of gauges"),
    Activity.LABORATORY: mark("laboratory tests"),
    Activity.AUDIT: mark("quality audits"),
}
LOSS_ITEMS: Mapping[StrEnum, str] = {
    CostItem.SCRAP: mark("scrap losses"),
    CostItem.REWORK: mark("rework costs"),
    CostItem.DOWNGRADE: mark("downgrading losses"),
    CostItem.DOWNTIME: mark("downtime losses"),
    CostItem.ACCIDENT: mark("quality accidents"),
    CostItem.CLAIM: mark("claims paid"),
    CostItem.RETURN: mark("losses by returns"),
    CostItem.DISCOUNT: mark("losses by discounts"),
    CostItem.WARRANTY: mark("warranty costs"),
}
DRIVERS: Mapping[StrEnum, str] = {
    Driver.INSPECTIONS: mark("first submissions at operations"),
    Driver.RETESTS: mark("retests without rework"),
    Driver.REWORKS: mark("results after rework"),
    Driver.SCRAPPED: mark("units scrapped"),
    Driver.INCOMING_CHECKS: mark("items checked at incoming inspection"),
    Driver.CALIBRATIONS: mark("gauges calibrated"),
    Driver.INCOMING_MINUTES: mark("minutes of incoming inspection"),
    Driver.CALIBRATION_MINUTES: mark("minutes of calibration"),
    Driver.HOLDS: mark("units and lots held"),
    Driver.FIELD_FAILURES: mark("units failed in the field"),
    Driver.ESCAPES: mark("received items found defective later"),
}
SOURCES: Mapping[StrEnum, str] = {
    Source.ENTRY: mark("cost entries"),
    Source.LEDGER: mark("loss ledger"),
    Source.RATE: mark("counted, at a rate"),
}
COST_DIMENSIONS: Mapping[StrEnum, str] = {
    Dimension.PART: mark("part"),
    Dimension.OPERATION: mark("operation"),
    Dimension.SUPPLIER: mark("supplier"),
    Dimension.CAUSE: mark("cause"),
}
PER: Mapping[StrEnum, str] = {
    Per.UNIT: mark("per unit made"),
    Per.MONTH: mark("of a month"),
}
DOUBTS: Mapping[StrEnum, str] = {
    Doubt.OTHER_CHANGES: mark("what else changed at the same time: only before and after are compared"),
    Doubt.CHOSEN_BECAUSE_BAD: mark(
        "how much would have fallen by itself: a cause chosen because it was bad often does"
    ),
    Doubt.TOO_FEW_MONTHS: mark("how much the costs scatter: there are fewer than three months on a side"),
    Doubt.NOT_TOLD_APART: mark("whether anything was saved: the interval holds zero"),
    Doubt.LATE_COSTS: mark("what is still to come: failures after delivery reach the ledger months later"),
    Doubt.ALLOCATED: mark("the true place of most costs: more than half are allocated, not named by their entries"),
    Doubt.MONTHS_LEFT_OUT: mark("what months without production cost: they are left out"),
    Doubt.UNALLOCATED: mark("whose the costs are that are not allocated: they are left out on both sides"),
    Doubt.NO_OUTLAY: mark("whether the action paid for itself: nobody said what it cost"),
    Doubt.NO_UNITS: mark("the cost of a unit: none was made on one side"),
}
COST_TABLES = (CATEGORIES, ACTIVITIES, LOSS_ITEMS, DRIVERS, SOURCES, COST_DIMENSIONS, PER, DOUBTS)
_ITEMS = {code.value: text for table in (ACTIVITIES, LOSS_ITEMS) for code, text in table.items()}


def item_word(item: str) -> str:
    """What an activity or a cost item is called; no two of them share a code."""
    return _ITEMS.get(item, item)
