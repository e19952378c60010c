"""Scrap and rework of a month from the records, priced by the plant's cost rates.

Rework is counted by results with that purpose. A unit counts as scrapped when its latest submission at the plant was
not OK and nothing came for it for ``SCRAP_AFTER`` since: a later pass takes it out again when the month is computed
anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from hub.store.database import Reading
from hub.store.master_queries import read_master
from hub.store.quality_queries import statements
from hub.store.score_queries import NO_UNIT, ScoredResult, results_of_plants
from traceability.encoding import sha256
from traceability.quality.loss import CostItem
from traceability.record.quality import CostRateKind, CostRateRecord
from traceability.unit import Purpose, Verdict, is_submission

SCRAP_AFTER = timedelta(days=30)


class Month(msgspec.Struct, frozen=True):
    """A calendar month of the plant."""

    year: int
    month: int

    @property
    def prefix(self) -> str:
        """How ids of its computed losses begin."""
        return f"loss-auto-{self.year:04}-{self.month:02}-"

    def holds(self, instant: datetime, zone: tzinfo) -> bool:
        """Whether an instant lies in it by the plant's clock."""
        local = instant.astimezone(zone)
        return (local.year, local.month) == (self.year, self.month)


class ComputedLoss(msgspec.Struct, frozen=True, kw_only=True):
    """Units scrapped or reworked in a month; ``rate`` None: nobody entered one."""

    item: CostItem
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
        return f"{month.prefix}{self.item}-{about}"


def computed_losses(connection: Reading, plant: str, month: Month, now: datetime) -> tuple[ComputedLoss, ...]:
    """What the records say about a month, with the rates in force at its end."""
    zone = ZoneInfo(read_master(connection).plants[plant].time_zone)
    results = [one for one in results_of_plants(connection, [plant]) if not one.erroneous]
    rates = [record for record, _ in statements(connection, CostRateRecord, [plant])]
    counted: defaultdict[tuple[CostItem, str, str], list[ScoredResult]] = defaultdict(list)
    for result in results:
        if result.attempt.purpose is Purpose.REWORK and month.holds(result.attempt.event_time, zone):
            counted[CostItem.REWORK, result.part, result.attempt.operation].append(result)
    for result in _scrapped(results, now):
        if month.holds(result.attempt.event_time, zone):
            counted[CostItem.SCRAP, result.part, result.attempt.operation].append(result)
    return tuple(_priced(about, found, rates, month) for about, found in sorted(counted.items()))


def _scrapped(results: Iterable[ScoredResult], now: datetime) -> list[ScoredResult]:
    latest: dict[str, ScoredResult] = {}
    for result in results:
        known = latest.get(result.attempt.unit)
        if not result.attempt.unit.startswith(NO_UNIT) and (known is None or _when(result) > _when(known)):
            latest[result.attempt.unit] = result
    return [
        result
        for result in latest.values()
        if is_submission(result.attempt.verdict, result.attempt.flags)
        and result.attempt.verdict is Verdict.NOT_OK
        and now - result.attempt.event_time >= SCRAP_AFTER
    ]


def _when(result: ScoredResult) -> tuple[datetime, str, str, int]:
    attempt = result.attempt
    return attempt.event_time, attempt.author, attempt.chain, attempt.record_seq


def _priced(
    about: tuple[CostItem, str, str], found: Sequence[ScoredResult], rates: Sequence[CostRateRecord], month: Month
) -> ComputedLoss:
    item, part, operation = about
    kind = CostRateKind.REWORK if item is CostItem.REWORK else CostRateKind.SCRAP
    rate = _rate(rates, kind, part, operation, month)
    return ComputedLoss(
        item=item,
        part=part,
        operation=operation,
        units=len(found),
        first_batch=min(one.batch_id for one in found),
        last_batch=max(one.batch_id for one in found),
        rate=rate.amount if rate else None,
        currency=rate.currency if rate else "",
        rate_id=rate.id if rate else "",
    )


def _rate(
    rates: Sequence[CostRateRecord], kind: CostRateKind, part: str, operation: str, month: Month
) -> CostRateRecord | None:
    """The latest rate valid in the month; one of the operation itself before one of the whole part."""
    stated = {
        (record.operation, record.valid_from): record
        for record in rates
        if (record.rate, record.part) == (kind, part) and record.operation in ("", operation)
    }
    for wanted in dict.fromkeys((operation, "")):
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
