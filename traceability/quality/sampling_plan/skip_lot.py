"""Lots that need not be sampled: after the scheme of ISO 2859-3:2005, with the criteria spelt out here.

A product of a supplier is *qualified* when its newest lots were all accepted at their first submission, none of them in
tightened inspection, recently enough, the supplier's own signed results say of nearly every unit how it was judged and
bear out the AQL, and nothing was found later that the inspection had let through. Then one lot in two is inspected, in
three, in four, as the run goes on; which one, chance says. A lot rejected, an escape, a gap, or signed data that stop
coming end it: inspection is lot by lot again and the run begins anew.

The standard's own qualification score weighs each lot by how far it stays under its acceptance number; here a run of
``criteria.lots`` is asked for instead, which is never easier than the standard's shortest way (10 lots), and the
supplier's signed data come on top.
"""

from datetime import date, timedelta
from enum import StrEnum

import msgspec

from traceability.quality.intervals import proportion_upper_bound
from traceability.quality.sampling_plan.attributes import Severity


class SkipCriteria(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked before lots are skipped; parties may ask for more."""

    lots: int = 20
    """Lots accepted in a row."""
    within_days: int = 365
    """How old the oldest of them may be."""
    gap_days: int = 60
    """How long ago the newest may be: production is to be continuous."""
    signed_share: float = 0.95
    """Share of the lots' units of which the supplier's signed results tell."""
    confidence: float = 0.95
    """Of the upper bound of the share that these results find nonconforming, which is to stay under the AQL."""
    lots_a_step: int = 10
    """Lots, inspected or skipped, after which one fewer is inspected: 1 in 2, 1 in 3, 1 in 4."""
    rarest: int = 4


class JudgedLot(msgspec.Struct, frozen=True, kw_only=True):
    """A lot at its first submission, inspected or skipped (then ``accepted`` is True and ``skipped``)."""

    on: date
    accepted: bool
    severity: Severity = Severity.NORMAL
    skipped: bool = False
    escaped: bool = False
    """Whether something nonconforming of it was found later."""


class SignedData(msgspec.Struct, frozen=True, kw_only=True):
    """What the supplier's own sealed records, as shared, say of the units of the newest lots."""

    units: int
    """Units that the lots hold."""
    told: int
    """Of these, units with a shared final verdict."""
    nonconforming: int
    """Of these, units whose first verdict was not OK."""


class Hindrance(StrEnum):
    """Why a lot is to be inspected."""

    TOO_FEW_LOTS = "too-few-lots"
    LOT_REJECTED = "lot-rejected"
    TIGHTENED = "tightened"
    ESCAPED = "escaped"
    TOO_OLD = "too-old"
    INTERRUPTED = "interrupted"
    DATA_NOT_SHARED = "data-not-shared"
    DATA_ABOVE_AQL = "data-above-aql"


class Qualification(msgspec.Struct, frozen=True, kw_only=True):
    """``every`` 1: inspect each lot, with what hinders more; n: inspect one lot in n, chosen by chance."""

    every: int
    run: int
    hindrances: tuple[Hindrance, ...] = ()

    @property
    def qualified(self) -> bool:
        """Whether lots may be skipped."""
        return self.every > 1


def qualification(
    lots: list[JudgedLot], data: SignedData, aql_share: float, today: date, criteria: SkipCriteria | None = None
) -> Qualification:
    """Whether the next lot may be skipped; ``lots`` in the order of their judgement."""
    asked = criteria or SkipCriteria()
    run = _run(lots)
    newest = lots[-asked.lots :]
    found = [hindrance for hindrance, there in _hindered(lots, newest, run, data, aql_share, today, asked) if there]
    if found:
        return Qualification(every=1, run=run, hindrances=tuple(found))
    steps = (run - asked.lots) // asked.lots_a_step
    return Qualification(every=min(2 + steps, asked.rarest), run=run)


def _run(lots: list[JudgedLot]) -> int:
    """How many lots since the last one that speaks against skipping."""
    run = 0
    for lot in reversed(lots):
        if not lot.accepted or lot.escaped or lot.severity is Severity.TIGHTENED:
            break
        run += 1
    return run


def _hindered(  # noqa: PLR0917 - what is judged, by what
    lots: list[JudgedLot],
    newest: list[JudgedLot],
    run: int,
    data: SignedData,
    aql_share: float,
    today: date,
    asked: SkipCriteria,
) -> tuple[tuple[Hindrance, bool], ...]:
    told = bool(data.units) and data.told >= asked.signed_share * data.units
    above = told and proportion_upper_bound(data.nonconforming, data.told, asked.confidence) > aql_share
    oldest = newest[0].on if newest else today
    latest = lots[-1].on if lots else today
    return (
        (Hindrance.TOO_FEW_LOTS, run < asked.lots),
        (Hindrance.LOT_REJECTED, any(not lot.accepted for lot in newest)),
        (Hindrance.TIGHTENED, any(lot.severity is Severity.TIGHTENED for lot in newest)),
        (Hindrance.ESCAPED, any(lot.escaped for lot in newest)),
        (Hindrance.TOO_OLD, today - oldest > timedelta(days=asked.within_days)),
        (Hindrance.INTERRUPTED, bool(lots) and today - latest > timedelta(days=asked.gap_days)),
        (Hindrance.DATA_NOT_SHARED, not told),
        (Hindrance.DATA_ABOVE_AQL, above),
    )
