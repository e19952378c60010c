"""Capability: exact sums, names earned, reasons in place of numbers, and one-sided limits."""

import math
import random
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.measurement import Characteristic
from traceability.quality.capability import IndexKind, assess_capability, plant_capability
from traceability.quality.capability_index import Index, indices
from traceability.quality.errors import OutOfDomain
from traceability.quality.moments import Moments, merged, moments_of
from traceability.quality.normality import CRITICAL_5_PERCENT, anderson_darling
from traceability.quality.reason import Reason
from traceability.quality.stability import check_stability


def bore(lsl: str | None = "24.9", usl: str | None = "25.1", ident: str = "bore") -> Characteristic:
    return Characteristic(
        id=ident,
        name="Bore",
        operation="OP10",
        uom="mm",
        decimals=3,
        lsl=None if lsl is None else Decimal(lsl),
        usl=None if usl is None else Decimal(usl),
        key=True,
    )


def made(count: int, sigma: float = 20.0, seed: int = 1, centre: float = 25_000.0) -> list[int]:
    source = random.Random(seed)
    return [round(source.gauss(centre, sigma)) for _ in range(count)]


def test_a_stable_process_earns_the_name_cpk_with_overall_sigma():
    values = made(250)
    result = assess_capability(values, 3, bore(), gauge_share=Fraction(1, 10))
    mean = sum(values) / 250
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / 249)
    expected = min(mean - 24_900, 25_100 - mean) / (3 * deviation)
    assert (result.kind, result.rated, result.n, result.reasons, result.cautions) == (IndexKind.CPK, True, 250, (), ())
    assert result.value == pytest.approx(expected, rel=1e-12)
    assert float(result.mean) == pytest.approx(mean / 1000, rel=1e-15)
    assert result.sigma == pytest.approx(deviation / 1000, rel=1e-12)
    assert result.overall.cp.value == pytest.approx(200 / (6 * deviation), rel=1e-12)
    assert result.interval.low < result.lower_bound < result.value < result.interval.high
    assert result.cp_interval.low < result.overall.cp.value < result.cp_interval.high


def test_the_spread_within_subgroups_is_another_index():
    """Every subgroup is the same five values; between them the mean wanders, unseen by the index within."""
    values = [25_000 + offset + step for offset in (-4, 4) * 15 for step in (-20, -10, 0, 10, 20)]
    result = assess_capability(values, 3, bore())
    assert result.sigma_within * 1000 == pytest.approx(math.sqrt(250) / 0.9399856, rel=1e-7)
    assert result.within == pytest.approx(0.1 / (3 * result.sigma_within), rel=1e-12)
    assert result.value < result.overall.cp.value + 1e-15


@pytest.mark.parametrize(
    ("values", "characteristic", "reasons", "has_value"),
    [
        ([], bore(), {Reason.NO_VALUES}, False),
        ([25_000], bore(), {Reason.TOO_FEW_VALUES}, False),
        ([25_000] * 200, bore(), {Reason.ZERO_SPREAD}, False),
        (made(99), bore(), {Reason.TOO_FEW_VALUES}, True),
        (made(200), bore(None, None), {Reason.NO_LIMITS}, False),
        (made(200), bore("25.1", "24.9"), {Reason.REVERSED_LIMITS}, False),
        (made(200), bore("25.0", "25.0"), {Reason.REVERSED_LIMITS}, False),
        (made(200), bore("NaN", "25.1"), {Reason.INVALID_LIMITS}, False),
        (made(200), bore("-Infinity", "25.1"), {Reason.INVALID_LIMITS}, False),
        (made(200), bore("24.9", "1E+999999"), {Reason.INVALID_LIMITS}, False),
        (made(100) + made(100, centre=25_060.0), bore(), {Reason.UNSTABLE}, True),
        ([], bore(None, None), {Reason.NO_VALUES, Reason.NO_LIMITS}, False),
    ],
)
def test_never_a_number_that_looks_right(values, characteristic, reasons, has_value):
    result = assess_capability(values, 3, characteristic)
    assert set(result.reasons) == reasons
    assert not result.rated
    assert (result.value is not None) == has_value
    assert (result.lower_bound is not None) == has_value
    if Reason.NO_VALUES in reasons or {Reason.TOO_FEW_VALUES, Reason.UNSTABLE} & reasons:
        assert result.kind is IndexKind.PPK


def test_one_limit_gives_its_own_index_and_no_cp():
    values = made(125)
    upper = assess_capability(values, 3, bore(lsl=None))
    both = assess_capability(values, 3, bore())
    assert upper.overall.cp is None
    assert upper.cp_interval is None
    assert upper.overall.cpl is None
    assert upper.index == both.overall.cpu
    lower = assess_capability(values, 3, bore(usl=None))
    assert lower.index == both.overall.cpl


def test_a_mean_outside_the_limits_is_negative():
    assert assess_capability(made(125, centre=25_200.0), 3, bore()).value < 0


