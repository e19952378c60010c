"""Defects by the hour and by the day of UTC: valid results that were not OK and that nobody declared wrong."""

from collections import Counter
from collections.abc import Iterable, Iterator

from hub.rollup.alike import Groups
from hub.rollup.changed import Changed, place_named
from hub.rollup.hours import day_of, hour_of
from hub.store.core.database import Writing
from hub.store.core.instant import from_micros
from hub.store.rollup.sources import PlacedResult
from hub.store.rollup.tallies import DEFECT, DEFECT_DAY, TallyKey, defect_name
from hub.store.rollup.tally_sources import FailedAt, failed_at_line, failed_in_batches
from traceability.unit import Verdict


def failed_now(connection: Writing, groups: Groups, changed: Changed, last: int) -> list[FailedAt]:
    """Valid results of the batches up to ``last`` that were not OK and that nobody declared wrong."""
    new = [placed for placed in changed.every if placed.batch_id >= changed.first]
    if not any(alike.verdict is Verdict.NOT_OK for alike in groups) and not any(map(is_failed, new)):
        return []
    wrong = {(placed.batch_id, placed.line) for placed in new if place_named(placed) in changed.wrong}
    found = failed_in_batches(connection, changed.first, last)
    return [one for one in found if (one.batch_id, one.line) not in wrong]


def add_defects(connection: Writing, failed: Iterable[FailedAt], changed: Changed, changes: Counter[TallyKey]) -> None:
    """Those that ``failed`` now, and earlier results whose standing changed."""
    for one in failed:
        changes.update(_keys(one))
    for placed in changed.every if changed.wrong != changed.wrong_before else ():
        place = place_named(placed)
        stands, stood = place not in changed.wrong, place not in changed.wrong_before
        if placed.batch_id < changed.first and stands != stood and is_failed(placed):
            for one in failed_at_line(connection, placed.batch_id, placed.line):
                for key in _keys(one):
                    changes[key] += stands - stood


def is_failed(placed: PlacedResult) -> bool:
    """Whether it was a submission that was not OK."""
    attempt = placed.scored.attempt
    return attempt.verdict is Verdict.NOT_OK and not attempt.flags


def _keys(one: FailedAt) -> Iterator[TallyKey]:
    hour, name = hour_of(from_micros(one.event_time)), defect_name(one.part, one.defect)
    yield TallyKey(one.plant, DEFECT, name, one.operation, hour)
    yield TallyKey(one.plant, DEFECT_DAY, name, one.operation, day_of(hour))
