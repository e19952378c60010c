"""Pages whose values lie in the cold tier say so, and say clearly when that is away."""

from datetime import timedelta

import httpx
import pytest
from small_hub import GTIN, START, small_agent

from hub.api.problems import COLD_AWAY
from hub.ingest.ingest import ingest
from hub.pages.site import create_site
from hub.parts import Hub
from hub.tiers import values as tier
from hub.tiers.values import move_values
from traceability.record.production import MeasuredValue, MeasurementsRecord


@pytest.fixture
def client(hub: Hub, monkeypatch: pytest.MonkeyPatch, back_end: str) -> httpx.AsyncClient:
    if back_end == "spread":
        pytest.skip("values on the nodes of a spread store stay there")
    monkeypatch.setattr(tier, "LEAST_BODY", 0)
    agent = small_agent(hub)
    result = agent.result("S1")
    value = MeasuredValue(characteristic="torque", value=1023, decimals=2, uom="N.m")
    stated = MeasurementsRecord(id=result.id, unit=result.unit, operation="OP10", values=(value,), **agent.stamp(1))
    ingest(hub, agent.seal(result, stated), compressed=False)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(create_site(hub)), base_url="http://127.0.0.1", headers={"Accept": "text/html"}
    )


HINT = {"en": "lies in the cold tier", "zh-CN": "冷存储层"}


@pytest.mark.parametrize("language", HINT)
async def test_a_page_says_that_its_values_are_cold_and_when_they_are_away(
    hub: Hub, client: httpx.AsyncClient, language: str
) -> None:
    path, spoken = f"/01/{GTIN}/21/S1", {"Accept-Language": language}
    async with client:
        hot = await client.get(path, headers=spoken)
        assert "10.23" in hot.text
        assert HINT[language] not in hot.text
        move_values(hub, START + timedelta(days=400))
        cold = await client.get(path, headers=spoken)
        assert "10.23" in cold.text
        assert HINT[language] in cold.text
        assert HINT[language] not in (await client.get("/", headers=spoken)).text
        folder = hub.settings.data / "cold"
        folder.rename(folder.with_name("away"))
        away = await client.get(path, headers=spoken)
        assert away.status_code == 503
        assert {"en": "The store of old data does not answer", "zh-CN": "旧数据的存储没有应答"}[language] in away.text
        assert "zhuoyue-hub rebuild" not in away.text  # what an operator does is told to programs, and in the hub's log
        told = await client.get(f"/api/v1/units/{GTIN}/S1", headers={"Accept": "application/json"})
        assert (told.status_code, told.json()["type"]) == (503, COLD_AWAY)
        assert "mount the cold folder" in told.json()["advice"]
        assert (await client.get("/", headers=spoken)).status_code == 200
        folder.with_name("away").rename(folder)
        assert "10.23" in (await client.get(path, headers=spoken)).text
