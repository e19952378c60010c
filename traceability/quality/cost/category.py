"""What quality costs are spent on: categories, activities, and the quantity by which each of them is allocated.

The nine cost items of the notice are failure costs; they come from the loss ledger and from nowhere else, so that no
failure is counted in two places. Prevention and appraisal have entries of their own.
"""

from collections.abc import Mapping
from enum import StrEnum

from traceability.quality.loss import CostItem


class Category(StrEnum):
    """Prevention, appraisal and failure before and after delivery (PAF)."""

    PREVENTION = "prevention"
    APPRAISAL = "appraisal"
    INTERNAL = "internal"
    EXTERNAL = "external"

    @property
    def failure(self) -> bool:
        """Whether its costs are those of the loss ledger."""
        return self in {Category.INTERNAL, Category.EXTERNAL}


class Driver(StrEnum):
    """What is counted in the system's own records to allocate a cost by."""

    INSPECTIONS = "inspections"
    """First submissions at an operation."""
    RETESTS = "retests"
    """Results of units that were submitted again without rework."""
    REWORKS = "reworks"
    """Results of units that came back after rework."""
    SCRAPPED = "scrapped"
    """Units whose latest submission was not OK, with nothing since for as long as the loss ledger waits."""
    INCOMING_CHECKS = "incoming-checks"
    """Items judged or values measured at incoming inspection."""
    CALIBRATIONS = "calibrations"
    """Gauges calibrated, each in equal shares to what it measures."""
    INCOMING_MINUTES = "incoming-minutes"
    """Minutes that incoming inspections took, in months in which every one of them states it."""
    CALIBRATION_MINUTES = "calibration-minutes"
    """Minutes that calibrations took, in months in which every one of them states it."""
    HOLDS = "holds"
    """Units and lots put on hold."""
    FIELD_FAILURES = "field-failures"
    """Units that failed in the field."""
    ESCAPES = "escapes"
    """Received items that were found defective after the receipt, before delivery."""


class Activity(StrEnum):
    """What prevention and appraisal are spent on."""

    QUALITY_PLANNING = "quality-planning"
    TRAINING = "training"
    SUPPLIER_DEVELOPMENT = "supplier-development"
    PROCESS_CONTROL = "process-control"
    IMPROVEMENT = "improvement"
    INSPECTION = "inspection"
    INCOMING_INSPECTION = "incoming-inspection"
    CALIBRATION = "calibration"
    LABORATORY = "laboratory"
    AUDIT = "audit"

    @property
    def category(self) -> Category:
        """Prevention or appraisal."""
        return Category.PREVENTION if self in _PREVENTION else Category.APPRAISAL

    @property
    def driver(self) -> Driver | None:
        """By what its costs are allocated; None: only by what an entry says."""
        return _DRIVERS.get(self)


_PREVENTION = frozenset(
    {
        Activity.QUALITY_PLANNING,
        Activity.TRAINING,
        Activity.SUPPLIER_DEVELOPMENT,
        Activity.PROCESS_CONTROL,
        Activity.IMPROVEMENT,
    }
)
_DRIVERS: Mapping[Activity, Driver] = {
    Activity.PROCESS_CONTROL: Driver.INSPECTIONS,
    Activity.INSPECTION: Driver.INSPECTIONS,
    Activity.INCOMING_INSPECTION: Driver.INCOMING_CHECKS,
    Activity.CALIBRATION: Driver.CALIBRATIONS,
}
_IN_MINUTES: Mapping[Driver, Driver] = {
    Driver.INCOMING_CHECKS: Driver.INCOMING_MINUTES,
    Driver.CALIBRATIONS: Driver.CALIBRATION_MINUTES,
}
_LOSS_DRIVERS: Mapping[CostItem, Driver] = {
    CostItem.SCRAP: Driver.SCRAPPED,
    CostItem.REWORK: Driver.REWORKS,
    CostItem.ACCIDENT: Driver.HOLDS,
    CostItem.CLAIM: Driver.FIELD_FAILURES,
    CostItem.RETURN: Driver.FIELD_FAILURES,
    CostItem.WARRANTY: Driver.FIELD_FAILURES,
}


def category_of_loss(item: CostItem) -> Category:
    """Before delivery internal, after it external."""
    return Category.INTERNAL if item.internal else Category.EXTERNAL


def driver_of_loss(item: CostItem) -> Driver | None:
    """By what a loss is allocated; downgrading, downtime and discounts follow nothing that is counted."""
    return _LOSS_DRIVERS.get(item)


def driver_of_received(item: CostItem) -> Driver | None:
    """By what a loss of a part goes that is not made here, but came from a supplier."""
    return Driver.ESCAPES if item.internal and item in _LOSS_DRIVERS else None


def in_minutes(driver: Driver | None) -> Driver | None:
    """The driver that counts the same work by the time it took; None where no time is stated."""
    return None if driver is None else _IN_MINUTES.get(driver)
