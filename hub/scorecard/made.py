"""What a plant made, asked for by windows of its calendar: from tallies (``tallied``), or from its raw results.

Both say the same, and whoever makes a scorecard does not know which it has. Tallies answer for all that is known now,
of a plant that the asker sees whole and whose clock is whole hours off UTC; raw results for everything else: for what
was known at an earlier size of the log, for what partners share, for stores that were not rebuilt since tallies began.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import Protocol

import msgspec

from hub.scorecard.claims import check_claim
from hub.scorecard.over_time import bucket_width, over_time
from hub.scorecard.rolled import failed_of_accepted, no_first_failure
from hub.scorecard.submissions import History, Subject, counts_of, histories, within
from hub.scorecard.views import BucketWidth, ClaimCheck, YieldBucket, YieldView
from hub.store.master.queries import PlanEntry
from hub.store.rollup.scores import NO_UNIT, ClaimRow, ScoredResult
from traceability.quality.first_pass import FirstPass
from traceability.quality.window import Window


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What results of a window rest on; a result belongs to the window in which it happened."""

    standing: int
    wrong: int
    """Declared so."""
    batches: int
    """Those that hold a standing result."""
    authors: tuple[str, ...]
    """Who told of a standing result."""
    all_batches: int
    first_batch: int | None
    last_batch: int | None
    """Log positions of the first and last batch with any result."""


class Made(Protocol):
    """What a plant made; units belong to the window in which they were first submitted."""

    def counts(self, windows: Sequence[Window]) -> list[dict[Subject, FirstPass]]:
        """First-pass counts by part and operation; windows follow one another without a gap."""
        ...

    def units(self, window: Window) -> int:
        """Serialised units that began at an operation."""
        ...

    def days(self, window: Window) -> set[date]:
        """The calendar days on which something was recorded that was not declared wrong."""
        ...

    def authors(self) -> dict[Subject, set[str]]:
        """Who ever told of results of a part at an operation, declared wrong or not."""
        ...

    def check(self, claim: ClaimRow) -> ClaimCheck:
        """A claim beside what its records say."""
        ...

    def bucket_width(self, window: Window) -> BucketWidth | None:
        """The narrowest that fits a chart of the window; None without a submission."""
        ...

    def over_time(self, window: Window, width: BucketWidth) -> dict[Subject, tuple[YieldBucket, ...]]:
        """Yields of the buckets that hold a submission."""
        ...

    def no_first_failure(self, window: Window, plans: Sequence[PlanEntry]) -> YieldView:
        """See ``rolled``."""
        ...

    def failed_of_accepted(self, window: Window, plans: Sequence[PlanEntry], failed: Collection[str]) -> dict[str, int]:
        """See ``rolled``."""
        ...

    def evidence(self, begin: datetime, end: datetime) -> Evidence:
        """Of what happened from ``begin`` to before ``end``."""
        ...


class RawMade:
    """From results."""

    def __init__(self, results: Sequence[ScoredResult], zone: tzinfo) -> None:
        self._results = results
        self._zone = zone

    @cached_property
    def _histories(self) -> list[History]:
        return histories(self._results)

    def _within(self, window: Window) -> list[History]:
        return within(self._histories, window, self._zone)

    def counts(self, windows: Sequence[Window]) -> list[dict[Subject, FirstPass]]:
        """See ``Made``."""
        return [counts_of(self._within(window)) for window in windows]

    def units(self, window: Window) -> int:
        """See ``Made``."""
        units = {attempt.unit for history in self._within(window) for attempt in history.attempts}
        return sum(1 for unit in units if not unit.startswith(NO_UNIT))

    def days(self, window: Window) -> set[date]:
        """See ``Made``."""
        standing = (one.attempt.event_time for one in self._results if not one.erroneous)
        return {day for at in standing if window.holds(day := at.astimezone(self._zone).date())}

    def authors(self) -> dict[Subject, set[str]]:
        """See ``Made``."""
        found: defaultdict[Subject, set[str]] = defaultdict(set)
        for one in self._results:
            found[one.part, one.attempt.operation].add(one.attempt.author)
        return found

    def check(self, claim: ClaimRow) -> ClaimCheck:
        """See ``Made``."""
        return check_claim(claim, self._results)

    def bucket_width(self, window: Window) -> BucketWidth | None:
        """See ``Made``."""
        return bucket_width(self._within(window))

    def over_time(self, window: Window, width: BucketWidth) -> dict[Subject, tuple[YieldBucket, ...]]:
        """See ``Made``."""
        by_subject: defaultdict[Subject, list[History]] = defaultdict(list)
        for history in self._within(window):
            by_subject[history.part, history.operation].append(history)
        return {subject: over_time(found, width, self._zone) for subject, found in by_subject.items()}

    def no_first_failure(self, window: Window, plans: Sequence[PlanEntry]) -> YieldView:
        """See ``Made``."""
        return no_first_failure(plans, self._within(window))

    def failed_of_accepted(self, window: Window, plans: Sequence[PlanEntry], failed: Collection[str]) -> dict[str, int]:
        """See ``Made``."""
        return failed_of_accepted(plans, self._within(window), failed)

    def evidence(self, begin: datetime, end: datetime) -> Evidence:
        """See ``Made``."""
        found = [one for one in self._results if begin <= one.attempt.event_time < end]
        standing = [one for one in found if not one.erroneous]
        batches = _batches(found)
        return Evidence(
            standing=len(standing),
            wrong=len(found) - len(standing),
            batches=len(_batches(standing)),
            authors=tuple(sorted({one.attempt.author for one in standing})),
            all_batches=len(batches),
            first_batch=min(batches, default=None),
            last_batch=max(batches, default=None),
        )


def _batches(results: Iterable[ScoredResult]) -> set[int]:
    return {one.batch_id for one in results}
