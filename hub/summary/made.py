"""What a plant made over all time: from tallies where the asker sees all of it, else from the results that it sees."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC
from functools import cached_property
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

from hub.scorecard.claims import check_claim
from hub.scorecard.gather import PlantRecords
from hub.scorecard.submissions import History, Subject, counts_of, histories
from hub.scorecard.tallied import TalliedMade
from hub.scorecard.views import ClaimCheck
from hub.store.core.database import Reading
from hub.store.quality.summary import nameless_results
from hub.store.rollup.arrived import Arrivals
from hub.store.rollup.scores import NO_UNIT, ClaimRow, ScoredResult, results_of_plants
from hub.store.rollup.tallied import counts_between
from hub.summary.finished import accepted_in
from traceability.quality.first_pass import FirstPass

EVER = (-(2**40) * 24, 2**40 * 24)
"""Every hour that a record can name."""
_UTC = ZoneInfo(UTC.tzname(None))
Finals = Mapping[str, frozenset[str]]
"""Final operations by part."""


class Accepted(msgspec.Struct, frozen=True):
    """Units whose last submission at a final operation is OK, and results of which nobody could read the unit."""

    units: int = 0
    nameless: int = 0


class AllMade(Protocol):
    """What a plant made."""

    def counts(self) -> Mapping[Subject, FirstPass]:
        """First-pass counts by part and operation."""
        ...

    def results(self) -> Mapping[Subject, Mapping[str, int]]:
        """Results of every author by part and operation, declared wrong or not."""
        ...

    def accepted(self, part: str) -> Accepted:
        """Of a part with a final operation."""
        ...

    def check(self, claim: ClaimRow) -> ClaimCheck:
        """A claim beside what its records say."""
        ...


class RawAll:
    """From the results that the asker of a reading sees."""

    def __init__(self, connection: Reading, records: PlantRecords, finals: Finals) -> None:
        self._connection, self._records, self._finals = connection, records, finals

    @cached_property
    def _results(self) -> list[ScoredResult]:
        read = self._records.results
        return (
            list(read) if self._records.passes is None else results_of_plants(self._connection, [self._records.plant])
        )

    @cached_property
    def _histories(self) -> list[History]:
        return histories(self._results)

    @cached_property
    def _accepted(self) -> dict[str, set[str]]:
        plant = self._records.plant
        return accepted_in(self._histories, plant, {(plant, part): one for part, one in self._finals.items()})

    def counts(self) -> Mapping[Subject, FirstPass]:
        """See ``AllMade``."""
        return counts_of(self._histories)

    def results(self) -> Mapping[Subject, Mapping[str, int]]:
        """See ``AllMade``."""
        found: defaultdict[Subject, Counter[str]] = defaultdict(Counter)
        for one in self._results:
            found[one.part, one.attempt.operation][one.attempt.author] += 1
        return found

    def accepted(self, part: str) -> Accepted:
        """See ``AllMade``."""
        units = self._accepted.get(part, set())
        nameless = sum(1 for unit in units if unit.startswith(NO_UNIT))
        return Accepted(len(units) - nameless, nameless)

    def check(self, claim: ClaimRow) -> ClaimCheck:
        """See ``AllMade``."""
        return check_claim(claim, self._results)


class TalliedAll:
    """From tallies, of a plant none of whose parts has several final operations."""

    def __init__(self, connection: Reading, records: PlantRecords, seen: Arrivals, finals: Finals) -> None:
        self._connection, self._plant, self._seen, self._finals = connection, records.plant, seen, finals
        self._made = TalliedMade(connection, records.plant, _UTC, records.passes or {})

    @cached_property
    def _counts(self) -> dict[Subject, FirstPass]:
        found = counts_between(self._connection, self._plant, EVER)
        return {(one.part, one.operation): one.counts for one in found}

    @cached_property
    def _nameless(self) -> list[History]:
        return histories(nameless_results(self._connection, self._plant))

    def counts(self) -> Mapping[Subject, FirstPass]:
        """See ``AllMade``."""
        return self._counts

    def results(self) -> Mapping[Subject, Mapping[str, int]]:
        """See ``AllMade``."""
        found: defaultdict[Subject, Counter[str]] = defaultdict(Counter)
        for key, told in self._seen.told.items():
            if key.plant == self._plant:
                found[key.part, key.operation][key.author] += told.results
        return found

    def accepted(self, part: str) -> Accepted:
        """See ``AllMade``."""
        (operation,) = self._finals[part]
        every = self._counts.get((part, operation), FirstPass()).final_ok
        finals = {(self._plant, part): (operation,)}
        nameless = len(accepted_in(self._nameless, self._plant, finals).get(part, ()))
        return Accepted(every - nameless, nameless)

    def check(self, claim: ClaimRow) -> ClaimCheck:
        """See ``AllMade``."""
        return self._made.check(claim)
