"""Gauge studies: the AIAG manual's examples, designs that cancel, and reasons."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.quality.msa.anova import one_way
from traceability.quality.msa.bias import bias_study
from traceability.quality.msa.gauge_study import gauge_anova, gauge_average_range
from traceability.quality.msa.linearity import linearity_study
from traceability.quality.msa.readings import Reading
from traceability.quality.msa.type_one import type_one_study
from traceability.quality.reason import Reason

# AIAG, Measurement Systems Analysis, 4th edition, chapter III B: ten parts, appraisers A, B, C, three trials each.
AIAG = """
 0.29 -0.56  1.34  0.47 -0.80  0.02  0.59 -0.31  2.26 -1.36
 0.41 -0.68  1.17  0.50 -0.92 -0.11  0.75 -0.20  1.99 -1.25
 0.64 -0.58  1.27  0.64 -0.84 -0.21  0.66 -0.17  2.01 -1.31
 0.08 -0.47  1.19  0.01 -0.56 -0.20  0.47 -0.63  1.80 -1.68
 0.25 -1.22  0.94  1.03 -1.20  0.22  0.55  0.08  2.12 -1.62
 0.07 -0.68  1.34  0.20 -1.28  0.06  0.83 -0.34  2.19 -1.50
 0.04 -1.38  0.88  0.14 -1.46 -0.29  0.02 -0.46  1.77 -1.49
