"""Allocated costs as a metric at a place, month by month and otherwise."""

from datetime import date
from decimal import Decimal

import msgspec
from small_chain import HOUSING, housing_plan, line_of
from small_hub import START

from hub.cost.enter import enter_cost
from hub.cost.forms import CostForm
from hub.metric.measure import measure, series
from hub.parts import Hub
from traceability.record.metric import MetricName, MetricReference


def test_costs_are_a_metric_by_month_and_by_week(hub: Hub) -> None:
    line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())
    first, last = date(2026, 1, 1), date(2026, 2, 28)
    for operation, amount in (("OP10", "590"), ("OP20", "59")):
        form = CostForm(
            activity="audit", amount=Decimal(amount), accrued_on=first, accrued_until=last, evidence="v",
            entered_by="q1", operation=operation,
        )  # fmt: skip
        enter_cost(hub, "supplier", form)
    place = MetricReference(metric=MetricName.QUALITY_COST, plant="supplier", operation="OP10")
    with hub.store.reading() as connection:
        whole = measure(connection, place, first, last, START)
        months = series(connection, place, first, last, "month", START)
        weeks = series(connection, place, first, last, "week", START)
        nothing = measure(connection, place, date(2025, 1, 1), date(2025, 1, 31), START)
    assert (whole.exact, whole.basis.currency) == (590, "CNY")
    assert [one.exact for one in months] == [310, 280]
    assert sum(one.exact for one in weeks) == 590
    assert (nothing.exact, bool(nothing.why)) == (None, True)


def test_why_nothing_is_told_is_said_in_both_languages(hub: Hub) -> None:
    line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())
    first, last = date(2026, 1, 1), date(2026, 2, 28)
    place = MetricReference(metric=MetricName.QUALITY_COST, plant="supplier")
    with hub.store.reading() as connection:
        found = [
            measure(connection, place, first, last, START),
            measure(connection, msgspec.structs.replace(place, line="line-1"), first, last, START),
        ]
    for currency in ("CNY", "EUR"):
        enter_cost(
            hub,
            "supplier",
            CostForm(
                activity="audit", amount=Decimal(1), currency=currency, accrued_on=first, evidence="v", entered_by="q1"
            ),
        )
    with hub.store.reading() as connection:
        found.append(measure(connection, place, first, last, START))
    assert [one.exact for one in found] == [None, None, None]
    assert all(one.why and one.why_zh and one.why != one.why_zh for one in found)
    assert "CNY, EUR" in found[-1].why_zh
