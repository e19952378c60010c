"""Costs of failures reach suppliers by what is traced to their receipts: certain failures only, nothing lost."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from small_costs import lost
from small_hub import GTIN, START, SmallAgent, admin_of, client_of, small_agent
from small_incoming import BOLT, PART, PLANT, SUPPLIER, Desk, lot, two_companies, unit
from small_people import people_of

from hub.accounts.asker import Scope
from hub.accounts.permission import Role
from hub.accounts.tokens import make_token
from hub.cost.report import CostReport, cost_report
from hub.cost.traced import Traced
from hub.entry.economics import LossAbout
from hub.entry.field import enter_failures
from hub.entry.field_forms import FailureForm
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from traceability.identifier.item import lot_uri, part_uri, unit_uri
from traceability.quality.cost.allocate import NOWHERE, Dimension, Place
from traceability.quality.cost.category import Driver
from traceability.quality.loss import CostItem
from traceability.quality.window import Window
from traceability.record.production import AssociationRecord, Component, HoldRecord, HoldScope, HoldState
from traceability.unit import Purpose, Verdict

MADE = part_uri(GTIN)
YEAR = Window(date(2025, 4, 1), date(2026, 3, 31))
JANUARY = date(2026, 1, 20)
SECOND = "plant-t-company"


def serial(number: int) -> str:
    return unit_uri(GTIN, f"P{number}")


@pytest.fixture
def agent(hub: Hub) -> SmallAgent:
    small_agent(hub, "t.line-1", "plant-t")
    return two_companies(hub)[0]


@pytest.fixture
def desk(hub: Hub, agent: SmallAgent) -> Desk:
    return Desk(hub)


def report(hub: Hub, narrowed: Place = NOWHERE) -> CostReport:
    with hub.store.reading() as connection:
        return cost_report(connection, PLANT, YEAR, START, narrowed=narrowed)


def by_supplier(found: CostReport) -> dict[str, Decimal]:
    (told,) = [one for one in found.dimensions if one.dimension is Dimension.SUPPLIER]
    assert sum((line.amount for line in told.lines), told.unallocated) == found.total
    return {line.name: line.amount for line in told.lines} | {"": told.unallocated}


def shares(found: CostReport) -> dict[tuple[str, Driver], tuple[int, int, Decimal]]:
    return {(one.supplier, one.driver): (int(one.quantity), int(one.of), one.amount) for one in found.suppliers}


def made_of(hub: Hub, agent: SmallAgent, number: int, *components: str, day: date = JANUARY, **changes: Any) -> None:
    """The plant built a unit of these; by default it failed, and was scrapped."""
    at = {"event_time": START - timedelta(days=(START.date() - day).days)}
    given: dict[str, Any] = {"part": MADE, "verdict": Verdict.NOT_OK} | changes
    result = agent.result(f"r{number}", unit=serial(number), **given, **at)
    records: list[Any] = [result]
    if components:
        joined = tuple(Component(item=one) for one in components)
        records.append(
            AssociationRecord(
                id=f"j{number}", parent=serial(number), operation="OP10", components=joined, **agent.stamp(1) | at
            )
        )
    ingest(hub, agent.seal(*records), compressed=False)


async def escaped(desk: Desk, item: str, on: date = JANUARY, **changes: Any) -> None:
    form = {"item": item, "found_in": "production", "found_on": on.isoformat(), "entered_by": "q1"}
    await desk.post("escapes", **(form | changes))


def claims(hub: Hub, *numbers: int, component: str = PART, day: date = JANUARY) -> None:
    forms = [
        FailureForm(id=f"C{number}", unit=serial(number), failed_on=day, mode="LEAK", component=component)
        for number in numbers
    ]
    enter_failures(hub, PLANT, forms, entered_by="q1")


async def test_failures_in_the_field_go_to_the_supplier_of_the_component(hub: Hub, desk: Desk, agent: Any) -> None:
    """Of three units one goes back to the supplier's receipt, one to two suppliers' and one to nobody's."""
    await desk.receive(unit("S1"), unit("S2"))
    await desk.receive(unit("S3"), supplier=SECOND)
    made_of(hub, agent, 1, unit("S1"), verdict=Verdict.OK)
    made_of(hub, agent, 2, unit("S2"), unit("S3"), verdict=Verdict.OK)
    claims(hub, 1, 2)
    claims(hub, 3, component="")
    lost(hub, "90", CostItem.WARRANTY, plant=PLANT)
    lost(hub, "10.01", CostItem.CLAIM, LossAbout(part=MADE), plant=PLANT)
    found = report(hub)
    assert by_supplier(found) == {SUPPLIER: Decimal("33.34"), "": Decimal("66.67")}
    assert shares(found) == {(SUPPLIER, Driver.FIELD_FAILURES): (1, 3, Decimal("33.34"))}
    assert found.traced == (Traced(driver=Driver.FIELD_FAILURES, certain=1, possible=1, untraced=1),)
    assert report(hub, Place(supplier=SUPPLIER)).total == Decimal("33.34")


