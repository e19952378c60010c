"""Sigma from counts: units first, opportunities only when declared, and no infinity."""

from fractions import Fraction

import pytest

from traceability.quality.errors import OutOfDomain
from traceability.quality.reason import Reason
from traceability.quality.sigma import (
    DeclaredOpportunities,
    assess_sigma,
    counts_disagree_with_index,
    dpmo_of,
    sigma_level,
    z_without_shift,
)


def test_nonconforming_units_per_million():
    result = assess_sigma(2000, 10)
    assert (result.dpmo, result.unit_dpmo) == (5000, 5000)
    assert result.sigma == pytest.approx(4.0758, abs=5e-5)
    assert result.dpmo_interval.low < 5000 < result.dpmo_upper_bound < 1e6


def test_declared_opportunities_are_graded_but_units_stay_beside():
    result = assess_sigma(1000, 10, DeclaredOpportunities(per_unit=50, defects=12, list_id="housing-v2"))
    assert result.dpmo == Fraction(12 * 1_000_000, 50_000)
    assert result.unit_dpmo == 10_000


def test_no_failure_is_no_infinite_sigma_but_a_bound():
    result = assess_sigma(100, 0)
    assert (result.dpmo, result.sigma, result.reason) == (0, None, None)
    assert result.dpmo_upper_bound == pytest.approx(29_513, abs=1)
    assert assess_sigma(5, 5).sigma is None


@pytest.mark.parametrize(
    ("units", "nonconforming", "opportunities", "reason"),
    [
        (0, 0, None, Reason.NOT_MEASURED),
        (0, 1, None, Reason.INCONSISTENT_COUNTS),
        (5, 6, None, Reason.INCONSISTENT_COUNTS),
        (5, -1, None, Reason.INCONSISTENT_COUNTS),
        (-5, -5, None, Reason.INCONSISTENT_COUNTS),
        (5, 1, DeclaredOpportunities(0, 0, "x"), Reason.INCONSISTENT_COUNTS),
        (5, 1, DeclaredOpportunities(2, 11, "x"), Reason.INCONSISTENT_COUNTS),
    ],
)
def test_counts_that_give_no_level(units, nonconforming, opportunities, reason):
    result = assess_sigma(units, nonconforming, opportunities)
    assert (result.dpmo, result.sigma, result.reason) == (None, None, reason)


@pytest.mark.parametrize("sigma", [0.5, 1.5, 3.0, 4.5, 6.0, 8.0, 10.0])
def test_level_and_failures_invert_far_into_the_tail(sigma):
    assert sigma_level(Fraction(dpmo_of(sigma))) == pytest.approx(sigma, abs=1e-9)


def test_the_shift_is_never_in_the_comparison_with_the_index():
    share = Fraction(1350)  # 3 sigma one-sided, unshifted
    assert z_without_shift(share) == pytest.approx(3.0, abs=1e-4)
    assert not counts_disagree_with_index(share, 1.0)
    assert counts_disagree_with_index(share, 1.5)
    assert not counts_disagree_with_index(Fraction(0), 1.5)


def test_a_level_below_zero_is_refused():
    with pytest.raises(OutOfDomain):
        dpmo_of(-1.0)
