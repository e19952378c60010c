"""What an action saved, with its uncertainty and what it does not know."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from traceability.quality.cost.benefit import CostMonth, Doubt, Outlay, Per, benefit

TODAY = date(2027, 1, 10)


def months(first: int, *figures: tuple[str, int], traced: bool = True, external: str = "0") -> list[CostMonth]:
    return [
        CostMonth(
            month=date(2026, first + place, 1),
            amount=Decimal(amount),
            traced=Decimal(amount if traced else "0"),
            external=Decimal(external),
            units=units,
        )
        for place, (amount, units) in enumerate(figures)
    ]


def test_a_clear_saving_pays_back() -> None:
    before = months(1, ("1000", 1000), ("1200", 1000), ("1100", 1000))
    after = months(5, ("300", 1000), ("500", 2000), ("400", 1000))
    found = benefit(before, after, Outlay(once=Decimal(2000)), currency="CNY", per=Per.UNIT, today=TODAY)
    assert found.saving == Fraction(3300, 3000) - Fraction(1200, 4000) == Fraction(8, 10)
    assert (found.saved, found.net) == (3200, 1200)
    assert found.monthly == Fraction(8, 10) * Fraction(4000, 3)
    assert found.payback == Fraction(2000) / (Fraction(8, 10) * Fraction(4000, 3))
    assert found.interval is not None
    assert found.interval.low > 0
    assert found.payback_interval is not None
    low, high = found.payback_interval
    assert high is not None
    assert low < found.payback < high
    assert set(found.doubts) == {Doubt.OTHER_CHANGES, Doubt.CHOSEN_BECAUSE_BAD}


def test_a_cost_that_nobody_said_is_not_nothing() -> None:
    before = months(1, ("1000", 1000), ("1200", 1000), ("1100", 1000))
    after = months(5, ("300", 1000), ("500", 2000), ("400", 1000))
    unknown = benefit(before, after, None, currency="CNY", per=Per.UNIT, today=TODAY)
    nothing = benefit(before, after, Outlay(once=Decimal(0)), currency="CNY", per=Per.UNIT, today=TODAY)
    assert (unknown.saved, unknown.interval) == (nothing.saved, nothing.interval)
    assert (unknown.outlay, unknown.net, unknown.monthly, unknown.payback, unknown.payback_interval) == (None,) * 5
    assert (nothing.net, nothing.payback) == (nothing.saved, 0)
    assert set(unknown.doubts) - set(nothing.doubts) == {Doubt.NO_OUTLAY}


def test_the_interval_is_that_of_welch() -> None:
    """Means 14 and 11 of 5 and 7 months, degrees of freedom and quantile worked out beside it."""
    before = [("10", 1), ("12", 1), ("14", 1), ("16", 1), ("18", 1)]
    after = [("9", 1), ("9", 1), ("10", 1), ("11", 1), ("12", 1), ("12", 1), ("14", 1)]
    found = benefit(
        months(1, *before), months(6, *after), Outlay(once=Decimal(0)), currency="CNY", per=Per.MONTH, today=TODAY
    )
    # means 14 and 11; variances 10 and 10/3; se² = 2 + 10/21; df = se⁴ / (2²/4 + (10/21)²/6); t(0.975, df) by table
    variance = 2 + 10 / 21
    degrees = variance**2 / (1 + (10 / 21) ** 2 / 6)
    assert degrees == pytest.approx(5.908, abs=1e-3)
    assert found.interval is not None
    assert found.interval.high - found.interval.low == pytest.approx(2 * 2.456 * variance**0.5, rel=2e-3)
    assert found.saving == 3


def test_too_few_months_tell_no_scatter() -> None:
    found = benefit(
        months(1, ("10", 1), ("12", 1)),
        months(6, ("1", 1)),
        Outlay(once=Decimal(5), monthly=Decimal(1)),
        currency="CNY",
        per=Per.MONTH,
        today=TODAY,
    )
    assert (found.saving, found.interval, found.payback_interval) == (10, None, None)
    assert Doubt.TOO_FEW_MONTHS in found.doubts
    assert (found.monthly, found.net) == (9, 4)


def test_an_action_that_saves_nothing_does_not_pay_back() -> None:
    found = benefit(
        months(1, ("10", 1), ("12", 1), ("11", 1)),
        months(6, ("10", 1), ("14", 1), ("12", 1)),
        Outlay(once=Decimal(5)),
        currency="CNY",
        per=Per.MONTH,
        today=TODAY,
    )
    assert (found.saving, found.payback) == (-1, None)
    assert Doubt.NOT_TOLD_APART in found.doubts
    assert found.payback_interval is not None
    assert found.payback_interval[1] is None


def test_what_it_does_not_know_is_named() -> None:
    before = months(6, ("10", 4), ("10", 0), ("12", 4), traced=False, external="4")
    after = months(10, ("10", 0), ("3", 0), ("3", 0), traced=False, external="2")
    found = benefit(before, after, Outlay(once=Decimal(5)), currency="CNY", per=Per.UNIT, today=TODAY)
    assert found.saving is None
    assert {Doubt.NO_UNITS, Doubt.ALLOCATED, Doubt.LATE_COSTS, Doubt.MONTHS_LEFT_OUT} <= set(found.doubts)
