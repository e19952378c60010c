"""Double sampling plans by attributes: ISO 2859-1:1999 Tables 3-A (normal) and 3-B (tightened).

A double plan stands for the single plan of the same letter and AQL: two samples of equal size, each that of the letter
before, and numbers that depend on the single plan's acceptance number only. Every cell was compared with a
transcription of this edition and with one of the earlier (MIL-STD-105E): sample sizes and arrows are the same in both,
and so are the numbers but for those of the acceptance numbers 3, 7 and 8, which this edition changed for a smaller
average sample; of these the former is the only source, and tests compare the operating characteristic of each with
that of its single plan. Where that one accepts none there is no double plan, and the single one is to be used (the
table's asterisk). Reduced double plans are not given: use the single ones.
"""

from decimal import Decimal

import msgspec

from traceability.quality.errors import OutOfDomain
from traceability.quality.sampling_plan.attributes import LARGEST_SHARE, Severity, single_plan
from traceability.quality.sampling_plan.letters import LETTERS, InspectionLevel, code_letter


class DoublePlan(msgspec.Struct, frozen=True, kw_only=True):
    """Inspect ``first`` items: accept, reject, or inspect ``second`` more and judge both samples together."""

    letter: str
    first: int
    first_accept: int
    first_reject: int
    second: int
    accept: int

    @property
    def reject(self) -> int:
        """The lot is rejected from so many nonconforming items in both samples on."""
        return self.accept + 1


_FIRST = dict(zip(LETTERS[1:], (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000), strict=True))
_NUMBERS: dict[int, tuple[int, int, int]] = {
    1: (0, 2, 1),
    2: (0, 3, 3),
    3: (1, 3, 4),
    5: (2, 5, 6),
    7: (3, 6, 9),
    8: (4, 7, 10),
    10: (5, 9, 12),
    12: (6, 10, 15),
    14: (7, 11, 18),
    18: (9, 14, 23),
    21: (11, 16, 26),
}


def double_plan(letter: str, aql: Decimal, severity: Severity = Severity.NORMAL) -> DoublePlan | None:
    """The double plan of a letter and an AQL up to 10; None where the single plan is to be used."""
    if severity is Severity.REDUCED or aql > LARGEST_SHARE:
        message = f"double plans are for normal and tightened inspection, AQL up to {LARGEST_SHARE}"
        raise OutOfDomain(message)
    single = single_plan(letter, aql, severity)
    if single.accept == 0 or single.letter not in _FIRST:
        return None
    sample = _FIRST[single.letter]
    first_accept, first_reject, accept = _NUMBERS[single.accept]
    return DoublePlan(
        letter=single.letter,
        first=sample,
        first_accept=first_accept,
        first_reject=first_reject,
        second=sample,
        accept=accept,
    )


def double_plan_for_lot(
    size: int, aql: Decimal, severity: Severity = Severity.NORMAL, level: InspectionLevel = InspectionLevel.II
) -> DoublePlan | None:
    """The double plan for a lot; None where both samples would not fit into it, or the single plan is to be used."""
    plan = double_plan(code_letter(size, level), aql, severity)
    return None if plan is None or plan.first + plan.second > size else plan
