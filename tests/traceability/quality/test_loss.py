"""Loss rates: exact money, the right side, the right period, and reasons for bad ledgers."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.quality.loss import CostItem, LossEntry, loss_rates
from traceability.quality.reason import Reason
from traceability.quality.window import Window, is_provisional, year_to

WINDOW = year_to(date(2026, 3, 31))


def cost(item: CostItem, amount: str, currency: str = "CNY", accrued: date = date(2026, 1, 15)) -> LossEntry:
    return LossEntry(item=item, amount=Decimal(amount), currency=currency, accrued=accrued)


def test_nine_items_five_internal_four_external_each_named():
    assert len(CostItem) == 9
    assert sum(item.internal for item in CostItem) == 5
    assert CostItem.CLAIM.zh == "索赔费"
    assert len({item.zh for item in CostItem}) == 9


def test_rates_are_exact_fractions_of_money():
    rates = loss_rates(
        [cost(CostItem.SCRAP, "0.10"), cost(CostItem.REWORK, "0.20"), cost(CostItem.WARRANTY, "7")],
        Decimal(1000),
        "CNY",
        WINDOW,
    )
    assert (rates.internal, rates.external) == (Fraction(3, 10_000), Fraction(7, 1000))
    assert rates.total == Fraction(73, 10_000)
    assert rates.by_item == {
        CostItem.SCRAP: Decimal("0.10"),
        CostItem.REWORK: Decimal("0.20"),
        CostItem.WARRANTY: Decimal(7),
    }


def test_costs_belong_to_the_period_they_accrue_in():
    entries = [
        cost(CostItem.SCRAP, "1", accrued=WINDOW.first),
        cost(CostItem.SCRAP, "2", accrued=WINDOW.last),
        cost(CostItem.SCRAP, "50", accrued=WINDOW.first - timedelta(days=1)),
        cost(CostItem.SCRAP, "50", currency="EUR", accrued=WINDOW.last + timedelta(days=1)),
    ]
    assert loss_rates(entries, Decimal(100), "CNY", WINDOW).internal == Fraction(3, 100)


def test_an_empty_side_is_not_measured_and_a_declared_zero_is_zero():
    rates = loss_rates([cost(CostItem.CLAIM, "0.00")], Decimal(100), "CNY", WINDOW)
    assert (rates.internal, rates.internal_reason) == (None, Reason.NOT_MEASURED)
    assert (rates.external, rates.external_reason) == (0, None)
    assert rates.total is None


@pytest.mark.parametrize(
    ("entry", "output", "reason"),
    [
        (cost(CostItem.SCRAP, "1", currency="EUR"), Decimal(100), Reason.MIXED_CURRENCY),
        (cost(CostItem.SCRAP, "-1"), Decimal(100), Reason.INVALID_AMOUNT),
        (cost(CostItem.SCRAP, "NaN"), Decimal(100), Reason.INVALID_AMOUNT),
        (cost(CostItem.SCRAP, "Infinity"), Decimal(100), Reason.INVALID_AMOUNT),
        (cost(CostItem.SCRAP, "1E+1000000"), Decimal(100), Reason.INVALID_AMOUNT),
        (cost(CostItem.SCRAP, "1"), None, Reason.NO_OUTPUT_VALUE),
        (cost(CostItem.SCRAP, "1"), Decimal(0), Reason.NO_OUTPUT_VALUE),
        (cost(CostItem.SCRAP, "1"), Decimal(-5), Reason.NO_OUTPUT_VALUE),
        (cost(CostItem.SCRAP, "1"), Decimal("NaN"), Reason.NO_OUTPUT_VALUE),
    ],
)
def test_a_ledger_that_gives_no_rate_says_why(entry, output, reason):
    rates = loss_rates([entry], output, "CNY", WINDOW)
    assert (rates.internal, rates.external) == (None, None)
    assert (rates.internal_reason, rates.external_reason) == (reason, reason)


@given(
    st.lists(
        st.tuples(st.sampled_from(CostItem), st.decimals(0, 10**17, places=6)).map(
            lambda pair: LossEntry(item=pair[0], amount=pair[1], currency="CNY", accrued=WINDOW.last)
        ),
        max_size=12,
    ).flatmap(lambda entries: st.tuples(st.just(entries), st.permutations(entries)))
)
def test_sums_neither_round_nor_depend_on_order(case):
    entries, shuffled = case
    rates = loss_rates(entries, Decimal(3), "CNY", WINDOW)
    assert rates == loss_rates(shuffled, Decimal(3), "CNY", WINDOW)
    for side, rate in ((True, rates.internal), (False, rates.external)):
        amounts = [Fraction(entry.amount) for entry in entries if entry.item.internal is side]
        assert rate == (sum(amounts) / 3 if amounts else None)


@pytest.mark.parametrize(
    ("last", "first"),
    [
        (date(2026, 3, 31), date(2025, 4, 1)),
        (date(2026, 11, 15), date(2025, 11, 16)),
        (date(2024, 2, 29), date(2023, 3, 1)),
        (date(2025, 2, 28), date(2024, 3, 1)),
    ],
)
def test_twelve_months(last, first):
    assert year_to(last) == Window(first, last)


def test_provisional_below_eighty_percent_or_when_unknown():
    assert is_provisional(None)
    assert is_provisional(Fraction(79, 100))
    assert not is_provisional(Fraction(4, 5))
