"""First-pass yield 一次交验合格率 of each operation, from all results of all authors.

A *submission* (初次提交检验) is a result with a valid verdict and no flag; the first one of a unit at an operation
decides, and no retest, rework or later pass improves it (notice, note 3). What is not a submission is counted and
shown beside the yield, so that it cannot hide failures. Counts are integers and yields exact fractions.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum, auto
from fractions import Fraction
from functools import lru_cache
from itertools import dropwhile
from typing import Annotated

import msgspec

from traceability.quality.ordering import distinct, in_order
from traceability.unit import Flag, Purpose, Verdict, is_submission


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One result of one unit at one operation, with what places it in time (see ``ordering``)."""

    unit: str
    operation: str
    verdict: Verdict
    flags: tuple[Flag, ...] = ()
    purpose: Purpose = Purpose.FIRST
    author: str
    chain: str
    record_seq: int
    event_time: Annotated[datetime, msgspec.Meta(tz=True)]
    result_id: str


class FirstPass(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of units at one operation (attempts, invalid and not_decidable count results)."""

    submitted: int = 0
    """Units with at least one submission: the denominator."""
    first_ok: int = 0
    """Units whose first submission was OK."""
    final_ok: int = 0
    """Units whose last submission was OK."""
    retest_ok: int = 0
    """Units not OK first and OK on a retest without rework in between: candidates for no trouble found."""
    retested: int = 0
    """Units submitted again, after their first submission, without rework in between."""
    reworked: int = 0
    """Units that came back after rework."""
    attempts: int = 0
    """All submissions, repeated ones included."""
    invalid: int = 0
    """Aborted, no-read, partial, simulated and undefined results."""
    not_decidable: int = 0
    """Unflagged results without a decision."""
    undecided: int = 0
    """Units that never got further than NOT_DECIDABLE."""
    first_missing: int = 0
    """Units of lots whose first submission is not among the records; in no denominator."""

    @property
    def fpy(self) -> Fraction | None:
        """First-pass yield; None without any submission."""
        return _ratio(self.first_ok, self.submitted)

    @property
    def fpy_undecided_failed(self) -> Fraction | None:
        """First-pass yield with undecided units counted as failed; never above ``fpy``."""
        return _ratio(self.first_ok, self.submitted + self.undecided)

    @property
    def final_yield(self) -> Fraction | None:
        """Share of submitted units whose last submission was OK."""
        return _ratio(self.final_ok, self.submitted)

    @property
    def retest_share(self) -> Fraction | None:
        """Share of submitted units that were tested again without rework."""
        return _ratio(self.retested, self.submitted)

    @property
    def rework_share(self) -> Fraction | None:
        """Share of submitted units that were reworked."""
        return _ratio(self.reworked, self.submitted)

    @property
    def no_trouble_found(self) -> Fraction | None:
        """Share of the units that failed first and passed a retest without rework (NTF); None without a failure."""
        return _ratio(self.retest_ok, self.submitted - self.first_ok)

    @property
    def invalid_share(self) -> Fraction | None:
        """Share of all results that are invalid: the way yields are gamed, hence watched."""
        return _ratio(self.invalid, self.invalid + self.not_decidable + self.attempts)


class Outcome(Enum):
    """What a result is to the yield."""

    SUBMISSION = auto()
    NOT_DECIDABLE = auto()
    INVALID = auto()


def outcome_of(verdict: Verdict, flags: Iterable[Flag] = ()) -> Outcome:
    """Whether a result is a submission, undecided or invalid (rule R12)."""
    marks = frozenset(flags)
    if is_submission(verdict, marks):
        return Outcome.SUBMISSION
    if verdict is Verdict.NOT_DECIDABLE and not marks:
        return Outcome.NOT_DECIDABLE
    return Outcome.INVALID


def first_pass(attempts: Iterable[Attempt]) -> dict[str, FirstPass]:
    """The counts of each operation, by operation id; the same for every order of arrival and every repetition."""
    by_unit: defaultdict[tuple[str, str], list[Attempt]] = defaultdict(list)
    for attempt in distinct(attempts):
        by_unit[attempt.operation, attempt.unit].append(attempt)
    units: defaultdict[str, list[FirstPass]] = defaultdict(list)
    for (operation, _), history in by_unit.items():
        units[operation].append(first_pass_of_unit(history))
    return {operation: pooled(units[operation]) for operation in sorted(units)}


def pooled(parts: Iterable[FirstPass]) -> FirstPass:
    """Counts added up (sum over sum, never a mean of rates): stations, product families, lots and units."""
    sums = dict.fromkeys(FirstPass.__struct_fields__, 0)
    for part in parts:
        for name in sums:
            sums[name] += getattr(part, name)
    return FirstPass(**sums)


def first_pass_of_unit(history: Sequence[Attempt]) -> FirstPass:
    """The counts of one unit at one operation, from its distinct attempts in any order."""
    if len(history) == 1:  # nearly every unit passes once
        return first_pass_of_one(history[0].verdict, history[0].flags)
    return _of_several(history)


@lru_cache(maxsize=64)
def first_pass_of_one(verdict: Verdict, flags: tuple[Flag, ...]) -> FirstPass:
    """The counts of a unit that passed once."""
    outcome = outcome_of(verdict, flags)
    if outcome is Outcome.SUBMISSION:
        ok = int(verdict is Verdict.OK)
        return FirstPass(submitted=1, first_ok=ok, final_ok=ok, attempts=1)
    undecided = int(outcome is Outcome.NOT_DECIDABLE)
    return FirstPass(invalid=1 - undecided, not_decidable=undecided, undecided=undecided)


def _of_several(history: Sequence[Attempt]) -> FirstPass:
    outcomes = [outcome_of(attempt.verdict, attempt.flags) for attempt in history]
    invalid = outcomes.count(Outcome.INVALID)
    not_decidable = outcomes.count(Outcome.NOT_DECIDABLE)
    ordered = in_order(history, _submits)
    submissions = [attempt for attempt in ordered if _submits(attempt)]
    if not submissions:
        return FirstPass(invalid=invalid, not_decidable=not_decidable, undecided=int(not_decidable > 0))
    return FirstPass(
        submitted=1,
        first_ok=int(submissions[0].verdict is Verdict.OK),
        final_ok=int(submissions[-1].verdict is Verdict.OK),
        retest_ok=int(_passed_on_retest(ordered)),
        retested=int(_came_back(ordered, Purpose.RETEST, Purpose.FIRST)),
        reworked=int(_came_back(ordered, Purpose.REWORK)),
        attempts=len(submissions),
        invalid=invalid,
        not_decidable=not_decidable,
    )


def _came_back(ordered: list[Attempt], *purposes: Purpose) -> bool:
    """Whether a submission of such a purpose follows the first one; a rework counts even without a verdict."""
    after_first = list(dropwhile(lambda attempt: not _submits(attempt), ordered))[1:]
    return any(
        attempt.purpose in purposes and (attempt.purpose is Purpose.REWORK or _submits(attempt))
        for attempt in after_first
    )


def _passed_on_retest(ordered: list[Attempt]) -> bool:
    """First submission not OK, then OK on a retest before any rework (a rework without a verdict counts as one)."""
    failed = False
    for attempt in ordered:
        if failed and attempt.purpose is Purpose.REWORK:
            return False
        if not _submits(attempt):
            continue
        if not failed and attempt.verdict is Verdict.OK:
            return False
        if failed and attempt.verdict is Verdict.OK and attempt.purpose is Purpose.RETEST:
            return True
        failed = True
    return False


def _submits(attempt: Attempt) -> bool:
    return is_submission(attempt.verdict, attempt.flags)


def _ratio(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
