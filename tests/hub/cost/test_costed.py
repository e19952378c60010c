"""Costs come out the same from what is counted and from the results: in any order, and after corrections.

That they are the same again after a rebuild is tested with the other tallies.
"""

import tempfile
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from small_chain import HOUSING, Line, housing_plan, line_of
from small_costs import lost, spent
from small_hub import START, small_hub
from sqlalchemy import select
from told_twice import told_twice

from hub.cost.gather import rates_of
from hub.cost.measured import Asking, quantities
from hub.cost.report import cost_report, plant_costs
from hub.cost.traced import Blamed, Failures
from hub.entry.master import add_plant
from hub.entry.quality import enter_cost_rate
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.store.core.database import Reading
from hub.store.master.queries import read_master
from hub.store.tables.costed import COSTED, costed
from traceability.identifier.item import part_uri, unit_uri
from traceability.quality.cost.allocate import Quantity
from traceability.quality.cost.category import Driver
from traceability.quality.cost.rate import price
from traceability.quality.cost.summary import total_of
from traceability.quality.loss import CostItem
from traceability.quality.window import Window
from traceability.record.correction import CorrectionRecord, Target
from traceability.record.quality import CostRateKind
from traceability.unit import Flag, Purpose, Verdict

ZONES = ("Asia/Shanghai", "America/New_York", "Asia/Kolkata")
PLANTS = ("supplier", "other")
WINDOWS = (
    Window(date(2025, 9, 17), date(2026, 3, 1)),
    Window(date(2026, 1, 31), date(2026, 2, 1)),
    Window(date(2025, 11, 2), date(2025, 11, 2)),  # New York's clock is set back
)
STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),  # line: two of one plant, one of another
        st.sampled_from(["S1", "S2", "S3", None]),
        st.sampled_from(["OP10", "OP20"]),
        st.sampled_from([Verdict.OK, Verdict.NOT_OK, Verdict.NOT_OK, Verdict.NOT_DECIDABLE]),
        st.sampled_from([Purpose.FIRST, Purpose.RETEST, Purpose.REWORK]),
        st.sampled_from([0, 1, 26, 719, 720, 1416, 2861]),  # hours before
        st.sampled_from([0, 0, 0, 13, 30]),  # minutes
        st.sampled_from(["burr", "scratch", None, "a long story " * 20]),
        st.sampled_from(["", "", "send", "correct"]),
    ),
    max_size=24,
)


def lines_of(hub: Hub, zone: str) -> list[Line]:
    found = [
        line_of(hub, f"line-{n}", plant, HOUSING, housing_plan(plant)) for n, plant in enumerate((*PLANTS, PLANTS[0]))
    ]
    for plant in PLANTS:
        add_plant(hub, plant, organisation=f"{plant}-company", name=plant, time_zone=zone)
    return found


def spend(hub: Hub) -> None:
    """A pool, losses and rates that change within the months."""
    spent(hub, "33.37", "process-control", accrued_on=date(2026, 1, 31), operation="OP20")
    spent(hub, "100.01", accrued_on=date(2025, 11, 2), plant="other")
    for item, day in product((CostItem.SCRAP, CostItem.REWORK), (date(2026, 1, 31), date(2025, 11, 2))):
        lost(hub, "77.77", item, accrued_on=day)
    for amount, since, part in (("1.01", date(2025, 11, 2), ""), ("2.5", date(2026, 2, 1), part_uri(HOUSING))):
        enter_cost_rate(
            hub, "supplier", part=part, rate=CostRateKind.INSPECTION, amount=Decimal(amount), currency="CNY",
            valid_from=since, entered_by="q1",
        )  # fmt: skip


def tell(lines: list[Line], steps, turned: bool) -> None:
    """What the lines tell; the batches of each in its order, and all of one line's before the other's if ``turned``."""
    batches: list[list[bytes]] = [[] for _ in lines]
    for which, unit, operation, verdict, purpose, hours, minutes, defect, then in steps:
        line = lines[which]
        line.result(
            unit, operation, verdict, purpose=purpose, defect=defect if verdict is Verdict.NOT_OK else None,
            event_time=START - timedelta(hours=hours, minutes=minutes), flags=(Flag.ABORTED,) if minutes == 13 else (),
        )  # fmt: skip
        if then == "correct":
            other = lines[minutes % 3].agent
            target = Target(author=other.author, chain=other.chain, seq=3 + (hours + minutes) % 7)
            line.put(CorrectionRecord, id=f"fix-{line.agent.next_record}", target=target, reason="x")
        if then:
            batches[which].append(line.agent.seal(*line.waiting))
            line.waiting = []
    for line, sealed in zip(lines, batches, strict=True):
        if line.waiting:
            sealed.append(line.agent.seal(*line.waiting))
            line.waiting = []
    for sealed in reversed(batches) if turned else batches:
        for batch in sealed:
            ingest(line.hub, batch, compressed=False)


def kept(hub: Hub) -> list[list[dict[str, object]]]:
    with hub.store.reading() as connection:
        return [
            [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()]
            for table in COSTED.values()
        ]


BLAMED = Failures(items={unit_uri(HOUSING, "S1"): Blamed("maker", date(2026, 1, 31))})
"""One of the units goes back to a supplier, as is known since the middle of its history."""


def answers(connection: Reading) -> object:
    return [
        (cost_report(connection, plant, window, START), by_place(connection, plant, window, BLAMED))
        for plant, window in product(PLANTS, WINDOWS)
    ]


