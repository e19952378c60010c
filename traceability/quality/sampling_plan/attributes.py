"""Single sampling plans by attributes: ISO 2859-1:1999 Tables 2-A, 2-B, 2-C (GB/T 2828.1-2012 tables 2-A to 2-C).

The master tables repeat themselves along their diagonals: a step down (a larger sample) and a step to the left (a
better AQL) give the same acceptance number, so one row of numbers is a table, and the arrows are what lies outside it.
Every cell of Tables 2-A and 2-B, with where its arrow leads, was compared with an independent transcription
(ANSI/ASQ Z1.4, whose single normal and tightened plans are the same), 199 of them with a second one. Table 2-C of the
1999 edition has no gaps between Ac and Re, unlike Z1.4: every cell was compared with a transcription of GB/T
2828.1-2012, which its author checked against the print cell by cell, and lies within the gap of Z1.4 where that has
one (227 of 256). Another transcription has 4 in place of 5 on one diagonal; the fractional table 11-C has 5, too.

An AQL up to 10 is per cent nonconforming or nonconformities per 100 items, one above 10 is the latter only. Reduced
inspection is given for AQLs up to 10, where its smallest samples need no rows of their own.
"""

from decimal import Decimal
from enum import StrEnum

import msgspec

from traceability.quality.errors import OutOfDomain
from traceability.quality.sampling_plan.letters import LETTERS, InspectionLevel, code_letter

_PREFERRED = (
    "0.010 0.015 0.025 0.040 0.065 0.10 0.15 0.25 0.40 0.65 1.0 1.5 2.5 4.0 6.5 10 15 25 40 65 100 150 250 400 650 1000"
)
AQLS: tuple[Decimal, ...] = tuple(map(Decimal, _PREFERRED.split()))
"""The preferred AQLs; no others have plans."""
LARGEST_SHARE = Decimal(10)
"""Per cent: the largest AQL that can mean nonconforming items, not nonconformities."""


class Severity(StrEnum):
    """How severely a lot is judged; ``switching`` says when it changes."""

    NORMAL = "normal"
    TIGHTENED = "tightened"
    REDUCED = "reduced"


class SinglePlan(msgspec.Struct, frozen=True, kw_only=True):
    """Inspect ``sample`` items; accept with at most ``accept`` nonconforming among them, else reject.

    ``letter`` is that of the sample, where an arrow led. ``tighter`` is the acceptance number of the same sample one
    AQL step tighter, where there is one (``accept`` of 2 or more): what the switching score asks for.
    """

    letter: str
    sample: int
    accept: int
    tighter: int | None = None
    whole_lot: bool = False
    """Whether the sample is the lot: all of it is inspected."""

    @property
    def reject(self) -> int:
        """The lot is rejected from so many nonconforming items on."""
        return self.accept + 1


class _Table(msgspec.Struct, frozen=True):
    """Sample sizes by letter, and acceptance numbers by diagonal (letter + AQL, both counted from 0)."""

    sizes: tuple[int, ...]
    accepts: dict[int, int]
    ups: frozenset[int] = frozenset()


_SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150)
_TOP = 24
_SMALL = LETTERS.index("E")
_LAST = LETTERS.index("R")
_TABLES = {
    Severity.NORMAL: _Table(
        _SIZES[:-1],
        {14: 0} | dict(zip(range(17, 27), (1, 2, 3, 5, 7, 10, 14, 21, 30, 44), strict=True)),
        frozenset({15}),
    ),
    Severity.TIGHTENED: _Table(
        _SIZES, {15: 0} | dict(zip(range(18, 27), (1, 2, 3, 5, 8, 12, 18, 27, 41), strict=True))
    ),
    Severity.REDUCED: _Table(
        (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800),
        {14: 0} | dict(zip(range(18, 25), (1, 2, 3, 5, 6, 8, 10), strict=True)),
        frozenset({15}),
    ),
}


def single_plan(letter: str, aql: Decimal, severity: Severity = Severity.NORMAL) -> SinglePlan:
    """The plan of a code letter and an AQL, arrows followed."""
    column, row = aql_index(aql), _row(letter)
    if severity is Severity.REDUCED and aql > LARGEST_SHARE:
        message = f"reduced inspection has plans up to an AQL of {LARGEST_SHARE}, not for {aql}"
        raise OutOfDomain(message)
    table = _TABLES[severity]
    while (accept := _accept(table, row, column)) is None:
        row += _arrow(table, row, column)
    return SinglePlan(
        letter=LETTERS[row],
        sample=table.sizes[row],
        accept=accept,
        tighter=_accept(table, row, column - 1) if accept > 1 else None,
    )


def plan_for_lot(
    size: int, aql: Decimal, severity: Severity = Severity.NORMAL, level: InspectionLevel = InspectionLevel.II
) -> SinglePlan:
    """The single plan for a lot; a sample as large as the lot, or larger, is the whole lot (ISO 2859-1, 10.4)."""
    plan = single_plan(code_letter(size, level), aql, severity)
    if plan.sample < size:
        return plan
    return msgspec.structs.replace(plan, sample=size, whole_lot=True)


def aql_index(aql: Decimal) -> int:
    """The column of an AQL; ``OutOfDomain`` for one that is not preferred."""
    try:
        return AQLS.index(aql)
    except ValueError:
        message = f"{aql} is no preferred AQL; they are {', '.join(map(str, AQLS))}"
        raise OutOfDomain(message) from None


def _row(letter: str) -> int:
    row = LETTERS.find(letter) if len(letter) == 1 else -1
    if not 0 <= row <= _LAST:
        message = f"{letter!r} is no code letter; they are A to H, J to N, P to R"
        raise OutOfDomain(message)
    return row


def _accept(table: _Table, row: int, column: int) -> int | None:
    """The acceptance number in a cell; None where the cell holds an arrow."""
    diagonal = row + column
    if diagonal > _TOP and row > _SMALL:
        return None
    if row == 0 and table.accepts.get(diagonal) == 0 and diagonal not in _TABLES[Severity.NORMAL].accepts:
        return None  # tightened inspection of two items never ends with none allowed: Table 2-B, letter A, AQL 10
    return table.accepts.get(diagonal)


def _arrow(table: _Table, row: int, column: int) -> int:
    """+1 down to the next larger sample, -1 up."""
    diagonal = row + column
    if diagonal > _TOP:
        return -1
    if diagonal < min(table.accepts):
        return 1
    if diagonal in table.ups:
        return -1 if row > 0 else 1
    reached = row + _first_above(table) - diagonal  # the letter with the next plan below
    return 1 if reached < len(table.sizes) else -1


def _first_above(table: _Table) -> int:
    return min(diagonal for diagonal, accept in table.accepts.items() if accept)
