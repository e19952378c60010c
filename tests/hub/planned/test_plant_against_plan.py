"""What a plant finished in a time: the same findings as on the pages of its units, page and API alike."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from small_chain import HOUSING, MACHINE, Chain, housing, small_chain, steel
from small_hub import START, client_of
from small_master import csv_file

import hub.planned.plant as planned_plant
from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.errors import NotFound
from hub.master.importing import import_file
from hub.pages.site import create_site
from hub.parts import Hub
from hub.planned.plant import PlantAgainstPlan, plant_against_plan
from hub.trace.pages import unit_view
from traceability.quality.window import Window
from traceability.record.production import Recipe
from traceability.unit import Verdict

BEGUN, TODAY = date(2026, 1, 1), date(2026, 3, 1)
PATH = "/api/v1/plants/oem/as-built"


@pytest.fixture
def chain(hub: Hub) -> Chain:
    """Three machines: as planned, without its housing and with a foreign recipe, and one that failed at the end."""
    chain = small_chain(hub)
    bom = {"part": MACHINE, "component": HOUSING, "quantity": Decimal(1), "valid_from": BEGUN}
    import_file(hub, csv_file("bom", [bom]), by="qe-7", kind="bom")
    recipe = {"plant": "oem", "id": "R1", "parameter": "torque", "value": "4", "valid_from": BEGUN}
    import_file(hub, csv_file("recipe", [recipe]), by="qe-7", kind="recipe")
    code = {"id": "D1", "name": "Scratch", "valid_from": BEGUN}
    import_file(hub, csv_file("defect-code", [code]), by="qe-7", kind="defect-code")
    chain.build_machine("M1", "H1")
    result = chain.oem.result("M2", recipe=Recipe(id="R9"))
    chain.oem.join(result, "M2", steel("L1"))
    chain.oem.result("M2", "OP20")
    chain.oem.join(chain.oem.result("M3"), "M3", housing("H3"))
    chain.oem.result("M3", "OP20", Verdict.NOT_OK, defect="D9")
    chain.send()
    return chain


def told(hub: Hub, plant: str = "oem", since: Any = None) -> PlantAgainstPlan:
    with hub.store.reading() as connection:
        return plant_against_plan(connection, plant, Window(TODAY, TODAY), START + timedelta(hours=1), since)


@pytest.mark.every_store(spread=True)
def test_it_is_what_the_pages_of_its_units_say(hub: Hub, chain: Chain) -> None:
    found = told(hub)
    assert (found.units, found.with_bill, found.deviating, found.until) == (2, 2, 1, None)
    with hub.store.reading() as connection:
        units = [unit_view(connection, MACHINE, serial).against_plan for serial in ("M1", "M2")]
    single = [one for view in units if view is not None for one in view.findings]
    assert sorted(found.findings, key=str) == sorted(single, key=str)
    assert {(one.kind.value, one.certain) for one in found.findings} == {
        ("component-not-planned", False), ("component-missing", True), ("recipe-unknown", True),
    }  # fmt: skip
    assert [(one.kind.value, one.certain, one.possible, one.units) for one in found.counts] == [
        ("component-not-planned", 0, 1, 1), ("component-missing", 1, 0, 1), ("recipe-unknown", 1, 0, 1),
    ]  # fmt: skip
    assert [(one.defect.code, one.results) for one in found.unlisted] == [("D9", 1)]


def test_more_than_is_looked_at_once_is_asked_from_there_on(
    hub: Hub, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planned_plant, "MOST_UNITS", 1)
    first = told(hub)
    assert (first.units, first.until is not None) == (1, True)
    second = told(hub, since=first.until)
    assert (second.units, [one.subject for one in second.findings if one.certain][-1]) == (1, "R9")
    rest = told(hub, since=second.until)
    assert (rest.units, rest.until) == (0, None)


def test_other_plants_and_times(hub: Hub, chain: Chain) -> None:
    assert told(hub, "supplier").units == 0
    with pytest.raises(NotFound), hub.store.reading() as connection:
        plant_against_plan(connection, "none", Window(TODAY, TODAY), START)
    with hub.store.reading() as connection:
        before = Window(TODAY - timedelta(days=9), TODAY - timedelta(days=2))
        assert plant_against_plan(connection, "oem", before, START).units == 0


async def test_page_and_api_tell_the_same_and_others_see_nothing_of_it(hub: Hub, chain: Chain) -> None:
    days = {"first": TODAY.isoformat(), "last": TODAY.isoformat()}
    async with client_of(hub) as client:
        answer = (await client.get(PATH, params=days)).json()
        assert (answer["units"], answer["counts"][1]["kind"]) == (2, "component-missing")
        wrong = await client.get(PATH, params={"first": "2026-03-02", "last": "2026-03-01"})
        assert wrong.status_code == 422
        token = make_token(hub, "supplier-company", [Scope.READ], valid=timedelta(days=1), note="test").text
        looked = await client.get(PATH, params=days, headers={"Authorization": f"Bearer {token}"})
    assert looked.status_code == 404 or not looked.json()["findings"]
    transport = httpx.ASGITransport(create_site(hub, open_pages=True))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        english = (await client.get("/plants/oem/as-built", params=days, headers={"Accept-Language": "en"})).text
        chinese = (await client.get("/plants/oem/as-built", params=days, headers={"Accept-Language": "zh"})).text
        unit = (await client.get(f"/01/{MACHINE}/21/M2", headers={"Accept-Language": "zh"})).text
        table = {**days, "table": "findings", "format": "csv"}
        export = (await client.get("/plants/oem/as-built", params=table)).text
    assert "component missing" in english
    assert "2 units were finished" in english
    assert "缺少子件" in chinese
    assert "缺少子件" in unit
    assert "配方未登记" in unit
    assert "R9" in export
