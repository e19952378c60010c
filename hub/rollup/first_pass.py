"""First-pass counts by the hour of each unit's first submission, kept up to date by differences.

A result that comes late changes what a unit's history says: its old contribution is taken away and the new one added.
The sums are integers, so they are those of all histories whatever the order of arrival.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

from hub.rollup.entering import BatchResults
from hub.rollup.hours import hour_of
from hub.store.correction_queries import Place, erroneous
from hub.store.database import Writing
from hub.store.rollup_queries import HourKey, add_first_pass
from hub.store.rollup_sources import Corrected, PlacedResult, results_named, results_of_units
from hub.store.score_queries import NO_UNIT
from traceability.quality.first_pass import FirstPass, first_pass_of_unit
from traceability.quality.ordering import distinct, in_order
from traceability.unit import is_submission

Subject = tuple[str, str, str, str]
"""Plant, part, operation and unit."""


def keep_first_pass(
    connection: Writing, first: int, last: int, read: BatchResults, corrected: Collection[Corrected] = ()
) -> None:
    """Revise the counts by the results of the batches from ``first`` to ``last``, and by what they declare wrong."""
    every = [*read.histories, *filter(_is_nameless, read.results)]
    told = {placed.scored.attempt.unit for placed in every}
    every += results_of_units(connection, {one.unit for one in corrected if one.unit} - told, last)
    for one in corrected:
        if one.unit is None:
            every += filter(_is_nameless, results_named(connection, one.chain, [one.result_id], last))
    before = _by_subject(_counting(connection, [placed for placed in every if placed.batch_id < first], first))
    after = _by_subject(_counting(connection, every, last + 1))
    changes: defaultdict[HourKey, Counter[FirstPass]] = defaultdict(Counter)
    for sign, histories in ((-1, before), (1, after)):
        for subject, results in histories.items():
            changes[_key(subject, results)][_counts(results)] += sign
    summed = ((key, _sum(parts)) for key, parts in changes.items())
    add_first_pass(connection, [(key, change) for key, change in summed if change != FirstPass()])


def _counting(connection: Writing, results: list[PlacedResult], log_size: int) -> list[PlacedResult]:
    """Those that were not declared wrong by the first ``log_size`` batches."""
    wrong = erroneous(connection, map(_named, results), log_size)
    return [placed for placed in results if not wrong or _named(placed) not in wrong]


def _named(placed: PlacedResult) -> Place:
    attempt = placed.scored.attempt
    return Place(attempt.author, attempt.chain, attempt.record_seq, attempt.result_id, placed.scored.plant)


def _is_nameless(placed: PlacedResult) -> bool:
    return placed.scored.attempt.unit.startswith(NO_UNIT)


def _by_subject(results: Iterable[PlacedResult]) -> dict[Subject, list[PlacedResult]]:
    found: defaultdict[Subject, list[PlacedResult]] = defaultdict(list)
    for placed in results:
        attempt = placed.scored.attempt
        found[placed.scored.plant, placed.scored.part, attempt.operation, attempt.unit].append(placed)
    return found


def _counts(results: Sequence[PlacedResult]) -> FirstPass:
    if len(results) == 1:
        return first_pass_of_unit([results[0].scored.attempt])
    return first_pass_of_unit(distinct(placed.scored.attempt for placed in results))


def _key(subject: Subject, results: Sequence[PlacedResult]) -> HourKey:
    """Where and when the history begins: at its first submission, else at its first result of any kind."""
    begin = results[0] if len(results) == 1 else _begin(results)
    plant, part, operation, _ = subject
    hour = hour_of(begin.scored.attempt.event_time)
    return HourKey(plant=plant, part=part, operation=operation, work_cell=begin.work_cell, hour=hour)


def _begin(results: Sequence[PlacedResult]) -> PlacedResult:
    placed = {_place(one): one for one in results}
    ordered = in_order(distinct(one.scored.attempt for one in results), lambda a: is_submission(a.verdict, a.flags))
    begin = next((a for a in ordered if is_submission(a.verdict, a.flags)), ordered[0])
    return placed[begin.author, begin.chain, begin.record_seq]


def _place(placed: PlacedResult) -> tuple[str, str, int]:
    attempt = placed.scored.attempt
    return attempt.author, attempt.chain, attempt.record_seq


def _sum(parts: Counter[FirstPass]) -> FirstPass:
    sums = dict.fromkeys(FirstPass.__struct_fields__, 0)
    for counts, times in parts.items():
        for name in sums:
            sums[name] += times * getattr(counts, name)
    return FirstPass(**sums)
