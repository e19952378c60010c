"""What a plant made, from tallies: no question reads its results, and each costs the same however many there are.

Three questions do read records, and few: when exactly the first and the last unit of a window were submitted, where
the width of a chart hangs on minutes; the units that claims name; and a claim that speaks of less than was known when
it came. What nothing is tallied of, units of a part that has several final operations, is left to the raw results.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from hub.rollup.hours import hour_of, hours_of, instant_of
from hub.rollup.tally import AUTHOR, BATCH, FAILED, NAMELESS, STANDING, UNIT
from hub.scorecard.claims import check_claim, checked
from hub.scorecard.figures import yield_view
from hub.scorecard.made import Evidence, RawMade
from hub.scorecard.over_time import bucket_end, bucket_start, width_of
from hub.scorecard.rolled import failed_of_accepted, finals_of
from hub.scorecard.submissions import History, Subject, histories, within
from hub.scorecard.views import BucketWidth, ClaimCheck, ClaimedCounts, YieldBucket, YieldView
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.master.queries import PlanEntry
from hub.store.production.corrections import Place, erroneous
from hub.store.rollup.queries import Range
from hub.store.rollup.scores import NO_UNIT, ClaimRow, results_of_plants
from hub.store.rollup.sources import PlacedResult, results_of_units
from hub.store.rollup.tallied import (
    counts_between,
    days_of_results,
    failed_at,
    happened_at,
    happened_once,
    names_in,
    results_at,
    results_claimed,
    results_in,
    submitted_hours,
)
from hub.store.rollup.tallies import ChainKey, ChainPass, TallyKey
from traceability.quality.first_pass import FirstPass
from traceability.quality.window import Window

LAST = 2**62
"""A log longer than any."""
_LONG = (BucketWidth.DAY, BucketWidth.WEEK, BucketWidth.MONTH)
_EPOCH = date(1970, 1, 1)


class TalliedMade:
    """From the tallies of ``plant``, by its clock; ``passes`` is what its chains tell."""

    def __init__(self, connection: Reading, plant: str, zone: ZoneInfo, passes: dict[ChainKey, ChainPass]) -> None:
        self._connection, self._plant, self._zone, self._passes = connection, plant, zone, passes
        self._counted: dict[tuple[Window, ...], list[dict[Subject, FirstPass]]] = {}

    @cached_property
    def _raw(self) -> RawMade:
        return RawMade(results_of_plants(self._connection, [self._plant]), self._zone)

    def counts(self, windows: Sequence[Window]) -> list[dict[Subject, FirstPass]]:
        """See ``Made``."""
        if tuple(windows) not in self._counted:
            self._counted[tuple(windows)] = self._read_counts(windows) if windows else []
        return self._counted[tuple(windows)]

    def _read_counts(self, windows: Sequence[Window]) -> list[dict[Subject, FirstPass]]:
        hours = [hours_of(window, self._zone) for window in windows]
        found: list[dict[Subject, FirstPass]] = [{} for _ in windows]
        for one in counts_between(self._connection, self._plant, [*(begin for begin, _ in hours), hours[-1][1]]):
            found[one.number][one.part, one.operation] = one.counts
        return found

    def units(self, window: Window) -> int:
        """See ``Made``."""
        return happened_once(self._connection, self._plant, UNIT, hours_of(window, self._zone))

    def days(self, window: Window) -> set[date]:
        """See ``Made``."""
        return {
            _EPOCH + timedelta(days=day)
            for hours, offset in offsets(hours_of(window, self._zone), self._zone)
            for day in days_of_results(self._connection, self._plant, hours, offset)
        }

    def authors(self) -> dict[Subject, set[str]]:
        """See ``Made``."""
        found: defaultdict[Subject, set[str]] = defaultdict(set)
        for key, told in self._passes.items():
            if told.last_seq:
                found[key.part, key.operation].add(key.author)
        return found

    def check(self, claim: ClaimRow) -> ClaimCheck:
        """See ``Made``."""
        told = self._passes.get(ChainKey(claim.plant, claim.author, claim.chain, claim.part, claim.operation))
        if told is None or not told.through or told.through != claim.through:
            return check_claim(claim, results_claimed(self._connection, claim))
        return checked(claim, ClaimedCounts(**msgspec.structs.asdict(told.at_through)))

    def bucket_width(self, window: Window) -> BucketWidth | None:
        """See ``Made``."""
        hours = hours_of(window, self._zone)
        found = submitted_hours(self._connection, self._plant, hours)
        if found is None:
            return None
        first, last = found
        apart = timedelta(hours=last - first)
        least, most = (width_of(max(timedelta(0), apart + more)) for more in (-_ALMOST, _ALMOST))
        if least == most:
            return least
        times = [*self._submitted_in(first), *self._submitted_in(last)]
        return width_of(max(times) - min(times))

    def over_time(self, window: Window, width: BucketWidth) -> dict[Subject, tuple[YieldBucket, ...]]:
        """See ``Made``."""
        if width not in _LONG and width is not BucketWidth.HOUR:
            return self._raw.over_time(window, width)
        hours = submitted_hours(self._connection, self._plant, hours_of(window, self._zone))
        if hours is None:
            return {}
        bounds = self._bounds(hours, width)
        buckets: defaultdict[Subject, defaultdict[datetime, list[FirstPass]]] = defaultdict(lambda: defaultdict(list))
        for one in counts_between(self._connection, self._plant, bounds):
            if one.counts.submitted:
                start = bucket_start(instant_of(bounds[one.number]), width, self._zone)
                buckets[one.part, one.operation][start].append(one.counts)
        return {
            subject: tuple(_bucket(start, width, found[start]) for start in sorted(found))
            for subject, found in buckets.items()
        }

    def no_first_failure(self, window: Window, plans: Sequence[PlanEntry]) -> YieldView:
        """See ``Made``."""
        finals = finals_of(plans)
        if len({part for part, _ in finals}) < len(finals):
            return self._raw.no_first_failure(window, plans)
        hours, counts = hours_of(window, self._zone), self.counts([window])[0]
        finished = failed = 0
        for part, operation in sorted(finals):
            submitted = counts.get((part, operation), FirstPass()).submitted
            nameless = TallyKey(self._plant, NAMELESS, part, operation, 0)
            finished += submitted - happened_at(self._connection, nameless, hours)
            failed += failed_at(self._connection, msgspec.structs.replace(nameless, what=FAILED), hours)
        return yield_view(finished - failed, finished)

    def failed_of_accepted(self, window: Window, plans: Sequence[PlanEntry], failed: Collection[str]) -> dict[str, int]:
        """See ``Made``."""
        if not failed:
            return {}
        return failed_of_accepted(plans, within(self._histories(failed), window, self._zone), failed)

    def evidence(self, begin: datetime, end: datetime) -> Evidence:
        """See ``Made``."""
        hours = (hour_of(begin), hour_of(end))
        told = results_in(self._connection, self._plant, hours)
        known = {key.author for key in self._passes}
        once = (happened_once(self._connection, self._plant, what, hours) for what in (STANDING, BATCH))
        standing, every = once
        return Evidence(
            standing=told.standing,
            wrong=told.wrong,
            batches=standing,
            authors=tuple(sorted(names_in(self._connection, self._plant, AUTHOR, known, hours))),
            all_batches=every,
            first_batch=told.first_batch,
            last_batch=told.last_batch,
        )

    def _histories(self, units: Collection[str]) -> list[History]:
        placed = [one for one in results_of_units(self._connection, units, LAST) if one.scored.plant == self._plant]
        wrong = erroneous(self._connection, map(_place, placed))
        return histories(one.scored for one in placed if _place(one) not in wrong)

    def _submitted_in(self, hour: int) -> list[datetime]:
        """When units were first submitted in an hour."""
        span = (to_micros(instant_of(hour)), to_micros(instant_of(hour + 1)))
        operations = {operation for _, operation in self.authors()}
        there = results_at(self._connection, self._plant, operations, span)
        named = {one.attempt.unit for one in there if not one.attempt.unit.startswith(NO_UNIT)}
        nameless = histories(one for one in there if one.attempt.unit.startswith(NO_UNIT))
        firsts = (history.first for history in (*self._histories(named), *nameless))
        return [first.event_time for first in firsts if first is not None and hour_of(first.event_time) == hour]

    def _bounds(self, hours: Range, width: BucketWidth) -> list[int]:
        """Hours at which buckets begin, from that of the first submission to the end of that of the last one."""
        if width is BucketWidth.HOUR:
            return list(range(hours[0], hours[1] + 2))
        start = bucket_start(instant_of(hours[0]), width, self._zone)
        bounds = [hour_of(start.astimezone(UTC))]
        while bounds[-1] <= hours[1]:
            start = bucket_end(start, width)
            bounds.append(hour_of(start.astimezone(UTC)))
        return bounds


_ALMOST = timedelta(hours=1) - timedelta(microseconds=1)
"""Two instants are apart as the begins of their hours are, or by so much less or more at most."""


def offsets(hours: Range, zone: ZoneInfo) -> Iterator[tuple[Range, int]]:
    """The parts of ``hours`` over which a clock stays the same, with how many hours it is before UTC."""
    weeks = [*range(hours[0], hours[1], 168), hours[1]]
    told = [_offset(hour, zone) for hour in weeks]
    begin = hours[0]
    for (low, high), (before, after) in zip(pairwise(weeks), pairwise(told), strict=True):
        if before != after:
            changes = next(hour for hour in range(low + 1, high + 1) if _offset(hour, zone) != before)
            yield (begin, changes), before
            begin = changes
    if begin < hours[1]:
        yield (begin, hours[1]), told[-1]


def on_the_hour(zone: ZoneInfo, window: Window) -> bool:
    """Whether a clock is whole hours off UTC all the time from a year before a window to its end."""
    begin, end = hours_of(window, zone)
    instants = [instant_of(hour).astimezone(zone) for hour in range(begin - 366 * 24, end + 24 * 31, 24 * 28)]
    return all((at.utcoffset() or timedelta()) % timedelta(hours=1) == timedelta() for at in instants)


def _offset(hour: int, zone: ZoneInfo) -> int:
    return (instant_of(hour).astimezone(zone).utcoffset() or timedelta()) // timedelta(hours=1)


def _bucket(start: datetime, width: BucketWidth, found: Sequence[FirstPass]) -> YieldBucket:
    ok, submitted = sum(one.first_ok for one in found), sum(one.submitted for one in found)
    return YieldBucket(start=start, end=bucket_end(start, width), fpy=yield_view(ok, submitted))


def _place(placed: PlacedResult) -> Place:
    attempt = placed.scored.attempt
    return Place(attempt.author, attempt.chain, attempt.record_seq, attempt.result_id, placed.scored.plant)
