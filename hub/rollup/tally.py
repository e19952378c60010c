"""Tallies of results, kept up to date by differences as first-pass counts are: what a plant did, by the hour.

Different things are counted once in any window by what came before: a unit that began at operations in the hours 3, 5
and 9 is tallied as (3, none before), (5, before it 3) and (9, before it 5), and in a window exactly one of these has
its predecessor outside. The tallies are

- ``unit``: beginnings of units at operations, any two of one unit one after the other;
- ``batch`` and ``standing``: hours in which the results of a batch happened; all of them, those not declared wrong;
- ``author``: standing results of an author (``name``);
- ``failed``: units of a part (``name``) first submitted at an operation which failed a first submission of theirs at
  any operation: ``before`` is the hour of the last such failure up to then, ``after`` of the first one later;
- ``defect`` and ``defectday``: see ``defects``; ``name`` says part and defect, and the hour is the day's first;
- ``nameless``: first submissions of a part (``name``) at an operation of units that nobody could read.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec.structs import asdict

from hub.rollup.alike import Alike, Groups
from hub.rollup.changed import Changed, place_named
from hub.rollup.costed import keep_costed, mark_too
from hub.rollup.defects import add_defects, failed_now
from hub.rollup.first_pass import begin_of
from hub.rollup.hours import day_of, hour_of
from hub.store.core.database import Writing
from hub.store.production.corrections import erroneous
from hub.store.rollup.queries import HourKey
from hub.store.rollup.scores import NO_UNIT
from hub.store.rollup.sources import Corrected, PlacedResult, results_of_batches
from hub.store.rollup.tallies import (
    EVERYTHING,
    SPANS,
    HourOfResults,
    SpanKey,
    TallyKey,
    add_first_pass_spans,
    add_tallies,
    mark_plants,
    marked_plants,
    nothing_came_before,
    put_results,
    results_at,
)
from hub.store.tables.tally import NEVER
from traceability.quality.first_pass import FirstPass
from traceability.unit import Verdict, is_submission

UNIT, BATCH, STANDING, AUTHOR, FAILED, NAMELESS = "unit", "batch", "standing", "author", "failed", "nameless"
_Unit = tuple[str, str]
"""Plant and unit."""
Hours = defaultdict[tuple[str, int], set[int]]
"""By plant and batch."""


def is_tallied(connection: Writing, first: int, plants: Collection[str]) -> bool:
    """Whether tallies are kept, and from now on of ``plants``; of a log that began without them they are not."""
    marked = marked_plants(connection, {EVERYTHING, *plants})
    if EVERYTHING not in marked and not nothing_came_before(connection, first):
        return False
    new = {EVERYTHING, *plants} - marked
    mark_plants(connection, new)
    mark_too(connection, new)
    return bool(plants)


def keep_tallies(  # noqa: PLR0917 - what changed in its parts
    connection: Writing,
    groups: Groups,
    changed: Changed,
    last: int,
    corrected: Iterable[Corrected] = (),
    begun: Mapping[TallyKey, int] | None = None,
) -> None:
    """Revise the tallies by results in ``groups``, and by what else the batches up to ``last`` changed.

    ``begun``: by how much the beginnings of units in ``groups`` are others than of new ones.
    """
    changes = Counter(_of_units(changed.counting()))
    changes.update(begun or {})
    changes.subtract(_of_units(changed.counting_before()))
    for alike, n in groups.items():
        for key in _of_one(alike):
            changes[key] += n
    _add_batches(groups, changed, changes)
    _revise_batches(connection, changed, last, {one.batch_id for one in corrected}, changes)
    _add_results(connection, groups, changed, changes)
    failed = failed_now(connection, groups, changed, last)
    add_defects(connection, failed, changed, changes)
    add_tallies(connection, changes)
    keep_costed(connection, groups, changed, failed)


def _of_one(alike: Alike) -> Iterator[TallyKey]:
    """Of a unit that passed once."""
    plant, part, operation, hour = alike.plant, alike.part, alike.operation, alike.hour
    submits = is_submission(alike.verdict, alike.flags)
    if alike.nameless:
        if submits:
            yield TallyKey(plant, NAMELESS, part, operation, hour)
        return
    yield TallyKey(plant, UNIT, "", "", hour)
    if submits and alike.verdict is not Verdict.OK:
        yield TallyKey(plant, FAILED, part, operation, hour, hour)


def keep_spans(connection: Writing, changes: Iterable[tuple[HourKey, FirstPass]]) -> None:
    """Add changed first-pass counts to those of their hours and days over all work cells."""
    spans: defaultdict[SpanKey, Counter[str]] = defaultdict(Counter)
    for key, change in changes:
        for span, start in zip(SPANS, (key.hour, day_of(key.hour)), strict=True):
            spans[SpanKey(key.plant, span, start, key.part, key.operation)].update(asdict(change))
    sums = {key: FirstPass(**found) for key, found in spans.items()}
    add_first_pass_spans(connection, {key: change for key, change in sums.items() if change != FirstPass()})


def _of_units(results: Iterable[PlacedResult]) -> Iterator[TallyKey]:
    by_unit: defaultdict[_Unit, list[PlacedResult]] = defaultdict(list)
    for placed in results:
        by_unit[placed.scored.plant, placed.scored.attempt.unit].append(placed)
    for (plant, unit), own in by_unit.items():
        begins = [own[0]] if len(own) == 1 else _begins(own)
        if unit.startswith(NO_UNIT):
            yield from _nameless(begins)
            continue
        hours = sorted(hour_of(one.scored.attempt.event_time) for one in begins)
        for before, hour in pairwise([NEVER, *hours]):
            yield TallyKey(plant, UNIT, "", "", hour, before)
        yield from _failures(plant, begins)


def _nameless(begins: Iterable[PlacedResult]) -> Iterator[TallyKey]:
    for one in begins:
        attempt = one.scored.attempt
        if is_submission(attempt.verdict, attempt.flags):
            hour = hour_of(attempt.event_time)
            yield TallyKey(one.scored.plant, NAMELESS, one.scored.part, attempt.operation, hour)


def _begins(results: Sequence[PlacedResult]) -> list[PlacedResult]:
    """Where each of a unit's histories begins."""
    histories: defaultdict[tuple[str, str], list[PlacedResult]] = defaultdict(list)
    for placed in results:
        histories[placed.scored.part, placed.scored.attempt.operation].append(placed)
    return [own[0] if len(own) == 1 else begin_of(own) for own in histories.values()]


