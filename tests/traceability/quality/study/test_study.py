"""Capability studies: indices by every method, intervals, models over time, reasons."""

import math
import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.quality.capability import IndexKind
from traceability.quality.charts.chart import Estimator
from traceability.quality.distributions import chi_square_quantile
from traceability.quality.fit.families import Family
from traceability.quality.reason import Reason
from traceability.quality.refusal import Refused
from traceability.quality.study.capability_study import StudyOptions, study_groups, study_values
from traceability.quality.study.limits import Specification
from traceability.quality.study.percentiles import HIGH, LOW, quantile_of
from traceability.quality.study.shape import Method
from traceability.quality.study.time_model import TimeModel

LIMITS = Specification(lsl=4, target=10, usl=14)


def normal(count, seed=1, sigma=1.0):
    source = random.Random(seed)
    return [round(source.gauss(10.0, sigma), 3) for _ in range(count)]


def skewed(count, seed=2):
    source = random.Random(seed)
    return [round(source.lognormvariate(0.0, 0.4), 4) for _ in range(count)]


def test_normal_indices_by_hand():
    values = normal(150)
    study = study_values(values, LIMITS)
    mean = math.fsum(values) / 150
    s = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / 149)
    assert (study.method, study.model, study.kind) == (Method.NORMAL, TimeModel.A1, IndexKind.CPK)
    assert study.overall.cp.value == pytest.approx(10 / (6 * s))
    assert study.overall.cpl.value == pytest.approx((mean - 4) / (3 * s))
    assert study.overall.cpk.value == study.overall.cpu.value == pytest.approx((14 - mean) / (3 * s))
    assert study.cpm.value == pytest.approx(10 / (6 * math.sqrt(s * s + (mean - 10) ** 2)))
    low = study.overall.cp.value * math.sqrt(chi_square_quantile(0.025, 149) / 149)
    assert study.overall.cp.interval.low == pytest.approx(low)
    half = 1.959963985 * math.sqrt(1 / (9 * 150) + study.overall.cpk.value**2 / 298)
    assert study.overall.cpk.interval.high == pytest.approx(study.overall.cpk.value + half)


@pytest.mark.parametrize(
    ("estimator", "degrees"),
    [
        (Estimator.POOLED, 120.0),
        (Estimator.RANGES, 108.0),
        (Estimator.DEVIATIONS, 30 * 3.7942),
        (Estimator.MOVING_RANGES, 0.62 * 149),
    ],
)
def test_the_index_within_says_its_estimator_and_degrees(estimator, degrees):
    values = normal(150)
    groups = [values[i : i + 5] for i in range(0, 150, 5)]
    study = study_groups(groups, LIMITS, StudyOptions(within=estimator))
    assert study.within.estimator is estimator
    assert study.within.degrees == pytest.approx(degrees, rel=1e-3)
    upper = (14 - study.mean) / (3 * study.within.sigma)
    assert study.potential.cpk.value == pytest.approx(upper)
    half = 1.644853627 * math.sqrt(1 / (9 * 150) + upper**2 / (2 * degrees))
    assert study.potential.cpk.lower_bound == pytest.approx(upper - half, rel=1e-3)


def test_intervals_cover_as_often_as_they_say():
    held = {"cp": 0, "cpk": 0, "cpm": 0}
    true = {"cp": 10 / 6, "cpk": 4 / 3, "cpm": 10 / 6}
    for seed in range(150):
        study = study_values(normal(60, seed), LIMITS, StudyOptions(method=Method.NORMAL))
        found = {"cp": study.overall.cp, "cpk": study.overall.cpk, "cpm": study.cpm}
        for name, figure in found.items():
            held[name] += figure.interval.low <= true[name] <= figure.interval.high
    assert all(135 <= count <= 150 for count in held.values()), held


def test_a_stable_skewed_process_is_a2_and_judged_by_its_family():
    study = study_values(skewed(500), Specification(usl=4))
    assert (study.method, study.model, study.kind) == (Method.FITTED, TimeModel.A2, IndexKind.CPK)
    member = study.shape.distribution
    assert member.family is Family.LOGNORMAL
    x50, high = member.quantile(0.5), member.quantile(HIGH)
    assert study.overall.cpk.value == study.overall.cpu.value == pytest.approx((4 - x50) / (high - x50))
    assert (study.overall.cp, study.overall.cpl, study.cpm) == (None, None, None)
    assert study.overall.cpk.interval.low < study.overall.cpk.value < study.overall.cpk.interval.high
    assert Reason.NOT_NORMAL not in study.cautions
    as_normal = study_values(skewed(500), Specification(usl=4), StudyOptions(method=Method.NORMAL))
    assert Reason.NOT_NORMAL in as_normal.cautions


def test_the_jackknife_covers():
    true = (4 - 1) / (math.exp(3 * 0.4) - 1)
    held = 0
    for seed in range(60):
        study = study_values(skewed(300, seed), Specification(usl=4), StudyOptions(method=Method.FITTED))
        if study.shape.distribution.family is Family.LOGNORMAL:
            held += study.overall.cpk.interval.low <= true <= study.overall.cpk.interval.high
        else:
            held += 1
    assert held >= 50


