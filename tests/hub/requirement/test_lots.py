"""A supplier that is judged in lots: its first-pass yield from what it shares of them, and who learns of it."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from small_hub import START, SmallAgent, projection_of, small_agent
from small_incoming import CUSTOMER, PART, SUPPLIER, SUPPLIER_PLANT, lot, shipped, two_companies
from small_requirements import FPY, Table, made, planned, shares

from hub.entry.inspection import enter_lot_inspection
from hub.entry.inspection_forms import EnteredInspection
from hub.entry.quality import enter_policy
from hub.entry.trace_entries import enter_correction
from hub.entry.trace_forms import CorrectionForm, TargetForm
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.scorecard.lots import lot_inspections
from hub.settings import HUB_AUTHOR
from hub.sharing.forms import PolicyForm
from hub.sharing.state import state_policy
from traceability.quality.sampling import SamplingMode
from traceability.record.sharing import DataKind, Items

DAY = START.date() - timedelta(days=3)
RAW_PART = PART.rsplit("/", 1)[1]


@pytest.fixture
def agents(hub: Hub) -> tuple[SmallAgent, SmallAgent]:
    return two_companies(hub)


@pytest.fixture
def table(hub: Hub, agents: tuple[SmallAgent, SmallAgent]) -> Table:
    planned(hub, agents[1])
    seated = Table(hub)
    for organisation in (CUSTOMER, SUPPLIER):
        seated.seat(organisation)
    return seated


def judged(hub: Hub, name: str, defective: int, *, plant: str = SUPPLIER_PLANT, **changes: Any) -> None:
    given: dict[str, Any] = {"part": PART, "operation": "OP10", "size": 1000, "sample": 80, "inspected_on": DAY}
    form = EnteredInspection(lot=name, defective=defective, accepted=True, entered_by="s1", **given | changes)
    enter_lot_inspection(hub, plant, form)


async def fpy_of(table: Table, identity: str) -> dict[str, Any]:
    """The same for the operator and both sides."""
    told = [(await table.figures(identity, who=who))["fpy"] for who in ("", CUSTOMER, SUPPLIER)]
    assert told[0] == told[1] == told[2]
    return told[0]


@pytest.mark.every_store(spread=True)
async def test_lots_that_are_shared_are_read_and_others_are_not(hub: Hub, table: Table) -> None:
    identity = await table.propose()
    judged(hub, "L1", 0)
    judged(hub, "L2", 2, size=3000)
    withheld = await fpy_of(table, identity)
    assert (withheld["verdict"], withheld["n"], withheld["value"], withheld["method"]) == ("cannot-tell", 0, None, None)
    shares(hub, DataKind.MEASUREMENTS)
    assert await fpy_of(table, identity) == withheld
    shares(hub, DataKind.VERDICTS)
    found = await fpy_of(table, identity)
    by_lots = 1 - Fraction(3000 * 2, 80) / 4000
    assert (found["verdict"], found["value"], found["method"]) == ("met", float(by_lots), "lots")
    assert found["n"] == 4000**2 // (Fraction(1000**2, 80) + Fraction(3000**2, 80)) == 128
    assert found["interval"]["low"] < 0.98 < found["interval"]["high"]
    assert not found["sure"]
    judged(hub, "L3", 40)
    missed = await fpy_of(table, identity)
    assert (missed["verdict"], missed["sure"]) == ("missed", True)
    judged(hub, "L3", 0, submission=2)  # a lot that comes back improves nothing
    assert await fpy_of(table, identity) == missed


async def test_units_and_lots_of_one_operation_are_never_added_up(hub: Hub, table: Table, agents: Any) -> None:
    identity = await table.propose()
    shares(hub, DataKind.VERDICTS)
    made(hub, agents[1], {f"S{number}": 10.0 for number in range(100)}, bad=frozenset({"S0"}))
    judged(hub, "L1", 0)
    assert ((await fpy_of(table, identity))["method"], (await fpy_of(table, identity))["value"]) == ("units", 0.99)
    judged(hub, "L2", 8)
    found = await fpy_of(table, identity)
    assert (found["method"], found["value"], found["n"]) == ("lots", 0.95, 160)


async def test_plants_and_operations_judged_in_different_ways(hub: Hub, table: Table, agents: Any) -> None:
    """Units of one operation, lots of the next one: the product, and how it was counted is said."""
    identity = await table.propose({name: value for name, value in FPY.items() if name != "operation"})
    shares(hub, DataKind.VERDICTS)
    made(hub, agents[1], {f"S{number}": 10.0 for number in range(100)}, bad=frozenset({"S0"}))
    judged(hub, "L1", 4, operation="OP20")
    found = await fpy_of(table, identity)
    assert (found["value"], found["method"], found["n"]) == (0.99 * 0.95, "units-and-lots", 80)
    assert "the product over 2 operations" in found["why"]


async def test_a_lot_that_was_entered_in_error_counts_for_nobody(hub: Hub, table: Table) -> None:
    identity = await table.propose()
    shares(hub, DataKind.VERDICTS)
    judged(hub, "L1", 0)
    judged(hub, "L2", 40)
    with hub.store.reading() as connection:
        wrong = lot_inspections(connection, [SUPPLIER_PLANT])[SUPPLIER_PLANT][1].record
    taken_back = CorrectionForm(target=TargetForm(author=HUB_AUTHOR, record=wrong), reason="typed", entered_by="s1")
    enter_correction(hub, taken_back)
    assert (await fpy_of(table, identity))["value"] == 1.0
    with hub.store.reading() as connection:
        size = len(lot_inspections(connection, [SUPPLIER_PLANT])[SUPPLIER_PLANT])
    assert size == 1
    correction = corrections(hub)
    again = CorrectionForm(target=TargetForm(author=HUB_AUTHOR, record=correction), reason="right", entered_by="s1")
    enter_correction(hub, again)
    assert (await fpy_of(table, identity))["value"] == 0.75
    before = await fpy_of(table, identity)
    rebuild(hub)
    assert await fpy_of(table, identity) == before


def corrections(hub: Hub) -> str:
    (row,) = projection_of(hub)["correction"]
    return str(row["record"])


async def test_what_is_delivered_decides_where_the_policy_says_so(hub: Hub, table: Table) -> None:
    """Lots by their number or by their identity; of lots that went to others nothing is told."""
    identity = await table.propose()
    state_policy(
        hub,
        PolicyForm(
            owner=SUPPLIER, partner=CUSTOMER, part=PART, kinds=[DataKind.VERDICTS], items=Items.DELIVERED, by="s1"
        ),
    )
    judged(hub, "L1", 0)
    judged(hub, lot("L2"), 4)
    judged(hub, "L3", 80)
    assert (await fpy_of(table, identity))["verdict"] == "cannot-tell"
    shipped(hub, "S-1", L1="1000", L2="1000")
    assert (await fpy_of(table, identity))["value"] == 0.975


async def test_a_policy_of_a_part_holds_however_the_part_is_written(hub: Hub, table: Table) -> None:
    """What is withheld of a part is not shared by what is shared of all others, because it was typed otherwise."""
    identity = await table.propose()
    shares(hub, DataKind.VERDICTS, part="")
    judged(hub, "L1", 0, part=RAW_PART)
    judged(hub, "L2", 4)
    assert (await fpy_of(table, identity))["value"] == 0.975
    shares(hub)
    assert (await fpy_of(table, identity))["verdict"] == "cannot-tell"
    assert await lots_seen(table, CUSTOMER) == []
    shares(hub, DataKind.VERDICTS)
    assert await lots_seen(table, CUSTOMER) == ["L2"], "of which part L1 is its words do not tell"


async def lots_seen(table: Table, who: str, plant: str = SUPPLIER_PLANT) -> list[str]:
    answer = await table.client.get(f"/api/v1/plants/{plant}/lot-inspections", headers=table.of[who])
    assert answer.status_code in (200, 404)
    return [one["inspection"]["lot"] for one in answer.json().get("lots", ())][::-1]


async def test_of_others_lots_and_of_other_statements_nobody_learns(hub: Hub, table: Table) -> None:
    small_agent(hub, "t.line-1", "plant-t")
    table.seat("plant-t-company")
    shares(hub, DataKind.VERDICTS)
    judged(hub, "L1", 0)
    judged(hub, "T-SECRET", 3, plant="plant-t")
    enter_policy(
        hub, SUPPLIER_PLANT, net_losses=True, sampling=SamplingMode.LOT, cpk_waiver="P-SECRET", entered_by="s1"
    )
    assert await lots_seen(table, CUSTOMER) == ["L1"]
    assert await lots_seen(table, "plant-t-company") == []
    assert await lots_seen(table, SUPPLIER, "plant-t") == []
    assert await lots_seen(table, "plant-t-company", "plant-t") == ["T-SECRET"]
    for path in (f"/api/v1/plants/{SUPPLIER_PLANT}/grading", f"/api/v1/plants/{SUPPLIER_PLANT}/lot-inspections"):
        answer = await table.client.get(path, headers=table.of[CUSTOMER])
        assert "SECRET" not in answer.text


async def test_the_suppliers_own_way_of_grading_changes_nothing_that_was_agreed(hub: Hub, table: Table) -> None:
    identity = await table.propose()
    shares(hub, DataKind.VERDICTS)
    judged(hub, "L1", 4)
    before = await fpy_of(table, identity)
    enter_policy(hub, SUPPLIER_PLANT, net_losses=False, sampling=SamplingMode.LOT, cpk_waiver="", entered_by="s1")
    assert await fpy_of(table, identity) == before
    assert before["value"] == 0.95


async def test_lots_outside_the_period_do_not_count(hub: Hub, table: Table) -> None:
    identity = await table.propose(FPY | {"days": 30})
    shares(hub, DataKind.VERDICTS)
    judged(hub, "OLD", 80, inspected_on=date(2026, 1, 2))
    judged(hub, "OLD", 0, submission=2)
    assert (await fpy_of(table, identity))["verdict"] == "cannot-tell"
    judged(hub, "NEW", 0)
    assert (await fpy_of(table, identity))["value"] == 1.0


async def test_who_looked_at_lots_stands_in_the_audit_log(hub: Hub, table: Table) -> None:
    shares(hub, DataKind.VERDICTS)
    judged(hub, "L1", 0)
    assert await lots_seen(table, CUSTOMER) == ["L1"]
    table.client._transport.app.state.audit.settle()
    told = (await table.client.get("/api/v1/audit", headers=table.of[SUPPLIER])).text
    assert lot("L1") in told
