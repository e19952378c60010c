"""A plant's page shows the alarms that nobody answered, in both languages, and hides those that were."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from small_hub import GTIN, SmallAgent, small_agent, small_hub

from hub.alarm.acknowledge import acknowledge
from hub.ingest.ingest import ingest
from hub.pages.site import create_site
from hub.parts import Hub
from traceability.identifier.item import part_uri, unit_uri
from traceability.quality.alarm.rule import AlarmKind
from traceability.record.alarm import AlarmRecord, TimeToLimit

NAME = "alarm:0123456789"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = small_hub(tmp_path / "hub")
    agent = small_agent(made)
    ingest(made, agent.seal(warning(agent)), compressed=False)
    yield made
    made.store.close()


def warning(agent: SmallAgent) -> AlarmRecord:
    return AlarmRecord(
        id=NAME, rule="<bore>", warns_of=AlarmKind.TREND_TO_LIMIT, part=part_uri(GTIN), operation="OP10",
        work_cell="cell-1", result="r1", signs=("linear-trend",), statistic="0.1", limit="25.01", value="25.004",
        characteristic="bore", unit=unit_uri(GTIN, "S1"), false_alarm_every=10_000,
        to_limit=TimeToLimit(units=60, least=40, most=95), **agent.stamp(),
    )  # fmt: skip


async def shown(site: FastAPI, language: str) -> str:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://127.0.0.1") as client:
        page = await client.get("/plants/plant-a", headers={"Accept": "text/html", "Accept-Language": language})
        assert page.status_code == 200
        return page.text


async def test_an_open_alarm_stands_on_the_plants_page_until_it_is_answered(hub: Hub) -> None:
    site = create_site(hub)
    english, chinese = await shown(site, "en"), await shown(site, "zh-CN")
    assert "Trend to a limit" in english
    assert "limit 25.01 in about 60 units (40 to 95)" in english
    assert "one false alarm in about 10,000 good units" in english
    assert "&lt;bore&gt;" in english
    assert 'href="/01/09506000134352/21/S1"' in english
    assert "趋向限值" in chinese
    assert "约 60 件后到达限值 25.01" in chinese
    acknowledge(hub, "a.line-1", NAME, by="q7", cause="tool worn", action="tool changed")
    assert "Trend to a limit" not in await shown(site, "en")
