"""X̄-R, X̄-S and individuals: constants, estimators, unequal sizes, baselines, exclusions, bad input."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.quality.charts.baseline import Baseline, freeze
from traceability.quality.charts.chart import ChartKind, Constants, Estimator, Exclusion, Parameters
from traceability.quality.charts.individuals import individuals
from traceability.quality.charts.options import ChartOptions
from traceability.quality.charts.stages import Stage, in_stages
from traceability.quality.charts.variables import xbar_r, xbar_s
from traceability.quality.constants import c4, d2, d3
from traceability.quality.errors import OutOfDomain
from traceability.quality.reason import Reason
from traceability.quality.refusal import Refused

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GROUPS = [[10.1, 9.9, 10.0, 10.2, 9.8], [10.3, 10.1, 9.7, 10.0, 10.4], [9.6, 10.0, 10.2, 9.9, 10.1]]


def frozen(chart, **changes):
    return freeze(chart, **({"ident": "b1", "who": "qe", "at": NOON, "data": ("batch-1",), "why": "phase I"} | changes))


@pytest.mark.parametrize(
    ("constants", "a2", "d4"),
    [
        (Constants.EXACT, 3 / (d2(5) * math.sqrt(5)), 1 + 3 * d3(5) / d2(5)),
        (Constants.ROUNDED, 3 / (2.326 * math.sqrt(5)), 1 + 3 * 0.864 / 2.326),
        (Constants.TABLE, 0.577, 2.114),
    ],
)
def test_means_and_ranges_by_each_set_of_constants(constants, a2, d4):
    pair = xbar_r(GROUPS, ChartOptions(constants=constants))
    mean_range = (0.4 + 0.7 + 0.6) / 3
    mean = sum(map(sum, GROUPS)) / 15
    assert pair.location.points[0].ucl == pytest.approx(mean + a2 * mean_range, abs=1e-12)
    assert pair.location.points[0].lcl == pytest.approx(mean - a2 * mean_range, abs=1e-12)
    assert pair.spread.centre == pytest.approx(mean_range, abs=1e-12)
    assert (pair.spread.points[0].lcl, pair.spread.points[0].ucl) == (0.0, pytest.approx(d4 * mean_range, abs=1e-12))
    assert (pair.location.parameters.estimator, pair.location.parameters.constants) == (Estimator.RANGES, constants)


@pytest.mark.parametrize(("n", "a3", "b3", "b4"), [(4, 1.628, 0.0, 2.266), (6, 1.287, 0.030, 1.970)])
def test_means_and_deviations_by_the_table(n, a3, b3, b4):
    groups = [[(i * 7 + j * j * 3) % 11 for j in range(n)] for i in range(4)]
    pair = xbar_s(groups, ChartOptions(constants=Constants.TABLE))
    deviation = sum(math.sqrt(sum((x - sum(g) / n) ** 2 for x in g) / (n - 1)) for g in groups) / 4
    point, mean = pair.spread.points[0], sum(map(sum, groups)) / (4 * n)
    assert pair.location.points[0].ucl == pytest.approx(mean + a3 * deviation, rel=1e-12)
    assert (point.lcl, point.ucl) == pytest.approx((b3 * deviation, b4 * deviation), abs=1e-12)


def test_the_table_s_factor_of_individuals():
    pair = individuals([1, 3, 2, 5], ChartOptions(constants=Constants.TABLE))
    mean_range = 2.0
    assert pair.location.points[0].ucl == pytest.approx(2.75 + 2.660 * mean_range)
    assert pair.spread.points[1].ucl == pytest.approx(3.267 * mean_range)


def test_unequal_subgroups_have_limits_of_their_own_and_burr_s_weights():
    groups = [[1, 5, 3], [2, 4], [6, 2, 3, 1, 5]]
    weights = [(d2(n) / d3(n)) ** 2 for n in (3, 2, 5)]
    sigma = sum(w * r / d2(n) for w, r, n in zip(weights, (4, 2, 5), (3, 2, 5), strict=True)) / sum(weights)
    pair = xbar_r(groups)
    assert pair.location.parameters.sigma == pytest.approx(sigma, rel=1e-12)
    assert pair.location.parameters.centre == pytest.approx(32 / 10)
    for point, n in zip(pair.location.points, (3, 2, 5), strict=True):
        assert point.ucl == pytest.approx(3.2 + 3 * sigma / math.sqrt(n))
    assert [p.centre for p in pair.spread.points] == pytest.approx([d2(n) * sigma for n in (3, 2, 5)])
    weights = [c4(n) ** 2 / (1 - c4(n) ** 2) for n in (3, 2, 5)]
    deviations = [2.0, math.sqrt(2.0), math.sqrt(17.2 / 4)]
    burr = sum(w * s / c4(n) for w, s, n in zip(weights, deviations, (3, 2, 5), strict=True)) / sum(weights)
    assert xbar_s(groups).location.parameters.sigma == pytest.approx(burr, rel=1e-12)


def test_a_subgroup_of_one_has_a_mean_but_no_range():
    pair = xbar_r([[1, 5, 3], [4], [6, 2, 3]])
    assert pair.spread.points[1].value is None
    assert pair.location.points[1].ucl == pytest.approx(24 / 7 + 3 * 4 / d2(3))


def test_pooled_sigma_with_and_without_c4():
    pooled = math.sqrt((0.1 + 0.3 + 0.212) / 12)
    plain = xbar_s(GROUPS, estimator=Estimator.POOLED).location.parameters.sigma
    assert plain == pytest.approx(pooled, rel=1e-12)
    unbiased = xbar_s(GROUPS, estimator=Estimator.POOLED_UNBIASED).location.parameters.sigma
    assert unbiased == pytest.approx(pooled / c4(13), rel=1e-12)


@settings(max_examples=50)
@given(
    st.lists(st.lists(st.integers(-50, 50), min_size=2, max_size=6), min_size=2, max_size=8),
    st.integers(-(10**9), 10**9),
    st.sampled_from([1, 10, 1000]),
)
def test_shift_and_scale_move_charts_and_change_no_signal(groups, shift, scale):
    here = xbar_s(groups)
    there = xbar_s([[value * scale + shift for value in group] for group in groups])
    if isinstance(here, Refused):
        assert there.reason is here.reason
        return
    assert there.location.parameters.sigma == pytest.approx(here.location.parameters.sigma * scale, rel=1e-9)
    assert there.location.beyond_limits == here.location.beyond_limits
    assert there.spread.beyond_limits == here.spread.beyond_limits


def test_phase_two_judges_by_the_baseline_and_estimates_nothing():
    baseline = frozen(xbar_r(GROUPS))
    wild = [[value * 3 for value in group] for group in GROUPS]
    later = xbar_r(wild, ChartOptions(baseline=baseline))
    assert later.location.parameters == baseline.parameters
    assert later.location.baseline == "b1"
    assert later.location.beyond_limits == (0, 1, 2)
    assert xbar_s(wild[:1], ChartOptions(baseline=baseline)).location.parameters == baseline.parameters
    assert individuals([1, 2], ChartOptions(baseline=baseline)).reason is Reason.ANOTHER_BASELINE


@pytest.mark.parametrize("changes", [{"who": ""}, {"why": ""}, {"data": ()}, {"at": datetime(2026, 3, 1)}])
def test_a_baseline_says_who_when_what_and_why(changes):
    with pytest.raises(OutOfDomain):
        frozen(xbar_r(GROUPS), **changes)


def test_a_baseline_without_spread_is_none():
    with pytest.raises(OutOfDomain, match="sigma above 0"):
        Baseline(
            id="b", kind=ChartKind.P, parameters=Parameters(centre=0, sigma=0), who="a", at=NOON, data=("d",), why="w"
        )


def test_excluded_points_are_shown_but_neither_estimate_nor_signal():
    why = Exclusion("qe", NOON, "broken tool")
    values = [10, 11, 9, 10, 500, 10, 11, 9]
    with_it = individuals(values, ChartOptions(excluded={4: why}))
    assert with_it.location.parameters.centre == pytest.approx(70 / 7)
    assert with_it.location.points[4].excluded == why
    assert [p.value for p in with_it.spread.points] == [None, 1, 2, 1, None, None, 1, 2]
    assert with_it.location.parameters.sigma == pytest.approx(7 / 5 / d2(2))
    assert with_it.location.beyond_limits == ()
    assert with_it.location.violations == ()
    assert xbar_r([*GROUPS, [99, 1, 2, 3, 4]], ChartOptions(excluded={3: why})).location.parameters == (
        xbar_r(GROUPS).location.parameters
    )


def test_stages_have_their_own_limits_and_no_run_reaches_across():
    values = [0, 1, 0, 1, 0, 1, 0, 1, 10, 11, 10, 11, 10, 11, 10, 11]
    whole = individuals(values)
    assert whole.location.violations
    staged = in_stages(values, [Stage("before", 0), Stage("after", 8)], individuals)
    assert [part.chart.location.parameters.centre for part in staged] == [0.5, 10.5]
    assert [p.index for p in staged[1].chart.location.points] == list(range(8, 16))
    assert not any(part.chart.location.violations for part in staged)
    with pytest.raises(OutOfDomain, match="begin at 0"):
        in_stages(values, [Stage("late", 3)], individuals)


@pytest.mark.parametrize(
    ("draw", "reason"),
    [
        (lambda: xbar_r([]), Reason.NO_VALUES),
        (lambda: xbar_r([[1, 2], []]), Reason.NO_VALUES),
        (lambda: xbar_r([[1, 2]]), Reason.NOT_ENOUGH_DATA),
        (lambda: xbar_r([[1], [2], [3]]), Reason.NOT_ENOUGH_DATA),
        (lambda: xbar_s([[2, 2], [2, 2]]), Reason.ZERO_SPREAD),
        (lambda: xbar_s([[2, math.nan], [2, 2]]), Reason.INVALID_VALUE),
        (lambda: individuals([]), Reason.NO_VALUES),
        (lambda: individuals([1.0]), Reason.NOT_ENOUGH_DATA),
        (lambda: individuals([1.0, 1.0, 1.0]), Reason.ZERO_SPREAD),
        (lambda: individuals([1.0, math.inf]), Reason.INVALID_VALUE),
        (lambda: individuals([1.0, 1e300]), Reason.INVALID_VALUE),
    ],
)
def test_a_reason_in_place_of_a_chart(draw, reason):
    refused = draw()
    assert isinstance(refused, Refused)
    assert refused.reason is reason


def test_the_median_moving_range():
    sigma = individuals([0, 1, 3, 6, 10], estimator=Estimator.MEDIAN_MOVING_RANGE).location.parameters.sigma
    assert sigma == pytest.approx(2.5 / 0.9538726, rel=1e-6)
