"""First-pass yield where lots are accepted on a sample (rule R14).

The denominator is what was submitted, not what was inspected. Mode *inspected* takes a lot's yield for that of its
sample, (n - d)/n, weighted by lot size; mode *lot* is accepted lots over lots. Only a lot's first submission counts.
The mode is part of what is signed: the two figures differ, and neither is the other's estimate.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

import msgspec

from traceability.quality.ordering import distinct, in_order
from traceability.quality.reason import Reason


class SamplingMode(StrEnum):
    """How a lot that was judged on a sample enters the yield."""

    INSPECTED = "inspected"
    LOT = "lot"


class LotInspection(msgspec.Struct, frozen=True, kw_only=True):
    """One submission of a lot of ``size`` units: ``defective`` of ``sample`` inspected, and the decision."""

    lot: str
    operation: str
    size: int
    sample: int
    defective: int
    accepted: bool
    attempt: int = 1
    author: str
    chain: str
    record_seq: int
    event_time: Annotated[datetime, msgspec.Meta(tz=True)]
    result_id: str


class PartInspection(msgspec.Struct, frozen=True, kw_only=True):
    """A lot of which part, and the record that says so."""

    part: str
    record: str
    inspection: LotInspection


class SampledYield(msgspec.Struct, frozen=True, kw_only=True):
    """The yield of lots first submitted; ``submitted`` counts their units, ``lots`` the lots."""

    mode: SamplingMode
    value: Fraction | None
    lots: int = 0
    submitted: int = 0
    inspected: int = 0
    defective: int = 0
    accepted: int = 0
    invalid: int = 0
    """Submissions with impossible counts, in no denominator."""
    first_missing: int = 0
    """Lots whose first submission is not among the records."""
    output: int = 0
    """Units of the lots that were accepted at last, at whichever submission."""
    nonconforming: Fraction
    """Nonconforming units among those submitted, as the samples let expect: the sum of size x d/n."""
    spread: Fraction
    """The sum of size²/n: what the unequal weights of inspected units cost in evidence (see ``trials``)."""
    reason: Reason | None = None

    @property
    def trials(self) -> int:
        """As many single trials carry as much evidence: lots, or (Σ size)²/Σ(size²/n) units (Kish 1965, 8.2)."""
        if self.mode is SamplingMode.LOT:
            return self.lots
        return int(self.submitted**2 / self.spread) if self.spread else 0


def sampled_yield(inspections: Iterable[LotInspection], mode: SamplingMode = SamplingMode.INSPECTED) -> SampledYield:
    """The yield of one operation; the same for every order of arrival and every repetition."""
    by_lot: dict[str, list[LotInspection]] = {}
    invalid = 0
    for inspection in distinct(inspections):
        if _is_possible(inspection):
            by_lot.setdefault(inspection.lot, []).append(inspection)
        else:
            invalid += 1
    earliest = [_earliest(history) for history in by_lot.values()]
    first = [inspection for inspection in earliest if inspection.attempt == 1]
    submitted = sum(inspection.size for inspection in first)
    accepted = sum(inspection.accepted for inspection in first)
    good = sum((Fraction(one.size * (one.sample - one.defective), one.sample) for one in first), start=Fraction(0))
    value = None
    if first:
        value = good / submitted if mode is SamplingMode.INSPECTED else Fraction(accepted, len(first))
    return SampledYield(
        mode=mode,
        value=value,
        lots=len(first),
        submitted=submitted,
        inspected=sum(inspection.sample for inspection in first),
        defective=sum(inspection.defective for inspection in first),
        accepted=accepted,
        invalid=invalid,
        first_missing=len(earliest) - len(first),
        output=sum(history[-1].size for history in map(_by_attempt, by_lot.values()) if history[-1].accepted),
        nonconforming=submitted - good,
        spread=sum((Fraction(one.size**2, one.sample) for one in first), start=Fraction(0)),
        reason=None if first else Reason.NOT_MEASURED,
    )


def yields_of_lots(
    inspections: Iterable[PartInspection], mode: SamplingMode = SamplingMode.INSPECTED
) -> dict[tuple[str, str], SampledYield]:
    """The yield of each part at each operation."""
    by_subject: defaultdict[tuple[str, str], list[LotInspection]] = defaultdict(list)
    for one in inspections:
        by_subject[one.part, one.inspection.operation].append(one.inspection)
    return {subject: sampled_yield(found, mode) for subject, found in sorted(by_subject.items())}


def _earliest(history: list[LotInspection]) -> LotInspection:
    return _by_attempt(history)[0]


def _by_attempt(history: list[LotInspection]) -> list[LotInspection]:
    return sorted(in_order(history, _is_possible), key=lambda inspection: inspection.attempt)


def _is_possible(one: LotInspection) -> bool:
    return 0 < one.sample <= one.size and 0 <= one.defective <= one.sample and one.attempt >= 1
