"""Money taken apart: to the last cent, in proportion, and where it belongs."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.quality.cost.allocate import Allocated, Cost, Dimension, Place, Quantity, Source, allocate
from traceability.quality.cost.category import Activity, Category, Driver, category_of_loss
from traceability.quality.cost.rate import Rate, price, rate_on
from traceability.quality.cost.split import accrued, exact_sum, largest_remainder
from traceability.quality.cost.summary import by_category, by_dimension, by_item, by_month, total_of
from traceability.quality.errors import OutOfDomain
from traceability.quality.loss import CostItem

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
amounts = st.decimals(min_value=-(10**15), max_value=10**15, places=2) | st.decimals(
    min_value=0, max_value=10**6, places=6
)
weights = st.lists(st.fractions(min_value=0, max_value=10**6, max_denominator=60), min_size=1, max_size=30).filter(any)
names = st.sampled_from(["", "A", "B"])
places = st.builds(Place, names, names, names, names)
costs = st.builds(
    Cost,
    category=st.sampled_from(Category),
    item=st.sampled_from(["inspection", "scrap"]),
    month=st.sampled_from([JANUARY, FEBRUARY]),
    amount=amounts,
    place=places,
    driver=st.none() | st.sampled_from(Driver),
    source=st.sampled_from(Source),
)
quantities = st.builds(
    Quantity,
    driver=st.sampled_from(Driver),
    day=st.dates(JANUARY, date(2026, 2, 28)),
    amount=st.fractions(min_value=0, max_value=1000, max_denominator=6),
    place=places,
)


@given(amounts, weights)
def test_shares_add_up_and_lie_within_a_cent_of_proportion(amount: Decimal, parts: list[Fraction]) -> None:
    shares = largest_remainder(amount, parts)
    assert exact_sum(shares) == amount
    finest = min(amount.as_tuple().exponent, -2)
    for share, part in zip(shares, parts, strict=True):
        assert abs(Fraction(share) - Fraction(amount) * part / sum(parts)) < Fraction(10) ** finest


def test_the_cents_left_over_go_to_the_largest_remainders() -> None:
    assert largest_remainder(Decimal(100), [Fraction(1)] * 3) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert largest_remainder(Decimal("0.05"), [Fraction(1), Fraction(9), Fraction(0)]) == [
        Decimal("0.01"),
        Decimal("0.04"),
        Decimal(0),
    ]
    assert largest_remainder(Decimal("-0.03"), [Fraction(1), Fraction(1)]) == [Decimal("-0.02"), Decimal("-0.01")]


@pytest.mark.parametrize("parts", [[], [Fraction(0)], [Fraction(2), Fraction(-1)]])
def test_weights_that_say_nothing_are_refused(parts: list[Fraction]) -> None:
    with pytest.raises(OutOfDomain):
        largest_remainder(Decimal(1), parts)


@given(amounts, st.dates(JANUARY, date(2027, 1, 1)), st.integers(0, 800), st.lists(st.integers(1, 90), max_size=12))
def test_what_accrues_in_neighbouring_periods_adds_up(
    amount: Decimal, first: date, length: int, cuts: list[int]
) -> None:
    last = first + timedelta(days=length)
    begin, found = first - timedelta(days=40), []
    for cut in [*cuts, 2000]:
        end = begin + timedelta(days=cut - 1)
        found.append(accrued(amount, first, last, begin, end))
        begin = end + timedelta(days=1)
    assert exact_sum(found) == amount


def test_an_amount_accrues_by_days() -> None:
    year = (date(2026, 1, 1), date(2026, 12, 31))
    assert accrued(Decimal(365), *year, JANUARY, date(2026, 1, 31)) == 31
    assert accrued(Decimal(365), *year, date(2025, 1, 1), date(2025, 12, 31)) == 0
    with pytest.raises(OutOfDomain):
        accrued(Decimal(1), FEBRUARY, JANUARY, JANUARY, FEBRUARY)


@given(st.lists(costs, max_size=12), st.lists(quantities, max_size=20), st.randoms())
def test_allocation_loses_nothing_and_does_not_hang_on_the_order(
    given_costs: list[Cost], counted: list[Quantity], shuffler
) -> None:
    found = allocate(given_costs, counted)
    assert total_of(found) == exact_sum([one.amount for one in given_costs])
    for month in (JANUARY, FEBRUARY):
        for category in Category:
            kept = [c.amount for c in given_costs if (c.month, c.category) == (month, category)]
            assert total_of(f for f in found if (f.month, f.category) == (month, category)) == exact_sum(kept)
    for dimension in Dimension:
        told = by_dimension(found, dimension)
        assert exact_sum([told.unallocated, *(line.amount for line in told.lines)]) == total_of(found)
        assert all(line.traced + line.allocated == line.amount for line in told.lines)
    assert all(one.place.within(one.stated) for one in found)
    shuffler.shuffle(given_costs)
    shuffler.shuffle(counted)
    assert allocate(given_costs, counted) == found


def cost(amount: str, driver: Driver | None = Driver.INSPECTIONS, **place: str) -> Cost:
    return Cost(
        category=Category.APPRAISAL,
        item=Activity.INSPECTION,
        month=JANUARY,
        amount=Decimal(amount),
        place=Place(**place),
        driver=driver,
        source=Source.ENTRY,
    )


def counted(units: int, day: date = date(2026, 1, 15), driver: Driver = Driver.INSPECTIONS, **place: str) -> Quantity:
    return Quantity(driver=driver, day=day, amount=Fraction(units), place=Place(**place))


def lines(found: tuple[Allocated, ...], dimension: Dimension) -> dict[str, Decimal]:
    return {line.name: line.amount for line in by_dimension(found, dimension).lines}


def test_a_pool_follows_its_driver_and_an_entry_its_own_words() -> None:
    done = [counted(30, part="A", operation="OP10"), counted(10, part="B", operation="OP10")]
    found = allocate([cost("400"), cost("50", part="A"), cost("7", supplier="S")], done)
    assert lines(found, Dimension.PART) == {"A": Decimal("355.25"), "B": Decimal("101.75")}
    told = by_dimension(found, Dimension.PART)
    assert [(line.name, line.traced) for line in told.lines] == [("A", 50), ("B", 0)]
    assert lines(found, Dimension.SUPPLIER) == {"S": Decimal(7)}
    assert by_dimension(found, Dimension.SUPPLIER).unallocated == 450
    assert by_dimension(found, Dimension.CAUSE).unallocated == 457


def test_what_nothing_was_counted_for_stays_unallocated() -> None:
    february = [counted(30, FEBRUARY, part="A"), counted(5, driver=Driver.HOLDS, part="A")]
    found = allocate([cost("100"), cost("20", driver=None), cost("3", part="C")], [*february, counted(9, part="A")])
    assert lines(found, Dimension.PART) == {"A": Decimal(100), "C": Decimal(3)}
    assert by_dimension(found, Dimension.PART).unallocated == 20


def test_rates_hold_at_the_time_of_the_event() -> None:
    def rate(amount: str, begin: date, end: date | None = None, part: str = "", operation: str = "") -> Rate:
        return Rate(
            id=amount, part=part, operation=operation, amount=Decimal(amount), currency="CNY", begin=begin, end=end
        )

    rates = [
        rate("1", JANUARY, date(2026, 1, 20)),
        rate("2", FEBRUARY),
        rate("5", JANUARY, part="A"),
        rate("9", date(2026, 1, 10), part="A", operation="OP20"),
    ]
    middle = date(2026, 1, 15)
    assert [
        (found and found.amount)
        for found in (
            rate_on(rates, "A", "OP20", middle),
            rate_on(rates, "A", "OP20", JANUARY),
            rate_on(rates, "B", "OP20", middle),
            rate_on(rates, "B", "OP20", date(2026, 1, 25)),
            rate_on(rates, "B", "OP20", date(2026, 3, 1)),
        )
    ] == [9, 5, 1, None, 2]
    done = [counted(3, middle, part="B"), counted(4, date(2026, 1, 25), part="B"), counted(2, FEBRUARY, part="B")]
    pricing = price(done, rates)
    assert {(one.month, one.amount) for one in pricing.priced} == {(JANUARY, Decimal(3)), (FEBRUARY, Decimal(4))}
    assert pricing.unpriced == 4


def test_the_nine_items_fall_before_or_after_delivery() -> None:
    internal = [item for item in CostItem if category_of_loss(item) is Category.INTERNAL]
    assert internal == [CostItem.SCRAP, CostItem.REWORK, CostItem.DOWNGRADE, CostItem.DOWNTIME, CostItem.ACCIDENT]
    assert not {activity for activity in Activity if activity.category.failure}


def test_sums_by_category_month_and_item() -> None:
    found = allocate([cost("30"), cost("10", part="A")], [])
    assert [(one.category, one.amount, one.share) for one in by_category(found)][1] == (Category.APPRAISAL, 40, 1)
    assert [one.total for one in by_month(found, [date(2025, 12, 1), JANUARY])] == [0, 40]
    assert [(one.item, one.amount, one.sources) for one in by_item(found)] == [("inspection", 40, (Source.ENTRY,))]