def test_the_gauge_and_the_distribution_only_weaken_the_evidence():
    skewed = [round(25_000 + 5 * math.exp(random.Random(i).gauss(0, 0.5))) for i in range(200)]
    result = assess_capability(skewed, 3, bore(), gauge_share=Fraction(31, 100))
    assert set(result.cautions) == {Reason.GAUGE_NOT_CAPABLE, Reason.NOT_NORMAL}
    assert assess_capability(made(125), 3, bore()).cautions == (Reason.GAUGE_NOT_STUDIED,)


VALUES = st.lists(st.integers(-500, 500), min_size=10, max_size=60).filter(lambda values: len(set(values)) > 1)


@given(VALUES, st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_shifting_and_scaling_values_with_limits_changes_no_index(values, shift, scale):
    def index(shift: int, scale: int) -> tuple[Index, tuple[int, ...] | None, bool | None]:
        limits = [Decimal(limit * scale + shift) for limit in (-600, 600)]
        characteristic = bore(str(limits[0]), str(limits[1]))
        result = assess_capability([value * scale + shift for value in values], 0, characteristic)
        return result.index, result.overall

    assert index(shift, scale) == index(0, 1)


@given(st.lists(st.lists(st.integers(-(10**15), 10**15), max_size=8), max_size=8))
def test_sums_merge_to_the_same_integers_in_any_order(parts):
    sums = [moments_of(part) for part in parts]
    flat = [value for part in parts for value in part]
    assert merged(sums) == merged(reversed(sums)) == moments_of(flat)


def test_sums_of_too_little_have_no_mean_or_variance():
    assert (Moments().mean, Moments().variance, moments_of([7]).variance) == (None, None, None)


def test_whether_an_index_reaches_a_threshold_is_not_rounded():
    threshold = Fraction("1.33")
    exactly = Index(threshold**2)
    assert exactly.reaches(threshold)
    assert not Index(threshold**2 - Fraction(1, 10**40)).reaches(threshold)
    assert not Index(-(threshold**2)).reaches(threshold)


def test_indices_need_a_spread_and_a_limit():
    with pytest.raises(OutOfDomain, match="spread"):
        indices(Fraction(0), Fraction(0), Fraction(-1), Fraction(1))
    with pytest.raises(OutOfDomain, match="limit"):
        indices(Fraction(0), Fraction(1), None, None)


@settings(max_examples=40)
@given(VALUES.filter(lambda values: len(values) >= 10), st.integers(-(10**9), 10**9))
def test_stability_does_not_depend_on_where_zero_is(values, shift):
    here, there = check_stability(values), check_stability([value + shift for value in values])
    assert here.spread_signals == there.spread_signals
    assert here.sigma_within == pytest.approx(there.sigma_within, rel=1e-12)


def test_a_stable_process_is_called_unstable_about_once_in_a_hundred():
    stable = [check_stability(made(125, seed=seed)).stable for seed in range(1000)]
    assert 2 <= stable.count(False) <= 22


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([*made(120), 25_000, 25_000, 25_000, 25_000, 25_400], id="one wild value"),
        pytest.param([round(v + i * 0.2) for i, v in enumerate(made(500))], id="drift"),
        pytest.param(made(250) + made(250, centre=25_030.0), id="shift"),
        pytest.param(made(250) + made(250, sigma=60.0), id="spread tripled"),
        pytest.param([25_000] * 50 + [25_001] * 50, id="no spread within, but between"),
    ],
)
def test_special_causes_are_seen(values):
    assert not check_stability(values).stable


def test_one_point_beyond_three_sigma_in_a_thousand_subgroups_is_no_instability():
    chart = check_stability(made(5000, seed=3))
    assert chart.mean_signals or chart.spread_signals
    assert chart.stable


def test_stability_needs_two_complete_subgroups():
    assert check_stability(made(9)) is None
    assert check_stability(made(14)).subgroups == 2


def test_normality_is_rejected_at_its_five_percent():
    rejected = [anderson_darling(made(60, seed=seed)) > CRITICAL_5_PERCENT for seed in range(600)]
    assert 15 <= rejected.count(True) <= 48
    assert anderson_darling(list(range(0, 1000, 5))) > CRITICAL_5_PERCENT
    assert anderson_darling([1, 2, 3]) is None
    assert anderson_darling([5] * 50) is None
    assert anderson_darling([-3, -2, -1, -1, 0, 0, 1, 1, 2, 3]) < CRITICAL_5_PERCENT


def test_the_worst_key_characteristic_speaks_for_the_plant():
    good = assess_capability(made(125), 3, bore(ident="a"))
    wide = assess_capability(made(125, sigma=30.0), 3, bore(ident="b"))
    unstable = assess_capability(made(100) + made(100, centre=25_060.0), 3, bore(ident="c"))
    plant = plant_capability([good, wide])
    assert (plant.worst, plant.reason) == (wide, None)
    assert plant.share_reaching(Fraction("1.33")) == Fraction(1, 2)
    plant = plant_capability([good, unstable, wide])
    assert (plant.worst, plant.reason) == (unstable, Reason.UNSTABLE)
    assert plant_capability([]).reason is Reason.NO_KEY_CHARACTERISTIC
    assert plant_capability([]).share_reaching(Fraction(1)) is None