def test_empirical_percentiles_need_740_values():
    limits, by_values = Specification(lsl=0, usl=6), StudyOptions(method=Method.EMPIRICAL)
    assert study_values(skewed(739), limits, by_values).reason is Reason.NOT_ENOUGH_DATA
    values = skewed(2000)
    study = study_values(values, limits, by_values)
    ordered = sorted(values)

    def quantile(p):
        rank = 2001 * p
        return ordered[int(rank) - 1] + (rank - int(rank)) * (ordered[int(rank)] - ordered[int(rank) - 1])

    low, middle, high = (quantile(p) for p in (LOW, 0.5, HIGH))
    assert study.overall.cp.value == pytest.approx(6 / (high - low))
    assert study.overall.cpl.value == pytest.approx(middle / (middle - low))
    assert study.overall.cpu.value == pytest.approx((6 - middle) / (high - middle))


def test_an_unstable_process_goes_by_all_its_values_and_is_marked():
    values = normal(400) + [v + 3 for v in normal(400, 2)]
    study = study_values(values, Specification(lsl=0, usl=25))
    assert (study.method, study.model, study.kind) == (Method.EMPIRICAL, TimeModel.C, IndexKind.PPK)
    assert study.reasons == (Reason.UNSTABLE,)
    wider = normal(100) + normal(100, 2, sigma=5.0)
    assert study_values(wider, Specification(lsl=0, usl=25)).model in (TimeModel.B, TimeModel.D)


def test_box_cox_transforms_values_and_limits():
    study = study_values(skewed(400), Specification(usl=4), StudyOptions(method=Method.BOX_COX))
    assert study.power.power == pytest.approx(0.0, abs=0.25)
    assert study.overall.cpk.value == pytest.approx(math.log(4) / (3 * 0.4), rel=0.2)
    refused = study_values(skewed(400), Specification(lsl=0, usl=4), StudyOptions(method=Method.BOX_COX))
    assert refused.reason is Reason.NOT_POSITIVE


@settings(max_examples=25)
@given(st.integers(0, 50), st.integers(-(10**6), 10**6), st.sampled_from([1, 7, 1000]))
def test_shift_and_scale_change_no_index(seed, shift, scale):
    source = random.Random(seed)
    values = [source.randint(-50, 50) for _ in range(30)]
    here = study_values(values, Specification(lsl=-80, target=1, usl=90))
    moved = Specification(lsl=-80 * scale + shift, target=scale + shift, usl=90 * scale + shift)
    there = study_values([v * scale + shift for v in values], moved, StudyOptions(method=here.method))
    if here.method is Method.NORMAL:
        assert there.overall.cpk.value == pytest.approx(here.overall.cpk.value, rel=1e-9)
        assert there.cpm.value == pytest.approx(here.cpm.value, rel=1e-9)


@pytest.mark.parametrize(
    ("values", "limits", "reason"),
    [
        ([], LIMITS, Reason.NO_VALUES),
        ([1.0], LIMITS, Reason.NOT_ENOUGH_DATA),
        ([5, 5, 5], LIMITS, Reason.ZERO_SPREAD),
        ([5, math.nan], LIMITS, Reason.INVALID_VALUE),
        ([1, 2], Specification(target=3), Reason.NO_LIMITS),
        ([1, 2], Specification(lsl=3, usl=3), Reason.REVERSED_LIMITS),
        ([1, 2], Specification(lsl=math.nan, usl=3), Reason.INVALID_LIMITS),
    ],
)
def test_a_reason_in_place_of_a_study(values, limits, reason):
    refused = study_values(values, limits)
    assert isinstance(refused, Refused)
    assert refused.reason is reason


def test_preconditions():
    study = study_values(normal(60), LIMITS, StudyOptions(gauge_share=Fraction(2, 5)))
    assert study.reasons == (Reason.TOO_FEW_VALUES,)
    assert study.cautions == (Reason.GAUGE_NOT_CAPABLE,)
    assert (study.below, study.above) == (0, 0)
    without_target = study_values(normal(60), Specification(lsl=9, usl=11))
    assert (without_target.cpm, Reason.NO_TARGET in without_target.cautions) == (None, True)
    assert without_target.below == sum(value < 9 for value in normal(60)) > 0


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=40), st.floats(0, 1))
def test_quantiles_by_rank(values, p):
    ordered = sorted(values)
    counts = [(v, ordered.count(v)) for v in sorted(set(ordered))]
    rank = min(max((len(ordered) + 1) * Fraction(p), 1), len(ordered))
    below, above = ordered[int(rank) - 1], ordered[min(int(rank), len(ordered) - 1)]
    assert quantile_of(counts, p) == pytest.approx(float(below + (rank - int(rank)) * (above - below)))
