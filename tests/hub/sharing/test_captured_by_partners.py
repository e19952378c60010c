"""What organisations capture is their own word: they see it, and nobody captures for others."""

from typing import Any

import httpx
import pytest
from sharing_world import ORGS, UNITS, Fact, World, bearer
from small_events import document, some_event
from small_hub import client_of

from hub.epcis.desk import work_off
from hub.sharing.forms import PolicyForm
from hub.sharing.state import state_policy
from hub.store.epcis.queries import contents_of
from traceability.record.sharing import DataKind, Items

OEM_UNIT, TIER1_UNIT, TIER2_UNIT = UNITS[0], UNITS[2], UNITS[6]
BOX = "https://id.gs1.org/00/340123450000000000"
CHAIN = World(
    facts=[
        Fact("tier1", DataKind.VERDICTS, TIER1_UNIT),
        Fact("tier1", DataKind.GENEALOGY, TIER1_UNIT, children=(TIER2_UNIT,)),
    ],
    shippings=[],
    policies=[],
)


@pytest.fixture
async def api(hub):
    async with client_of(hub) as client:
        for batch in CHAIN.build(hub):
            assert (await client.post("/api/v1/batches", content=batch)).status_code == 201
        yield client
        client._transport.app.state.audit.settle()


async def captured(hub: Any, api: httpx.AsyncClient, org: str, *events: dict[str, Any]) -> None:
    answer = await api.post("/epcis/capture", json=document(*events), headers=bearer(hub, org))
    assert answer.status_code == 202, answer.text
    api._transport.app.state.epcis.wait(30)
    work_off(hub)
    job = (await api.get(answer.headers["location"], headers=bearer(hub, org))).json()
    assert job["success"], job


async def seen(hub: Any, api: httpx.AsyncClient, org: str, thing: str, direction: str = "back") -> set[str]:
    path = f"/api/v1/trace/{thing.split('/')[4]}/{thing.rsplit('/', 1)[1]}"
    answer = await api.get(path, headers=bearer(hub, org), params={"direction": direction})
    return {node["item"] for node in answer.json().get("nodes", ())}


def assembled(parent: str, *children: str, **more: Any) -> dict[str, Any]:
    return some_event("AssociationEvent", action="ADD", parentID=parent, childEPCs=list(children), **more)


def shipped(thing: str, source: str, destination: str) -> dict[str, Any]:
    return some_event(
        bizStep="shipping",
        epcList=[thing],
        sourceList=[{"type": "owning_party", "source": f"urn:zhuoyue:party:{source}"}],
        destinationList=[{"type": "owning_party", "destination": f"urn:zhuoyue:party:{destination}"}],
    )


async def test_a_partner_without_an_agent_sees_what_it_captured_and_others_what_it_shares(hub, api):
    await captured(hub, api, "oem", assembled(OEM_UNIT, TIER1_UNIT))
    assert await seen(hub, api, "oem", OEM_UNIT) == {OEM_UNIT, TIER1_UNIT}
    assert await seen(hub, api, "tier1", TIER1_UNIT, "forward") == {TIER1_UNIT, OEM_UNIT}, "one step up"
    assert OEM_UNIT not in await seen(hub, api, "tier2", TIER2_UNIT, "forward")
    everything = PolicyForm(owner="oem", by="p1", partner="tier2", part="", kinds=list(DataKind), items=Items.ALL)
    state_policy(hub, everything)
    assert OEM_UNIT in await seen(hub, api, "tier2", OEM_UNIT)


@pytest.mark.parametrize("forged", ["a shipment of the owner", "packing into a box that the owner sent"])
async def test_nobody_opens_others_deliveries_by_capturing_for_them(hub, api, forged):
    delivered = [DataKind.EXISTENCE, DataKind.GENEALOGY, DataKind.VERDICTS]
    form = PolicyForm(owner="tier1", by="p1", partner="oem", part="", kinds=delivered, items=Items.DELIVERED)
    state_policy(hub, form)
    if forged.startswith("packing"):
        await captured(hub, api, "tier1", shipped(BOX, "tier1", "oem"))
        packed = some_event("AggregationEvent", action="ADD", parentID=BOX, childEPCs=[TIER1_UNIT])
        await captured(hub, api, "oem", packed)
    else:
        await captured(hub, api, "oem", shipped(TIER1_UNIT, "tier1", "oem"))
    assert await seen(hub, api, "oem", TIER1_UNIT) == set()
    await captured(hub, api, "tier1", shipped(TIER1_UNIT, "tier1", "oem"))
    assert await seen(hub, api, "oem", TIER1_UNIT) == {TIER1_UNIT, TIER2_UNIT}, "the owner may say so by an event"


@pytest.mark.parametrize("declarer", ORGS)
async def test_nobody_takes_back_what_another_captured(hub, api, declarer):
    event = assembled(OEM_UNIT, TIER1_UNIT, eventID="urn:uuid:00000000-0000-4000-8000-000000000001")
    await captured(hub, api, "oem", event)
    wrong = {"declarationTime": "2026-11-22T09:00:00Z", "reason": "did_not_occur"}
    await captured(hub, api, declarer, event | {"errorDeclaration": wrong})
    stands = {OEM_UNIT, TIER1_UNIT} if declarer != "oem" else set()
    assert await seen(hub, api, "oem", OEM_UNIT) == stands


async def test_what_two_captured_alike_is_the_word_of_each_and_one_event(hub, api):
    event = assembled(OEM_UNIT, TIER1_UNIT, eventID="urn:uuid:00000000-0000-4000-8000-000000000002")
    for org in ("tier2", "oem", "oem"):
        await captured(hub, api, org, event)
    for header in (bearer(hub, "oem"), bearer(hub, "tier2"), {}):
        answer = await api.get("/epcis/events", params={"EQ_eventID": event["eventID"]}, headers=header)
        [told] = answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        assert told["eventID"] == event["eventID"]
    with hub.store.reading() as connection:
        assert len(contents_of(connection, [event["eventID"]])[event["eventID"]]) == 2
