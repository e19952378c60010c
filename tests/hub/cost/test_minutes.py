"""The time that incoming inspections and calibrations took drives what they cost, where all of it is stated."""

from datetime import date, timedelta
from typing import Any

import pytest
from small_chain import HOUSING
from small_costs import spent
from small_hub import START
from small_incoming import PART as BOLT
from small_incoming import PLANT, Desk, lot, two_companies
from small_master import csv_file

from hub.cost.report import CostReport, cost_report
from hub.entry.quality import enter_gauge
from hub.gauge.register import gauge_register
from hub.master.importing import import_file
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from traceability.identifier.item import lot_uri, part_uri
from traceability.quality.cost.allocate import Dimension
from traceability.quality.cost.category import Driver
from traceability.quality.window import Window
from traceability.record.quality import GaugeUse

MARCH = Window(date(2026, 3, 1), date(2026, 3, 31))
OTHER = part_uri(HOUSING)


def report(hub: Hub, plant: str = PLANT) -> CostReport:
    with hub.store.reading() as connection:
        return cost_report(connection, plant, MARCH, START + timedelta(days=40))


def by_part(found: CostReport) -> dict[str, int]:
    (told,) = [one for one in found.dimensions if one.dimension is Dimension.PART]
    return {line.name: int(line.amount) for line in told.lines} | {"": int(told.unallocated)}


def counted(found: CostReport) -> dict[Driver, Any]:
    return {one.driver: one.quantity for one in found.counted if one.quantity}


async def two_lots(hub: Hub, first: int | None, second: int | None) -> Desk:
    """A lot of 80 checks and one of 80 of another part, inspected in so many minutes."""
    two_companies(hub)
    desk = Desk(hub)
    await desk.plan()
    await desk.plan(part=OTHER)
    for name, minutes in ((lot("L1"), first), (lot_uri(HOUSING, "L2"), second)):
        receipt = await desk.receive({"code": name, "quantity": 1000})
        await desk.inspect(receipt, name, **({} if minutes is None else {"minutes": minutes}))
        (one,) = (await desk.lots(receipt))[name]["inspections"]
        assert one["minutes"] == minutes
    return desk


async def test_minutes_drive_where_every_inspection_states_them(hub: Hub) -> None:
    await two_lots(hub, 10, 30)
    spent(hub, "60", "incoming-inspection", PLANT, accrued_on=date(2026, 3, 2))
    found = report(hub)
    assert counted(found) == {Driver.INCOMING_CHECKS: 160, Driver.INCOMING_MINUTES: 40}
    assert by_part(found) == {BOLT: 15, OTHER: 45, "": 0}
    rebuild(hub)
    assert by_part(report(hub)) == by_part(found)


@pytest.mark.parametrize(("first", "second"), [(None, None), (10, None)], ids=["none", "one of two"])
async def test_else_the_items_checked_do(hub: Hub, first: int | None, second: int | None) -> None:
    await two_lots(hub, first, second)
    spent(hub, "60", "incoming-inspection", PLANT, accrued_on=date(2026, 3, 2))
    found = report(hub)
    assert counted(found) == {Driver.INCOMING_CHECKS: 160}
    assert by_part(found) == {BOLT: 30, OTHER: 30, "": 0}


async def test_an_entry_may_say_which_of_them(hub: Hub) -> None:
    await two_lots(hub, 10, 30)
    for driver in ("incoming-checks", "incoming-minutes", "none"):
        spent(hub, "60", "incoming-inspection", PLANT, accrued_on=date(2026, 3, 2), driver=driver)
    assert by_part(report(hub)) == {BOLT: 30 + 15, OTHER: 30 + 45, "": 60}


async def test_the_file_of_lots_says_the_minutes(hub: Hub) -> None:
    desk = await two_lots(hub, 7, None)
    path = f"/api/v1/plants/{PLANT}/incoming/lots/file"
    answer = await desk.client.get(path, params={"language": "en"}, headers=desk.headers)
    head, *rows = answer.text.lstrip("\ufeff").splitlines()
    at = head.split(",").index("Minutes of inspection")
    assert {row.split(",")[4]: row.split(",")[at] for row in rows} == {lot("L1"): "7", lot_uri(HOUSING, "L2"): ""}


async def test_no_time_and_no_number_are_refused(hub: Hub) -> None:
    two_companies(hub)
    desk = Desk(hub)
    await desk.plan()
    receipt = await desk.receive({"code": lot("L1"), "quantity": 1000})
    for minutes in (0, -3, "soon", 10**7):
        await desk.inspect(receipt, lot("L1"), status=422, minutes=minutes)


def test_calibrations_cost_by_their_minutes(hub: Hub) -> None:
    two_companies(hub)
    for gauge, part, minutes in (("G1", BOLT, 20), ("G2", OTHER, 40)):
        uses = [GaugeUse(part=part, characteristic="bore")]
        enter_gauge(
            hub, PLANT, gauge=gauge, name=gauge, uses=uses, calibrated_on=date(2026, 3, 3),
            calibration_minutes=minutes, entered_by="q1",
        )  # fmt: skip
    spent(hub, "90", "calibration", PLANT, accrued_on=date(2026, 3, 2))
    assert counted(report(hub)) == {Driver.CALIBRATIONS: 2, Driver.CALIBRATION_MINUTES: 60}
    assert by_part(report(hub)) == {BOLT: 30, OTHER: 60, "": 0}
    enter_gauge(hub, PLANT, gauge="G3", name="G3", calibrated_on=date(2026, 3, 4), entered_by="q1")
    assert by_part(report(hub)) == {BOLT: 30, OTHER: 30, "": 30}


def test_minutes_of_calibration_come_with_master_data(hub: Hub) -> None:
    two_companies(hub)
    row = {"plant": PLANT, "id": "G1", "name": "CMM", "calibrated_on": date(2026, 3, 3), "calibration_minutes": 45}
    import_file(hub, csv_file("gauge", [row]), by="q1", kind="gauge")
    with hub.store.reading() as connection:
        (gauge,) = gauge_register(connection, PLANT, date(2026, 3, 9)).gauges
    assert gauge.calibration_minutes == 45
