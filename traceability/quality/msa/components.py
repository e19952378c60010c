"""What a gauge study says: standard deviations of each source, as shares of the study and of the tolerance."""

import math
from fractions import Fraction

import msgspec

from traceability.quality.errors import NoFigure
from traceability.quality.reason import Reason
from traceability.quality.steps import Number, exact

_STUDY_WIDTH = 6.0
_NDC = 1.41


class Components(msgspec.Struct, frozen=True, kw_only=True):
    """Standard deviations (not six of them), in the values' unit. Negative variance estimates count as 0."""

    repeatability: float
    """EV, equipment variation."""
    reproducibility: float
    """AV, appraiser variation, with the interaction."""
    operator: float
    interaction: float
    gauge: float
    """GRR."""
    part: float
    """PV."""
    total: float
    """TV."""


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """Of the study's variation, of its variance, and of the tolerance (6 sigma), as fractions of 1."""

    study: float
    """%SV: GRR/TV."""
    contribution: float
    """GRR²/TV²."""
    tolerance: float | None
    """%Tol: 6·GRR/tolerance; None without a tolerance."""
    ndc: int | None
    """Distinct categories: 1.41·PV/GRR rounded down, at least 1 (AIAG); None for a gauge without any variation."""


def components(repeatability: float, operator: float, interaction: float, part: float) -> Components:
    """Put together from independent sources."""
    reproducibility = math.hypot(operator, interaction)
    gauge = math.hypot(repeatability, reproducibility)
    return Components(
        repeatability=repeatability,
        reproducibility=reproducibility,
        operator=operator,
        interaction=interaction,
        gauge=gauge,
        part=part,
        total=math.hypot(gauge, part),
    )


def shares(found: Components, tolerance: Fraction | None) -> Shares:
    """The usual shares of GRR."""
    if found.total == 0.0:
        raise NoFigure(Reason.ZERO_SPREAD, "all readings are equal")
    return Shares(
        study=found.gauge / found.total,
        contribution=(found.gauge / found.total) ** 2,
        tolerance=None if tolerance is None else _STUDY_WIDTH * found.gauge / float(tolerance),
        ndc=None if found.gauge == 0.0 else max(1, math.floor(_NDC * found.part / found.gauge)),
    )


def tolerance_of(stated: Number | None) -> Fraction | None:
    """A tolerance (upper minus lower limit) above 0; NoFigure otherwise."""
    if stated is None:
        return None
    found = exact(stated)
    if found <= 0:
        raise NoFigure(Reason.INVALID_TOLERANCE, f"the tolerance is {stated}")
    return found
