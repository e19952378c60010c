"""Charts with memory: EWMA, CUSUM and Bernoulli CUSUM, by hand and by their run lengths."""

import math
import random
from datetime import UTC, datetime

import pytest

from traceability.quality.charts.baseline import Baseline
from traceability.quality.charts.bernoulli_cusum import BernoulliDesign, BernoulliWatch, bernoulli_chart
from traceability.quality.charts.chart import ChartKind, Exclusion, Parameters
from traceability.quality.charts.cusum import CusumDesign, cusum_chart, next_cusum, signals_of, start_cusum
from traceability.quality.charts.ewma import EwmaDesign, EwmaState, ewma_chart, ewma_sigma, next_ewma
from traceability.quality.charts.options import ChartOptions
from traceability.quality.charts.rule_watch import Side
from traceability.quality.errors import OutOfDomain
from traceability.quality.reason import Reason

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STANDARD = Parameters(centre=0.0, sigma=1.0)


def given_limits(centre, sigma, **more):
    baseline = Baseline(
        id="b",
        kind=ChartKind.INDIVIDUALS,
        parameters=Parameters(centre=centre, sigma=sigma),
        who="qe",
        at=NOON,
        data=("d",),
        why="given",
    )
    return ChartOptions(baseline=baseline, **more)


def test_ewma_limits_widen_to_their_steady_state():
    design = EwmaDesign(weight=0.1, width=2.7)
    chart = ewma_chart([9.45, 7.99, 9.29, 11.66] + [10.0] * 200, design, given_limits(10.0, 1.0))
    assert [p.value for p in chart.points[:4]] == pytest.approx([9.945, 9.7495, 9.70355, 9.899195])
    assert (chart.points[0].lcl, chart.points[0].ucl) == pytest.approx((9.73, 10.27))
    assert (chart.points[1].lcl, chart.points[1].ucl) == pytest.approx((9.6367, 10.3633), abs=1e-4)
    assert chart.points[-1].ucl == pytest.approx(10 + 2.7 * math.sqrt(0.1 / 1.9))


def test_an_ewma_of_weight_one_is_the_individuals_chart():
    chart = ewma_chart([1.0, -2.0], EwmaDesign(weight=1.0, width=3.0), given_limits(0.0, 1.0))
    assert [(p.value, p.ucl) for p in chart.points] == [(1.0, 3.0), (-2.0, 3.0)]


def test_cusum_as_montgomery_tabulates_it():
    """Target 10, sigma 1, k = 0.5, h = 5: Montgomery, table 9.2, whose data end in a shift of one sigma."""
    values = [9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34]
    values += [9.03, 11.47, 10.51, 9.40, 10.08, 9.37, 10.62, 10.31, 8.52, 10.84]
    values += [10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52]
    chart = cusum_chart(values, CusumDesign(h=5.0), given_limits(10.0, 1.0))
    assert chart.points[28].state.high == pytest.approx(5.28)
    first = chart.signals[0]
    assert (first.point, first.side, first.since) == (28, Side.UPPER, 22)
    assert first.estimate == pytest.approx(11.25, abs=0.005)


def test_a_headstart_halves_the_way_and_a_restart_begins_anew():
    design = CusumDesign(h=4.0, headstart=0.5, restart=True)
    chart = cusum_chart([2.6, 2.6, 0.0], design, given_limits(0.0, 1.0))
    assert [p.state.high for p in chart.points] == pytest.approx([4.1, 4.1, 1.5])
    assert [s.point for s in chart.signals] == [0, 1]
    going_on = cusum_chart([2.6, 2.6, 0.0], CusumDesign(h=4.0, headstart=0.5), given_limits(0.0, 1.0))
    assert [p.state.high for p in going_on.points] == pytest.approx([4.1, 6.2, 5.7])


def test_excluded_values_leave_the_sums_alone():
    why = {1: Exclusion("qe", NOON, "test part")}
    with_it = cusum_chart([2.0, 99.0, 2.0], CusumDesign(h=2.9), given_limits(0.0, 1.0, excluded=why))
    assert [p.state.high for p in with_it.points] == [1.5, 1.5, 3.0]
    assert [(s.point, s.since) for s in with_it.signals] == [(2, 0)]
    averages = ewma_chart([2.0, 99.0, 2.0], EwmaDesign(), given_limits(0.0, 1.0, excluded=why)).points
    assert [p.value for p in averages] == [pytest.approx(0.4), None, pytest.approx(0.72)]


@pytest.mark.parametrize(("shift", "expected", "runs"), [(0.0, 371, 300), (1.0, 9.8, 500)])
def test_run_length_of_the_default_ewma(shift, expected, runs):
    source, total, design = random.Random(7), 0, EwmaDesign(steady=True)
    limit = design.width * ewma_sigma(1, 1.0, design)
    for _ in range(runs):
        state = EwmaState(0.0)
        while abs(state.average) <= limit:
            state = next_ewma(state, source.gauss(shift, 1.0), design)
        total += state.seen
    assert total / runs == pytest.approx(expected, rel=0.2)


@pytest.mark.parametrize(("shift", "expected", "runs"), [(0.0, 369, 200), (1.0, 9.9, 500)])
def test_run_length_of_the_default_cusum(shift, expected, runs):
    source, total, design = random.Random(8), 0, CusumDesign()
    for _ in range(runs):
        state, length = start_cusum(STANDARD, design), 0
        while not length or not signals_of(length, state, STANDARD, design):
            state = next_cusum(state, source.gauss(shift, 1.0), STANDARD, design)
            length += 1
        total += length
    assert total / runs == pytest.approx(expected, rel=0.25)


def test_bernoulli_weights_and_reset():
    design = BernoulliDesign(accepted=0.02, raised=0.04, h=0.7)
    chart = bernoulli_chart([False, True, False, True, True], design)
    good, failed = math.log(0.96 / 0.98), math.log(2.0)
    assert chart.sums == pytest.approx([0.0, failed, failed + good, 2 * failed + good, failed])
    assert chart.signals == (3,)


@pytest.mark.parametrize(("share", "expected", "runs"), [(0.02, 9400, 25), (0.04, 394, 150)])
def test_units_until_a_signal(share, expected, runs):
    source, design, total = random.Random(9), BernoulliDesign(accepted=0.02, raised=0.04, h=3.90), 0
    for _ in range(runs):
        watch = BernoulliWatch(design)
        total += 1
        while not watch.see(source.random() < share):
            total += 1
    assert total / runs == pytest.approx(expected, rel=0.45)


@pytest.mark.parametrize(
    "make",
    [
        lambda: EwmaDesign(weight=0.0),
        lambda: EwmaDesign(width=math.nan),
        lambda: CusumDesign(h=0.0),
        lambda: CusumDesign(headstart=1.0),
        lambda: BernoulliDesign(accepted=0.04, raised=0.02, h=1.0),
    ],
)
def test_designs_that_cannot_be(make):
    with pytest.raises(OutOfDomain):
        make()


def test_reasons():
    assert ewma_chart([]).reason is Reason.NO_VALUES
    assert ewma_chart([1.0, 1.0]).reason is Reason.ZERO_SPREAD
    assert cusum_chart([math.nan]).reason is Reason.INVALID_VALUE
    assert bernoulli_chart([], BernoulliDesign(accepted=0.1, raised=0.2, h=1.0)).reason is Reason.NO_VALUES