async def test_two_deliveries_of_one_supplier_leave_the_supplier_certain(hub: Hub, desk: Desk, agent: Any) -> None:
    for _ in range(2):
        await desk.receive({"code": lot("L1"), "quantity": 50})
    made_of(hub, agent, 1, lot("L1"), verdict=Verdict.OK)
    claims(hub, 1)
    lost(hub, "90", CostItem.WARRANTY, plant=PLANT)
    assert by_supplier(report(hub)) == {SUPPLIER: 90, "": 0}


async def test_scrapped_and_reworked_units_with_a_finding_count_for_the_supplier(
    hub: Hub, desk: Desk, agent: Any
) -> None:
    await desk.receive(unit("S1"), unit("S2"))
    for number, bolt in ((1, "S1"), (2, "S2"), (3, "S9"), (4, "S8")):
        made_of(hub, agent, number, unit(bolt), operation="OP10", defect="D-JAM")
    made_of(hub, agent, 2, purpose=Purpose.REWORK, day=JANUARY - timedelta(days=5), verdict=Verdict.OK, attempt=2)
    made_of(hub, agent, 2, purpose=Purpose.REWORK, day=JANUARY + timedelta(days=1), verdict=Verdict.OK, attempt=3)
    lost(hub, "80", plant=PLANT)
    lost(hub, "30", CostItem.REWORK, plant=PLANT)
    before = report(hub)
    assert by_supplier(before) == {"": 110}
    await escaped(desk, serial(1), component=PART, on=JANUARY + timedelta(days=40))
    await escaped(desk, serial(2), component=PART)
    await escaped(desk, serial(4), component=PART)  # nothing received fits
    found = report(hub)
    assert shares(found)[SUPPLIER, Driver.SCRAPPED] == (1, 3, Decimal("26.67"))
    assert shares(found)[SUPPLIER, Driver.REWORKS] == (1, 2, Decimal("15.00")), "the rework before the finding is not"
    assert by_supplier(found) == {SUPPLIER: Decimal("41.67"), "": Decimal("68.33")}
    counted = {one.driver: one.quantity for one in found.counted if one.driver is not Driver.ESCAPES}
    assert counted == {one.driver: one.quantity for one in before.counted if one.driver is not Driver.ESCAPES}
    for dimension in (Dimension.PART, Dimension.OPERATION, Dimension.CAUSE):
        told, was = (next(one for one in each.dimensions if one.dimension is dimension) for each in (found, before))
        assert {line.name for line in told.lines} == {line.name for line in was.lines}
    rebuild(hub)
    assert report(hub) == found


async def test_a_loss_of_a_received_part_goes_by_what_was_found_of_it(hub: Hub, desk: Desk, agent: Any) -> None:
    """Bolts are not made here: those found bad after the receipt are what was lost of them."""
    await desk.receive({"code": lot("L1"), "quantity": 50})
    await desk.receive({"code": lot("L2"), "quantity": 50}, supplier=SECOND)
    await escaped(desk, lot("L1"), quantity=3, defect="crack")
    await escaped(desk, lot("L2"), quantity=1)
    await escaped(desk, lot("L3"), quantity=4)
    lost(hub, "80", about=LossAbout(part=PART), plant=PLANT)
    lost(hub, "7", CostItem.DOWNTIME, LossAbout(part=PART), plant=PLANT)
    found = report(hub)
    assert by_supplier(found) == {SUPPLIER: 30, SECOND: 10, "": 47}
    assert shares(found) == {
        (SUPPLIER, Driver.ESCAPES): (3, 8, Decimal(30)), (SECOND, Driver.ESCAPES): (1, 8, Decimal(10)),
    }  # fmt: skip
    assert found.traced == (Traced(driver=Driver.ESCAPES, certain=4, possible=0, untraced=4),)
    stated = LossAbout(part=PART, supplier=SECOND)
    lost(hub, "5", about=stated, plant=PLANT)
    assert by_supplier(report(hub)) == {SUPPLIER: 30, SECOND: 15, "": 47}, "what an entry names goes to nobody else"


async def test_what_was_held_for_a_finding_is_the_suppliers(hub: Hub, desk: Desk, agent: SmallAgent) -> None:
    await desk.receive({"code": lot("L1"), "quantity": 50})
    at = {"event_time": START - timedelta(days=20)}
    for name in ("L1", "L7"):
        hold = HoldRecord(
            id=f"h{name}", scope=HoldScope.LOT, target=lot_uri(BOLT, name), state=HoldState.PLACED, by="q1",
            reason="cracks", **agent.stamp() | at,
        )  # fmt: skip
        ingest(hub, agent.seal(hold), compressed=False)
    await escaped(desk, lot("L1"))
    on = (START - timedelta(days=20)).date()
    lost(hub, "40", CostItem.ACCIDENT, LossAbout(part=PART), plant=PLANT, accrued_on=on)
    assert by_supplier(report(hub)) == {SUPPLIER: 20, "": 20}


