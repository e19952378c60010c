"""The recall for people: asked from a lot's page, read and printed in both languages."""

import httpx
import pytest
from small_chain import Chain, housing, machine, small_chain, steel

from hub.pages.site import create_site
from hub.parts import Hub


@pytest.fixture
def chain(hub: Hub) -> Chain:
    made = small_chain(hub)
    made.make_housing("H1")
    made.build_machine("M1", "H1")
    made.build_machine("M2", "H1")
    made.oem.join("more", "M1", housing("H404"))
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
    ("language", "words"),
    [
        ("en", ("4 items are affected", "Where the goods are", "no shipment known", "potential")),
        ("zh-CN", ("4 件受影响", "货物现在何处", "没有发运记录", "可能")),
    ],
)
async def test_asked_from_a_lots_page_and_readable_in_both_languages(
    chain: Chain, language: str, words: tuple[str, ...]
) -> None:
    async with reader(chain.hub, language) as client:
        lot = await client.get(steel("L1").removeprefix("https://id.gs1.org"))
        assert 'action="/recalls"' in lot.text
        page = await client.post("/recalls", data={"item": steel("L1")})
        assert page.status_code == 200
        assert page.url.path.startswith("/recalls/")
        missing = [word for word in words if word not in page.text]
        assert missing == []
        assert "format=csv" in page.text
        assert (await client.get("/recalls/none")).status_code == 404


async def test_disputes_and_missing_units_are_explained_on_the_page(chain: Chain) -> None:
    async with reader(chain.hub, "en") as client:
        text = (await client.get(machine("M1").removeprefix("https://id.gs1.org"))).text
    assert "in several parents at once" in text
    assert "oem.line-1" in text
    assert "No record came of" in text
    assert housing("H404") in text
    assert "Company of supplier" in text
