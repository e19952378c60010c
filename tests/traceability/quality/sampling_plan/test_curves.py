"""What plans let through, against published points and against counting."""

from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.quality.errors import OutOfDomain
from traceability.quality.sampling_plan.attributes import SinglePlan, single_plan
from traceability.quality.sampling_plan.curve import (
    acceptance,
    acceptance_of_count,
    acceptance_of_lot,
    average_sample_number,
    outgoing_limit,
    outgoing_quality,
    quality_accepted,
    risks,
)
from traceability.quality.sampling_plan.double import DoublePlan, double_plan

J = single_plan("J", Decimal("1.0"))
TINY_DOUBLE = DoublePlan(letter="B", first=2, first_accept=0, first_reject=2, second=2, accept=1)


@pytest.mark.parametrize(
    ("chance", "per_cent"),
    # ISO 2859-1:1999 Table 10-J-1 (MIL-STD-105E Table X-J-1), AQL 1.0, binomial
    [(0.99, 0.550), (0.95, 1.03), (0.90, 1.38), (0.75, 2.16), (0.50, 3.33), (0.25, 4.84), (0.10, 6.52), (0.05, 7.66)],
)
def test_letter_j_at_aql_1(chance: float, per_cent: float) -> None:
    assert 100 * quality_accepted(J, chance) == pytest.approx(per_cent, rel=6e-3)


def test_nothing_wrong_is_accepted_and_everything_wrong_rejected() -> None:
    assert acceptance(J, 0.0) == 1.0
    assert acceptance(J, 1.0) == 0.0
    assert acceptance_of_lot(J, 500, 0) == 1
    assert acceptance_of_lot(J, 500, 500) == 0
    with pytest.raises(OutOfDomain):
        acceptance(J, 1.5)
    with pytest.raises(OutOfDomain):
        acceptance_of_lot(J, 50, 1)
    with pytest.raises(OutOfDomain):
        quality_accepted(J, 1.0)


def test_nonconformities_are_poisson() -> None:
    # Table 10-J-2: 95 % at 1.02 and 10 % at 6.65 nonconformities per 100 items
    assert acceptance_of_count(J, 0.0102) == pytest.approx(0.95, abs=2e-3)
    assert acceptance_of_count(J, 0.0665) == pytest.approx(0.10, abs=2e-3)


@given(size=st.integers(4, 8), bad=st.integers(0, 8), accept=st.integers(0, 2))
def test_a_lot_by_counting_every_sample(size: int, bad: int, accept: int) -> None:
    bad = min(bad, size)
    items = [1] * bad + [0] * (size - bad)
    samples = list(combinations(items, 3))
    counted = Fraction(sum(sum(drawn) <= accept for drawn in samples), len(samples))
    plan = SinglePlan(letter="B", sample=3, accept=accept)
    assert acceptance_of_lot(plan, size, bad) == counted


@given(size=st.integers(4, 7), bad=st.integers(0, 7))
def test_a_double_plan_by_counting_every_pair_of_samples(size: int, bad: int) -> None:
    bad = min(bad, size)
    items = range(size)
    good = pairs = 0
    for first in combinations(items, 2):
        rest = [item for item in items if item not in first]
        for second in combinations(rest, 2):
            found = sum(item < bad for item in first)
            pairs += 1
            good += found == 0 or (found == 1 and found + sum(item < bad for item in second) <= 1)
    assert acceptance_of_lot(TINY_DOUBLE, size, bad) == Fraction(good, pairs)


@given(p=st.floats(0.001, 0.999), more=st.floats(0.001, 0.2))
def test_worse_is_accepted_less(p: float, more: float) -> None:
    worse = min(1.0, p + more)
    for plan in (J, TINY_DOUBLE, double_plan("J", Decimal("1.0"))):
        assert plan is not None
        assert acceptance(plan, worse) <= acceptance(plan, p) + 1e-12


def test_a_large_lot_is_like_a_process() -> None:
    assert float(acceptance_of_lot(J, 100_000, 3000)) == pytest.approx(acceptance(J, 0.03), abs=1e-3)


def test_samples_of_a_double_plan_are_fewer_when_all_is_well() -> None:
    plan = double_plan("J", Decimal("1.0"))
    assert plan is not None
    assert average_sample_number(J, 0.3) == 80
    assert average_sample_number(plan, 0.0) == 50
    assert 50 < average_sample_number(plan, 0.03) < 100
    assert average_sample_number(plan, 0.001) < average_sample_number(J, 0.001)


def test_outgoing_quality_is_never_above_its_limit() -> None:
    limit = outgoing_limit(J, 1000)
    # MIL-STD-105E Table V-A: 1.7 for letter J at AQL 1.0, times (1 - 80/1000)
    assert 100 * limit.limit == pytest.approx(1.7 * (1 - 80 / 1000), abs=0.03)
    assert all(outgoing_quality(J, 1000, step / 1000) <= limit.limit + 1e-12 for step in range(1, 1000))


def test_risks_of_both_sides() -> None:
    found = risks(J, 0.01)
    assert found.producer == pytest.approx(0.0466, abs=5e-4)
    assert found.consumer == pytest.approx(0.0652, abs=2e-4)
    assert found.indifference == pytest.approx(0.0333, abs=1e-4)