async def test_a_unit_with_findings_of_two_suppliers_is_nobodys(hub: Hub, desk: Desk, agent: Any) -> None:
    await desk.receive(unit("S1"))
    await desk.receive(unit("S2"), supplier=SECOND)
    made_of(hub, agent, 1, unit("S1"), unit("S2"))
    await escaped(desk, serial(1), component=unit("S1"))
    lost(hub, "80", plant=PLANT)
    assert by_supplier(report(hub)) == {SUPPLIER: 80, "": 0}
    await escaped(desk, serial(1), component=unit("S2"))
    assert by_supplier(report(hub)) == {"": 80}


async def test_one_failure_is_not_counted_as_a_claim_and_as_a_finding(hub: Hub, desk: Desk, agent: Any) -> None:
    await desk.receive(unit("S1"), unit("S2"))
    made_of(hub, agent, 1, unit("S1"), verdict=Verdict.OK)
    claims(hub, 1, component="")
    await escaped(desk, serial(1), found_in="field", component=PART)
    await escaped(desk, unit("S2"), found_in="field")
    lost(hub, "80", CostItem.CLAIM, plant=PLANT)
    found = report(hub)
    assert shares(found) == {(SUPPLIER, Driver.FIELD_FAILURES): (2, 2, Decimal(80))}
    assert found.traced == (Traced(driver=Driver.FIELD_FAILURES, certain=2),)


async def test_who_sees_a_part_of_the_plant_is_told_of_no_supplier(hub: Hub, desk: Desk, agent: Any) -> None:
    """One of two suppliers sees only its own receipts: by these it would be at fault for everything."""
    await desk.receive(unit("S1"))
    await desk.receive(unit("S2"), supplier=SECOND)
    made_of(hub, agent, 1, unit("S1"), unit("S2"), verdict=Verdict.OK)
    claims(hub, 1)
    lost(hub, "90", CostItem.WARRANTY, plant=PLANT)
    kinds = ["costs", "existence", "verdicts", "genealogy"]
    policy = {"owner": f"{PLANT}-company", "partner": SUPPLIER, "kinds": kinds, "by": "q1", "items": "all"}
    reader = {"Authorization": f"Bearer {make_token(hub, SUPPLIER, {Scope.READ}).text}"}
    async with client_of(hub) as client:
        assert (await client.post("/api/v1/policies", json=policy, headers=admin_of(hub))).status_code == 201
        path = f"/api/v1/plants/{PLANT}/costs"
        seen, whole = [(await client.get(path, headers=who)).json() for who in (reader, admin_of(hub))]
    assert (Decimal(seen["total"]), seen["suppliers"], seen["dimensions"][2]["lines"]) == (90, [], [])
    assert SECOND not in str(seen)
    assert whole["traced"] == [{"driver": "field-failures", "certain": 0, "possible": 1, "untraced": 0}]


async def test_driver_and_number_stand_in_the_answer_and_the_tables(hub: Hub, desk: Desk, agent: Any) -> None:
    await desk.receive(unit("S1"))
    made_of(hub, agent, 1, unit("S1"), verdict=Verdict.OK)
    claims(hub, 1)
    lost(hub, "90", CostItem.WARRANTY, plant=PLANT)
    path = f"/api/v1/plants/{PLANT}/costs"
    async with client_of(hub) as client:
        told = (await client.get(path)).json()
        assert told["suppliers"] == [
            {"supplier": SUPPLIER, "driver": "field-failures", "quantity": 1.0, "of": 1.0, "amount": "90.00"}
        ]
        for language, word in (("en", "field failures"), ("zh", "市场失效数")):
            table = await client.get(f"{path}/file", params={"table": "traced", "language": language})
            assert word in table.text
            assert SUPPLIER in table.text


async def test_the_page_says_how_in_both_languages(hub: Hub, desk: Desk, agent: Any) -> None:
    people = people_of(hub)
    people.known("quinn", Role.QUALITY, organisation=f"{PLANT}-company")
    await desk.receive(unit("S1"))
    made_of(hub, agent, 1, unit("S1"), verdict=Verdict.OK)
    claims(hub, 1)
    claims(hub, 2, component="")
    lost(hub, "90", CostItem.WARRANTY, plant=PLANT)
    told = {
        "en": ("units failed in the field", "1 go back to one supplier, 0 to several and 1 to none"),
        "zh": ("市场失效件数", "1 件可追溯到唯一供应商，0 件可能来自多家，1 件无法追溯"),
    }
    for language, words in told.items():
        async with people.signed_in("quinn", **{"Accept-Language": language}) as browser:
            page = (await browser.get(f"/plants/{PLANT}/costs?by=supplier")).text
        table = page[page.index('id="traced"') :]
        row = " ".join(re.sub("<[^>]+>", " ", table[table.index("<tbody>") : table.index("</tbody>")]).split())
        assert row.startswith(SUPPLIER), row
        assert "45.00" in row
        for said in words:
            assert said in unescape(page), said