def _failures(plant: str, begins: Iterable[PlacedResult]) -> Iterator[TallyKey]:
    firsts = [one.scored for one in begins if is_submission(one.scored.attempt.verdict, one.scored.attempt.flags)]
    failed: defaultdict[str, list[int]] = defaultdict(list)
    for one in firsts:
        if one.attempt.verdict is not Verdict.OK:
            failed[one.part].append(hour_of(one.attempt.event_time))
    for one in firsts if failed else ():
        if one.part in failed:
            hour, hours = hour_of(one.attempt.event_time), sorted(failed[one.part])
            place = bisect_right(hours, hour)
            before = hours[place - 1] if place else NEVER
            after = hours[place] if place < len(hours) else NEVER
            yield TallyKey(plant, FAILED, one.part, one.attempt.operation, hour, before, after)


def _add_batches(groups: Groups, changed: Changed, changes: Counter[TallyKey]) -> None:
    """Batches that are new."""
    every: Hours = defaultdict(set)
    for alike in groups:
        every[alike.plant, alike.batch_id].add(alike.hour)
    standing: Hours = defaultdict(set, {batch: set(hours) for batch, hours in every.items()})
    for placed in changed.every:
        if placed.batch_id >= changed.first:
            batch, hour = (placed.scored.plant, placed.batch_id), hour_of(placed.scored.attempt.event_time)
            every[batch].add(hour)
            if place_named(placed) not in changed.wrong:
                standing[batch].add(hour)
    changes.update(_of_batches(BATCH, every))
    changes.update(_of_batches(STANDING, standing))


def _revise_batches(
    connection: Writing, changed: Changed, last: int, corrected: set[int], changes: Counter[TallyKey]
) -> None:
    """Earlier batches of which something was declared wrong, or is no more."""
    for batch_id in sorted(batch_id for batch_id in corrected if batch_id < changed.first):
        known = results_of_batches(connection, batch_id, batch_id)
        for sign, size in ((-1, changed.first), (1, last + 1)):
            wrong = erroneous(connection, map(place_named, known), size)
            standing: Hours = defaultdict(set)
            for placed in known:
                if place_named(placed) not in wrong:
                    standing[placed.scored.plant, batch_id].add(hour_of(placed.scored.attempt.event_time))
            for key in _of_batches(STANDING, standing):
                changes[key] += sign


def _of_batches(what: str, hours: Hours) -> Iterator[TallyKey]:
    for (plant, _), found in hours.items():
        for before, hour in pairwise([NEVER, *sorted(found)]):
            yield TallyKey(plant, what, "", "", hour, before)


def _add_results(connection: Writing, groups: Groups, changed: Changed, changes: Counter[TallyKey]) -> None:
    """Results by the hour: new ones, and those whose standing changed."""
    told: defaultdict[tuple[str, int], HourOfResults] = defaultdict(HourOfResults)
    for alike, n in groups.items():
        told[alike.plant, alike.hour] = _with(told[alike.plant, alike.hour], alike.batch_id, n, 0)
        changes[TallyKey(alike.plant, AUTHOR, alike.author, "", alike.hour)] += n
    for placed in changed.every:
        place, new = place_named(placed), placed.batch_id >= changed.first
        wrong, was_wrong = place in changed.wrong, place in changed.wrong_before
        if new or wrong != was_wrong:
            one = placed.scored
            key = (one.plant, hour_of(one.attempt.event_time))
            standing = (not wrong) - (not new and not was_wrong)
            told[key] = _with(told[key], placed.batch_id, standing, wrong - (not new and was_wrong))
            changes[TallyKey(one.plant, AUTHOR, one.attempt.author, "", key[1])] += standing
    known = results_at(connection, told.keys())
    put_results(connection, {key: _grown(known[key], more) if key in known else more for key, more in told.items()})


def _with(known: HourOfResults, batch_id: int, standing: int, wrong: int) -> HourOfResults:
    return _grown(known, HourOfResults(standing, wrong, batch_id, batch_id))


def _grown(known: HourOfResults, more: HourOfResults) -> HourOfResults:
    return HourOfResults(
        known.standing + more.standing,
        known.wrong + more.wrong,
        min(known.first_batch, more.first_batch),
        max(known.last_batch, more.last_batch),
    )
