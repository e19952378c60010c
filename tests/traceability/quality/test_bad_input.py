"""Bad input gets a reason in the figure's place, from every public function: never a number that looks right."""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from traceability.measurement import Characteristic
from traceability.quality.acceptance import pooled_acceptance
from traceability.quality.capability import CapabilityResult, assess_capability
from traceability.quality.charts.attributes import c_chart, np_chart, p_chart, u_chart
from traceability.quality.charts.bernoulli_cusum import BernoulliDesign, bernoulli_chart
from traceability.quality.charts.cusum import cusum_chart
from traceability.quality.charts.ewma import ewma_chart
from traceability.quality.charts.individuals import individuals
from traceability.quality.charts.laney import laney_p, laney_u
from traceability.quality.charts.rare import g_chart, t_chart
from traceability.quality.charts.variables import xbar_r, xbar_s
from traceability.quality.errors import OutOfDomain
from traceability.quality.first_pass import FirstPass, first_pass
from traceability.quality.fit.boxcox import box_cox
from traceability.quality.fit.goodness import choose
from traceability.quality.fit.weibull import fit_lives
from traceability.quality.grade import grade_plant
from traceability.quality.intervals import clopper_pearson, wilson
from traceability.quality.level import Level
from traceability.quality.loss import CostItem, LossEntry, loss_rates, year_on_year
from traceability.quality.msa.agreement import Judgement, attribute_agreement
from traceability.quality.msa.anova import one_way
from traceability.quality.msa.bias import bias_study
from traceability.quality.msa.gauge_study import gauge_anova, gauge_average_range
from traceability.quality.msa.kappa import cohen_kappa, fleiss_kappa
from traceability.quality.msa.linearity import linearity_study
from traceability.quality.msa.readings import Reading
from traceability.quality.msa.type_one import type_one_study
from traceability.quality.reason import Reason
from traceability.quality.refusal import Refused
from traceability.quality.rolled import plant_rolled_yield, rolled_yield
from traceability.quality.rollup import rollup_of
from traceability.quality.rollup_figures import (
    rollup_capability,
    rollup_moving_range_sigma,
    rollup_percentiles,
    rollup_quantile,
)
from traceability.quality.sampling import LotInspection, SamplingMode, sampled_yield
from traceability.quality.sigma import assess_acceptance, assess_sigma, with_field_returns
from traceability.quality.study.capability_study import Method, StudyOptions, study_groups, study_values
from traceability.quality.study.limits import Specification
from traceability.quality.window import year_to

NAN = float("nan")
TEN = Specification(lsl=0, usl=10)
WINDOW = year_to(date(2026, 3, 1))

Ask = Callable[[Any], Any]
OF_VALUES: dict[str, Ask] = {
    "individuals": individuals,
    "ewma": ewma_chart,
    "cusum": cusum_chart,
    "t chart": t_chart,
    "box-cox": box_cox,
    "choice of a family": choose,
    "weibull lives": fit_lives,
    "bias": lambda values: bias_study(values, 1),
    "type 1": lambda values: type_one_study(values, 1, 1),
    "linearity": lambda values: linearity_study({1: values, 2: values, 3: values}),
    "one-way anova": lambda values: one_way([values, values]),
    "x-bar r": lambda values: xbar_r([values] * 3),
    "x-bar s": lambda values: xbar_s([values] * 3),
    "study": lambda values: study_values(values, TEN),
    "study of subgroups": lambda values: study_groups([values] * 3, TEN),
    "gauge anova": lambda values: gauge_anova(_readings(values)),
    "gauge ranges": lambda values: gauge_average_range(_readings(values)),
}
NOTHING = {Reason.NO_VALUES, Reason.NOT_ENOUGH_DATA}
CASES: dict[str, tuple[Sequence[float | Decimal], set[Reason]]] = {
    "empty": ([], NOTHING),
    "one value": ([1.5], {Reason.NOT_ENOUGH_DATA, Reason.ZERO_SPREAD}),
    "all equal": ([2.5] * 30, {Reason.ZERO_SPREAD}),
    "NaN": ([1.0, 2.0, NAN] * 10, {Reason.INVALID_VALUE}),
    "infinite": ([1.0, math.inf] * 10, {Reason.INVALID_VALUE}),
    "not a decimal": ([Decimal("NaN"), Decimal(1)] * 10, {Reason.INVALID_VALUE}),
    "beyond any gauge": ([1e200, 2.0] * 10, {Reason.INVALID_VALUE}),
}