def by_place(connection: Reading, plant: str, window: Window, known: Failures) -> dict[tuple[object, ...], Fraction]:
    zone = ZoneInfo(read_master(connection).plants[plant].time_zone)
    sums: defaultdict[tuple[object, ...], Fraction] = defaultdict(Fraction)
    for one in quantities(Asking(connection, plant, window, zone, START), known):
        sums[one.driver, one.month, one.place] += one.amount
    assert all(amount >= 0 for amount in sums.values()), "more is a supplier's than was counted"
    return {key: amount for key, amount in sums.items() if amount}


def without_suppliers(sums: dict[tuple[object, ...], Fraction]) -> dict[tuple[object, ...], Fraction]:
    together: defaultdict[tuple[object, ...], Fraction] = defaultdict(Fraction)
    for (driver, month, place), amount in sums.items():
        together[driver, month, replace(place, supplier="")] += amount
    return dict(together)


def by_day(connection: Reading, plant: str, window: Window, zone: str) -> list[Quantity]:
    """What was counted on each day by itself."""
    days = frozenset(window.first + timedelta(days=number) for number in range((window.last - window.first).days + 1))
    return quantities(Asking(connection, plant, window, ZoneInfo(zone), START, days))


def again(purpose: Purpose, first: str, then: str):
    """A failure and, at the same instant, what came again; one that passes later; one that was declared wrong."""
    return [
        (0, "S1", "OP10", Verdict.NOT_OK, Purpose.FIRST, 1416, 0, first, ""),
        (0, "S1", "OP10", Verdict.OK, purpose, 1416, 0, None, ""),
        (0, "S2", "OP10", Verdict.NOT_OK, Purpose.FIRST, 1416, 0, first, "send"),
        (0, "S2", "OP10", Verdict.OK, purpose, 720, 30, None, "send"),
        (0, "S1", "OP20", Verdict.NOT_OK, purpose, 720, 0, then, "correct"),
        (0, "S1", "OP20", Verdict.NOT_OK, purpose, 720, 30, then, ""),
    ]


@settings(max_examples=8, deadline=None)
@example(again(Purpose.REWORK, "burr", "scratch"), False, "Asia/Kolkata")
@example(again(Purpose.RETEST, "burr", "burr"), False, "Asia/Shanghai")
@given(STEPS, st.booleans(), st.sampled_from(ZONES))
def test_costs_are_the_same_from_counts_and_from_results(steps, turned, zone) -> None:
    with tempfile.TemporaryDirectory() as folder:
        hub = small_hub(Path(folder) / "hub")
        tell(lines_of(hub, zone), steps, turned)
        spend(hub)
        counted, told = told_twice(hub, answers)
        assert counted == told
        with hub.store.reading() as connection:
            for plant, window in product(PLANTS, WINDOWS):
                found = plant_costs(connection, plant, window, START)
                rates = rates_of(connection, plant)[CostRateKind.INSPECTION]
                daily = [one for one in by_day(connection, plant, window, zone) if one.driver is Driver.INSPECTIONS]
                runs = [one for one in found.counted if one.driver is Driver.INSPECTIONS]
                assert price(runs, rates) == price(daily, rates)
                assert total_of(found.found) == sum(one.cost.amount for one in found.gathered.costs)
                if plant != PLANTS[0]:
                    continue
                plain = by_place(connection, plant, window, Failures())
                assert without_suppliers(by_place(connection, plant, window, BLAMED)) == plain
        hub.store.close()


@pytest.mark.every_store
def test_every_store_counts_alike(hub: Hub) -> None:
    steps = [
        (n % 3, [f"S{n}", "S2", None, f"S{n // 4}"][n % 4], ["OP10", "OP20"][n // 5 % 2], list(Verdict)[n // 2 % 2],
         list(Purpose)[n % 3], 337 * n % 3000, n, ["burr", None, "a long story " * 20][n % 3],
         ["", "send", "correct"][n // 2 % 3])
        for n in range(40)
    ]  # fmt: skip
    tell(lines_of(hub, "Asia/Shanghai"), steps, False)
    spend(hub)
    counted, told = told_twice(hub, answers)
    assert counted == told
    assert {one.driver for report, _ in counted for one in report.counted if one.quantity} >= {
        Driver.INSPECTIONS, Driver.RETESTS, Driver.REWORKS, Driver.SCRAPPED,
    }  # fmt: skip


def test_a_log_that_was_tallied_before_costs_were_counted_goes_on_without(hub: Hub) -> None:
    line = lines_of(hub, "Asia/Shanghai")[0]
    at = START - timedelta(days=40)
    line.result("S1", verdict=Verdict.NOT_OK, defect="burr", event_time=at)
    line.send()
    with hub.store.writing() as connection:
        for table in COSTED.values():
            connection.execute(table.delete())
    line.result("S2", verdict=Verdict.NOT_OK, defect="burr", event_time=at)
    line.send()

    def scrapped() -> int:
        with hub.store.reading() as connection:
            found = cost_report(connection, "supplier", WINDOWS[0], START)
        return sum(int(one.quantity) for one in found.counted if one.driver is Driver.SCRAPPED)

    assert (scrapped(), kept(hub)) == (2, [[], []])
    rebuild(hub)
    with hub.store.reading() as connection:
        assert connection.execute(select(costed.c.plant)).scalars().all()
    assert scrapped() == 2
