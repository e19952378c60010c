"""What is compared: the Level, and the five metrics by the bands of the notice.

A metric's bands are those of its levels, beside one for what is not rated, so that a Level says no more than the bands.
"""

from enum import StrEnum

from hub.scorecard.standing import Standing
from traceability.quality.grade import PlantGrade
from traceability.quality.level import Level
from traceability.quality.threshold import Metric

NOT_RATED = "not-rated"


class Measure(StrEnum):
    """A table of a release."""

    LEVEL = "level"
    SIGMA = "sigma"
    CPK = "cpk"
    RTY = "rty"
    INTERNAL_LOSS = "internal-loss"
    EXTERNAL_LOSS = "external-loss"

    @property
    def by_industry(self) -> bool:
        """Whether its groups tell industries apart; Levels are counted by region alone."""
        return self is not Measure.LEVEL


LEVELS = tuple(level.name for level in Level)
BANDS: dict[Measure, tuple[str, ...]] = {
    measure: LEVELS if measure is Measure.LEVEL else (NOT_RATED, *LEVELS) for measure in Measure
}
"""The worst first."""


def bands_of(standing: Standing) -> dict[str, int]:
    """A plant's band in each measure."""
    return bands_of_grade(standing.grade)


def has_records(standing: Standing) -> bool:
    """Whether anything of the year is known of the plant."""
    return bool(standing.weeks) or any(each.rated for each in standing.grade.metrics)


def bands_of_grade(grade: PlantGrade) -> dict[str, int]:
    """The same of its grade."""
    by_metric = {each.metric: 1 + each.level if each.rated else 0 for each in grade.metrics}
    found = {str(Measure(metric.value)): by_metric.get(metric, 0) for metric in Metric}
    return {str(Measure.LEVEL): int(grade.level), **found}
