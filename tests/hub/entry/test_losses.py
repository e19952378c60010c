"""Losses by file, by reversal and from the records."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from small_chain import HOUSING, Line, housing_plan, line_of
from small_hub import START, admin_of, client_of
from small_master import workbook

from hub.entry.economics import LossAbout, enter_loss, enter_output_value
from hub.entry.loss_file import read_losses
from hub.entry.losses import enter_computed_losses, enter_loss_file
from hub.entry.quality import enter_cost_rate, enter_policy, reverse_loss
from hub.errors import EntryRefused
from hub.master.importing import import_file
from hub.parts import Hub
from hub.scorecard.computed_losses import Month
from hub.scorecard.plant import plant_view
from hub.store.quality.queries import loss_lines
from traceability.identifier.item import lot_uri, part_uri
from traceability.quality.loss import CostItem
from traceability.quality.sampling import SamplingMode
from traceability.record.production import HoldRecord, HoldScope, HoldState
from traceability.record.quality import CostRateKind
from traceability.unit import Purpose, Verdict

CHINESE = '费用项目,金额,日期,凭证,供应商\n报废损失费,"1,200.50",2026-02-01,V-1,某厂\nclaim,300,2026/2/3,V-2,\n'


@pytest.fixture
def line(hub: Hub) -> Line:
    return line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())


def lines(hub: Hub):
    with hub.store.reading() as connection:
        return loss_lines(connection, ["supplier"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_in_either_encoding(encoding: str) -> None:
    file = read_losses(CHINESE.encode(encoding))
    assert file.problems == ()
    assert [(row.item, row.amount, row.date) for row in file.rows] == [
        (CostItem.SCRAP, Decimal("1200.50"), date(2026, 2, 1)),
        (CostItem.CLAIM, Decimal(300), date(2026, 2, 3)),
    ]
    assert file.rows[0].supplier == "某厂"


def test_every_problem_is_named_by_its_row_and_nothing_is_entered(hub: Hub, line: Line) -> None:
    text = "item;amount;date;currency\nscrap;-1;2026-02-01;\nlunch;5;2026-02-30;CNY\n\nrework;NaN;2026-01-01;RMBX\n"
    file = read_losses(text.encode())
    found = {(problem.row, problem.column) for problem in file.problems}
    assert found == {(2, "amount"), (3, "item"), (3, "date"), (5, "amount"), (5, "currency")}
    with pytest.raises(EntryRefused, match="row 2 amount"):
        enter_loss_file(hub, "supplier", file, entered_by="q1")
    assert lines(hub) == []


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "the file has no rows"),
        (b"item,amount\nscrap,1\n", "the column is missing"),
        (b"item,amount,date,colour\n", "unknown column"),
        (b'item,amount,date\n"scrap,1,2026-01-01', "none of the nine cost items"),
    ],
)
def test_a_file_that_says_nothing_says_why(data: bytes, complaint: str) -> None:
    assert any(complaint in problem.text for problem in read_losses(data).problems)


def test_bytes_of_no_encoding_are_refused() -> None:
    with pytest.raises(EntryRefused, match="neither UTF-8 nor GB18030"):
        read_losses(b"item,amount\n\xff\xff\xff")


def test_a_file_is_entered_once_as_one_batch(hub: Hub, line: Line) -> None:
    file = read_losses(CHINESE.encode())
    enter_loss_file(hub, "supplier", file, entered_by="q1")
    assert {one.batch_id for one in lines(hub)} == {lines(hub)[0].batch_id}
    with pytest.raises(EntryRefused, match="entered already"):
        enter_loss_file(hub, "supplier", file, entered_by="q1")


def loss(hub: Hub, amount: str, **changes) -> str:
    given = {
        "item": CostItem.SCRAP,
        "currency": "CNY",
        "accrued_on": date(2026, 2, 1),
        "evidence": "v",
        "entered_by": "q1",
    }
    enter_loss(hub, "supplier", amount=Decimal(amount), **(given | changes))
    return lines(hub)[-1].id


def test_a_reversed_entry_counts_no_more_but_stays(hub: Hub, line: Line) -> None:
    first, _ = loss(hub, "100"), loss(hub, "30")
    enter_output_value(hub, "supplier", year=2025, amount=Decimal(1000), currency="CNY", evidence="", entered_by="q1")
    reverse_loss(hub, "supplier", loss=first, reason="typed twice", entered_by="q1")
    with hub.store.reading() as connection:
        view = plant_view(connection, "supplier", START)
        before = plant_view(connection, "supplier", START, known_at=START + timedelta(days=1))
    assert view.losses.internal == Fraction(30, 1000)
    assert before.losses.internal == view.losses.internal
    assert [bool(one.reversed_by) for one in lines(hub)] == [True, False]
    with pytest.raises(EntryRefused, match="reversed already"):
        reverse_loss(hub, "supplier", loss=first, reason="again", entered_by="q1")
    with pytest.raises(EntryRefused, match="there is no loss"):
        reverse_loss(hub, "supplier", loss="none", reason="x", entered_by="q1")


def test_net_losses_are_a_declared_choice(hub: Hub, line: Line) -> None:
    loss(hub, "100", about=LossAbout(recovered=Decimal(40), supplier="S"))
    enter_output_value(hub, "supplier", year=2025, amount=Decimal(1000), currency="CNY", evidence="", entered_by="q1")

    def internal() -> Fraction:
        with hub.store.reading() as connection:
            return plant_view(connection, "supplier", START).losses.internal

    assert internal() == Fraction(1, 10)
    enter_policy(hub, "supplier", net_losses=True, sampling=SamplingMode.INSPECTED, cpk_waiver="", entered_by="q1")
    assert internal() == Fraction(6, 100)
    with hub.store.reading() as connection:
        assert plant_view(connection, "supplier", START).grade.policy.net_losses


def rate(hub: Hub, kind: CostRateKind, amount: str, operation: str = "", valid_from: date = date(2025, 1, 1)) -> None:
    enter_cost_rate(
        hub,
        "supplier",
        part=part_uri(HOUSING),
        rate=kind,
        amount=Decimal(amount),
        currency="CNY",
        valid_from=valid_from,
        operation=operation,
        entered_by="q1",
    )


def test_scrap_and_rework_come_from_the_records(hub: Hub, line: Line) -> None:
    january = START - timedelta(days=45)
    for number in range(3):
        line.result(f"S{number}", verdict=Verdict.NOT_OK, event_time=january)
    line.result("S2", purpose=Purpose.REWORK, attempt=2, event_time=january + timedelta(hours=1))
    line.result("late", verdict=Verdict.NOT_OK)  # may still be reworked
    line.send()
    rate(hub, CostRateKind.SCRAP, "80")
    month = Month(2026, 1)
    first = enter_computed_losses(hub, "supplier", month, entered_by="q1")
    assert (first.entered, first.reversed, len(first.unpriced)) == (1, 0, 1)
    rate(hub, CostRateKind.REWORK, "12.5", operation="OP10")
    second = enter_computed_losses(hub, "supplier", month, entered_by="q1")
    assert (second.entered, second.reversed, second.unchanged) == (1, 0, 1)
    assert {one.item: one.amount for one in lines(hub)} == {"scrap": Decimal(160), "rework": Decimal("12.5")}
    line.result("S0", purpose=Purpose.REWORK, attempt=2, event_time=january + timedelta(days=1))
    line.send()
    third = enter_computed_losses(hub, "supplier", month, entered_by="q1")
    assert (third.entered, third.reversed) == (2, 2)
    standing = {one.item: one.amount for one in lines(hub) if one.reversed_by is None}
    assert standing == {"scrap": Decimal(80), "rework": Decimal(25)}
    assert enter_computed_losses(hub, "supplier", month, entered_by="q1").log_index is None


def test_each_day_has_its_rate(hub: Hub, line: Line) -> None:
    """Rule R16: what a unit cost is what it cost on its day, not what it costs at the month's end."""
    days = {5: 2, 10: 1, 20: 3, 25: 4}
    for day, count in days.items():
        at = datetime(2026, 1, day, 12, tzinfo=UTC)
        for number in range(count):
            line.result(f"D{day}-{number}", verdict=Verdict.NOT_OK, event_time=at)
    line.send()
    scrap = CostRateKind.SCRAP
    rate(hub, scrap, "10", valid_from=date(2026, 1, 10))
    rate(hub, scrap, "100", valid_from=date(2026, 1, 20))
    month = Month(2026, 1)

    def entered() -> list[Decimal]:
        enter_computed_losses(hub, "supplier", month, entered_by="q1")
        return sorted(one.amount for one in lines(hub) if one.reversed_by is None)

    found = enter_computed_losses(hub, "supplier", month, entered_by="q1")
    assert [one.units for one in found.unpriced] == [2]  # before the first rate began there was none
    assert entered() == [Decimal(10), Decimal(700)]
    rate(hub, scrap, "1", valid_from=date(2025, 6, 1))
    assert entered() == [Decimal(2), Decimal(10), Decimal(700)]
    assert enter_computed_losses(hub, "supplier", month, entered_by="q1").unchanged == 3


