"""What suppliers did not share shows on no page and in no answer; what is cached for one is not given to another."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import httpx
import openpyxl
import pytest
from fastapi import FastAPI
from small_hub import admin_of, small_hub
from supply_chain import supply_chain

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.pages.site import create_site
from hub.parts import Hub
from hub.sharing.forms import PolicyForm
from hub.sharing.state import state_policy
from traceability.record.sharing import DataKind, Items

PLANT = "supplier-a.machining"
PART = "https://id.gs1.org/01/09506000134352"
ONE = f"/api/v1/suppliers/{PLANT}/characteristics/bore"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    made = small_hub(tmp_path_factory.mktemp("shared") / "hub")
    supply_chain(made, 30)
    yield made
    made.store.close()


def speaking(site: FastAPI, hub: Hub, organisation: str | None) -> httpx.AsyncClient:
    headers = {"Accept": "text/html"}
    if organisation is not None:
        headers["Authorization"] = f"Bearer {make_token(hub, organisation, [Scope.READ]).text}"
    return httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://127.0.0.1", headers=headers)


def policy(hub: Hub, *kinds: DataKind) -> None:
    form = PolicyForm(owner="supplier-a", partner="oem", part="", kinds=list(kinds), items=Items.ALL, by="q1")
    state_policy(hub, form)


async def seen(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_oem_sees_of_a_supplier_what_its_policy_shares(shared: Hub) -> None:
    site = create_site(shared)
    async with speaking(site, shared, None) as operator, speaking(site, shared, "oem") as oem:
        whole = await seen(operator, "/api/v1/suppliers")
        assert len(whole["suppliers"]) == 3
        before = await seen(oem, "/api/v1/suppliers")
        assert [row["plant"]["id"] for row in before["suppliers"]] == ["oem.assembly"]
        assert (await oem.get(f"/suppliers/{PLANT}")).status_code == 404
        policy(shared, DataKind.EXISTENCE, DataKind.MEASUREMENTS)
        after = {row["plant"]["id"]: row for row in (await seen(oem, "/api/v1/suppliers"))["suppliers"]}
        row = after[PLANT]
        assert row["rolled"]["value"] is None  # verdicts are not shared, and what is not shared is not zero
        assert row["losses"] is None
        assert row["worst_key"]["n"] == 30
        chart = await seen(oem, ONE + "/histogram")
        assert chart["n"] == 30
        assert (await seen(oem, f"/api/v1/suppliers/{PLANT}/pareto"))["failed"] == 0
        page = (await oem.get(f"/suppliers/{PLANT}")).text
        assert "chatter marks" not in page
        assert "chatter marks" in (await operator.get(f"/suppliers/{PLANT}?days=365")).text


@pytest.mark.parametrize(
    ("kinds", "withheld", "told", "not_told"),
    [
        (
            {DataKind.VERDICTS},
            {"measurements": "wholly", "costs": "wholly", "grading": "wholly"},
            ["control plans and values are not shared", "losses are not shared"],
            ["made without a control plan", "results are not shared"],
        ),
        (
            {DataKind.MEASUREMENTS, DataKind.COSTS, DataKind.GRADING},
            {"verdicts": "wholly"},
            ["results are not shared"],
            ["control plans and values are not shared", "losses are not shared", "nothing was recorded for it"],
        ),
        (set(DataKind), {}, [], ["are not shared", "in part only"]),
    ],
)
async def test_what_a_supplier_withholds_is_said_to_be_not_shared(
    shared: Hub, kinds: set[DataKind], withheld: dict[str, str], told: list[str], not_told: list[str]
) -> None:
    policy(shared, *sorted({DataKind.EXISTENCE, *kinds}))
    site = create_site(shared)
    async with speaking(site, shared, "oem") as oem, speaking(site, shared, None) as operator:
        row = await seen(oem, f"/api/v1/suppliers/{PLANT}")
        assert row["withheld"] == withheld
        assert (await seen(oem, "/api/v1/suppliers/oem.assembly"))["withheld"] == {}
        assert (await seen(operator, f"/api/v1/suppliers/{PLANT}"))["withheld"] == {}
        listed = (await oem.get("/suppliers")).text
        line = listed[listed.index(f'href="/suppliers/{PLANT}"') :].split("</tr>")[0]
        pages = {"list": line, "page": (await oem.get(f"/suppliers/{PLANT}")).text}
        pages["compare"] = (await oem.get(f"/compare?plant={PLANT}")).text
        assert [(name, text) for text in told for name, page in pages.items() if text not in page] == []
        assert [(name, text) for text in not_told for name, page in pages.items() if text in page] == []


async def test_what_is_shared_of_one_part_only_is_said_so(shared: Hub) -> None:
    policy(shared, *DataKind)
    of_part = PolicyForm(owner="supplier-a", partner="oem", part=PART, kinds=[], by="q1")
    state_policy(shared, of_part)
    async with speaking(create_site(shared), shared, "oem") as oem:
        row = await seen(oem, f"/api/v1/suppliers/{PLANT}")
        page = (await oem.get(f"/suppliers/{PLANT}")).text
    assert row["withheld"] == dict.fromkeys(("verdicts", "measurements", "costs", "grading"), "in-part")
    assert "shared in part only" in page
    state_policy(
        shared,
        PolicyForm(owner="supplier-a", partner="oem", part=PART, kinds=None, by="q1"),
    )


async def test_nobody_is_shown_a_list_made_for_somebody_else(shared: Hub) -> None:
    site = create_site(shared)
    async with speaking(site, shared, "oem") as oem, speaking(site, shared, "supplier-b") as other:
        first = await seen(oem, "/api/v1/suppliers")
        second = await seen(other, "/api/v1/suppliers")
    assert {row["plant"]["id"] for row in first["suppliers"]} != {row["plant"]["id"] for row in second["suppliers"]}


async def test_open_notifications_stand_in_the_list_and_its_files(shared: Hub) -> None:
    form = {
        "type": "ALERT", "sender": "oem", "receiver": "supplier-a", "title": "Leak", "description": "x",
        "severity": "MAJOR", "items": ["https://id.gs1.org/01/09506000134352/21/H-00001"], "by": "q",
    }  # fmt: skip
    site = create_site(shared)
    async with speaking(site, shared, None) as operator:
        operator.headers.update(admin_of(shared))

        async def told() -> list[int]:
            rows = (await seen(operator, "/api/v1/suppliers"))["suppliers"]
            return [row["open_notifications"] for row in rows if row["plant"]["id"] == PLANT]

        made = (await operator.post("/api/v1/notifications", json=form)).json()["id"]
        assert await told() == [0]  # a draft
        moved = {"side": "sender", "by": "q", "to": "SENT"}
        answer = await operator.post(f"/api/v1/notifications/{made}/transitions", json=moved)
        assert answer.is_success, answer.text
        assert await told() == [0]  # the operator's list may be some seconds old
        site.state.suppliers.forget()
        assert await told() == [1]
        table = (await operator.get("/suppliers?format=csv&table=suppliers")).text
        head, *rows = csv.reader(io.StringIO(table.removeprefix("\ufeff")))
        at = [title.casefold() for title in head].index("open notifications")
        assert sorted(row[at] for row in rows) == ["0", "1", "1"]  # both sides
        excel = await operator.get("/suppliers?format=xlsx&table=suppliers")
        sheet = openpyxl.load_workbook(io.BytesIO(excel.content)).worksheets[0]
        assert "open notifications" in [str(cell.value).casefold() for row in sheet.iter_rows() for cell in row]
        assert "open notifications" in (await operator.get("/suppliers")).text.casefold()
        moved = {"side": "sender", "by": "q", "to": "CLOSED", "reason": "sealed again"}
        assert (await operator.post(f"/api/v1/notifications/{made}/transitions", json=moved)).is_success
        site.state.suppliers.forget()
        assert await told() == [0]


async def test_pages_and_api_say_the_same(shared: Hub) -> None:
    site = create_site(shared)
    async with speaking(site, shared, None) as client:
        for name in ("chart", "histogram", "capability", "trend", "lots"):
            answer = await client.get(f"{ONE}/{name}?days=30")
            assert answer.status_code == 200
            assert answer.json()["filed"]["characteristic"]["id"] == "bore"
        table = (await client.get(f"/suppliers/{PLANT}/characteristics/bore?days=30&format=csv&table=lots")).text
        lots = (await seen(client, f"{ONE}/lots?days=30"))["lots"]
    lines = table.splitlines()
    assert len(lines) == len(lots) + 1
    assert {line.split(",")[0] for line in lines[1:]} == {lot["lot"].rsplit("/", 1)[-1] for lot in lots}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/suppliers/none", 404),
        ("/api/v1/suppliers/none/pareto", 404),
        (f"/api/v1/suppliers/{PLANT}/characteristics/none/chart", 404),
        (ONE + "/chart?begin=2026-03-02T00:00:00Z&end=2026-03-01T00:00:00Z", 422),
        (ONE + "/chart?days=0", 422),
        (ONE + "/chart?rules=none", 422),
        (ONE + "/chart?begin=0001-01-01T00:00:00Z", 422),
        (ONE + "/chart?end=0001-01-01T00:00:00Z", 422),
        (ONE + "/chart?end=9999-12-31T23:59:59.999999Z", 422),
        (f"/suppliers/{PLANT}/characteristics/none", 404),
    ],
)
async def test_a_bad_question_is_answered_with_what_is_wrong(shared: Hub, path: str, status: int) -> None:
    async with speaking(create_site(shared), shared, None) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    assert "Traceback" not in answer.text
