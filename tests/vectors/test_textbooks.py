"""Textbook examples with their published answers: charts, and p values of the Anderson-Darling test.

Data and answers are facts of D. C. Montgomery, Introduction to Statistical Quality Control (6th edition: flow widths in
table 6.1, attributes and individuals in chapters 6 and 7; piston rings of earlier editions), some of which the package
qcc (L. Scrucca, R News 4/1, 2004) prints with more digits; and of D'Agostino & Stephens, Goodness-of-Fit Techniques
(1986), table 4.7.
"""

import pytest

from traceability.quality.charts.attributes import c_chart, np_chart, p_chart, u_chart
from traceability.quality.charts.chart import Constants, Estimator
from traceability.quality.charts.individuals import individuals
from traceability.quality.charts.laney import laney_p
from traceability.quality.charts.options import ChartOptions
from traceability.quality.charts.variables import xbar_r, xbar_s
from traceability.quality.normality import normal_p_value
from traceability.quality.study.capability_study import StudyOptions, study_groups
from traceability.quality.study.limits import Specification

TEXTBOOK = ChartOptions(constants=Constants.TABLE)

PISTON_RINGS = """
30 2 19 -8 8/-5 -8 1 11 4/-12 24 21 5 2/2 -4 -7 15 9/-8 7 15 -11 14/9 -6 -3 -15 -7/-5 6 -6 0 5/-15 3 -7 15 -12/
8 -5 9 5 4/-2 0 -10 7 -5/-6 -2 -6 -5 -10/4 0 7 0 -4/-17 2 -2 -3 12/6 -33 -6 0 -16/12 14 -2 -1 7/0 -16 5 -2 -4/
-6 12 -14 5 7/6 10 18 3 0/-16 2 3 5 -3/0 10 13 20 3/-12 1 9 5 -4/4 -1 -10 6 9/10 -11 -10 9 14/15 8 -7 0 10/
-18 -16 -5 17 13
"""
"""Inside diameters in thousandths of a millimetre above 74 mm: 25 samples of 5."""


def piston_rings() -> list[list[float]]:
    return [[(74_000 + int(x)) / 1000 for x in sample.split()] for sample in PISTON_RINGS.replace("\n", "").split("/")]


def test_piston_rings_by_means_and_ranges():
    """All figures by d2 of three digits, which qcc too divides by: exact constants change the fifth digit of sigma."""
    found = xbar_r(piston_rings(), ChartOptions(constants=Constants.ROUNDED))
    mean, spread = found.location.points[0], found.spread.points[0]
    assert found.location.centre == pytest.approx(74.00118, abs=5e-6)
    assert found.location.parameters.sigma == pytest.approx(0.009785039, abs=5e-10)
    assert (mean.lcl, mean.ucl) == pytest.approx((73.98805, 74.0143), abs=5e-5)
    assert found.spread.centre == pytest.approx(0.02276, abs=5e-6)
    assert (spread.lcl, spread.ucl) == pytest.approx((0, 0.0481), abs=5e-5)
    assert found.location.beyond_limits == found.spread.beyond_limits == ()
    assert xbar_r(piston_rings()).location.parameters.sigma == pytest.approx(0.02276 / 2.3259289, rel=1e-7)


def test_piston_rings_by_means_and_deviations():
    """As printed since the edition that changed two values of sample 21."""
    rings = piston_rings()
    rings[20] = [73.982, 74.001, 74.015, 74.005, 73.996]
    found = xbar_s(rings, TEXTBOOK)
    mean, spread = found.location.points[0], found.spread.points[0]
    assert found.spread.centre == pytest.approx(0.0094, abs=5e-5)
    assert (mean.lcl, mean.ucl) == pytest.approx((73.988, 74.014), abs=1e-3)
    assert (spread.lcl, spread.ucl) == pytest.approx((0, 0.0196), abs=5e-5)


FLOW_WIDTHS = """
3235 4128 6744 4573 6914/4314 3592 6075 4666 6109/4284 4871 4932 4324 5674/5028 6352 3841 2831 5507/
5604 2735 5265 4363 6441/5955 5451 3574 3281 4198/6274 5064 8366 4177 5144/4190 4303 6637 6067 5519/
3884 7277 5355 5176 3688/4039 6697 5089 4627 5220/4158 7667 4278 5928 4181/5821 3355 5777 3908 7559/
2856 4106 4447 6398 1928/4951 4036 5893 6458 4969/3589 2863 5996 2497 5471/5747 5301 5171 1839 8662/
3680 7269 3957 5014 4449/4163 3864 3057 6210 5573/5796 4185 6541 5116 7247/7106 4412 2361 3820 7601/
4371 5051 3485 5670 4880/4738 5936 6583 4973 4720/5917 4333 5551 5295 6866/6399 5243 5705 5563 5530/
5797 3663 6240 3732 6887
"""
"""Ten-thousandths of a micrometre above 1 µm: 25 samples of 5."""


