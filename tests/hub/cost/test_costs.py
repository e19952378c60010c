"""Quality costs of a plant: entered, counted, priced, allocated; nothing twice, nothing lost."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from small_chain import HOUSING, Line, housing_plan, line_of
from small_costs import JANUARY, lost, production, spent
from small_hub import START, admin_of, client_of
from small_incoming import PART as BOLT_PART
from small_incoming import PLANT, SUPPLIER, Desk, lot, two_companies
from small_master import csv_file

from hub.cost.cost_file import read_costs
from hub.cost.enter import enter_cost_file, enter_loss_cause, reverse_cost
from hub.cost.forms import CostReversalForm, LossCauseForm
from hub.cost.report import CostReport, cost_report
from hub.cost.sheets import ENTRIES
from hub.entry.economics import LossAbout
from hub.entry.field import enter_failures
from hub.entry.field_forms import FailureForm
from hub.entry.quality import enter_cost_rate, enter_gauge, enter_policy
from hub.entry.seal import enter
from hub.errors import EntryRefused
from hub.ingest.ingest import ingest
from hub.master.importing import import_file
from hub.master.undoing import undo
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.tabular.writing import workbook_bytes
from traceability.identifier.item import lot_uri, part_uri, unit_uri
from traceability.quality.cost.allocate import NOWHERE, Dimension, Place
from traceability.quality.cost.category import Activity, Category, Driver
from traceability.quality.loss import CostItem
from traceability.quality.reason import Reason
from traceability.quality.sampling import SamplingMode
from traceability.quality.window import Window
from traceability.record.cost import QualityCostRecord
from traceability.record.production import HoldRecord, HoldScope, HoldState
from traceability.record.quality import CostRateKind, GaugeUse
from traceability.unit import Verdict

PART = part_uri(HOUSING)
YEAR = Window(date(2025, 4, 1), date(2026, 3, 31))


@pytest.fixture
def line(hub: Hub) -> Line:
    return line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())


def report(hub: Hub, plant: str = "supplier", narrowed: Place = NOWHERE, **more: Any) -> CostReport:
    with hub.store.reading() as connection:
        return cost_report(connection, plant, YEAR, START, narrowed=narrowed, **more)


def rate(hub: Hub, kind: CostRateKind, amount: str, since: date, part: str = "") -> None:
    enter_cost_rate(
        hub, "supplier", part=part, rate=kind, amount=Decimal(amount), currency="CNY", valid_from=since, entered_by="q1"
    )


def amounts(found: CostReport, dimension: Dimension) -> dict[str, Decimal]:
    (told,) = [one for one in found.dimensions if one.dimension is dimension]
    return {line.name: line.amount for line in told.lines} | {"": told.unallocated}


def categories(found: CostReport) -> dict[str, Decimal]:
    return {one.category.value: one.amount for one in found.categories if one.amount}


def test_a_pool_is_allocated_by_what_was_inspected(hub: Hub, line: Line) -> None:
    production(line)
    spent(hub, "100.01")
    found = report(hub)
    assert categories(found) == {"appraisal": Decimal("100.01")}
    assert amounts(found, Dimension.OPERATION) == {"OP10": Decimal("50.01"), "OP20": Decimal("50.00"), "": 0}
    assert amounts(found, Dimension.PART) == {PART: Decimal("100.01"), "": 0}
    assert amounts(found, Dimension.CAUSE) == {"": Decimal("100.01")}
    assert {one.driver: one.quantity for one in found.counted if one.quantity} == {
        Driver.INSPECTIONS: 6, Driver.REWORKS: 1, Driver.SCRAPPED: 1,
    }  # fmt: skip


def test_failures_come_from_the_loss_ledger_and_go_to_their_causes(hub: Hub, line: Line) -> None:
    production(line)
    lost(hub, "80")
    lost(hub, "30", CostItem.REWORK)
    stated = lost(hub, "12", CostItem.DOWNTIME)
    enter_loss_cause(hub, "supplier", stated, LossCauseForm(cause="D-JAM", entered_by="q1"))
    lost(hub, "9", CostItem.DISCOUNT)
    found = report(hub)
    assert amounts(found, Dimension.CAUSE) == {"D-PORE": 80, "D-LEAK": 30, "D-JAM": 12, "": 9}
    assert categories(found) == {"internal": 122, "external": 9}
    narrowed = report(hub, narrowed=Place(cause="D-PORE"))
    assert (narrowed.total, amounts(narrowed, Dimension.OPERATION)) == (80, {"OP20": 80, "": 0})
    with pytest.raises(EntryRefused, match="there is no loss"):
        enter_loss_cause(hub, "supplier", "none", LossCauseForm(cause="D-JAM", entered_by="q1"))


def test_rates_hold_on_the_day_of_the_event_and_give_way_to_an_entry(hub: Hub, line: Line) -> None:
    production(line)
    line.result("S9", event_time=JANUARY + timedelta(days=20))
    line.result("S10", event_time=START - timedelta(days=3))
    line.send()
    rate(hub, CostRateKind.INSPECTION, "1.5", date(2026, 1, 1))
    rate(hub, CostRateKind.INSPECTION, "2", date(2026, 1, 20), part=PART)
    rate(hub, CostRateKind.REWORK, "7", date(2025, 1, 1))
    found = report(hub)
    assert found.total == Decimal("1.5") * 6 + 2 * 2
    assert {(one.month.month, one.amount, one.counted) for one in found.at_rates} == {(1, 11, True), (2, 2, True)}
    spent(hub, "100")
    after = report(hub)
    assert after.total == 102
    assert {(one.month.month, one.counted) for one in after.at_rates} == {(1, False), (2, True)}


def test_a_rate_for_every_part_comes_from_master_data_and_can_be_withdrawn(hub: Hub, line: Line) -> None:
    production(line)
    row = {"plant": "supplier", "rate": "inspection", "amount": Decimal(3), "valid_from": date(2025, 1, 1)}
    change = import_file(hub, csv_file("cost-rate", [row]), by="q1", kind="cost-rate").change
    assert report(hub).total == 18
    undo(hub, change, by="q1")
    assert (report(hub).total, report(hub).at_rates) == (0, ())


def test_what_was_held_is_sorted_at_its_parts_cost(hub: Hub, line: Line) -> None:
    hold = {"scope": HoldScope.LOT, "by": "q1", "reason": "burrs", "event_time": JANUARY}
    for name, state in (("h1", HoldState.PLACED), ("h1", HoldState.RELEASED), ("h2", HoldState.PLACED)):
        line.put(HoldRecord, id=name, target=lot_uri(HOUSING, name), state=state, **hold)
    line.send()
    lost(hub, "40", CostItem.ACCIDENT)
    found = report(hub)
    assert amounts(found, Dimension.PART) == {PART: 40, "": 0}
    assert {one.driver: one.quantity for one in found.counted if one.quantity} == {Driver.HOLDS: 2}


def test_quantities_without_a_rate_are_told(hub: Hub, line: Line) -> None:
    production(line)
    rate(hub, CostRateKind.INSPECTION, "1.5", date(2026, 2, 1))
    found = report(hub)
    assert (found.total, [(one.activity.value, one.quantity) for one in found.unpriced]) == (0, [("inspection", 6)])


def test_gauges_and_field_failures_drive_their_own_costs(hub: Hub, line: Line) -> None:
    production(line)
    both = [GaugeUse(part=PART, characteristic="bore"), GaugeUse(part="X", characteristic="d")]
    enter_gauge(hub, "supplier", gauge="G1", name="CMM", uses=both, calibrated_on=date(2026, 1, 7), entered_by="q1")
    rate(hub, CostRateKind.CALIBRATION, "25.01", date(2025, 1, 1))
    failed = FailureForm(id="C1", unit=unit_uri(HOUSING, "S0"), failed_on=date(2026, 1, 28), mode="NOISE")
    enter_failures(hub, "supplier", [failed], entered_by="q1")
    lost(hub, "70", CostItem.WARRANTY, accrued_on=date(2026, 1, 31))
    found = report(hub)
    by_part = amounts(found, Dimension.PART)
    assert (by_part[PART] + by_part["X"], by_part[""]) == (Decimal("95.01"), 0)
    assert abs(by_part["X"] - Decimal("12.505")) == Decimal("0.005")
    assert amounts(found, Dimension.CAUSE) == {"NOISE": 70, "": Decimal("25.01")}


async def test_incoming_inspection_goes_to_suppliers(hub: Hub) -> None:
    two_companies(hub)
    desk = Desk(hub)
    await desk.plan()
    receipt = await desk.receive({"code": lot("L1"), "quantity": 1000})
    await desk.inspect(receipt, lot("L1"))
    spent(hub, "60", "incoming-inspection", PLANT, accrued_on=date(2026, 3, 1), accrued_until=date(2026, 3, 31))
    found = report(hub, PLANT)
    assert amounts(found, Dimension.SUPPLIER) == {SUPPLIER: 60, "": 0}
    assert amounts(found, Dimension.PART) == {BOLT_PART: 60, "": 0}
    with hub.store.reading() as connection:
        half = cost_report(connection, PLANT, Window(date(2026, 3, 1), date(2026, 3, 15)), START)
    assert half.total == Decimal("29.03")  # 15 of 31 days, cut to the cent


def test_mixed_currencies_are_refused_with_a_reason(hub: Hub, line: Line) -> None:
    spent(hub, "10")
    wrong = spent(hub, "5", "training", currency="EUR")
    found = report(hub)
    assert (found.reason, found.currencies, found.total) == (Reason.MIXED_CURRENCY, ("CNY", "EUR"), 0)
    reverse_cost(hub, "supplier", wrong, CostReversalForm(reason="typed wrong", entered_by="q1"))
    assert (report(hub).reason, report(hub).total) == (None, 10)
    with pytest.raises(EntryRefused, match="reversed already"):
        reverse_cost(hub, "supplier", wrong, CostReversalForm(reason="again", entered_by="q1"))
    with pytest.raises(EntryRefused, match="there is no cost"):
        reverse_cost(hub, "supplier", "none", CostReversalForm(reason="x", entered_by="q1"))


def test_what_is_no_amount_gives_no_sum_but_a_reason(hub: Hub, line: Line) -> None:
    production(line)
    rate(hub, CostRateKind.INSPECTION, "1E-30", date(2025, 1, 1))
    assert (report(hub).reason, report(hub).total) == (Reason.INVALID_AMOUNT, 0)


def test_nobody_but_the_hub_states_costs_and_none_that_are_no_money(hub: Hub, line: Line) -> None:
    words = {
        "plant": "supplier",
        "activity": "audit",
        "amount": Decimal(7),
        "currency": "CNY",
        "accrued_on": date(2026, 1, 1),
        "evidence": "",
        "entered_by": "x",
    }
    line.put(QualityCostRecord, id="c-1", **words)
    taken = ingest(hub, line.agent.seal(*line.waiting), compressed=False)
    assert [one.reason for one in taken.quarantined] == ["records of this kind are sealed by the hub alone"]
    assert report(hub).total == 0
    for wrong in ({"amount": Decimal("NaN")}, {"amount": Decimal(-1)}, {"accrued_until": date(2025, 1, 1)}):
        with pytest.raises(EntryRefused):
            enter(hub, lambda _, stamp, said=words | wrong: [QualityCostRecord(id="c-2", **said, **stamp())])


def test_gross_or_net_is_the_plants_choice_and_is_printed(hub: Hub, line: Line) -> None:
    lost(hub, "100", about=LossAbout(recovered=Decimal(40), part=HOUSING))
    assert (report(hub).net, report(hub).total) == (False, 100)
    assert amounts(report(hub), Dimension.PART) == {PART: 100, "": 0}
    assert (report(hub, net=True).net, report(hub, net=True).total) == (True, 60)
    enter_policy(hub, "supplier", net_losses=True, sampling=SamplingMode.INSPECTED, cpk_waiver="", entered_by="q1")
    assert (report(hub).net, report(hub).total) == (True, 60)


def test_a_rebuild_says_the_same(hub: Hub, line: Line) -> None:
    production(line)
    lost(hub, "80")
    reverse_cost(hub, "supplier", spent(hub, "3", "audit"), CostReversalForm(reason="twice", entered_by="q1"))
    spent(hub, "41", "training", accrued_until=date(2026, 6, 30))
    before = report(hub)
    rebuild(hub)
    assert report(hub) == before
    assert categories(before) == {"prevention": Decimal("19.92"), "internal": 80}


FILE = (
    "活动,金额,币种,发生日期,截止日期,凭证,工序,分摊依据\n"
    "检验,1200.50,,2026-01-05,,V-1,,\n"
    "training,300,CNY,2026/1/5,2026-12-31,V-2,,不分摊\n"
)


def test_an_excel_file_says_the_same(hub: Hub, line: Line) -> None:
    row = {"activity": "审核", "amount": Decimal("100.10"), "accrued_on": date(2026, 1, 5), "evidence": "V-9"}
    file = read_costs(workbook_bytes([(ENTRIES, [row])], "zh"))
    assert (file.problems, file.encoding, file.sums) == ((), "xlsx", {"CNY": Decimal("100.10")})
    assert (file.rows[0].activity, file.rows[0].accrued_on) == (Activity.AUDIT, date(2026, 1, 5))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_file_is_read_and_entered_once(hub: Hub, line: Line, encoding: str) -> None:
    production(line)
    file = read_costs(FILE.encode(encoding))
    assert file.problems == ()
    assert file.sums == {"CNY": Decimal("1500.50")}
    enter_cost_file(hub, "supplier", file, entered_by="q1")
    with pytest.raises(EntryRefused, match="entered already"):
        enter_cost_file(hub, "supplier", file, entered_by="q1")
    found = report(hub)
    assert found.categories[0].category is Category.PREVENTION
    assert amounts(found, Dimension.PART) == {PART: Decimal("1200.50"), "": found.categories[0].amount}


def test_every_problem_is_named_and_nothing_is_entered(hub: Hub, line: Line) -> None:
    text = "activity,amount,currency,accrued_on,accrued_until\ninspection,-1,,2026-02-01,\nscrap,5,,2026-02-30,\n"
    file = read_costs((text + "audit,1.1234567,RMBX,2026-02-02,2026-02-01\n").encode())
    found = {(problem.row, problem.column) for problem in file.problems}
    assert {(2, "amount"), (3, "activity"), (3, "accrued_on"), (4, "amount"), (4, "accrued_until")} <= found
    with pytest.raises(EntryRefused, match="nothing was entered"):
        enter_cost_file(hub, "supplier", file, entered_by="q1")
    assert report(hub).total == 0
    with pytest.raises(EntryRefused, match="there are no rows"):
        enter_cost_file(hub, "supplier", read_costs(b"activity,amount,accrued_on\n"), entered_by="q1")


@pytest.mark.parametrize(
    "changes", [{"accrued_until": date(2026, 1, 1)}, {"driver": "moonlight"}], ids=["ends first", "no driver"]
)
def test_an_entry_that_says_nothing_is_refused(hub: Hub, line: Line, changes: dict[str, Any]) -> None:
    with pytest.raises(EntryRefused):
        spent(hub, "1", **changes)


async def test_the_costs_over_http(hub: Hub, line: Line) -> None:
    production(line)
    path, admin = "/api/v1/plants/supplier/costs", admin_of(hub)
    entry = {"activity": "inspection", "amount": "60", "accrued_on": "2026-01-05", "evidence": "V", "entered_by": "q1"}
    async with client_of(hub) as client:
        made = await client.post(path, json=entry, headers=admin)
        assert made.status_code == 201
        assert (await client.post(path, json=entry | {"activity": "scrap"}, headers=admin)).status_code == 422
        sent = {"content": FILE.encode(), "headers": admin | {"Content-Type": "application/octet-stream"}}
        dry = await client.post(f"{path}/file?entered_by=q1&dry_run=true", **sent)
        assert (dry.json()["rows"], dry.json()["log_index"]) == (2, None)
        told = (await client.get(path, params={"operation": "OP20"})).json()
        assert (told["total"], told["currency"], told["net"]) == ("30.00", "CNY", False)
        ledger = (await client.get(f"{path}/entries")).json()
        assert (ledger["total"], ledger["lines"][0]["id"]) == (1, made.json()["id"])
        for table in ("months", "items", "part", "cause", "entries", "all"):
            answer = await client.get(f"{path}/file", params={"table": table, "language": "en"})
            assert answer.text.count("\n") >= 2, table
        workbook = await client.get(f"{path}/file", params={"form": "xlsx"})
        assert workbook.content.startswith(b"PK")
        undo = {"reason": "typed twice", "entered_by": "q1"}
        assert (await client.post(f"{path}/{made.json()['id']}/reversal", json=undo, headers=admin)).status_code == 201
        assert (await client.get(path)).json()["total"] == "0"
        assert (await client.get("/api/v1/plants/none/costs")).status_code == 404
        assert (await client.get(path, params={"first": "2026-02-01", "last": "2026-01-01"})).status_code == 422
        assert (await client.get(path, params={"last": "9999-12-31"})).status_code == 422


async def test_the_benefit_of_an_action_over_http(hub: Hub, line: Line) -> None:
    for month, failed in ((10, 4), (11, 5), (12, 4), (1, 1), (2, 0)):
        at = datetime(2026 if month < 6 else 2025, month, 5, 4, tzinfo=UTC)
        for number in range(10):
            verdict, defect = (Verdict.NOT_OK, "D-PORE") if number < failed else (Verdict.OK, None)
            line.result(f"M{month}-{number}", verdict=verdict, defect=defect, event_time=at)
        if failed:
            lost(hub, str(failed * 100), accrued_on=at.date())
    line.send()
    question = {"cause": "D-PORE", "since": "2026-01-01", "months": 3, "cost": "500", "monthly": "10"}
    async with client_of(hub) as client:
        path = "/api/v1/plants/supplier/costs/benefit"
        told = (await client.get(path, params=question)).json()
        assert [one["amount"] for one in told["before"]] == ["400.00", "500.00", "400.00"]
        assert [one["units"] for one in told["after"]] == [10, 10]
        saved = told["benefit"]
        assert saved["doubts"][:2] == ["other-changes", "chosen-because-bad"]
        assert {"too-few-months", "unallocated"} & set(saved["doubts"]) == {"too-few-months"}
        other = (await client.get(path, params=question | {"cause": "D-BURR"})).json()
        assert other["before"][0]["amount"] == "0"
        lost(hub, "33", CostItem.DOWNTIME)
        vague = (await client.get(path, params=question)).json()
        assert vague["after"][0]["unallocated"] == "33"
        assert "unallocated" in vague["benefit"]["doubts"]
        unsaid = (await client.get(path, params={"cause": "D-PORE", "since": "2026-01-01", "months": 3})).json()
        assert {unsaid["benefit"][name] for name in ("outlay", "net", "payback", "payback_interval")} == {None}
        assert "no-outlay" in unsaid["benefit"]["doubts"]
        assert unsaid["benefit"]["saved"] == saved["saved"]
        assert (await client.get(path, params=question | {"since": "2026-02-20"})).status_code == 422
        assert (await client.get(path, params=question | {"since": "2027-02-20"})).status_code == 422
