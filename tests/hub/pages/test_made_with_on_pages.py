"""What a unit was made with, on its page and in the API, and in the recall that begins with a tool."""

import httpx
import pytest
from small_chain import Chain, housing, small_chain
from small_hub import client_of

from hub.pages.site import create_site
from hub.parts import Hub
from traceability.record.production import Recipe


@pytest.fixture
def chain(hub: Hub) -> Chain:
    made = small_chain(hub)
    made.supplier.result("H1", recipe=Recipe(id="R<7>", version="2"), tools=("T1", "nest:3"), operator="op-4")
    made.supplier.result("H2")
    made.send()
    return made


def reader(hub: Hub, language: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(create_site(hub)),
        base_url="http://127.0.0.1",
        headers={"Accept": "text/html", "Accept-Language": language},
        follow_redirects=True,
    )


@pytest.mark.parametrize(
    ("language", "words", "seeds"),
    [
        ("en", ("Recipe: R&lt;7&gt; (version 2)", "Tools: T1, nest:3"), "tool T1"),
        ("zh-CN", ("配方： R&lt;7&gt; (版本 2)", "工装与刀具： T1"), "工装 T1"),
    ],
)
async def test_on_the_units_page_and_in_the_recall(
    chain: Chain, language: str, words: tuple[str, ...], seeds: str
) -> None:
    async with client_of(chain.hub) as client:
        told = (await client.post("/api/v1/recall", json={"tools": [{"tool": "T1"}]})).json()
    async with reader(chain.hub, language) as pages:
        page = (await pages.get(housing("H1").removeprefix("https://id.gs1.org"))).text
        plain = (await pages.get(housing("H2").removeprefix("https://id.gs1.org"))).text
        recall = (await pages.get(f"/recalls/{told['id']}")).text
    assert [word for word in words if word not in page] == []
    assert [word for word in words if word in plain] == []
    assert seeds in recall
    assert "format=epcis" in recall


@pytest.mark.parametrize(
    ("form", "reached"),
    [
        ({"tool": "T1", "plant": "supplier", "work_cell": "elsewhere"}, True),
        ({"tool": "T1", "plant": "oem"}, False),
        ({"tool": "nest:3", "plant": "supplier", "work_cell": "supplier.line-1/OP10"}, True),
        ({"tool": "nest:3", "plant": "supplier", "work_cell": "elsewhere"}, False),
        ({"recipe": "R<7>", "version": "2", "plant": "supplier"}, True),
        ({"recipe": "R<7>", "version": "", "plant": ""}, True),
        ({"recipe": "R<7>", "version": "3"}, False),
    ],
)
async def test_asked_from_a_units_page_by_its_tool_or_recipe(chain: Chain, form: dict, reached: bool) -> None:
    async with reader(chain.hub, "en") as pages:
        answer = await pages.post("/recalls", data=form)
        assert answer.status_code == 200, answer.text
        assert (await pages.post("/recalls", data={"version": "1"})).status_code == 422
        assert (await pages.post("/recalls", data={"tool": ""})).status_code == 422
    assert ("H1</a>" in answer.text) is reached


async def test_in_the_api_and_a_rival_that_names_another_tool_is_disputed(chain: Chain) -> None:
    path = "/api/v1/units/09506000134352/H1"
    async with client_of(chain.hub) as client:
        (result,) = (await client.get(path)).json()["results"]
        assert (result["recipe"], result["recipe_version"], result["tools"]) == ("R<7>", "2", ["T1", "nest:3"])
        assert (result["operator"], result["disputed"]) == ("op-4", False)
        chain.supplier.result(
            "H1", id=result["result_id"], event_time=result["event_time"], recipe=Recipe(id="R<7>", version="2"),
            tools=("T2",), operator="op-4",
        )  # fmt: skip
        with_rival = [record for record in chain.supplier.waiting if record.id == result["result_id"]]
        assert len(with_rival) == 1
        chain.supplier.send()
        assert {each["disputed"] for each in (await client.get(path)).json()["results"]} == {True}