def test_flow_widths_with_their_capability():
    groups = [[(10_000 + int(x)) / 10_000 for x in one.split()] for one in FLOW_WIDTHS.replace("\n", "").split("/")]
    found = xbar_r(groups, TEXTBOOK)
    mean, spread = found.location.points[0], found.spread.points[0]
    assert (found.location.centre, found.spread.centre) == pytest.approx((1.5056, 0.32521), abs=5e-5)
    assert (mean.lcl, mean.ucl) == pytest.approx((1.31795, 1.69325), abs=5e-5)
    assert (spread.lcl, spread.ucl) == pytest.approx((0, 0.68749), abs=5e-4)  # the book takes D4 = 2.114
    assert found.location.beyond_limits == found.spread.beyond_limits == ()
    assert found.location.parameters.sigma == pytest.approx(0.1398, abs=5e-5)
    study = study_groups(
        groups, Specification(lsl=1, usl=2), StudyOptions(within=Estimator.RANGES, constants=Constants.ROUNDED)
    )
    assert study.potential.cp.value == pytest.approx(1.192, abs=5e-4)


JUICE = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]


def test_orange_juice_cans():
    chart = p_chart(JUICE, [50] * 30)
    point = chart.points[0]
    assert (point.centre, point.lcl, point.ucl) == pytest.approx((0.2313333, 0.05242755, 0.4102391), abs=5e-8)
    assert chart.beyond_limits == (14, 22)
    counts = np_chart(JUICE, [50] * 30)
    assert counts.points[0].ucl == pytest.approx(50 * point.ucl, rel=1e-12)
    assert counts.beyond_limits == chart.beyond_limits


PURCHASES = [12, 8, 6, 9, 10, 12, 11, 16, 10, 6, 20, 15, 9, 8, 6, 8, 10, 7, 5, 8, 5, 8, 10, 6, 9]
PURCHASE_SIZES = [100, 80, 80, 100, 110, 110, 100, 100, 90, 90, 110, 120, 120, 120, 110, 80, 80, 80, 90, 100, 100, 100,
                  100, 90, 90]  # fmt: skip


def test_purchase_orders_of_varying_number():
    chart = p_chart(PURCHASES, PURCHASE_SIZES)
    assert chart.centre == pytest.approx(0.096, abs=5e-4)
    assert [chart.points[i].ucl for i in (0, 1, 11)] == pytest.approx([0.184, 0.194, 0.176], abs=1e-3)
    assert [chart.points[i].lcl for i in (0, 1, 11)] == pytest.approx([0.007, 0, 0.015], abs=1e-3)
    assert chart.beyond_limits == (10,)
    assert 0.8 < laney_p(PURCHASES, PURCHASE_SIZES).parameters.sigma_z < 1.25, "the binomial model fits them"


CIRCUITS = [21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15]


def test_printed_circuit_boards():
    chart = c_chart(CIRCUITS)
    point = chart.points[0]
    assert (point.centre, point.lcl, point.ucl) == pytest.approx((19.84615, 6.481447, 33.21086), abs=5e-6)
    assert chart.beyond_limits == (5, 19)


def test_personal_computers():
    chart = u_chart([10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5], [5] * 20)
    point = chart.points[0]
    assert (point.centre, point.lcl, point.ucl) == pytest.approx((1.93, 0.07, 3.79), abs=5e-3)
    assert chart.beyond_limits == ()


def test_dyed_cloth_by_inspected_area():
    chart = u_chart([14, 12, 20, 11, 7, 10, 21, 16, 19, 23], [10, 8, 13, 10, 9.5, 10, 12, 10.5, 12, 12.5])
    assert chart.centre == pytest.approx(1.42, abs=5e-3)
    assert [chart.points[i].ucl for i in (0, 1, 2)] == pytest.approx([2.55, 2.68, 2.41], abs=1e-2)
    assert [chart.points[i].lcl for i in (0, 1, 2)] == pytest.approx([0.29, 0.16, 0.43], abs=1e-2)


def test_viscosity_of_batches():
    values = [33.75, 33.05, 34.00, 33.81, 33.46, 34.02, 33.68, 33.27, 33.49, 33.20, 33.62, 33.00, 33.54, 33.12, 33.84]
    found = individuals(values, ChartOptions(constants=Constants.ROUNDED))
    point = found.location.points[0]
    assert (point.centre, found.spread.centre) == pytest.approx((33.52, 0.48), abs=5e-3)
    assert (point.lcl, point.ucl) == pytest.approx((32.24, 34.80), abs=8e-3)  # from M̄R rounded to 0.48
    assert found.spread.points[1].ucl == pytest.approx(1.57, abs=8e-3)


@pytest.mark.parametrize(
    ("level", "critical"),
    [(0.5, 0.341), (0.25, 0.470), (0.15, 0.561), (0.10, 0.631), (0.05, 0.752), (0.025, 0.873), (0.01, 1.035)],
)
def test_p_values_at_the_tabled_points(level, critical):
    assert normal_p_value(critical) == pytest.approx(level, rel=0.03)
