"""Allocated costs as a metric at a place, month by month and otherwise."""

from datetime import date
from decimal import Decimal

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
