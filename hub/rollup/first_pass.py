"""First-pass counts by the hour of each unit's first submission, kept up to date by differences.

A result that comes late changes what a unit's history says: its old contribution is taken away and the new one added.
The sums are integers, so they are those of all histories whatever the order of arrival.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from hub.rollup.alike import Groups
from hub.rollup.changed import Changed
from hub.rollup.hours import hour_of
from hub.store.core.database import Writing
from hub.store.rollup.queries import HourKey, add_first_pass
from hub.store.rollup.sources import PlacedResult
from traceability.quality.first_pass import FirstPass, first_pass_of_one, first_pass_of_unit
from traceability.quality.ordering import distinct, in_order
from traceability.unit import is_submission

Subject = tuple[str, str, str, str]
"""Plant, part, operation and unit."""


def keep_first_pass(connection: Writing, groups: Groups, changed: Changed) -> list[tuple[HourKey, FirstPass]]:
    """Revise the counts by results in ``groups``, and by what else some batches changed; by how much they changed."""
    before, after = _by_subject(changed.counting_before()), _by_subject(changed.counting())
    changes: defaultdict[HourKey, Counter[FirstPass]] = defaultdict(Counter)
    for alike, n in groups.items():
        key = HourKey(
            plant=alike.plant, part=alike.part, operation=alike.operation, work_cell=alike.work_cell, hour=alike.hour
        )
        changes[key][first_pass_of_one(alike.verdict, alike.flags)] += n
    for sign, histories in ((-1, before), (1, after)):
        for subject, results in histories.items():
            changes[_key(subject, results)][counts_of_unit(results)] += sign
    summed = ((key, _sum(parts)) for key, parts in changes.items())
    found = [(key, change) for key, change in summed if change != FirstPass()]
    add_first_pass(connection, found)
    return found


def _by_subject(results: Iterable[PlacedResult]) -> dict[Subject, list[PlacedResult]]:
    found: defaultdict[Subject, list[PlacedResult]] = defaultdict(list)
    for placed in results:
        attempt = placed.scored.attempt
        found[placed.scored.plant, placed.scored.part, attempt.operation, attempt.unit].append(placed)
    return found


def counts_of_unit(results: Sequence[PlacedResult]) -> FirstPass:
    """The counts of one unit at one operation."""
    if len(results) == 1:
        return first_pass_of_unit([results[0].scored.attempt])
    return first_pass_of_unit(distinct(placed.scored.attempt for placed in results))


def _key(subject: Subject, results: Sequence[PlacedResult]) -> HourKey:
    """Where and when the history begins: at its first submission, else at its first result of any kind."""
    begin = results[0] if len(results) == 1 else begin_of(results)
    plant, part, operation, _ = subject
    hour = hour_of(begin.scored.attempt.event_time)
    return HourKey(plant=plant, part=part, operation=operation, work_cell=begin.work_cell, hour=hour)


def begin_of(results: Sequence[PlacedResult]) -> PlacedResult:
    """Where a unit's history at an operation begins: its first submission, else its first result of any kind."""
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
