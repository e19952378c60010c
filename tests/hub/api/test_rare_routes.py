"""Routes that are asked seldom, each in the smallest world in which it has something to do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sharing_world import bearer
from small_association import YEAR, association
from small_hub import GTIN, SmallAgent, admin_of, client_of, small_agent, small_hub
from small_master import csv_file

from hub.api.app import create_app
from hub.catenax.partners import enter_partner_number
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.subscription.deliver import deliver
from traceability.identifier.item import part_uri
from traceability.quality.alarm.rule import AlarmKind
from traceability.record.alarm import AlarmRecord

WAIT_S = 60
US, THEM = "BPNL00000003AXS3", "BPNL00000003CML1"
PART, PARENT = (f"urn:uuid:00000000-0000-4000-8000-{number:012}" for number in (1, 2))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = small_hub(tmp_path / "hub")
    yield made
    made.store.close()


@pytest.fixture
def agent(hub: Hub) -> SmallAgent:
    return small_agent(hub)


async def test_a_plant_answers_an_alarm_of_its_own_and_amends_it(hub: Hub, agent: SmallAgent) -> None:
    fields: dict[str, Any] = {
        "id": "alarm-1",
        "rule": "first-pass",
        "warns_of": AlarmKind.YIELD_DROP,
        "signs": ("cusum",),
    }
    named = {"part": part_uri(GTIN), "operation": "OP10", "work_cell": "OP10", "result": "r"}
    alarm = AlarmRecord(**fields, **named, statistic="5.1", limit="5", **agent.stamp(0))
    ingest(hub, agent.seal(alarm), compressed=False)
    form = {"agent": agent.author, "id": "alarm-1", "cause": "tool worn", "action": "tool changed"}
    async with client_of(hub) as client:
        client.headers.update(admin_of(hub))
        path = "/api/v1/plants/plant-a/alarms/answers"
        answer = await client.post(path, json=form)
        assert (answer.status_code, answer.json()["new"]) == (201, True), answer.text
        assert (await client.post("/api/v1/plants/plant-b/alarms/answers", json=form)).status_code in (404, 422)
        amended = await client.post(path, json=form | {"cause": "chip on the seat", "amends": True})
        assert amended.status_code == 201, amended.text
        (one,) = (await client.get("/api/v1/alarms", params={"plant": "plant-a"})).json()["alarms"]
        assert "chip on the seat" in str(one)


async def test_a_message_of_trial_is_sent_and_tried_again(hub: Hub, agent: SmallAgent) -> None:
    async with client_of(hub) as client:
        client.headers.update(admin_of(hub))
        form = {"channel": "mail", "address": "q@oem.example"}
        one = (await client.post("/api/v1/subscriptions", json=form)).json()["id"]
        assert (await client.post(f"/api/v1/subscriptions/{one}/trial")).status_code == 202
        assert deliver(hub) == (0, 1)  # nobody stated a mail server
        again = await client.post(f"/api/v1/subscriptions/{one}/retry")
        assert (again.status_code, again.json()) == (202, {"messages": 1})
        assert (await client.post("/api/v1/subscriptions/none/retry")).status_code == 404


async def test_where_a_part_went_comes_from_who_built_it_in(hub: Hub) -> None:
    for name, number in (("oem", US), ("tier1", THEM)):
        small_agent(hub, f"{name}.line-1", name)
        enter_partner_number(hub, f"{name}-company", number)
    usage = {
        "catenaXId": PART,
        "customers": [US],
        "parentItems": [
            {
                "catenaXId": PARENT,
                "businessPartner": THEM,
                "createdOn": "2026-11-20T06:00:00.000Z",
                "isOnlyPotentialParent": False,
                "quantity": {"value": 1, "unit": "unit:piece"},
            }
        ],
    }
    async with client_of(hub) as client:
        header = bearer(hub, "tier1-company")
        brought = await client.post("/api/v1/catenax/usage-as-built", json=usage, headers=header)
        assert brought.status_code == 201, brought.text
        used = await client.get(f"/api/v1/catenax/usage-as-built/{PART}", headers=header)
        assert [one["catenaXId"] for one in used.json()["parentItems"]] == [PARENT]


async def test_a_year_is_looked_at_before_it_is_released(hub: Hub) -> None:
    later, _ = association(hub, plants=11)
    async with client_of(later) as client:
        client.headers.update(admin_of(hub))
        form = {"year": YEAR, "by": "operator", "dry_run": True}
        looked = await client.post("/api/v1/comparison/releases", json=form)
        assert (looked.status_code, looked.json()["log_index"]) == (200, None), looked.text
        assert looked.json()["outlook"]
        released = await client.post("/api/v1/comparison/releases", json=form | {"dry_run": False})
        assert (released.status_code, released.json()["outlook"]) == (201, None), released.text


async def test_a_file_of_master_data_is_given_up_before_it_is_entered(hub: Hub, agent: SmallAgent) -> None:
    app = create_app(hub)
    row = {"plant": "plant-a", "id": "CMM-1", "name": "CMM", "calibration_minutes": 45}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        client.headers.update(admin_of(hub))
        path, asked = "/api/v1/master/files", {"kind": "gauge", "entered_by": "q7"}
        sent = await client.post(path, params=asked, content=csv_file("gauge", [row]))
        one = f"{path}/{sent.json()['id']}"
        app.state.intake.wait(sent.json()["id"], WAIT_S)
        assert (await client.get(one)).json()["state"] == "checked"
        given_up = await client.post(f"{one}/give-up")
        assert (given_up.status_code, given_up.json()["state"]) == (200, "given-up"), given_up.text
        assert (await client.post(f"{one}/enter", params={"entered_by": "q7"})).status_code == 422
