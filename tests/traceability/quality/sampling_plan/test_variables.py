"""Plans on measurements: against SciPy's noncentral t, and the attribute plans they stand for."""

import math
from decimal import Decimal
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nct

from traceability.quality.errors import OutOfDomain
from traceability.quality.sampling_plan.attributes import Severity, single_plan
from traceability.quality.sampling_plan.curve import acceptance, quality_accepted
from traceability.quality.sampling_plan.variables import (
    acceptance_by_variables,
    judge,
    s_plan,
    s_plan_for_lot,
    sigma_plan,
    stated_plan,
)


@pytest.mark.parametrize("n", [3, 4, 13, 70, 250])
@pytest.mark.parametrize("k", [0.6, 1.405, 2.5])
@pytest.mark.parametrize("p", [0.001, 0.02, 0.3])
def test_chances_are_those_of_the_noncentral_t(n: int, k: float, p: float) -> None:
    distance = -NormalDist().inv_cdf(p)
    expected = float(nct.sf(k * math.sqrt(n), n - 1, math.sqrt(n) * distance))
    assert acceptance_by_variables(stated_plan(n, k), p) == pytest.approx(expected, abs=2e-7)


@pytest.mark.parametrize("letter", "BDFJMR")
@pytest.mark.parametrize("aql", ["0.15", "1.0", "6.5"])
@pytest.mark.parametrize("severity", Severity)
def test_measuring_and_counting_part_ways_nowhere_far(letter: str, aql: str, severity: Severity) -> None:
    single = single_plan(letter, Decimal(aql), severity)
    plans = s_plan(letter, Decimal(aql), severity), sigma_plan(letter, Decimal(aql), 2.0, severity)
    middle = quality_accepted(single, 0.5)
    for plan in plans:
        assert acceptance_by_variables(plan, middle) == pytest.approx(0.5, abs=1e-3)
        for chance in (0.95, 0.1):
            p = quality_accepted(single, chance)
            assert acceptance_by_variables(plan, p) == pytest.approx(acceptance(single, p), abs=0.12)
    assert plans[1].sample <= plans[0].sample or plans[0].sample <= 4
    assert plans[0].sample <= max(single.sample, 3)


@given(
    values=st.lists(st.floats(-3, 3).map(lambda x: round(x, 3)), min_size=9, max_size=9),
    limit=st.floats(-1, 5),
)
def test_the_k_form_and_the_share_form_say_the_same(values: list[float], limit: float) -> None:
    plan = s_plan("E", Decimal("1.0"))
    if len(set(values)) == 1:
        return
    found = judge(plan, values, upper=limit)
    if abs(found.beyond - found.allowed) > 1e-9:
        assert found.accepted == (found.beyond <= found.allowed)
    mirrored = judge(plan, [-value for value in values], lower=-limit)
    assert mirrored.accepted == found.accepted


def test_two_limits_count_together() -> None:
    plan = stated_plan(9, 1.696)
    values = [-1.2, -0.8, -0.5, -0.1, 0.0, 0.1, 0.5, 0.8, 1.2]
    half = 1.75 * judge(plan, values, upper=9.0).spread  # either limit alone is far enough
    assert judge(plan, values, upper=half).accepted
    assert judge(plan, values, lower=-half).accepted
    both = judge(plan, values, lower=-half, upper=half)
    assert both.beyond == pytest.approx(2 * judge(plan, values, upper=half).beyond)
    assert not both.accepted


def test_values_that_do_not_spread() -> None:
    plan = stated_plan(3, 1.0)
    assert judge(plan, [5.0, 5.0, 5.0], upper=6.0).accepted
    assert not judge(plan, [7.0, 7.0, 7.0], upper=6.0).accepted
    one = stated_plan(1, 1.0, sigma=1.0)
    assert judge(one, [4.0], lower=2.0, upper=6.0).accepted


def test_what_cannot_be_judged_is_refused() -> None:
    plan = stated_plan(3, 1.0)
    with pytest.raises(OutOfDomain, match="3 values"):
        judge(plan, [1.0, 2.0], upper=3.0)
    with pytest.raises(OutOfDomain, match="a limit"):
        judge(plan, [1.0, 2.0, 3.0])
    with pytest.raises(OutOfDomain):
        stated_plan(2, 1.0)
    with pytest.raises(OutOfDomain, match="at most"):
        s_plan("J", Decimal(15))
    with pytest.raises(OutOfDomain, match="positive"):
        sigma_plan("J", Decimal("1.0"), 0.0)
    assert s_plan_for_lot(20, Decimal("0.10")) is None
    assert s_plan_for_lot(1000, Decimal("1.0")) is not None
