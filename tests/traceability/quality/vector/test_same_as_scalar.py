"""What is computed over arrays is what is computed value by value."""

import math
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.quality.charts import attributes, variables
from traceability.quality.charts import individuals as scalar_individuals
from traceability.quality.charts.baseline import freeze
from traceability.quality.charts.chart import Chart, ChartKind, ChartPair, Constants, Exclusion
from traceability.quality.charts.options import ChartOptions
from traceability.quality.charts.rule import NELSON, WESTERN_ELECTRIC
from traceability.quality.errors import OutOfDomain
from traceability.quality.reason import Reason
from traceability.quality.refusal import Refused
from traceability.quality.study.capability_study import StudyOptions, study_values
from traceability.quality.study.limits import Specification
from traceability.quality.study.shape import Method
from traceability.quality.vector import charts as vector
from traceability.quality.vector.capability import VectorCapability, capability
from traceability.quality.vector.charts import VectorChart, VectorPair
from traceability.quality.vector.steps import exact_sums, steps_of

WHOLE = st.integers(-(10**6), 10**6)
DECIMALS = st.integers(0, 6)
OPTIONS = st.sampled_from(
    [
        ChartOptions(),
        ChartOptions(rules=NELSON, constants=Constants.TABLE),
        ChartOptions(rules=WESTERN_ELECTRIC + NELSON, width=2.0, constants=Constants.ROUNDED),
    ]
)
SEVERAL = settings(deadline=None, max_examples=60)


def decimals_of(values: Sequence[int], decimals: int) -> list[Decimal]:
    return [Decimal(value).scaleb(-decimals) for value in values]


def signalled(chart: Chart) -> dict[tuple[str, Any], list[int]]:
    found: dict[tuple[str, Any], list[int]] = {}
    for violation in chart.violations:
        found.setdefault((violation.rule, violation.side), []).append(violation.point)
    return found


def assert_same(plain: Chart, fast: VectorChart, rel: float = 0.0) -> None:
    points = plain.points[fast.first :]
    plotted, count = fast.plotted, len(fast.plotted.values)
    assert [point.value for point in points] == pytest.approx(plotted.values.tolist(), rel=rel, abs=0)
    for name in ("centre", "sigma", "lcl", "ucl"):
        column = np.broadcast_to(getattr(plotted, name), count).tolist()
        expected = [getattr(point, name) for point in points]
        assert [-math.inf if value is None else value for value in expected] == pytest.approx(column, rel=rel, abs=0)
    assert fast.parameters.values == plain.parameters.values
    assert fast.parameters.estimator is plain.parameters.estimator
    assert fast.parameters.sigma == pytest.approx(plain.parameters.sigma, rel=rel, abs=0)
    if not rel:
        told = {(each.rule, each.side): (each.points + fast.first).tolist() for each in fast.signals}
        assert told == signalled(plain)


def assert_same_pair(plain: ChartPair | Refused, fast: VectorPair | Refused, rel: float = 0.0) -> None:
    if isinstance(plain, Refused) or isinstance(fast, Refused):
        assert isinstance(plain, Refused)
        assert isinstance(fast, Refused)
        assert plain.reason is fast.reason
        return
    assert_same(plain.location, fast.location, rel)
    assert_same(plain.spread, fast.spread, rel)


@SEVERAL
@given(st.lists(WHOLE, max_size=60), DECIMALS, OPTIONS)
def test_individuals_to_the_last_bit(values: list[int], decimals: int, options: ChartOptions) -> None:
    plain = scalar_individuals.individuals(decimals_of(values, decimals), options)
    assert_same_pair(plain, vector.individuals(steps_of(values, decimals), options))


@SEVERAL
@given(st.integers(2, 12).flatmap(lambda n: st.lists(st.lists(WHOLE, min_size=n, max_size=n), min_size=1, max_size=25)),
       DECIMALS, OPTIONS)  # fmt: skip
def test_means_and_ranges_to_the_last_bit(groups: list[list[int]], decimals: int, options: ChartOptions) -> None:
    plain = variables.xbar_r([decimals_of(group, decimals) for group in groups], options)
    assert_same_pair(plain, vector.xbar_r(steps_of(groups, decimals), options))


@SEVERAL
@given(st.integers(2, 12).flatmap(lambda n: st.lists(st.lists(WHOLE, min_size=n, max_size=n), min_size=1, max_size=25)),
       DECIMALS, OPTIONS)  # fmt: skip
def test_means_and_deviations(groups: list[list[int]], decimals: int, options: ChartOptions) -> None:
    plain = variables.xbar_s([decimals_of(group, decimals) for group in groups], options)
    assert_same_pair(plain, vector.xbar_s(steps_of(groups, decimals), options), rel=1e-12)


