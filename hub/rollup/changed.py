"""What some batches change of the histories of units: the results of all units they speak of, before and after."""

from collections.abc import Collection, Iterable

import msgspec

from hub.rollup.entering import BatchResults
from hub.store.core.database import Reading
from hub.store.production.corrections import Place, erroneous
from hub.store.rollup.scores import NO_UNIT
from hub.store.rollup.sources import Corrected, PlacedResult, results_named, results_of_units


class Changed(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """``every`` result of the units, those of the batches from ``first`` on included; ``wrong`` are those that were
    declared so, ``wrong_before`` by what was known before these batches."""

    first: int
    every: list[PlacedResult]
    wrong_before: set[Place]
    wrong: set[Place]

    def counting_before(self) -> list[PlacedResult]:
        """The results that counted before."""
        known = [placed for placed in self.every if placed.batch_id < self.first]
        return _without(known, self.wrong_before)

    def counting(self) -> list[PlacedResult]:
        """The results that count now."""
        return _without(self.every, self.wrong)


def changed_by(
    connection: Reading, first: int, last: int, read: BatchResults, corrected: Collection[Corrected] = ()
) -> Changed:
    """What the batches from ``first`` to ``last`` change, and the ``corrected`` that they declare wrong."""
    every = [*read.histories, *filter(is_nameless, read.results)]
    if corrected:
        told = {placed.scored.attempt.unit for placed in every}
        every += results_of_units(connection, {one.unit for one in corrected if one.unit} - told, last)
        for one in corrected:
            if one.unit is None:
                every += filter(is_nameless, results_named(connection, one.chain, [one.result_id], last))
        every = list({(placed.batch_id, placed.line): placed for placed in every}.values())
    known = (place_named(placed) for placed in every if placed.batch_id < first)
    return Changed(
        first=first,
        every=every,
        wrong_before=erroneous(connection, known, first),
        wrong=erroneous(connection, map(place_named, every), last + 1),
    )


def place_named(placed: PlacedResult) -> Place:
    """How corrections would name a result."""
    attempt = placed.scored.attempt
    return Place(attempt.author, attempt.chain, attempt.record_seq, attempt.result_id, placed.scored.plant)


def is_nameless(placed: PlacedResult) -> bool:
    """Whether nobody could read the unit."""
    return placed.scored.attempt.unit.startswith(NO_UNIT)


def _without(results: Iterable[PlacedResult], wrong: set[Place]) -> list[PlacedResult]:
    return [placed for placed in results if not wrong or place_named(placed) not in wrong]
