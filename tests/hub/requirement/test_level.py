"""A Level that is asked for: met, missed, or not to be told; through the API of both sides, by a real grading."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from small_hub import START, SmallAgent, small_agent
from small_incoming import CUSTOMER, SUPPLIER, SUPPLIER_PLANT, two_companies
from small_requirements import Table, made, shares, supplier_plan

from hub.declaration.declare import declare
from hub.entry.economics import enter_assessment, enter_loss, enter_output_value
from hub.entry.quality import reverse_loss
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.store.quality.queries import loss_lines
from traceability.quality.level import Level
from traceability.quality.loss import CostItem
from traceability.quality.questionnaire import Dimension
from traceability.quality.questionnaire_items import ITEMS
from traceability.record.codec import plan_id
from traceability.record.economics import Answer, ItemState
from traceability.record.master import ControlPlanRecord, Operation
from traceability.record.sharing import DataKind

LOST_ON = date(2026, 2, 1)


@pytest.fixture
def agents(hub: Hub) -> tuple[SmallAgent, SmallAgent]:
    return two_companies(hub)


@pytest.fixture
def table(hub: Hub, agents: Any) -> Table:
    plan = msgspec.structs.replace(supplier_plan(), operations=(Operation(id="OP10", name="Turn", final=True),))
    agent = agents[1]
    ingest(hub, agent.seal(ControlPlanRecord(id=plan_id(plan), plan=plan, **agent.stamp())), compressed=False)
    seated = Table(hub)
    for organisation in (CUSTOMER, SUPPLIER):
        seated.seat(organisation)
    return seated


def graded(hub: Hub, agent: SmallAgent) -> None:
    """What the supplier's grading rests on: Level 2, by its self-assessment."""
    values = {f"S{number}": 10 + (number * 37 % 9 - 4) / 100 for number in range(150)}
    made(hub, agent, values, since=START - timedelta(days=2))
    money = {"currency": "CNY", "evidence": "ledger", "entered_by": "s1"}
    enter_output_value(hub, SUPPLIER_PLANT, year=2025, amount=Decimal(1_000_000), **money)
    for item in (CostItem.SCRAP, CostItem.CLAIM):
        enter_loss(hub, SUPPLIER_PLANT, item=item, amount=Decimal(100), accrued_on=LOST_ON, **money)
    for dimension in Dimension:
        answers = [
            Answer(item=item.id, state=ItemState.SATISFIED, evidence="document 1")
            for item in ITEMS.values()
            if item.dimension is dimension and item.level <= Level.L2
        ]
        enter_assessment(hub, SUPPLIER_PLANT, dimension=dimension, answers=answers, entered_by="s1")


async def level_of(table: Table, identity: str) -> dict[str, tuple[Any, ...]]:
    """By target; the same for the operator and both sides."""
    told = [await table.figures(identity, who=who) for who in ("", CUSTOMER, SUPPLIER)]
    assert told[0] == told[1] == told[2]
    return {name: (one["verdict"], one["value"], one["sure"]) for name, one in told[0].items()}


def asked(*targets: int) -> list[dict[str, Any]]:
    return [{"name": f"L{target}", "metric": "level", "target": str(target)} for target in targets]


async def test_a_level_is_met_and_missed_by_a_grading_of_what_is_shared(hub: Hub, table: Table, agents: Any) -> None:
    """Sure, for a Level has no interval; the value is the Level itself."""
    identity = await table.propose(*asked(1, 2, 3))
    graded(hub, agents[1])
    assert await level_of(table, identity) == dict.fromkeys(("L1", "L2", "L3"), ("cannot-tell", None, False))
    shares(hub, *DataKind, part="")
    found = await level_of(table, identity)
    assert found == {"L1": ("met", 2.0, True), "L2": ("met", 2.0, True), "L3": ("missed", 2.0, True)}
    assert (await table.get(f"/{identity}/fulfilment", who=CUSTOMER))["verdict"] == "missed"
    lost = {"currency": "CNY", "evidence": "ledger", "entered_by": "s1"}
    enter_loss(hub, SUPPLIER_PLANT, item=CostItem.SCRAP, amount=Decimal(50_000), accrued_on=LOST_ON, **lost)
    worse = await level_of(table, identity)
    assert worse == {"L1": ("met", 1.0, True), "L2": ("missed", 1.0, True), "L3": ("missed", 1.0, True)}
    with hub.store.reading() as connection:
        wrong = loss_lines(connection, [SUPPLIER_PLANT])[-1].id
    reverse_loss(hub, SUPPLIER_PLANT, loss=wrong, reason="typed wrong", entered_by="s1")
    assert await level_of(table, identity) == found, "the customer sees what was reversed, too"


async def test_a_level_is_not_told_while_a_kind_that_it_rests_on_is_withheld(
    hub: Hub, table: Table, agents: Any
) -> None:
    identity = await table.propose(*asked(0, 1))
    graded(hub, agents[1])
    for withheld in (DataKind.VERDICTS, DataKind.MEASUREMENTS, DataKind.COSTS, DataKind.GRADING):
        shares(hub, *(kind for kind in DataKind if kind is not withheld), part="")
        assert {verdict for verdict, _, _ in (await level_of(table, identity)).values()} == {"cannot-tell"}, withheld
    assert (await table.figures(identity))["L1"]["why"] == (
        "not everything that is graded is shared; the Level is at most this"
    )


async def test_what_is_shared_of_one_part_tells_no_level_of_the_plant(hub: Hub, table: Table, agents: Any) -> None:
    identity = await table.propose(*asked(1))
    graded(hub, agents[1])
    shares(hub, *DataKind)
    assert (await level_of(table, identity))["L1"][0] == "cannot-tell"


async def test_a_level_that_is_only_declared_is_not_met(hub: Hub, table: Table, agents: Any) -> None:
    """The supplier signs its Level and shares nothing that it was made from: a word, and no data."""
    identity = await table.propose(*asked(1))
    graded(hub, agents[1])
    declared = declare(hub, SUPPLIER_PLANT, declared_by="s1")
    assert declared
    shares(hub, DataKind.EXISTENCE, part="")
    (told,) = (await level_of(table, identity)).values()
    assert told == ("cannot-tell", None, False)


async def test_self_assessment_and_output_value_are_seen_by_whom_they_are_shared_with(
    hub: Hub, table: Table, agents: Any
) -> None:
    small_agent(hub, "t.line-1", "plant-t")
    table.seat("plant-t-company")
    graded(hub, agents[1])

    async def seen(who: str) -> bool:
        answer = await table.client.get(f"/api/v1/plants/{SUPPLIER_PLANT}/grade", headers=table.of[who])
        return answer.status_code == 200 and all(one["rated"] for one in answer.json()["dimensions"])

    assert [await seen(who) for who in (SUPPLIER, CUSTOMER, "plant-t-company")] == [True, False, False]
    shares(hub, DataKind.COSTS, part="")
    assert not await seen(CUSTOMER)
    shares(hub, DataKind.GRADING, part="")
    assert [await seen(who) for who in (SUPPLIER, CUSTOMER, "plant-t-company")] == [True, True, False]