def test_a_rate_that_ended_prices_nothing_more(hub: Hub, line: Line) -> None:
    for day in (5, 25):
        line.result(f"E{day}", verdict=Verdict.NOT_OK, event_time=datetime(2026, 1, day, 12, tzinfo=UTC))
    line.send()
    rates = {"plant": "supplier", "rate": "scrap", "amount": Decimal(10), "currency": "CNY"}
    span = {"part": HOUSING, "valid_from": date(2025, 1, 1), "valid_to": date(2026, 1, 10)}
    import_file(hub, workbook({"cost-rate": [rates | span]}), by="q1")
    month = Month(2026, 1)
    found = enter_computed_losses(hub, "supplier", month, entered_by="q1")
    assert ([one.amount for one in lines(hub)], [one.units for one in found.unpriced]) == ([Decimal(10)], [1])
    anybody = {"amount": Decimal(3), "valid_from": date(2025, 1, 1)}
    import_file(hub, workbook({"cost-rate": [rates | anybody]}), by="q1")
    found = enter_computed_losses(hub, "supplier", month, entered_by="q1")
    assert (found.entered, found.unchanged, found.unpriced) == (1, 1, ())
    assert sum(one.amount for one in lines(hub)) == Decimal(13)


def test_re_inspection_and_sorting_are_losses_where_they_have_a_rate(hub: Hub, line: Line) -> None:
    january = START - timedelta(days=45)
    line.result("S0", verdict=Verdict.NOT_OK, event_time=january)
    line.result("S0", purpose=Purpose.RETEST, attempt=2, event_time=january + timedelta(hours=1))
    for state in (HoldState.PLACED, HoldState.RELEASED):
        line.put(
            HoldRecord,
            id="hold-1",
            scope=HoldScope.LOT,
            target=lot_uri(HOUSING, "L1"),
            state=state,
            by="q1",
            reason="burrs",
            event_time=january,
        )
    line.send()
    month = Month(2026, 1)
    assert enter_computed_losses(hub, "supplier", month, entered_by="q1").unpriced == ()
    for kind, amount in ((CostRateKind.RE_INSPECTION, "3"), (CostRateKind.SORTING, "40")):
        rate(hub, kind, amount)
    assert enter_computed_losses(hub, "supplier", month, entered_by="q1").entered == 2
    assert {(one.item, one.amount) for one in lines(hub)} == {("rework", Decimal(3)), ("accident", Decimal(40))}
    assert enter_computed_losses(hub, "supplier", month, entered_by="q1").unchanged == 2


