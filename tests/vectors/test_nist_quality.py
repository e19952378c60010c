"""Published figures of NIST: control charts, analysis of variance, Box-Cox, Weibull."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from traceability.quality.charts.attributes import c_chart, p_chart
from traceability.quality.charts.baseline import Baseline
from traceability.quality.charts.chart import ChartKind, Constants, Parameters
from traceability.quality.charts.ewma import EwmaDesign, ewma_chart
from traceability.quality.charts.individuals import individuals
from traceability.quality.charts.options import ChartOptions
from traceability.quality.fit.boxcox import box_cox
from traceability.quality.fit.weibull import fit_lives
from traceability.quality.msa.anova import one_way

HERE = Path(__file__).parent
HANDBOOK = json.loads((HERE / "nist_handbook.json").read_text(encoding="utf-8"))
ANOVA = json.loads((HERE / "nist_anova.json").read_text(encoding="utf-8"))["datasets"]


def groups_of(data):
    return [group.get("values") or [group["first"], *group["pair"] * group["pairs"]] for group in data["groups"]]


@pytest.mark.parametrize("number", [Decimal, float])
@pytest.mark.parametrize("data", ANOVA, ids=lambda data: data["name"])
def test_certified_analysis_of_variance(data, number):
    """Also when the thirteen constant digits arrive as doubles: they stand for the decimals they print as."""
    found = one_way([[number(value) for value in group] for group in groups_of(data)])
    for source, (degrees, squares) in ((found.between, data["between"]), (found.within, data["within"])):
        assert source.degrees == degrees
        assert float(source.squares) == pytest.approx(float(squares), rel=1e-14)
    assert found.test.f == pytest.approx(float(data["f"]), rel=1e-14)
    assert found.r_squared == pytest.approx(float(data["r_squared"]), rel=1e-14)
    assert found.residual_deviation == pytest.approx(float(data["residual_sd"]), rel=1e-14)


def test_the_longest_certified_set_exactly():
    """SmLs09: the pattern of SmLs08 with 2001 values in each of nine treatments; F is 2001."""
    short = next(data for data in ANOVA if data["name"] == "SmLs08")
    found = one_way([[Decimal(v) for v in (g["first"], *g["pair"] * 1000)] for g in short["groups"]])
    assert found.between.mean_square / found.within.mean_square == 2001
    assert found.within.squares == Fraction(180)


def test_counts_of_defects():
    facts = HANDBOOK["c_chart"]
    chart = c_chart(facts["counts"])
    point = chart.points[0]
    assert (point.centre, point.lcl, point.ucl) == (facts["centre"], facts["lcl"], facts["ucl"])
    assert facts["counts"][2] == point.ucl, "wafer 3 lies on the limit, which is no signal"
    assert list(chart.beyond_limits) == facts["beyond"]


def test_proportions():
    facts = HANDBOOK["p_chart"]
    chart = p_chart(facts["nonconforming"], [facts["size"]] * len(facts["nonconforming"]))
    point, near = chart.points[0], facts["tolerance"]
    assert (point.centre, point.lcl, point.ucl) == pytest.approx(
        (facts["centre"], facts["lcl"], facts["ucl"]), abs=near
    )
    assert list(chart.beyond_limits) == facts["beyond"]


def test_individuals_with_rounded_and_exact_constants():
    facts = HANDBOOK["individuals"]
    rounded = individuals(facts["values"], ChartOptions(constants=Constants.ROUNDED))
    exact = individuals(facts["values"])
    assert rounded.location.centre == pytest.approx(facts["centre"], abs=1e-12)
    assert rounded.spread.centre == pytest.approx(facts["mean_range"], abs=5e-5)
    for chart, lcl, ucl in ((rounded, "lcl", "ucl"), (exact, "exact_lcl", "exact_ucl")):
        point = chart.location.points[0]
        assert (point.lcl, point.ucl) == pytest.approx((facts[lcl], facts[ucl]), abs=facts["tolerance"])


def test_ewma():
    facts = HANDBOOK["ewma"]
    given = Baseline(
        id="handbook",
        kind=ChartKind.EWMA,
        parameters=Parameters(centre=facts["target"], sigma=facts["sigma"]),
        who="NIST",
        at=datetime(2003, 6, 1, tzinfo=UTC),
        data=("6.3.2.4",),
        why="target and sigma are given there",
    )
    design = EwmaDesign(weight=facts["weight"], width=facts["width"], steady=True)
    chart = ewma_chart(facts["values"], design, ChartOptions(baseline=given))
    found = [point.value for point in chart.points]
    assert found == pytest.approx(facts["averages"], abs=facts["average_tolerance"])
    last = chart.points[-1]
    assert (last.lcl, last.ucl) == pytest.approx((facts["lcl"], facts["ucl"]), abs=facts["tolerance"])
    assert chart.beyond_limits == ()


def test_box_cox():
    facts = HANDBOOK["box_cox"]
    found = box_cox(facts["values"])
    assert found.power == pytest.approx(facts["power"], abs=facts["tolerance"])
    assert found.interval.low < 0.25 < found.interval.high


def test_censored_weibull():
    facts = HANDBOOK["weibull"]
    found = fit_lives(facts["failed"], facts["running"])
    assert found.shape == pytest.approx(facts["shape"], abs=facts["shape_tolerance"])
    assert found.scale == pytest.approx(facts["scale"], abs=facts["scale_tolerance"])
