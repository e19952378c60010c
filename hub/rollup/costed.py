"""What quality costs are allocated by, counted by place and cause: results that came again, and units scrapped.

A result that came again is put down to the unit's last failure before it. A unit counts as scrapped with its last
failure, if nothing came for it later; whether it is old enough to be believed is asked when it is read.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from hub.rollup.alike import Groups
from hub.rollup.changed import Changed
from hub.rollup.defects import is_failed
from hub.rollup.hours import hour_of
from hub.store.core.database import Writing
from hub.store.core.instant import from_micros
from hub.store.rollup.costed import CostedKey, add_costed, is_costed, mark_costed
from hub.store.rollup.scores import NO_UNIT
from hub.store.rollup.sources import PlacedResult
from hub.store.rollup.tallies import EVERYTHING
from hub.store.rollup.tally_sources import FailedAt, failed_of_units
from traceability.quality.cost.category import Driver
from traceability.unit import Purpose

AGAIN = {Purpose.RETEST: Driver.RETESTS, Purpose.REWORK: Driver.REWORKS}
_Unit = tuple[str, str]
"""Plant and unit."""
_Causes = Mapping[tuple[int, int], str]
"""The defects of failures by batch and line."""


def mark_too(connection: Writing, plants: set[str]) -> None:
    """Mark ``plants`` that are tallied from now on, unless the log began before costs were counted."""
    if plants and (EVERYTHING in plants or is_costed(connection, EVERYTHING)):
        mark_costed(connection, sorted(plants))


def keep_costed(connection: Writing, groups: Groups, changed: Changed, failed: Sequence[FailedAt]) -> None:
    """Count results in ``groups`` and what else ``changed``; ``failed`` are the new failures of both that stand."""
    changes = Counter(_of_groups(groups))
    concerned = _concerned(changed)
    for one in failed:
        if one.unit is not None and (one.plant, one.unit) not in concerned:
            hour = hour_of(from_micros(one.event_time))
            changes[CostedKey(one.plant, Driver.SCRAPPED, hour, one.part, one.operation, one.defect)] += 1
    if concerned:
        units = {unit for _, unit in concerned if not unit.startswith(NO_UNIT)}
        causes = {(one.batch_id, one.line): one.defect for one in failed_of_units(connection, units)}
        changes.update(_of_units(changed.counting(), concerned, causes))
        changes.subtract(_of_units(changed.counting_before(), concerned, causes))
    if any(changes.values()) and is_costed(connection, EVERYTHING):
        add_costed(connection, changes)


def _of_groups(groups: Groups) -> dict[CostedKey, int]:
    """Results that came again of which nothing came before."""
    found: Counter[CostedKey] = Counter()
    for alike, n in groups.items():
        if alike.purpose in AGAIN:
            found[CostedKey(alike.plant, AGAIN[alike.purpose], alike.hour, alike.part, alike.operation, "")] += n
    return found


def _concerned(changed: Changed) -> set[_Unit]:
    """The units that failed or came again, ever."""
    return {
        (placed.scored.plant, placed.scored.attempt.unit)
        for placed in changed.every
        if placed.scored.attempt.purpose in AGAIN or is_failed(placed)
    }


def _of_units(results: Iterable[PlacedResult], units: set[_Unit], causes: _Causes) -> Iterator[CostedKey]:
    by_unit: defaultdict[_Unit, list[PlacedResult]] = defaultdict(list)
    for placed in results:
        unit = (placed.scored.plant, placed.scored.attempt.unit)
        if unit in units:
            by_unit[unit].append(placed)
    for (_, name), own in by_unit.items():
        failures = [] if name.startswith(NO_UNIT) else sorted(filter(is_failed, own), key=_order)
        for placed in own:
            if placed.scored.attempt.purpose in AGAIN:
                before = bisect_left(failures, _when(placed), key=_when)
                yield _key(AGAIN[placed.scored.attempt.purpose], placed, failures[before - 1 : before], causes)
        if failures and _when(failures[-1]) == max(map(_when, own)):
            yield _key(Driver.SCRAPPED, failures[-1], failures[-1:], causes)


def _key(driver: Driver, placed: PlacedResult, failure: Sequence[PlacedResult], causes: _Causes) -> CostedKey:
    one, hour = placed.scored, hour_of(_when(placed))
    cause = "".join(causes[each.batch_id, each.line] for each in failure)
    return CostedKey(one.plant, driver, hour, one.part, one.attempt.operation, cause)


def _when(placed: PlacedResult) -> datetime:
    return placed.scored.attempt.event_time


def _order(placed: PlacedResult) -> tuple[datetime, str, str, int]:
    attempt = placed.scored.attempt
    return attempt.event_time, attempt.author, attempt.chain, attempt.record_seq