async def test_the_ledger_over_http(hub: Hub, line: Line) -> None:
    path = "/api/v1/plants/supplier/losses"
    async with client_of(hub) as client:
        admin = admin_of(hub) | {"Content-Type": "text/csv"}
        sent = {"content": CHINESE.encode("gb18030"), "headers": admin}
        dry = await client.post(f"{path}/file?entered_by=q1&dry_run=true", **sent)
        assert (dry.json()["rows"], dry.json()["encoding"], dry.json()["log_index"]) == (2, "gb18030", None)
        assert (await client.get(path)).json()["total"] == 0
        real = await client.post(f"{path}/file?entered_by=q1", **sent)
        assert real.json()["log_index"] is not None
        ledger = (await client.get(path)).json()
        assert [one["name"] for one in ledger["pareto"]["CNY"]] == ["scrap", "claim"]
        reversal = {"reason": "wrong plant", "entered_by": "q1"}
        identity = ledger["lines"][0]["id"]
        assert (
            await client.post(f"{path}/{identity}/reversal", json=reversal, headers=admin_of(hub))
        ).status_code == 201
        month = {"year": 2026, "month": 1, "entered_by": "q1"}
        computed = await client.post(f"{path}/from-records", json=month, headers=admin_of(hub))
        assert computed.json()["entered"] == 0
