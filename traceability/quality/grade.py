"""The level of a plant: the minimum over five metrics and three dimensions (rule R7).

No mean and no trade of points: each level of the notice lists its conditions jointly. What was not measured is L0 and
named; beside it stands what the plant has at most by what was measured (rule R17).
"""

from collections.abc import Iterable
from fractions import Fraction

import msgspec

from traceability.quality.capability import PlantCapability
from traceability.quality.dimension_grade import DimensionGrade, grade_dimensions
from traceability.quality.level import Level
from traceability.quality.loss import LossRates
from traceability.quality.metric_grade import MetricGrade, grade_cpk, grade_losses, grade_rty, grade_sigma
from traceability.quality.policy import Policy
from traceability.quality.questionnaire import Answer
from traceability.quality.reason import Reason
from traceability.quality.rolled import PlantRolledYield
from traceability.quality.sigma import SigmaResult
from traceability.quality.threshold import Threshold
from traceability.quality.window import is_provisional


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What one metric or dimension still needs for the plant's next level."""

    subject: str
    threshold: Threshold | None = None
    items: tuple[str, ...] = ()
    reason: Reason | None = None
    """Why the metric is not rated: to be removed first."""


class PlantGrade(msgspec.Struct, frozen=True, kw_only=True):
    """The level of a plant with everything it rests on."""

    level: Level
    binding: tuple[str, ...]
    """The metrics and dimensions at the minimum: ``cpk``, ``D2`` ..."""
    metrics: tuple[MetricGrade, ...]
    dimensions: tuple[DimensionGrade, ...]
    rated: bool
    """Whether every metric and dimension was measured; if not, the declaration prints "not rated"."""
    at_most: Level | None
    """The minimum over what was measured; None when nothing was."""
    provisional: bool
    """Less than 80 % of the window's production days are covered (rule R15)."""
    to_next: tuple[Step, ...]
    """Empty at L4."""
    policy: Policy = Policy()
    """By which reading of the notice."""


def grade_plant(
    *,
    sigma: SigmaResult | None,
    capability: PlantCapability | None,
    rolled: PlantRolledYield | None,
    losses: LossRates | None,
    answers: Iterable[Answer],
    covered: Fraction | None,
    policy: Policy | None = None,
) -> PlantGrade:
    """Grade a plant; None for what was never measured.

    ``covered``: share of the window's production days with records; None when no calendar of production is known.
    """
    policy = policy or Policy()
    cpk = grade_cpk(capability, waiver=policy.cpk_waiver)
    metrics = (grade_sigma(sigma), cpk, grade_rty(rolled), *grade_losses(losses))
    dimensions = grade_dimensions(answers)
    levels = {grade.metric.value: (grade.level, grade.rated) for grade in metrics if not grade.waived}
    levels |= {grade.dimension.value: (grade.level, grade.rated) for grade in dimensions}
    level = min(reached for reached, _ in levels.values())
    return PlantGrade(
        level=level,
        binding=tuple(subject for subject, (reached, _) in levels.items() if reached is level),
        metrics=metrics,
        dimensions=dimensions,
        rated=all(rated for _, rated in levels.values()),
        at_most=min((reached for reached, rated in levels.values() if rated), default=None),
        provisional=is_provisional(covered),
        to_next=_steps(level, metrics, dimensions),
        policy=policy,
    )


def _steps(level: Level, metrics: tuple[MetricGrade, ...], dimensions: tuple[DimensionGrade, ...]) -> tuple[Step, ...]:
    if level is Level.L4:
        return ()
    by_metric = (
        Step(subject=grade.metric.value, threshold=grade.to_next, reason=grade.reason)
        for grade in metrics
        if grade.level is level and not grade.waived
    )
    by_dimension = (
        Step(
            subject=grade.dimension.value,
            items=grade.to_next,
            reason=None if grade.rated else Reason.NOT_MEASURED,
        )
        for grade in dimensions
        if grade.level is level
    )
    return (*by_metric, *by_dimension)
