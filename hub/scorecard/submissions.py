"""Histories of units at operations, and which of them belong to a window.

A unit belongs to the window in which it was first submitted at an operation: what happens to it later stays with that
submission, and a unit that failed before the window cannot enter it again with a retest.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import tzinfo

import msgspec

from hub.store.rollup.scores import ScoredResult
from traceability.quality.first_pass import Attempt, FirstPass, first_pass
from traceability.quality.ordering import distinct, in_order
from traceability.quality.window import Window
from traceability.unit import is_submission

Subject = tuple[str, str]
"""Part and operation."""


class History(msgspec.Struct, frozen=True, kw_only=True):
    """One unit at one operation, earliest first; ``first`` is its first submission, None while it has none."""

    part: str
    operation: str
    attempts: tuple[Attempt, ...]
    first: Attempt | None


def histories(results: Iterable[ScoredResult]) -> list[History]:
    """The history of each unit of each part at each operation; what was declared wrong is in none."""
    by_unit: defaultdict[tuple[str, str, str], list[Attempt]] = defaultdict(list)
    for result in results:
        if result.erroneous:
            continue
        by_unit[result.part, result.attempt.operation, result.attempt.unit].append(result.attempt)
    found = []
    for (part, operation, _), attempts in by_unit.items():
        ordered = tuple(in_order(distinct(attempts), submits))
        first = next((attempt for attempt in ordered if submits(attempt)), None)
        found.append(History(part=part, operation=operation, attempts=ordered, first=first))
    return found


def within(found: Iterable[History], window: Window, zone: tzinfo) -> list[History]:
    """The histories that begin in ``window``, by the plant's calendar."""
    return [history for history in found if window.holds(begin(history).event_time.astimezone(zone).date())]


def counts_of(found: Iterable[History]) -> dict[Subject, FirstPass]:
    """First-pass counts over all authors, by part and operation."""
    by_part: defaultdict[str, list[History]] = defaultdict(list)
    for history in found:
        by_part[history.part].append(history)
    return {
        (part, operation): counts
        for part, several in by_part.items()
        for operation, counts in first_pass(a for history in several for a in history.attempts).items()
    }


def begin(history: History) -> Attempt:
    """The first submission, or while there is none the first result of any kind."""
    return history.first or history.attempts[0]


def submits(attempt: Attempt) -> bool:
    """Whether an attempt is a submission."""
    return is_submission(attempt.verdict, attempt.flags)
