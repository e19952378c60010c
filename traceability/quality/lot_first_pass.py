"""First-pass yield where lots are submitted with counts instead of single units.

Only the first submission of a lot enters the yield; a lot that comes back enters no denominator a second time. A
resubmission is taken to hold the lot's rejects first: units beyond those had been accepted before and are judged anew.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import msgspec

from traceability.quality.first_pass import FirstPass, pooled
from traceability.quality.ordering import distinct, in_order


class LotAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """The ``attempt``-th submission (1, 2 ...) of a lot: ``ok`` of ``quantity`` units accepted."""

    lot: str
    operation: str
    quantity: int
    ok: int
    attempt: int = 1
    author: str
    chain: str
    record_seq: int
    event_time: Annotated[datetime, msgspec.Meta(tz=True)]
    result_id: str


def first_pass_of_lots(attempts: Iterable[LotAttempt]) -> dict[str, FirstPass]:
    """The counts of each operation in units; impossible counts make a submission invalid."""
    by_lot: defaultdict[tuple[str, str], list[LotAttempt]] = defaultdict(list)
    for attempt in distinct(attempts):
        by_lot[attempt.operation, attempt.lot].append(attempt)
    lots: defaultdict[str, list[FirstPass]] = defaultdict(list)
    for (operation, _), history in by_lot.items():
        lots[operation].append(_one_lot(history))
    return {operation: pooled(lots[operation]) for operation in sorted(lots)}


def _one_lot(history: list[LotAttempt]) -> FirstPass:
    valid = [attempt for attempt in history if _is_possible(attempt)]
    invalid = len(history) - len(valid)
    if not valid:
        return FirstPass(invalid=invalid)
    ordered = sorted(in_order(valid, _is_possible), key=lambda attempt: attempt.attempt)
    first = ordered[0]
    if first.attempt > 1:
        missing = max(attempt.quantity for attempt in ordered)
        return FirstPass(attempts=len(ordered), invalid=invalid, first_missing=missing)
    rejected = first.quantity - first.ok
    for again in ordered[1:]:
        rejected = max(0, rejected - again.quantity) + again.quantity - again.ok
    return FirstPass(
        submitted=first.quantity,
        first_ok=first.ok,
        final_ok=max(0, first.quantity - rejected),
        attempts=len(ordered),
        invalid=invalid,
    )


def _is_possible(attempt: LotAttempt) -> bool:
    return attempt.quantity > 0 and 0 <= attempt.ok <= attempt.quantity and attempt.attempt >= 1