-0.11 -1.13  1.09  0.20 -1.07 -0.67  0.01 -0.56  1.45 -1.77
-0.15 -0.96  0.67  0.11 -1.45 -0.49  0.21 -0.49  1.87 -2.16
"""
READINGS = [
    Reading(f"part {part}", "ABC"[row // 3], float(value))
    for row, line in enumerate(AIAG.strip().splitlines())
    for part, value in enumerate(line.split())
]
# The same manual, linearity: what was read at each of five references.
LINEARITY = {
    2: (2.7, 2.5, 2.4, 2.5, 2.7, 2.3, 2.5, 2.5, 2.4, 2.4, 2.6, 2.4),
    4: (5.1, 3.9, 4.2, 5.0, 3.8, 3.9, 3.9, 3.9, 3.9, 4.0, 4.1, 3.8),
    6: (5.8, 5.7, 5.9, 5.9, 6.0, 6.1, 6.0, 6.1, 6.4, 6.3, 6.0, 6.1),
    8: (7.6, 7.7, 7.8, 7.7, 7.8, 7.8, 7.8, 7.7, 7.8, 7.5, 7.6, 7.7),
    10: (9.1, 9.3, 9.5, 9.3, 9.4, 9.5, 9.5, 9.5, 9.6, 9.2, 9.3, 9.4),
}


def test_the_manual_s_analysis_of_variance():
    study = gauge_anova(READINGS, tolerance=8)
    table, found = study.table, study.components
    squares = [float(s.squares) for s in (table.parts, table.operators, table.interaction, table.repeats)]
    assert squares == pytest.approx([88.3619, 3.1673, 0.3590, 2.7589], abs=5e-5)
    assert [s.degrees for s in (table.parts, table.operators, table.interaction, table.repeats)] == [9, 2, 18, 60]
    assert table.interaction_test.f == pytest.approx(0.434, abs=5e-4)
    assert table.part_test.f == pytest.approx(245.614, abs=5e-4)
    assert table.operator_test.f == pytest.approx(39.617, abs=5e-4)
    assert study.pooled
    assert (found.repeatability, found.reproducibility) == pytest.approx((0.199933, 0.226838), abs=5e-7)
    assert (found.gauge, found.part, found.total) == pytest.approx((0.302373, 1.042327, 1.085), abs=5e-4)
    assert study.shares.study == pytest.approx(0.279, abs=5e-4)
    assert study.shares.contribution == pytest.approx(0.078, abs=5e-4)
    assert study.shares.tolerance == pytest.approx(6 * 0.302373 / 8, abs=1e-5)
    assert study.shares.ndc == 4


def test_the_manual_s_average_and_range():
    study = gauge_average_range(READINGS)
    found = study.components
    assert (found.repeatability, found.reproducibility) == pytest.approx((0.20188, 0.22963), abs=1e-4)
    assert (found.gauge, found.part, found.total) == pytest.approx((0.30575, 1.10456, 1.14610), abs=2e-4)
    assert study.shares.ndc == 5
    assert study.shares.tolerance is None


def test_an_interaction_that_is_there_is_kept():
    """Operator B reads part 1 high and part 2 low; repeats hardly differ."""
    cells = {("1", "A"): 10, ("2", "A"): 20, ("1", "B"): 13, ("2", "B"): 17}
    readings = [Reading(p, o, value + d) for (p, o), value in cells.items() for d in (0, 0.1)]
    study = gauge_anova(readings)
    assert not study.pooled
    repeats = 0.1**2 / 2
    interaction = (18 - repeats) / 2
    assert study.components.repeatability == pytest.approx(math.sqrt(repeats))
    assert study.components.interaction == pytest.approx(math.sqrt(interaction))
    assert study.components.operator == 0.0, "its estimate is negative"
    assert study.components.part == pytest.approx(math.sqrt((98 - 18) / 4))
    never = gauge_anova(READINGS, pooling=1.0)
    assert not never.pooled
    assert never.components.interaction == 0.0, "its estimate is negative"


def test_an_automatic_station_has_no_reproducibility():
    readings = [Reading(str(p), "station", 10 * p + d) for p in range(5) for d in (0, 1, 2)]
    study = gauge_anova(readings)
    assert study.components.repeatability == pytest.approx(1.0)
    assert study.components.reproducibility == 0.0
    assert study.components.part == pytest.approx(math.sqrt((750 - 1) / 3))
    assert gauge_average_range(readings).components.reproducibility == 0.0


@settings(max_examples=40)
@given(st.lists(st.integers(-20, 20), min_size=12, max_size=12), st.integers(-(10**12), 10**12), st.randoms())
def test_neither_shift_nor_order_of_readings_changes_a_study(values, shift, source):
    cells = [(str(p), o) for p in range(3) for o in "AB" for _ in (0, 1)]
    readings = [Reading(p, o, v) for (p, o), v in zip(cells, values, strict=True)]
    moved = [Reading(r.part, r.operator, r.value + shift) for r in readings]
    source.shuffle(moved)
    assert gauge_anova(moved) == gauge_anova(readings)


@pytest.mark.parametrize(
    ("readings", "tolerance", "reason"),
    [
        ([], None, Reason.NO_VALUES),
        (READINGS[:-1], None, Reason.UNBALANCED),
        (READINGS[:10], None, Reason.NOT_ENOUGH_DATA),
        ([r for r in READINGS if r.part == "part 0"], None, Reason.NOT_ENOUGH_DATA),
        ([Reading(r.part, r.operator, 5) for r in READINGS], None, Reason.ZERO_SPREAD),
        ([Reading(r.part, r.operator, math.nan) for r in READINGS], None, Reason.INVALID_VALUE),
        (READINGS, 0, Reason.INVALID_TOLERANCE),
    ],
)
def test_a_reason_in_place_of_a_study(readings, tolerance, reason):
    assert gauge_anova(readings, tolerance).reason is reason
    assert gauge_average_range(readings, tolerance).reason is reason


def test_perfect_repeats_have_no_categories_to_count():
    readings = [Reading(str(p), o, p) for p in range(3) for o in "AB" for _ in (0, 1)]
    study = gauge_anova(readings, 10)
    assert (study.components.gauge, study.shares.study, study.shares.ndc) == (0.0, 0.0, None)


def test_the_manual_s_linearity():
    found = linearity_study(LINEARITY)
    assert found.slope.value == pytest.approx(-0.131667, abs=5e-7)
    assert found.intercept.value == pytest.approx(0.736667, abs=5e-7)
    assert found.r_squared == pytest.approx(0.7143, abs=5e-5)
    assert found.residual_deviation == pytest.approx(0.23954, abs=5e-6)
    assert found.slope.t == pytest.approx(-12.043, abs=5e-4)
    assert found.intercept.t == pytest.approx(10.158, abs=5e-4)
    assert not found.zero_within_band
    assert [p.mean_bias for p in found.points] == pytest.approx(
        [0.491667, 0.125, 0.025, -0.291667, -0.616667], abs=1e-6
    )
    middle = found.points[2]
    half = 2.0017175 * 0.2395398 / math.sqrt(60)
    assert middle.band.high - middle.line == pytest.approx(half, rel=1e-6)


def test_bias_and_type_one():
    values = [6.0, 6.1, 5.9, 6.0, 6.1, 6.0, 6.1, 6.0]
    found = bias_study(values, 6)
    mean, s = 6.025, math.sqrt(sum((v - 6.025) ** 2 for v in values) / 7)
    assert (found.mean, found.bias, found.deviation) == pytest.approx((mean, 0.025, s))
    assert found.t == pytest.approx(0.025 / (s / math.sqrt(8)))
    assert not found.significant
    assert found.interval.high == pytest.approx(0.025 + 2.364624 * s / math.sqrt(8), rel=1e-6)
    study = type_one_study(values, 6, 3, resolution=0.2)
    assert study.cg == pytest.approx(0.2 * 3 / (6 * s))
    assert study.cgk == pytest.approx((0.1 * 3 - 0.025) / (3 * s))
    assert study.capable == (study.cgk >= 1.33)
    assert study.cautions == (Reason.NOT_ENOUGH_DATA, Reason.TOO_COARSE)


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        (lambda: type_one_study([1, 1, 1], 1, 3), Reason.ZERO_SPREAD),
        (lambda: type_one_study([1, 2, 1], 1, -3), Reason.INVALID_TOLERANCE),
        (lambda: bias_study([1], 1), Reason.NOT_ENOUGH_DATA),
        (lambda: linearity_study({1: [1, 2]}), Reason.NOT_ENOUGH_DATA),
        (lambda: linearity_study({1: [1], 2: [2]}), Reason.NOT_ENOUGH_DATA),
        (lambda: linearity_study({1: [1], 2: []}), Reason.NO_VALUES),
        (lambda: one_way([[1, 2]]), Reason.NOT_ENOUGH_DATA),
        (lambda: one_way([[2, 2], [2]]), Reason.ZERO_SPREAD),
    ],
)
def test_reasons(ask, reason):
    assert ask().reason is reason


def test_equal_readings_have_a_bias_but_no_test():
    found = bias_study([2, 2, 2], 1)
    assert (found.bias, found.t, found.p, found.significant) == (1.0, None, None, True)
