"""Scrap, rework, re-inspection and sorting of a month from the records, priced by the plant's cost rates.

Rework is counted by results with that purpose, re-inspection (of the item rework) by those of retests, sorting (of the
item accident) by units and lots put on hold; the latter two where the plant has a rate for them. A unit counts as
scrapped when its latest submission at the plant was not OK and nothing came for it for ``SCRAP_AFTER`` since: a later
pass takes it out again when the month is computed anew.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from hub.store.core.database import Reading
from hub.store.core.instant import from_micros, to_micros
from hub.store.master.queries import read_master
from hub.store.quality.costs import CostedResult, failed_results, holds_placed, latest_results, repeated_results
from hub.store.quality.queries import statements
from traceability.encoding import sha256
from traceability.errors import IdentifierRefused
from traceability.identifier.item import part_of
from traceability.quality.loss import CostItem
from traceability.record.quality import CostRateKind, CostRateRecord
from traceability.unit import Purpose

SCRAP_AFTER = timedelta(days=30)
_About = tuple[CostRateKind, str, str]
_AGAIN = {Purpose.REWORK: CostRateKind.REWORK, Purpose.RETEST: CostRateKind.RE_INSPECTION}
_ITEM_OF = {
    CostRateKind.SCRAP: CostItem.SCRAP,
    CostRateKind.REWORK: CostItem.REWORK,
    CostRateKind.RE_INSPECTION: CostItem.REWORK,
    CostRateKind.SORTING: CostItem.ACCIDENT,
}
_ALWAYS_TOLD = frozenset({CostRateKind.SCRAP, CostRateKind.REWORK})


class Month(msgspec.Struct, frozen=True):
    """A calendar month of the plant."""

    year: int
    month: int

    @property
    def prefix(self) -> str:
        """How ids of its computed losses begin."""
        return f"loss-auto-{self.year:04}-{self.month:02}-"

    def within(self, zone: tzinfo) -> tuple[int, int]:
        """From its begin to before its end, in microseconds since 1970 UTC."""
        following = (self.year + 1, 1) if self.month == 12 else (self.year, self.month + 1)
        begin, end = (datetime(*month, 1, tzinfo=zone) for month in ((self.year, self.month), following))
        return to_micros(begin), to_micros(end)


class ComputedLoss(msgspec.Struct, frozen=True, kw_only=True):
    """Units scrapped, reworked, inspected again or sorted in a month; ``rate`` None: nobody entered one."""

    item: CostItem
    activity: CostRateKind
    part: str
    operation: str
    units: int
    first_batch: int
    last_batch: int
    rate: Decimal | None = None
    currency: str = ""
    rate_id: str = ""

    @property
    def amount(self) -> Decimal | None:
        """Units times rate, exactly."""
        return None if self.rate is None else self.rate * self.units

    @property
    def evidence(self) -> str:
        """What the amount rests on."""
        batches = f"log positions {self.first_batch} to {self.last_batch}"
        return f"{self.units} units x {self.rate} {self.currency} ({self.rate_id}), {batches}"

    def name(self, month: Month) -> str:
        """The id of its entry, but for the version."""
        about = sha256(f"{self.part}\n{self.operation}".encode()).hex()[:12]
        return f"{month.prefix}{self.activity}-{about}"


def computed_losses(connection: Reading, plant: str, month: Month, now: datetime) -> tuple[ComputedLoss, ...]:
    """What the records say about a month, with the rates in force at its end."""
    zone = ZoneInfo(read_master(connection).plants[plant].time_zone)
    within = month.within(zone)
    rates = [record for record, _ in statements(connection, CostRateRecord, [plant])]
    counted: defaultdict[_About, list[int]] = defaultdict(list)
    for result in repeated_results(connection, plant, *within):
        counted[_AGAIN[result.purpose], result.part, result.operation].append(result.batch_id)
    for result in _scrapped(connection, plant, within, now):
        counted[CostRateKind.SCRAP, result.part, result.operation].append(result.batch_id)
    for held in holds_placed(connection, plant, *within):
        counted[CostRateKind.SORTING, part_or_none(held.about), ""].append(held.batch_id)
    priced = (_priced(about, found, rates, month) for about, found in sorted(counted.items()))
    return tuple(one for one in priced if one.rate is not None or one.activity in _ALWAYS_TOLD)


def part_or_none(item: str) -> str:
    """The part of a unit or lot; empty for what stands without one."""
    try:
        return part_of(item)
    except IdentifierRefused:
        return ""


def _scrapped(connection: Reading, plant: str, within: tuple[int, int], now: datetime) -> list[CostedResult]:
    begin, end = within
    failed = failed_results(connection, plant, begin, min(end, to_micros(now - SCRAP_AFTER) + 1))
    latest = latest_results(connection, plant, {one.unit for one in failed if one.unit})
    return [one for one in latest.values() if one.failed and one.at < end and now - from_micros(one.at) >= SCRAP_AFTER]


def _priced(about: _About, batches: Sequence[int], rates: Sequence[CostRateRecord], month: Month) -> ComputedLoss:
    activity, part, operation = about
    rate = _rate(rates, activity, part, operation, month)
    return ComputedLoss(
        item=_ITEM_OF[activity],
        activity=activity,
        part=part,
        operation=operation,
        units=len(batches),
        first_batch=min(batches),
        last_batch=max(batches),
        rate=rate.amount if rate else None,
        currency=rate.currency if rate else "",
        rate_id=rate.id if rate else "",
    )


def _rate(
    rates: Sequence[CostRateRecord], kind: CostRateKind, part: str, operation: str, month: Month
) -> CostRateRecord | None:
    """The latest rate valid in the month; that of part and operation, else of the part, the operation, or anybody."""
    stated = {
        ((record.part, record.operation), record.valid_from): record
        for record in rates
        if record.rate == kind and record.part in ("", part) and record.operation in ("", operation)
    }
    for wanted in dict.fromkeys(((part, operation), (part, ""), ("", operation), ("", ""))):
        begun = [
            record
            for (named, day), record in stated.items()
            if named == wanted and (day.year, day.month) <= (month.year, month.month) and not _withdrawn(record)
        ]
        latest = max(begun, key=lambda record: record.valid_from, default=None)
        if latest is not None and not _ended(latest, month):
            return latest
    return None


def _withdrawn(rate: CostRateRecord) -> bool:
    return rate.version is not None and rate.version.withdrawn


def _ended(rate: CostRateRecord, month: Month) -> bool:
    """Whether it ended before the month began."""
    end = rate.version.end if rate.version is not None else None
    return end is not None and (end.year, end.month) < (month.year, month.month)
