"""What the pages say when something is wrong with the data: disputed, tampered with, late, lost."""

import re
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
from small_hub import START, small_agent, small_hub
from sqlalchemy import select, update
from supply_chain import supply_chain

from hub.ingest.ingest import ingest
from hub.pages.site import create_site
from hub.parts import Hub
from hub.store.tables.every import batch
from traceability.batch.open import compress, decompress
from traceability.identifier.item import unit_uri
from traceability.record.production import AssociationRecord, Component
from traceability.unit import Flag, Verdict

GTIN = "09506000134352"


async def page_of(hub: Hub, path: str, language: str = "en") -> str:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_site(hub)),
        base_url="http://127.0.0.1",
        headers={"Accept": "text/html", "Accept-Language": language},
    ) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


async def test_an_empty_hub_says_what_to_do_next(hub: Hub) -> None:
    page = await page_of(hub, "/")
    for command in ("zhuoyue-hub org add", "zhuoyue-hub plant add", "zhuoyue-agent init", "zhuoyue-hub agent add"):
        assert command in page
    assert "枢纽已就绪" in await page_of(hub, "/", "zh-CN")


async def test_a_plant_without_data_is_not_rated_and_nothing_is_zero(hub: Hub) -> None:
    small_agent(hub)
    page = await page_of(hub, "/plants/plant-a")
    assert "Not rated" in page
    assert "No result yet" in page
    assert " 0.00 %" not in page
    assert "1 agent was never heard of" in await page_of(hub, "/")


async def test_two_tellings_of_one_result_are_both_shown_as_disputed(hub: Hub) -> None:
    agent = small_agent(hub)
    ingest(hub, agent.seal(agent.result("S", id="r1")), compressed=False)
    ingest(hub, agent.seal(agent.result("S", id="r1", verdict=Verdict.NOT_OK)), compressed=False)
    page = await page_of(hub, f"/01/{GTIN}/21/S")
    assert page.count('<span class="chip chip--warning">disputed</span>') == 2
    assert "存疑" in await page_of(hub, f"/01/{GTIN}/21/S", "zh-CN")


async def test_units_that_contain_each_other_are_drawn_and_disputed(hub: Hub) -> None:
    agent = small_agent(hub)
    one, other = unit_uri(GTIN, "ONE"), unit_uri(GTIN, "OTHER")
    records = [
        AssociationRecord(
            id=f"a{n}", parent=parent, operation="OP10", components=(Component(item=child),), **agent.stamp(n)
        )
        for n, (parent, child) in enumerate(((one, other), (other, one)))
    ]
    ingest(hub, agent.seal(*records), compressed=False)
    page = await page_of(hub, f"/01/{GTIN}/21/ONE")
    assert "graph__node--disputed" in page
    assert '<text class="graph__dispute"' in page


async def test_a_code_that_was_not_read_is_told_in_the_time_line(hub: Hub) -> None:
    agent = small_agent(hub)
    lost = agent.result("S", verdict=Verdict.NOT_DECIDABLE, flags=(Flag.NO_READ,))
    ingest(hub, agent.seal(lost), compressed=False)
    assert "code not read" in await page_of(hub, f"/01/{GTIN}/21/S")
    assert "未读到码" in await page_of(hub, f"/01/{GTIN}/21/S", "zh-CN")


async def test_a_flipped_byte_in_the_ledger_is_seen_on_the_unit_page(tmp_path: Path) -> None:
    hub = small_hub(tmp_path / "hub")
    supply_chain(hub, 4)
    before = await page_of(hub, f"/01/{GTIN}/21/H-00002")
    with hub.store.writing() as connection:
        rows = connection.execute(select(batch.c.id, batch.c.body).where(batch.c.author == "supplier-a.line-1")).all()
        for row in rows:
            changed = decompress(row.body, hub.settings.limits).replace(b'"verdict":"OK"', b'"verdict":"0K"')
            connection.execute(update(batch).where(batch.c.id == row.id).values(body=compress(changed)))
    after = await page_of(hub, f"/01/{GTIN}/21/H-00002")
    hub.store.close()
    assert "Intact and in the log" in before
    assert "Intact and in the log" not in after
    assert "Evidence not proved" in after
    assert 'class="evidence evidence--bad"' in after


@pytest.mark.parametrize(
    ("age", "headline"),
    [
        (timedelta(minutes=1), "The whole chain is reporting"),
        (timedelta(minutes=20), "The chain works, with something to look at"),
        (timedelta(hours=3), "The chain needs attention now"),
    ],
)
async def test_the_headline_follows_the_agents(hub: Hub, age: timedelta, headline: str) -> None:
    agent = small_agent(hub)
    ingest(hub, agent.seal(agent.result("S")), compressed=False)
    later = msgspec.structs.replace(hub, clock=lambda: START + age)
    page = await page_of(later, "/")
    assert headline in page


async def test_a_declared_gap_is_counted_on_the_home_page(hub: Hub) -> None:
    agent = small_agent(hub)
    ingest(hub, agent.seal(agent.result("S"), agent.loss(1)), compressed=False)
    assert "1 gap in the data was declared" in await page_of(hub, "/")
    assert "申报了 1 处数据缺失" in await page_of(hub, "/", "zh-CN")