def _readings(values: Sequence[float]) -> list[Reading]:
    return [Reading(str(part), who, value) for who in "AB" for part, value in enumerate(values)] * 2


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("function", OF_VALUES)
def test_values_that_give_no_figure(function: str, case: str) -> None:
    values, reasons = CASES[case]
    found = OF_VALUES[function](values)
    if (function, case) == ("bias", "all equal"):  # a mean there is; what is lacking is a test of it
        assert (found.bias, found.t, found.p) == (1.5, None, None)
        return
    assert isinstance(found, Refused)
    assert found.reason in reasons


OF_SAMPLES = {"p": p_chart, "np": np_chart, "u": u_chart, "p'": laney_p, "u'": laney_u}


@pytest.mark.parametrize("chart", OF_SAMPLES)
@pytest.mark.parametrize(
    ("counts", "sizes", "reasons"),
    [
        ([], [], {Reason.NO_VALUES}),
        ([1, 0], [5, 0], {Reason.ZERO_DENOMINATOR}),
        ([1, 0], [5, -5], {Reason.ZERO_DENOMINATOR}),
        ([0, 0, 0], [5, 5, 5], {Reason.NO_EVENTS}),
        ([-1, 2], [5, 5], {Reason.INCONSISTENT_COUNTS}),
        ([1], [5, 5], {Reason.UNEQUAL_LENGTHS}),
        ([1, NAN], [5, 5], {Reason.INVALID_VALUE}),
        ([1, 1.5], [5, 5], {Reason.INVALID_VALUE}),
        ([1, 1], [5, NAN], {Reason.INVALID_VALUE}),
    ],
)
def test_samples_that_give_no_chart(chart: str, counts, sizes, reasons) -> None:
    found = OF_SAMPLES[chart](counts, sizes)
    assert isinstance(found, Refused)
    assert found.reason in reasons


@pytest.mark.parametrize("chart", [p_chart, np_chart, laney_p])
def test_more_nonconforming_than_inspected(chart) -> None:
    assert chart([6, 2], [5, 5]).reason is Reason.INCONSISTENT_COUNTS


@pytest.mark.parametrize("chart", [c_chart, g_chart])
@pytest.mark.parametrize(
    ("counts", "reasons"),
    [
        ([], {Reason.NO_VALUES}),
        ([0, 0, 0], {Reason.NO_EVENTS, Reason.ZERO_SPREAD}),
        ([-1, 2], {Reason.INCONSISTENT_COUNTS}),
        ([1, NAN], {Reason.INVALID_VALUE}),
        ([1, 2.5], {Reason.INVALID_VALUE}),
    ],
)
def test_counts_that_give_no_chart(chart, counts, reasons) -> None:
    assert chart(counts).reason in reasons


def test_no_result_no_chart_and_impossible_designs() -> None:
    assert bernoulli_chart([], BernoulliDesign(accepted=0.01, raised=0.02, h=3)).reason in NOTHING
    for accepted, raised, h in ((0.0, 0.1, 3.0), (0.2, 0.1, 3.0), (0.1, 0.2, NAN), (NAN, 0.2, 3.0)):
        with pytest.raises(OutOfDomain):
            BernoulliDesign(accepted=accepted, raised=raised, h=h)


LIMITS: dict[str, tuple[Specification, Reason]] = {
    "reversed": (Specification(lsl=10, usl=0), Reason.REVERSED_LIMITS),
    "equal": (Specification(lsl=1, usl=1), Reason.REVERSED_LIMITS),
    "missing": (Specification(), Reason.NO_LIMITS),
    "NaN": (Specification(lsl=NAN, usl=1), Reason.INVALID_LIMITS),
    "infinite": (Specification(lsl=-math.inf, usl=1), Reason.INVALID_LIMITS),
}


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("case", LIMITS)
def test_limits_that_give_no_study(case: str, method: Method) -> None:
    specification, reason = LIMITS[case]
    values = [1.0, 2.0, 3.0, 2.5] * 200
    assert study_values(values, specification, StudyOptions(method=method)).reason is reason
    groups = [values[i : i + 4] for i in range(0, 100, 4)]
    assert study_groups(groups, specification, StudyOptions(method=method)).reason is reason


