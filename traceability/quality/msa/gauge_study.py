"""Repeatability and reproducibility (AIAG MSA, 4th edition, chapter III B).

Crossed ANOVA with random effects: the interaction is pooled with the repeats when its p value exceeds 0.25; variance
components that come out negative are 0. With a single operator (an automatic station) there is no reproducibility.
Average and range: EV = R̿/d2, AV = √((X̄diff/d2*)² - EV²/nr), PV = Rp/d2*, with d2* = √(d2² + d3²) of a single range;
it cannot see an interaction.
"""

import math
from collections.abc import Sequence
from fractions import Fraction

import msgspec

from traceability.quality.constants import d2, d3
from traceability.quality.errors import NoFigure
from traceability.quality.msa.anova import Crossed, FTest, Source, crossed, one_way_of, test_of
from traceability.quality.msa.components import Components, Shares, components, shares, tolerance_of
from traceability.quality.msa.readings import Cells, Reading, balanced
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.steps import Number

POOLING = 0.25
"""An interaction with a larger p value is taken for chance."""


class AnovaTable(msgspec.Struct, frozen=True, kw_only=True):
    """Sources with their tests, before pooling; operators and interaction None for a single operator."""

    parts: Source
    operators: Source | None
    interaction: Source | None
    repeats: Source
    part_test: FTest
    operator_test: FTest | None = None
    interaction_test: FTest | None = None


class GaugeStudy(msgspec.Struct, frozen=True, kw_only=True):
    """A study's result; ``table`` None for average and range."""

    method: str
    parts: int
    operators: int
    repeats: int
    components: Components
    shares: Shares
    pooled: bool = False
    """Whether the interaction was pooled with the repeats."""
    table: AnovaTable | None = None


@or_refused
def gauge_anova(readings: Sequence[Reading], tolerance: Number | None = None, pooling: float = POOLING) -> GaugeStudy:
    """Crossed study by analysis of variance."""
    width = tolerance_of(tolerance)
    study = balanced(readings)
    if len(study.operators) == 1:
        table, found, pooled = _single(study)
    else:
        table, found, pooled = _crossed(study, pooling)
    return GaugeStudy(
        method="anova",
        parts=len(study.parts),
        operators=len(study.operators),
        repeats=study.repeats,
        components=found,
        shares=shares(found, width),
        pooled=pooled,
        table=table,
    )


@or_refused
def gauge_average_range(readings: Sequence[Reading], tolerance: Number | None = None) -> GaugeStudy:
    """Crossed study by averages and ranges, with exact constants (AIAG's K1, K2, K3 are theirs to four digits)."""
    width = tolerance_of(tolerance)
    study = balanced(readings)
    cells, repeats, unit = study.cells, study.repeats, float(study.unit)
    parts, operators = len(study.parts), len(study.operators)
    mean_range = sum(max(cell) - min(cell) for row in cells for cell in row) / (parts * operators)
    repeatability = mean_range * unit / d2(repeats)
    per_operator = [sum(sum(row[place]) for row in cells) / (parts * repeats) for place in range(operators)]
    operator = 0.0
    if operators > 1:
        reach = (max(per_operator) - min(per_operator)) * unit / _d2_star(operators)
        operator = math.sqrt(max(0.0, reach * reach - repeatability**2 / (parts * repeats)))
    per_part = [sum(map(sum, row)) / (operators * repeats) for row in cells]
    part = (max(per_part) - min(per_part)) * unit / _d2_star(parts)
    found = components(repeatability, operator, 0.0, part)
    return GaugeStudy(
        method="average and range",
        parts=parts,
        operators=operators,
        repeats=repeats,
        components=found,
        shares=shares(found, width),
    )


def _single(study: Cells) -> tuple[AnovaTable, Components, bool]:
    found = one_way_of([row[0] for row in study.cells], study.unit)
    part = _root((found.between.mean_square - found.within.mean_square) / study.repeats)
    table = AnovaTable(
        parts=found.between, operators=None, interaction=None, repeats=found.within, part_test=found.test
    )
    return table, components(_root(found.within.mean_square), 0.0, 0.0, part), False


def _crossed(study: Cells, pooling: float) -> tuple[AnovaTable, Components, bool]:
    found = crossed(study.cells, study.unit)
    interaction_test = test_of(found.interaction, found.repeats)
    pooled = interaction_test.p is not None and interaction_test.p > pooling
    if interaction_test.p is None and not found.interaction.squares:
        pooled = True  # neither repeats nor interaction vary at all
    error, table_error = _errors(found, pooled)
    table = AnovaTable(
        parts=found.parts,
        operators=found.operators,
        interaction=found.interaction,
        repeats=found.repeats,
        part_test=test_of(found.parts, table_error),
        operator_test=test_of(found.operators, table_error),
        interaction_test=interaction_test,
    )
    parts, operators, repeats = len(study.parts), len(study.operators), study.repeats
    beside = table_error.mean_square
    between = Fraction(0) if pooled else (found.interaction.mean_square - error.mean_square) / repeats
    return (
        table,
        components(
            _root(error.mean_square),
            _root((found.operators.mean_square - beside) / (parts * repeats)),
            _root(between),
            _root((found.parts.mean_square - beside) / (operators * repeats)),
        ),
        pooled,
    )


def _errors(found: Crossed, pooled: bool) -> tuple[Source, Source]:
    """What repeatability is taken from, and what parts and operators are tested against."""
    if not pooled:
        return found.repeats, found.interaction
    degrees = found.interaction.degrees + found.repeats.degrees
    both = Source(degrees, found.interaction.squares + found.repeats.squares)
    return both, both


def _root(variance: Fraction) -> float:
    return math.sqrt(variance) if variance > 0 else 0.0


def _d2_star(n: int) -> float:
    """d2* of one range of n averages (AIAG, appendix C, g = 1): √(d2² + d3²)."""
    if n < 2:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, "a range of one average")
    return math.hypot(d2(n), d3(n))
