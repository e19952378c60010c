"""Scrap, rework, re-inspection and sorting of a month from the records, each priced by the plant's rate of its day.

Rework is counted by results with that purpose, re-inspection (of the item rework) by those of retests, sorting (of the
item accident) by units and lots put on hold; the latter two where the plant has a rate for them. A unit counts as
scrapped when its latest submission at the plant was not OK and nothing came for it for ``SCRAP_AFTER`` since: a later
pass takes it out again when the month is computed anew. The day, in the plant's time zone, is that of this submission,
of the repeated result, of the hold (rule R16: the rate valid at the time of the event).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from hub.master.build import canonical_part
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros, to_micros
from hub.store.master.queries import read_master
from hub.store.quality.costs import CostedResult, failed_results, holds_placed, latest_results, repeated_results
from hub.store.quality.queries import standing_statements
from traceability.encoding import sha256
from traceability.errors import IdentifierRefused
from traceability.identifier.item import part_of
from traceability.quality.cost.rate import Rate, rate_on
from traceability.quality.loss import CostItem
from traceability.record.quality import CostRateKind, CostRateRecord
from traceability.unit import Purpose

SCRAP_AFTER = timedelta(days=30)
_About = tuple[CostRateKind, str, str]
_Event = tuple[_About, int, int]
"""What is counted: about what, when in microseconds since 1970 UTC, and where it stands in the log."""
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
    """Units scrapped, reworked, inspected again or sorted in a month on days of one rate; None: there is none.

    ``later`` tells the rate from the one that held on the month's first day.
    """

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
    later: str = ""

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
        return f"{month.prefix}{self.activity}-{about}{self.later and '-'}{self.later}"


def computed_losses(connection: Reading, plant: str, month: Month, now: datetime) -> tuple[ComputedLoss, ...]:
    """What the records say about a month, with the rate of each day; a rate for one of these is an entry of its own."""
    zone = ZoneInfo(read_master(connection).plants[plant].time_zone)
    rates = _rates(connection, plant)
    first = date(month.year, month.month, 1)
    counted: defaultdict[tuple[_About, Rate | None], list[int]] = defaultdict(list)
    for about, at, batch in _events(connection, plant, month.within(zone), now):
        counted[about, _rate(rates, about, from_micros(at).astimezone(zone).date())].append(batch)
    priced = [
        _priced(about, batches, rate, "" if rate == _rate(rates, about, first) else _named(rate))
        for (about, rate), batches in counted.items()
    ]
    found = (one for one in priced if one.rate is not None or one.activity in _ALWAYS_TOLD)
    return tuple(sorted(found, key=lambda one: one.name(month)))


def _rate(rates: Mapping[CostRateKind, Sequence[Rate]], about: _About, day: date) -> Rate | None:
    activity, part, operation = about
    return rate_on(rates.get(activity, ()), part, operation, day)


def _named(rate: Rate | None) -> str:
    """The same for the same rate; of old entries several may have one id."""
    words = () if rate is None else (rate.id, rate.part, rate.operation, rate.begin.isoformat())
    return sha256("\n".join(words).encode()).hex()[:8]


def _events(connection: Reading, plant: str, within: tuple[int, int], now: datetime) -> Iterator[_Event]:
    for result in repeated_results(connection, plant, *within):
        yield (_AGAIN[result.purpose], result.part, result.operation), result.at, result.batch_id
    for result in _scrapped(connection, plant, within, now):
        yield (CostRateKind.SCRAP, result.part, result.operation), result.at, result.batch_id
    for held in holds_placed(connection, plant, *within):
        yield (CostRateKind.SORTING, part_or_none(held.about), ""), held.at, held.batch_id


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


def _priced(about: _About, batches: Sequence[int], rate: Rate | None, later: str) -> ComputedLoss:
    activity, part, operation = about
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
        later=later,
    )


def _rates(connection: Reading, plant: str) -> Mapping[CostRateKind, Sequence[Rate]]:
    """Of several that begin on one day for the same the last one in the log, unless that one takes it back."""
    stated = {
        (record.rate, record.part, record.operation, record.valid_from): record
        for record, _ in standing_statements(connection, CostRateRecord, [plant])
    }
    found: defaultdict[CostRateKind, list[Rate]] = defaultdict(list)
    for record in _standing(stated.values()):
        found[record.rate].append(
            Rate(
                id=record.id,
                part=canonical_part(record.part) or record.part,
                operation=record.operation,
                amount=record.amount,
                currency=record.currency,
                begin=record.valid_from,
                end=record.version.end if record.version else None,
            )
        )
    return found


def _standing(records: Iterable[CostRateRecord]) -> Iterator[CostRateRecord]:
    return (record for record in records if record.version is None or not record.version.withdrawn)