def bore(**limits: Decimal | None) -> Characteristic:
    return Characteristic(id="bore", name="bore", operation="OP10", uom="mm", decimals=3, key=True, **limits)


@pytest.mark.parametrize(
    ("values", "limits", "reason"),
    [
        ([], {"lsl": Decimal(1)}, Reason.NO_VALUES),
        ([5], {"lsl": Decimal(1)}, Reason.TOO_FEW_VALUES),
        ([5] * 200, {"lsl": Decimal(1)}, Reason.ZERO_SPREAD),
        ([4, 5, 6, 7, 5] * 40, {}, Reason.NO_LIMITS),
        ([4, 5, 6, 7, 5] * 40, {"lsl": Decimal(2), "usl": Decimal(1)}, Reason.REVERSED_LIMITS),
        ([4, 5, 6, 7, 5] * 40, {"lsl": Decimal(1), "usl": Decimal(1)}, Reason.REVERSED_LIMITS),
        ([4, 5, 6, 7, 5] * 40, {"lsl": Decimal("NaN")}, Reason.INVALID_LIMITS),
        ([4, 5, 6, 7, 5] * 40, {"usl": Decimal("Infinity")}, Reason.INVALID_LIMITS),
    ],
)
def test_graded_capability(values, limits, reason) -> None:
    characteristic = bore(**limits)
    for found in (
        assess_capability(values, 3, characteristic),
        rollup_capability(rollup_of(values, 3), characteristic),
    ):
        assert isinstance(found, CapabilityResult)
        assert reason in found.reasons
        assert not found.rated
        assert found.value is None


@pytest.mark.parametrize("values", [[], [5], [5] * 800])
def test_roll_ups(values) -> None:
    rollup = rollup_of(values, 3)
    assert isinstance(rollup_moving_range_sigma(rollup), Refused)
    if len(values) < 800:
        assert isinstance(rollup_percentiles(rollup), Refused)
    if not values:
        assert isinstance(rollup_quantile(rollup, 0.5), Refused)


@pytest.mark.parametrize("chart", [xbar_r, xbar_s])
def test_subgroups_that_vary_have_their_own_limits_and_single_values_none_of_spread(chart) -> None:
    found = chart([[1.0, 2.0, 3.0], [2.0], [1.0, 4.0], [2.0, 2.5, 1.0, 3.0]])
    ucl = [point.ucl for point in found.location.points]
    assert ucl[1] > ucl[2] > ucl[0] > ucl[3]
    assert found.spread.points[1].value is None
    assert all(math.isfinite(number) for number in _numbers(msgspec.to_builtins(found)))


def test_gauge_studies_that_do_not_fit() -> None:
    ragged = [Reading("1", "A", 1.0), Reading("1", "A", 2.0), Reading("2", "A", 1.0)]
    for study in (gauge_anova, gauge_average_range):
        assert study(ragged).reason is Reason.UNBALANCED
        for tolerance in (0, -1, NAN, math.inf):
            found = study(_readings([1.0, 2.0, 3.0]), tolerance)
            assert found.reason in {Reason.INVALID_TOLERANCE, Reason.INVALID_VALUE}
    assert linearity_study({1: [1.0, 2.0]}).reason is Reason.NOT_ENOUGH_DATA
    assert linearity_study({}).reason in NOTHING
    assert linearity_study({1: [1.0, 2.0], 2: [NAN, 1.0]}).reason is Reason.INVALID_VALUE
    assert type_one_study([1.0, 2.0] * 20, 1.5, 0).reason is Reason.INVALID_TOLERANCE
    assert type_one_study([1.0, 2.0] * 20, NAN, 1).reason is Reason.INVALID_VALUE


def test_judgements_that_say_nothing() -> None:
    assert isinstance(attribute_agreement([]), Refused)
    assert isinstance(attribute_agreement([Judgement("1", "A", "OK")], {}), Refused)
    for ask in (lambda: cohen_kappa([], []), lambda: cohen_kappa(["a"], []), lambda: fleiss_kappa([])):
        assert isinstance(ask(), Refused)
    assert isinstance(cohen_kappa(["a", "a"], ["a", "a"]), Refused)  # chance alone agrees always: 0/0


