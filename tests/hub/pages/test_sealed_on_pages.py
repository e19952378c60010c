"""What a policy withholds is seen on the pages as sealed, with the hash that the answers of the API give."""

from html import unescape

import httpx
import pytest
from sharing_world import LOTS, UNITS, Fact, World, bearer
from small_hub import client_of

from hub.pages.site import create_site
from hub.parts import Hub
from traceability.record.sharing import DataKind
from traceability.unit import Verdict

OEM_UNIT, TIER1_UNIT, TIER2_UNIT = UNITS[0], UNITS[2], UNITS[6]
CHAIN = World(
    facts=[
        Fact("oem", DataKind.GENEALOGY, OEM_UNIT, children=(TIER1_UNIT,)),
        Fact("oem", DataKind.VERDICTS, OEM_UNIT, Verdict.OK),
        Fact("tier1", DataKind.VERDICTS, TIER1_UNIT),
        Fact("tier1", DataKind.GENEALOGY, TIER1_UNIT, children=(TIER2_UNIT, LOTS[0])),
    ],
    shippings=[],
    policies=[],
)


@pytest.fixture
async def chain(hub: Hub) -> Hub:
    async with client_of(hub) as client:
        for batch in CHAIN.build(hub):
            assert (await client.post("/api/v1/batches", content=batch)).status_code == 201
    return hub


async def page_of(hub: Hub, thing: str, language: str = "en", org: str | None = "oem") -> str:
    site = create_site(hub)
    headers = {"Accept": "text/html", "Accept-Language": language} | (bearer(hub, org) if org else {})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://127.0.0.1") as pages:
        answer = await pages.get(thing.removeprefix("https://id.gs1.org"), headers=headers, follow_redirects=True)
        site.state.audit.settle()
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("sealed", "links withheld", "result withheld")), ("zh-CN", ("已封存", "检验结果未公开"))],
)
async def test_every_sealed_record_of_the_api_stands_on_the_page(
    chain: Hub, language: str, words: tuple[str, ...]
) -> None:
    async with client_of(chain) as client:
        path = f"/api/v1/units/{OEM_UNIT.split('/')[4]}/S1?check=false"
        told = (await client.get(path, headers=bearer(chain, "oem"))).json()["graph"]["sealed"]
        client._transport.app.state.audit.settle()
    assert {one["kind"] for one in told} == {"unit-result", "association"}
    page = await page_of(chain, OEM_UNIT, language)
    assert [one["leaf"] for one in told if one["leaf"] not in page] == []
    assert [word for word in words if word not in page] == []
    assert page.count('class="graph__sealed"') == 2, "once lying, once standing"
    assert TIER2_UNIT not in page


async def test_nothing_is_sealed_for_who_sees_everything(chain: Hub) -> None:
    page = await page_of(chain, OEM_UNIT, org=None)
    assert "graph__sealed" not in page
    assert "withheld" not in page
    assert TIER2_UNIT.split("/")[4] in page
