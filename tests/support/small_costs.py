"""A plant that has spent money on quality and on its absence."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from small_chain import Line
from small_hub import START

from hub.cost.enter import enter_cost
from hub.cost.forms import CostForm
from hub.entry.economics import LossAbout, enter_loss
from hub.entry.quality import enter_cost_rate
from hub.parts import Hub
from hub.store.quality.queries import loss_lines
from traceability.quality.loss import CostItem
from traceability.record.quality import CostRateKind
from traceability.unit import Purpose, Verdict

JANUARY = datetime(2026, 1, 10, 4, tzinfo=UTC)


def spent(hub: Hub, amount: str, activity: str = "inspection", plant: str = "supplier", **changes: Any) -> str:
    """A cost of prevention or appraisal in January 2026; its id."""
    given = {"currency": "CNY", "accrued_on": date(2026, 1, 5), "evidence": "V-1", "entered_by": "q1"}
    form = CostForm.model_validate({"activity": activity, "amount": Decimal(amount)} | given | changes)
    return enter_cost(hub, plant, form)[0]


def lost(hub: Hub, amount: str, item: CostItem = CostItem.SCRAP, about: LossAbout | None = None, **changes: Any) -> str:
    """A loss in January 2026; its id."""
    given: dict[str, Any] = {"currency": "CNY", "accrued_on": date(2026, 1, 20), "evidence": "v", "entered_by": "q1"}
    plant = changes.pop("plant", "supplier")
    enter_loss(hub, plant, item=item, amount=Decimal(amount), about=about or LossAbout(), **(given | changes))
    with hub.store.reading() as connection:
        return loss_lines(connection, [plant])[-1].id


def production(line: Line) -> None:
    """January: three units at two operations; one is reworked, one scrapped."""
    for number in range(3):
        line.result(f"S{number}", event_time=JANUARY + timedelta(minutes=number))
    line.result("S0", "OP20", event_time=JANUARY + timedelta(hours=1))
    line.result("S1", "OP20", Verdict.NOT_OK, defect="D-LEAK", event_time=JANUARY + timedelta(hours=1))
    line.result("S2", "OP20", Verdict.NOT_OK, defect="D-PORE", event_time=JANUARY + timedelta(hours=1))
    again = {"operation": "OP20", "attempt": 2}
    line.result("S1", purpose=Purpose.REWORK, event_time=JANUARY + timedelta(hours=2), **again)
    line.send()


def half_a_year(hub: Hub, line: Line) -> None:
    """Six months of production, costs, losses and a rate of inspection."""
    for back in range(6):
        at = START - timedelta(days=30 * back + 15)
        for number in range(12):
            failed = number % 4 == 0 and (back > 1 or number == 0)
            verdict, defect = (Verdict.NOT_OK, f"D-{number}") if failed else (Verdict.OK, None)
            line.result(f"M{back}-{number}", verdict=verdict, defect=defect, event_time=at)
        line.send()
        spent(hub, "900", "training", accrued_on=at.date())
        spent(hub, "450", "laboratory", accrued_on=at.date())
        lost(hub, str(500 + 300 * back), accrued_on=at.date())
        lost(hub, str(200 + 50 * back), CostItem.CLAIM, accrued_on=at.date())
    enter_cost_rate(
        hub,
        "supplier",
        part="",
        rate=CostRateKind.INSPECTION,
        amount=Decimal("12.5"),
        currency="CNY",
        valid_from=date(2025, 10, 20),
        entered_by="q1",
    )