@pytest.mark.parametrize("counts", [(0, 0), (3, 2), (-1, 5), (-2, -1)])
def test_shares_of_nothing_or_of_too_little(counts) -> None:
    for interval in (wilson, clopper_pearson):
        with pytest.raises(OutOfDomain):
            interval(*counts)
    found = assess_sigma(counts[1], counts[0])
    assert found.reason in {Reason.NOT_MEASURED, Reason.INCONSISTENT_COUNTS}
    assert found.dpmo is found.sigma is found.dpmo_interval is None
    assert with_field_returns(found, 0).dpmo is None


def lot(**changes: Any) -> LotInspection:
    given = {"lot": "L", "operation": "OP10", "size": 10, "sample": 5, "defective": 1, "accepted": True,
             "author": "a", "chain": "c", "record_seq": 1, "event_time": datetime(2026, 1, 1, tzinfo=UTC),
             "result_id": "r"}  # fmt: skip
    return LotInspection(**(given | changes))


@pytest.mark.parametrize("mode", SamplingMode)
@pytest.mark.parametrize(
    "impossible",
    [{"sample": 0}, {"size": 0}, {"sample": 11}, {"defective": 6}, {"defective": -1}, {"size": -10}, {"attempt": 0}],
)
def test_impossible_lots_enter_no_denominator(impossible, mode) -> None:
    found = sampled_yield([lot(**impossible)], mode)
    assert (found.value, found.invalid, found.reason) == (None, 1, Reason.NOT_MEASURED)
    assert found.trials == found.submitted == found.output == 0
    nothing = assess_acceptance(pooled_acceptance([(FirstPass(), found)]))
    assert (nothing.dpmo, nothing.reason) == (None, Reason.NOT_MEASURED)


def test_yields_of_nothing() -> None:
    assert first_pass([]) == {}
    assert FirstPass().fpy is FirstPass().final_yield is FirstPass().no_trouble_found is None
    assert rolled_yield([], {}).reason is Reason.EMPTY_ROUTE
    assert rolled_yield(["OP10"], {}).reason is Reason.OPERATION_WITHOUT_SUBMISSION
    assert plant_rolled_yield([]).reason is Reason.NOT_MEASURED


def entry(amount: str, currency: str = "CNY") -> LossEntry:
    return LossEntry(item=CostItem.SCRAP, amount=Decimal(amount), currency=currency, accrued=WINDOW.last)


@pytest.mark.parametrize(
    ("entries", "output", "reason"),
    [
        ([], Decimal(100), Reason.NOT_MEASURED),
        ([entry("1")], None, Reason.NO_OUTPUT_VALUE),
        ([entry("1")], Decimal(0), Reason.NO_OUTPUT_VALUE),
        ([entry("1")], Decimal(-5), None),
        ([entry("-1")], Decimal(100), Reason.INVALID_AMOUNT),
        ([entry("NaN")], Decimal(100), Reason.INVALID_AMOUNT),
        ([entry("Infinity")], Decimal(100), Reason.INVALID_AMOUNT),
        ([entry("1"), entry("1", "EUR")], Decimal(100), Reason.MIXED_CURRENCY),
        ([entry("1")], Decimal("NaN"), None),
    ],
)
def test_money_that_gives_no_rate(entries, output, reason) -> None:
    found = loss_rates(entries, output, "CNY", WINDOW)
    assert found.internal is None
    assert found.internal_reason is not None
    assert reason in (None, found.internal_reason)
    assert year_on_year(found, found).met is None


def test_nothing_at_all_is_graded_l0_and_not_rated() -> None:
    grade = grade_plant(sigma=None, capability=None, rolled=None, losses=None, answers=[], covered=None)
    assert (grade.level, grade.rated, grade.at_most, grade.provisional) == (Level.L0, False, None, True)
    assert all(metric.value is None and metric.reason is Reason.NOT_MEASURED for metric in grade.metrics)


def _numbers(found: object) -> Iterator[float]:
    if isinstance(found, dict):
        for value in found.values():
            yield from _numbers(value)
    elif isinstance(found, list | tuple):
        for value in found:
            yield from _numbers(value)
    elif isinstance(found, float | Fraction):
        yield float(found)
