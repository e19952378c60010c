"""Rolled throughput yield 全过程一次交验合格率: the product of first-pass yields over a route.

An operation of the route without any submission makes the product unrated, not 100 % (rule R13). A plant that makes
several product families gets the mean of theirs weighted by output, with the worst family beside it. Bounds join the
exact bound of every operation at a confidence raised so that all hold together (Bonferroni); for one operation they
are the plain Clopper-Pearson bounds.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import msgspec

from traceability.quality.acceptance import judged_on_samples
from traceability.quality.first_pass import FirstPass
from traceability.quality.intervals import (
    CONFIDENCE,
    Interval,
    proportion_lower_bound,
    proportion_upper_bound,
)
from traceability.quality.reason import Reason
from traceability.quality.sampling import SampledYield


class OperationYield(msgspec.Struct, frozen=True):
    """One routed operation: its counts and first-pass yield, None without a submission.

    Where lots were judged on samples (``trials`` tells as how many single trials they count), ``submitted`` are their
    units and ``first_ok`` is rounded down; ``fpy`` is exact.
    """

    operation: str
    submitted: int
    first_ok: int
    fpy: Fraction | None
    trials: int | None = None


class RolledYield(msgspec.Struct, frozen=True, kw_only=True):
    """The product over a route; ``missing`` names routed operations without any submission."""

    value: Fraction | None
    operations: tuple[OperationYield, ...]
    missing: tuple[str, ...] = ()
    reason: Reason | None = None


class FamilyYield(msgspec.Struct, frozen=True):
    """One product family of a plant: its rolled yield and its output in the window, in units."""

    family: str
    rolled: RolledYield
    output: int


class PlantRolledYield(msgspec.Struct, frozen=True, kw_only=True):
    """Output-weighted mean over families; ``units`` is the smallest count that any factor rests on."""

    value: Fraction | None
    families: tuple[FamilyYield, ...]
    worst: FamilyYield | None = None
    lower_bound: float | None = None
    interval: Interval | None = None
    units: int = 0
    reason: Reason | None = None


def rolled_yield(
    route: Sequence[str],
    by_operation: Mapping[str, FirstPass],
    lots: Mapping[str, SampledYield] | None = None,
) -> RolledYield:
    """RTY of one route; an operation that the route names twice has one pooled yield and enters once.

    ``lots``: by operation, what was submitted there in lots and judged on samples (rule R14).
    """
    none = FirstPass()
    operations = tuple(
        _operation(name, by_operation.get(name, none), (lots or {}).get(name)) for name in dict.fromkeys(route)
    )
    if not operations:
        return RolledYield(value=None, operations=(), reason=Reason.EMPTY_ROUTE)
    missing = tuple(operation.operation for operation in operations if operation.fpy is None)
    if missing:
        reason = Reason.OPERATION_WITHOUT_SUBMISSION
        return RolledYield(value=None, operations=operations, missing=missing, reason=reason)
    factors = [operation.fpy for operation in operations if operation.fpy is not None]
    return RolledYield(value=math.prod(factors, start=Fraction(1)), operations=operations)


def plant_rolled_yield(families: Sequence[FamilyYield]) -> PlantRolledYield:
    """RTY of a plant; a family with output but without a rated yield makes the plant's unrated."""
    shown = tuple(sorted(families, key=lambda family: family.family))
    reason = _obstacle(shown)
    rated = [family for family in shown if family.output > 0 and family.rolled.value is not None]
    worst = min(rated, key=lambda family: family.rolled.value or Fraction(0), default=None)
    if reason is not None:
        return PlantRolledYield(value=None, families=shown, worst=worst, reason=reason)
    producing = [family for family in shown if family.output > 0]
    output = sum(family.output for family in producing)
    weighted = sum((family.output * (family.rolled.value or Fraction(0)) for family in producing), start=Fraction(0))
    side = (1.0 + CONFIDENCE) / 2.0
    return PlantRolledYield(
        value=weighted / output,
        families=shown,
        worst=worst,
        lower_bound=_bounded(producing, proportion_lower_bound, CONFIDENCE),
        interval=Interval(
            _bounded(producing, proportion_lower_bound, side), _bounded(producing, proportion_upper_bound, side)
        ),
        units=min(_evidence(operation) for family in producing for operation in family.rolled.operations),
    )


def _operation(name: str, counts: FirstPass, lots: SampledYield | None) -> OperationYield:
    if lots is not None and lots.value is not None and judged_on_samples(counts, lots):
        return OperationYield(name, lots.submitted, int(lots.value * lots.submitted), lots.value, lots.trials)
    return OperationYield(name, counts.submitted, counts.first_ok, counts.fpy)


def _obstacle(families: Sequence[FamilyYield]) -> Reason | None:
    if not families:
        return Reason.NOT_MEASURED
    if any(family.output < 0 for family in families):
        return Reason.INCONSISTENT_COUNTS
    producing = [family for family in families if family.output > 0]
    if not producing:
        return Reason.NO_OUTPUT
    unrated = [family.rolled.reason for family in producing if family.rolled.value is None]
    if unrated and len(producing) == 1:
        return unrated[0]
    return Reason.FAMILY_NOT_RATED if unrated else None


def _bounded(families: Sequence[FamilyYield], bound: Callable[[int, int, float], float], confidence: float) -> float:
    joint = _joint(families, confidence)
    products = (
        family.output * math.prod(_bound(step, bound, joint) for step in family.rolled.operations)
        for family in families
    )
    return math.fsum(products) / sum(family.output for family in families)


def _bound(step: OperationYield, bound: Callable[[int, int, float], float], confidence: float) -> float:
    if step.trials is None:
        return bound(step.first_ok, step.submitted, confidence)
    expected = (step.fpy or Fraction(0)) * step.trials  # between two counts the one that says less
    rounded = math.floor(expected) if bound is proportion_lower_bound else math.ceil(expected)
    return bound(rounded, step.trials, confidence)


def _evidence(step: OperationYield) -> int:
    return step.submitted if step.trials is None else step.trials


def _joint(families: Sequence[FamilyYield], confidence: float) -> float:
    factors = sum(len(family.rolled.operations) for family in families)
    return 1.0 - (1.0 - confidence) / factors
