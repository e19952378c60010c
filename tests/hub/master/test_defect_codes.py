"""Defects are called as master data called them on their day, the code beside it; a code that is none is told."""

from datetime import date, timedelta
from typing import Any

import pytest
from small_chain import HOUSING, small_chain
from small_hub import START
from small_master import csv_file

from hub.improvement.weak_points import weak_points
from hub.master.importing import import_file
from hub.parts import Hub
from hub.store.master.defect_codes import Defect, DefectCodes, defect_codes
from hub.suppliers.asked import Asked
from hub.suppliers.pareto import pareto
from hub.trace.pages import unit_view
from traceability.unit import Verdict

NO = Verdict.NOT_OK
LATER = START + timedelta(hours=1)
LISTED: dict[str, Any] = {"id": "D1", "name": "Scratch", "name_zh": "划痕", "group": "surface", "severity": "minor"}


def listed(hub: Hub, *rows: dict[str, Any]) -> None:
    import_file(hub, csv_file("defect-code", list(rows)), by="qe-7", kind="defect-code")


def codes(hub: Hub) -> DefectCodes:
    with hub.store.reading() as connection:
        return defect_codes(connection, "")


def today(hub: Hub) -> date:
    return hub.clock().date()


def test_it_is_called_as_it_was_on_the_day(hub: Hub) -> None:
    listed(
        hub,
        LISTED | {"valid_from": date(2026, 1, 1)},
        LISTED | {"name": "Scoring", "valid_from": date(2026, 2, 1), "valid_to": date(2026, 2, 20)},
        {"id": "D2", "name": "Dent", "valid_from": date(2026, 1, 1)},
    )
    told = codes(hub)
    assert {day: one.name for day in (1, 10, 20) if (one := told.on("D1", date(2026, 2, day)))} == dict.fromkeys(
        (1, 10, 20), "Scoring"
    )
    assert told.on("D1", date(2026, 1, 31)) == Defect(
        code="D1", name="Scratch", name_zh="划痕", group="surface", severity="minor", listed=True
    )
    ended, none = told.on("D1", date(2026, 2, 21)), told.on(None, date(2026, 2, 21))
    assert (ended, none) == (Defect(code="D1", listed=False), None)
    assert told.on("D1", date(2025, 12, 31)) == Defect(code="D1")  # there was no list then
    assert told.within("D1", date(2026, 1, 5), date(2026, 3, 1)).name == "Scoring"
    assert told.within("D1", date(2026, 2, 21), date(2026, 3, 1)).listed is False


@pytest.mark.every_store
def test_wherever_defects_are_shown(hub: Hub) -> None:
    chain = small_chain(hub)
    begin = today(hub) - timedelta(days=30)
    listed(hub, LISTED | {"valid_from": begin})
    chain.supplier.result("H1", verdict=NO, defect="D1")
    chain.supplier.result("H2", verdict=NO, defect="D9")
    chain.supplier.result("H3", verdict=NO)
    chain.supplier.send()
    with hub.store.reading() as connection:
        shown = {
            serial: unit_view(connection, HOUSING, serial).results[0].defect_named for serial in ("H1", "H2", "H3")
        }
        lines = pareto(connection, "supplier", Asked(days=30), LATER).lines
        weak = weak_points(connection, "supplier", LATER).points
    assert shown["H1"] is not None
    assert (shown["H1"].name_zh, shown["H1"].group, shown["H1"].listed) == ("划痕", "surface", True)
    assert shown["H2"] == Defect(code="D9", listed=False)
    assert shown["H3"] is None
    assert {line.defect: (line.named.name, line.named.listed) for line in lines} == {
        "D1": ("Scratch", True), "D9": ("", False), "": ("", None),
    }  # fmt: skip
    assert {one.subject: one.defect.listed for one in weak if one.defect} == {"D1": True, "D9": False}


def test_without_a_list_nothing_is_told_of_a_code(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.supplier.result("H1", verdict=NO, defect="D9")
    chain.supplier.send()
    with hub.store.reading() as connection:
        assert unit_view(connection, HOUSING, "H1").results[0].defect_named == Defect(code="D9")
