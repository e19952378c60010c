"""One part of a supplier: the figures of the list and of the characteristics, narrowed to it, and what was agreed."""

import csv
import io
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from small_chain import HOUSING, MACHINE, Chain, housing_plan, small_chain
from small_hub import admin_of, small_hub
from supply_chain import supply_chain

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.pages.site import create_site
from hub.parts import Hub
from hub.requirement.watch import Watch
from hub.sharing.forms import PolicyForm
from hub.sharing.state import state_policy
from hub.suppliers.asked import Asked
from hub.suppliers.part import part_view
from traceability.identifier.item import part_uri
from traceability.record.codec import plan_id
from traceability.record.sharing import DataKind
from traceability.unit import Verdict

PLANT = "supplier-a.machining"
PART = "https://id.gs1.org/01/09506000134352"
PATH = f"/suppliers/{PLANT}/part"
ASKED = {"part": PART}
TERMS = {
    "indicators": [
        {"name": "yield", "metric": "fpy", "target": "0.99", "operation": "OP20"},
        {"name": "bore", "metric": "cpk", "target": "1.00", "characteristic": "bore"},
    ],
    "valid_from": "2026-01-01",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    made = small_hub(tmp_path_factory.mktemp("part") / "hub")
    supply_chain(made, 30)
    yield made
    made.store.close()


@pytest.fixture
async def operator(shared: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with speaking(shared) as client:
        client.headers.update(admin_of(shared))
        yield client


def speaking(hub: Hub, organisation: str | None = None) -> httpx.AsyncClient:
    headers = {"Accept": "text/html"}
    if organisation is not None:
        headers["Authorization"] = f"Bearer {make_token(hub, organisation, [Scope.READ]).text}"
    transport = httpx.ASGITransport(create_site(hub))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers)


async def told(client: httpx.AsyncClient, path: str, **asked: Any) -> Any:
    answer = await client.get(f"/api/v1{path}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_its_figures_are_those_of_the_neighbours(operator: httpx.AsyncClient) -> None:
    part = await told(operator, PATH, **ASKED, days=365)
    row = await told(operator, f"/suppliers/{PLANT}")
    assert [part[name] for name in ("rolled", "ppm", "weeks", "withheld")] == [
        row[name] for name in ("rolled", "ppm", "weeks", "withheld")
    ]
    (family,) = row["rolled"]["families"]
    assert [
        (one["operation"]["id"], one["fpy"]["submitted"], one["fpy"]["first_ok"]) for one in part["operations"]
    ] == [(one["operation"], one["submitted"], one["first_ok"]) for one in family["rolled"]["operations"]]
    assert [one["final"] for one in part["operations"]].count(True) == 1
    listed = (await told(operator, f"/suppliers/{PLANT}/characteristics"))["characteristics"]
    assert [one["view"] for one in part["characteristics"]] == listed
    for one in part["characteristics"]:
        about = f"/suppliers/{PLANT}/characteristics/{one['view']['characteristic']['id']}"
        assert len(one["trend"]) == 12
        last = one["trend"][-1]
        month = await told(operator, f"{about}/histogram", part=PART, begin=last["begin"], end=last["end"])
        assert (last["n"], last["least"]) == (month["n"], month["least"])
        assert (last["mean"], last["sigma"]) == pytest.approx((month["mean"], month["sigma"]))
    first = listed[0]["characteristic"]["id"]
    lots = await told(operator, f"/suppliers/{PLANT}/characteristics/{first}/lots", days=365)
    assert part["lots"]["lots"] == lots["lots"]
    assert part["pareto"] == await told(operator, f"/suppliers/{PLANT}/pareto", days=365, part=PART)


async def test_the_way_leads_there_and_back(operator: httpx.AsyncClient) -> None:
    address = f"{PATH}?{urlencode(ASKED)}"
    assert f'href="{address}"' in (await operator.get(f"/suppliers/{PLANT}")).text
    page = await operator.get(address)
    assert page.status_code == 200
    bore = f"/suppliers/{PLANT}/characteristics/bore"
    assert f'href="{bore}?' in page.text
    assert 'class="spark"' not in page.text  # one point makes no line
    assert f'href="{address}"' in (await operator.get(bore)).text
    table = (await operator.get(f"{address}&format=csv&table=characteristics")).text.removeprefix("\ufeff")
    head, *rows = csv.reader(io.StringIO(table))
    listed = (await told(operator, f"/suppliers/{PLANT}/characteristics"))["characteristics"]
    assert (head[0].casefold(), [row[0] for row in rows]) == ("characteristic", [
        one["characteristic"]["name"] for one in listed
    ])  # fmt: skip


async def test_what_is_agreed_and_how_the_hub_saw_it_stand(shared: Hub, operator: httpx.AsyncClient) -> None:
    form = {"customer": "oem", "supplier": "supplier-a", "part": PART, "title": "Housings", "by": "q", "terms": TERMS}
    made = (await operator.post("/api/v1/requirements", json=form)).json()
    assert (await told(operator, PATH, **ASKED))["agreed"] == []  # proposed only
    terms = (await told(operator, f"/requirements/{made['id']}"))["terms_hash"]
    agree = {"party": "supplier", "by": "li", "terms_hash": terms}
    assert (await operator.post(f"/api/v1/requirements/{made['id']}/agree", json=agree)).is_success
    unseen = (await told(operator, PATH, **ASKED))["agreed"]
    assert [(one["indicator"]["name"], one["standing"]) for one in unseen] == [("bore", None), ("yield", None)]
    everything = PolicyForm(owner="supplier-a", partner="oem", kinds=list(DataKind)[:6], by="q")
    state_policy(shared, everything)
    Watch(shared).round()
    bore, fpy = (await told(operator, PATH, **ASKED))["agreed"]
    assert (fpy["title"], fpy["standing"], fpy["n"], fpy["requirement"]) == ("Housings", "missed", 30, made["id"])
    assert (bore["standing"], bore["value"] is not None) == ("cannot-tell", True), "30 values are too few"
    page = (await operator.get(f"{PATH}?{urlencode(ASKED)}", headers={"Accept-Language": "zh"})).text
    assert all(word in page for word in ("未达到", "Housings", f"/requirements/{made['id']}", "未达成的约定指标"))
    async with speaking(shared, "supplier-b") as other:
        assert (await other.get(f"/api/v1{PATH}", params=ASKED)).status_code == 404


async def test_what_is_not_shared_is_said_and_what_nobody_sees_is_not_there(shared: Hub) -> None:
    state_policy(shared, PolicyForm(owner="supplier-a", partner="oem", kinds=[DataKind.VERDICTS], by="q"))
    async with speaking(shared, "oem") as oem:
        part = await told(oem, PATH, **ASKED)
        page = (await oem.get(f"{PATH}?{urlencode(ASKED)}")).text
        nothing = [(await oem.get(path, params={"part": "urn:no"})).status_code for path in (PATH, f"/api/v1{PATH}")]
    assert (part["characteristics"], part["lots"], part["withheld"]["measurements"]) == ([], None, "wholly")
    assert [one["operation"]["id"] for one in part["operations"]] == ["OP10", "OP20", "OP30"]
    assert "control plans and values are not shared" in page
    assert "made without a control plan" not in page
    assert nothing == [404, 404]


@pytest.mark.parametrize("asked", [{}, {"part": PART, "days": 0}, {"part": PART, "begin": "2030-01-01T00:00:00Z"}])
async def test_a_bad_question_is_refused(operator: httpx.AsyncClient, asked: dict[str, Any]) -> None:
    for path in (PATH, f"/api/v1{PATH}"):
        assert (await operator.get(path, params=asked)).status_code == 422


@pytest.mark.every_store(spread=True)
def test_each_part_of_a_plant_by_itself(hub: Hub) -> None:
    chain: Chain = small_chain(hub)
    for serial, size in (("H1", 25_000), ("H2", 25_001), ("H3", 25_900)):
        chain.make_housing(serial, size)
    line = chain.supplier
    line.part = MACHINE
    second = housing_plan(part=part_uri(MACHINE), name="Lid", characteristics=())
    assert line.plan_in_force(second) == plan_id(second)
    line.result("L1", verdict=Verdict.NOT_OK, defect="D7")
    line.result("L2")
    line.send()
    with hub.store.reading() as connection:
        now = hub.clock() + timedelta(hours=2)
        first, other = (
            part_view(connection, "supplier", part_uri(gtin), Asked(days=30), now) for gtin in (HOUSING, MACHINE)
        )
    assert [(one.operation.id, one.fpy.first_ok, one.fpy.submitted) for one in first.operations] == [
        ("OP10", 2, 3), ("OP20", 2, 2),
    ]  # fmt: skip
    assert [(one.operation.id, one.fpy.first_ok, one.fpy.submitted) for one in other.operations] == [
        ("OP10", 1, 2), ("OP20", 0, 0),
    ]  # fmt: skip
    assert (first.ppm.failed, first.ppm.units, other.ppm.units, other.rolled.value) == (0, 2, 0, None)
    assert ([one.defect for one in first.pareto.lines], [one.defect for one in other.pareto.lines]) == ([""], ["D7"])
    assert ([one.view.result.n for one in first.characteristics], other.characteristics) == ([3], ())
    assert first.lots is not None
    assert [(lot.lot.rsplit("/", 1)[-1], lot.n) for lot in first.lots.lots] == [("L1", 3)]
    assert (other.lots, other.part.name, first.window.last) == (None, "Lid", date(2026, 3, 1))
    assert first.rolled.value == Fraction(2, 3)