@SEVERAL
@given(st.lists(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=50), OPTIONS)
def test_shares_to_the_last_bit(samples: list[tuple[int, int]], options: ChartOptions) -> None:
    failed, sizes = [d for d, _ in samples], [n for _, n in samples]
    arrays = np.array(failed, np.int64), np.array(sizes, np.int64)
    for kind, plain in (
        (ChartKind.P, attributes.p_chart(failed, sizes, options)),
        (ChartKind.NP, attributes.np_chart(failed, sizes, options)),
    ):
        fast = vector.share_chart(kind, *arrays, options)
        if isinstance(plain, Refused):
            assert isinstance(fast, Refused)
        else:
            assert isinstance(fast, VectorChart)
            assert_same(plain, fast)


@SEVERAL
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), max_size=50), OPTIONS)
def test_rates_to_the_last_bit(samples: list[tuple[int, int]], options: ChartOptions) -> None:
    counts, sizes = [c for c, _ in samples], [n for _, n in samples]
    plain = attributes.u_chart(counts, sizes, options)
    fast = vector.rate_chart(ChartKind.U, np.array(counts, np.int64), np.array(sizes, np.int64), options)
    if isinstance(plain, Refused):
        assert isinstance(fast, Refused)
    else:
        assert isinstance(fast, VectorChart)
        assert_same(plain, fast)
        alone = attributes.c_chart(counts, options)
        one = vector.rate_chart(ChartKind.C, np.array(counts, np.int64), np.ones(len(counts), np.int64), options)
        assert isinstance(alone, Chart)
        assert isinstance(one, VectorChart)
        assert_same(alone, one)


def test_a_baseline_judges_new_points_alike() -> None:
    source = random.Random(5)
    groups = [[source.randrange(-40, 40) for _ in range(5)] for _ in range(60)]
    first = variables.xbar_r([decimals_of(group, 2) for group in groups[:30]])
    assert isinstance(first, ChartPair)
    baseline = freeze(first, ident="b", who="u-1", at=datetime(2026, 3, 1, tzinfo=UTC), data=("x",), why="phase I")
    options = ChartOptions(baseline=baseline, rules=NELSON)
    plain = variables.xbar_r([decimals_of(group, 2) for group in groups[30:]], options)
    assert_same_pair(plain, vector.xbar_r(steps_of(groups[30:], 2), options))
    wrong = vector.individuals(steps_of([1, 2, 3], 0), options)
    assert wrong == Refused(Reason.ANOTHER_BASELINE, "baseline b is for a xbar chart")


@SEVERAL
@given(st.lists(WHOLE, max_size=200), DECIMALS, st.sampled_from([(None, "9"), ("-3", "9"), ("-3", None),
                                                                            ("9", "-3"), (None, None)]))  # fmt: skip
def test_capability_is_that_of_a_study(values: list[int], decimals: int, limits: tuple[str | None, str | None]) -> None:
    lsl, usl = (None if limit is None else Decimal(limit) for limit in limits)
    specification = Specification(lsl=lsl, usl=usl)
    plain = study_values(decimals_of(values, decimals), specification, StudyOptions(method=Method.NORMAL))
    fast = capability(steps_of(values, decimals), specification)
    if isinstance(plain, Refused):
        assert isinstance(fast, Refused)
        assert fast.reason is plain.reason
        return
    assert isinstance(fast, VectorCapability)
    assert (fast.n, fast.mean, fast.sigma, fast.below, fast.above) == (
        plain.n,
        plain.mean,
        plain.sigma,
        plain.below,
        plain.above,
    )
    assert fast.ppk == pytest.approx(plain.overall.cpk.value, rel=1e-12, abs=1e-15)
    assert (fast.pp is None) == (plain.overall.cp is None)


@SEVERAL
@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=40))
def test_sums_never_overflow(values: list[int]) -> None:
    small = [value >> 2 for value in values]
    found = exact_sums(steps_of(small, 0).values)
    assert found == (sum(small), sum(value * value for value in small), min(small), max(small))


@pytest.mark.parametrize("values", [[1.5, 2.0], [[[1]]], ["a"]])
def test_what_is_no_array_of_whole_numbers_is_refused(values: Any) -> None:
    with pytest.raises(OutOfDomain):
        steps_of(values, 2)


def test_no_values_are_no_figure() -> None:
    nothing = steps_of([], 2)
    for found in (vector.individuals(nothing), vector.xbar_r(nothing), vector.xbar_s(nothing)):
        assert isinstance(found, Refused)
        assert found.reason is Reason.NO_VALUES


def test_excluded_points_are_refused() -> None:
    options = ChartOptions(excluded={0: Exclusion("u-1", datetime(2026, 3, 1, tzinfo=UTC), "test piece")})
    with pytest.raises(OutOfDomain, match="excluded"):
        vector.individuals(steps_of([1, 2, 3], 0), options)
