"""Aspects of Catena-X, out of one hub and into another, under policies and with every fault named."""

import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sharing_world import bearer
from small_hub import GTIN, SmallAgent, admin_of, client_of, projection_of, small_hub

from hub.accounts.asker import Scope
from hub.catenax.partners import enter_partner_number
from hub.entry.master import add_agent, add_organisation, add_plant
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from traceability.identifier.item import lot_uri, unit_uri
from traceability.record.production import AssociationRecord, Component

US, THEM, OTHERS = "BPNL00000003AXS3", "BPNL00000003CML1", "BPNL00000000OTHR"
UNIT, PART, LOT = unit_uri(GTIN, "U1"), unit_uri(GTIN, "P1"), lot_uri(GTIN, "L7")
UUIDS = [f"urn:uuid:00000000-0000-4000-8000-{number:012}" for number in range(9)]
MADE = {"date": "2026-11-20T06:03:00.000Z"}


def company(hub: Hub, name: str, number: str) -> SmallAgent:
    agent = SmallAgent(f"{name}.line")
    add_organisation(hub, name, name)
    add_plant(hub, f"{name}-plant", organisation=name, name=name)
    add_agent(hub, agent.author, plant=f"{name}-plant", public_key=agent.public_key)
    enter_partner_number(hub, name, number)
    return agent


def path(word: str, item: str) -> str:
    return f"/api/v1/catenax/{word}/{item.replace('/', '%2F')}"


def serial_part(uuid: str, part: str, serial: str, maker: str = THEM) -> dict[str, Any]:
    return {
        "catenaXId": uuid,
        "localIdentifiers": [
            {"key": "manufacturerId", "value": maker},
            {"key": "partInstanceId", "value": serial},
        ],
        "manufacturingInformation": MADE,
        "partTypeInformation": {"manufacturerPartId": part, "nameAtManufacturer": "Housing"},
    }


def child(uuid: str, **changes: Any) -> dict[str, Any]:
    plain = {
        "catenaXId": uuid,
        "quantity": {"value": 1, "unit": "unit:piece"},
        "businessPartner": THEM,
        "createdOn": "2026-11-20T06:00:00.000Z",
        "hasAlternatives": False,
    }
    return plain | changes


def bom(uuid: str, *children: dict[str, Any]) -> dict[str, Any]:
    return {"catenaXId": uuid, "childItems": list(children)}


async def posted(client: httpx.AsyncClient, header: dict[str, str], word: str, body: Any) -> httpx.Response:
    return await client.post(f"/api/v1/catenax/{word}", content=json.dumps(body), headers=header)


async def test_what_agents_reported_goes_out_as_aspects(hub):
    agent = company(hub, "oem", US)
    company(hub, "tier1", THEM)
    joined = AssociationRecord(
        id="a1", parent=UNIT, operation="OP10",
        components=(Component(item=PART, position="1"), Component(item=LOT, quantity="2500", uom="mg")),
        **agent.stamp(1),
    )  # fmt: skip
    batch = agent.seal(agent.result("U1"), joined, agent.result("P1", ahead=2))
    async with client_of(hub) as client:
        assert (await client.post("/api/v1/batches", content=batch)).status_code == 201
        refused = await client.get(path("bom-as-built", UNIT))
        assert refused.status_code == 404
        assert f"who made {LOT}" in refused.json()["detail"]
        stated = await client.post(
            "/api/v1/organisations/oem/prefixes", json={"prefix": "9506000"}, headers=admin_of(hub)
        )
        assert stated.status_code == 201
        built = (await client.get(path("bom-as-built", UNIT))).json()
        lot, part = built["childItems"]
        assert (part["hasAlternatives"], lot["hasAlternatives"]) == (False, True)
        assert lot["quantity"] == {"value": 2.5, "unit": "unit:gram"}
        assert {each["businessPartner"] for each in built["childItems"]} == {US}
        aspect = (await client.get(path("serial-part", PART))).json()
        assert aspect["catenaXId"] == part["catenaXId"]
        assert aspect["localIdentifiers"] == [
            {"key": "manufacturerId", "value": US},
            {"key": "partInstanceId", "value": "P1"},
        ]
        assert aspect["partTypeInformation"]["manufacturerPartId"] == GTIN
        used = (await client.get(path("usage-as-built", LOT))).json()
        assert [each["isOnlyPotentialParent"] for each in used["parentItems"]] == [True]
        assert used["parentItems"][0]["catenaXId"] == built["catenaXId"]
        by_id = await client.get(path("bom-as-built", built["catenaXId"]))
        assert by_id.status_code == 404, "an id that only left the hub is no name yet"
        assert (await client.get(path("serial-part", unit_uri(GTIN, "nobody")))).status_code == 404


async def test_what_a_partner_brings_joins_the_trace_whatever_comes_first(hub):
    company(hub, "tier1", THEM)
    header = bearer(hub, "tier1")
    async with client_of(hub) as client:
        first = await posted(client, header, "bom-as-built", bom(UUIDS[0], child(UUIDS[1])))
        assert first.status_code == 201, first.text
        unnamed = (await client.get(f"/api/v1/items/{UUIDS[0]}?check=false", headers=header)).json()
        assert [node["label"] for node in unnamed["graph"]["nodes"]] == [UUIDS[1][9:], UUIDS[0][9:]]
        both = [serial_part(UUIDS[0], GTIN, "U1"), serial_part(UUIDS[1], "H-4711", "000123")]
        taken = (await posted(client, header, "serial-part", both)).json()
        assert [each["item"] for each in taken["aspects"]] == [UNIT, "urn:zhuoyue:id:tier1:unit:H-4711:000123"]
        again = (await posted(client, header, "serial-part", both)).json()
        assert (again["log_index"], [each["new"] for each in again["aspects"]]) == (None, [False, False])
        traced = (await client.get(f"/api/v1/trace/{GTIN}/U1", headers=header)).json()
        [link] = traced["links"]
        assert (link["parent"], link["child"]) == (UNIT, "urn:zhuoyue:id:tier1:unit:H-4711:000123")
        events = (await client.get("/epcis/events")).json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        assert events == [], "aspects are no events"
        for name in (UNIT, UUIDS[0]):
            told = (await client.get(path("bom-as-built", name), headers=header)).json()
            assert told == bom(UUIDS[0], child(UUIDS[1]))
        assert (await client.get(path("serial-part", UUIDS[1]), headers=header)).json() == both[1]
        client._transport.app.state.audit.settle()
    before = projection_of(hub)
    assert rebuild(hub).replaced == ()
    assert projection_of(hub) == before


async def test_ids_that_left_the_hub_are_known_when_they_come_back(hub):
    agent = company(hub, "oem", US)
    company(hub, "tier1", THEM)
    async with client_of(hub) as client:
        await client.post("/api/v1/batches", content=agent.seal(agent.result("P1")))
        named = {"one": PART, "other": "hdl:88.118.8/P-1"}
        assert (await client.post("/api/v1/aliases", json=named, headers=admin_of(hub))).status_code == 201
        sent = {
            "id": "D1", "source": {"party": "oem"}, "items": [{"item": PART}],
            "destination": {"party": "https://example.com/no/location"},
        }  # fmt: skip
        assert (await client.post("/api/v1/shipments", json=sent, headers=admin_of(hub))).status_code == 201
        unknown = await client.get(path("usage-as-built", PART))
        assert unknown.status_code == 404
        assert "https://example.com/no/location" in unknown.json()["detail"]
        ours = (await client.get(path("serial-part", PART))).json()["catenaXId"]
        taken = await posted(client, bearer(hub, "tier1"), "bom-as-built", bom(UUIDS[3], child(ours)))
        assert taken.status_code == 201, taken.text
        up = (await client.get(f"/api/v1/trace/{GTIN}/P1?direction=forward")).json()
        assert {node["item"] for node in up["nodes"]} == {PART, f"urn:zhuoyue:id:~uuid:unit::{UUIDS[3][9:]}"}
        assert (await client.get(path("serial-part", PART))).json()["catenaXId"] == ours


async def test_the_next_version_of_the_models_is_taken_too(hub):
    company(hub, "tier1", THEM)
    newer = {
        "globalAssetId": UUIDS[4],
        "localIdentifiers": [
            {"key": "manufacturerId", "value": THEM},
            {"key": "batchId", "value": "B-1"},
            {"key": "customKey", "value": "x"},
        ],
        "manufacturingInformation": {
            "productionDate": "2026-11-20",
            "sites": [{"siteId": "BPNS00000003AXS3", "function": "production"}],
        },
        "partTypeInformation": {
            "manufacturerPartId": "M-1",
            "nameAtManufacturer": "Granulate",
            "partClassification": [{"standard": "IEC", "id": "61360-2:2012", "description": "x"}],
        },
    }
    async with client_of(hub) as client:
        taken = await posted(client, bearer(hub, "tier1"), "batch", newer)
        [told] = taken.json()["aspects"]
        assert told["item"] == "urn:zhuoyue:id:tier1:lot:M-1:B-1"
        assert told["model"].endswith("batch:4.0.0#Batch")
        back = (await client.get(path("batch", UUIDS[4]))).json()
        assert back["catenaXId"] == UUIDS[4]
        assert back["manufacturingInformation"]["date"] == "2026-11-20"
        assert back["partTypeInformation"]["partClassification"][0]["classificationID"] == "61360-2:2012"
        wrong = newer | {"manufacturingInformation": {}}
        refused = await posted(client, bearer(hub, "tier1"), "batch", [newer, wrong])
        assert "/1/manufacturingInformation/productionDate: is missing" in refused.json()["detail"]


FAULTS = {
    "an id in another form": ("bom-as-built", bom("4711"), "/catenaXId: "),
    "no quantity": ("bom-as-built", bom(UUIDS[0], {**child(UUIDS[1]), "quantity": None}), "/childItems/0/quantity: "),
    "a child twice": ("bom-as-built", bom(UUIDS[0], child(UUIDS[1]), child(UUIDS[1])), "/childItems/1: "),
    "a day that is none": (
        "bom-as-built",
        bom(UUIDS[0], child(UUIDS[1], createdOn="2026-02-30T00:00:00Z")),
        "/childItems/0/createdOn: ",
    ),
    "less than nothing": (
        "bom-as-built",
        bom(UUIDS[0], child(UUIDS[1], quantity={"value": -1, "unit": "unit:piece"})),
        "/childItems/0/quantity/value: ",
    ),
    "no serial": (
        "serial-part",
        {**serial_part(UUIDS[0], GTIN, "x"), "localIdentifiers": [{"key": "manufacturerId", "value": THEM}]},
        "/localIdentifiers: ",
    ),
    "the second of two": (
        "serial-part",
        [serial_part(UUIDS[0], GTIN, "x"), {**serial_part(UUIDS[1], GTIN, "y"), "partTypeInformation": {}}],
        "/1/partTypeInformation/manufacturerPartId: is missing",
    ),
    "an empty list": ("serial-part", [], "1 to 1000"),
}


@pytest.mark.parametrize(("word", "body", "told"), FAULTS.values(), ids=FAULTS)
async def test_what_is_wrong_is_named_by_its_pointer_and_nothing_is_taken(hub, word, body, told):
    before = projection_of(hub)
    async with client_of(hub) as client:
        refused = await posted(client, admin_of(hub), word, body)
    assert refused.status_code == 422, refused.text
    assert told in refused.json()["detail"]
    assert projection_of(hub) == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1",
        b'{"catenaXId": 1, "catenaXId": 2}',
        b"[" * 5_000,
        b'{"a": 1e999999}',
        b'"\\ud800"',
        b"\xff",
        b"{}{}",
    ],
)
async def test_hostile_text_is_refused(hub, body):
    async with client_of(hub) as client:
        refused = await client.post("/api/v1/catenax/bom-as-built", content=body, headers=admin_of(hub))
    assert refused.status_code in (400, 413, 422), refused.text


async def test_aspects_are_their_organisations_own(hub):
    for name, number in (("oem", US), ("tier1", THEM), ("tier2", OTHERS)):
        company(hub, name, number)
    async with client_of(hub) as client:
        body = [serial_part(UUIDS[0], "T-1", "1")]
        assert (await posted(client, bearer(hub, "tier1", Scope.READ), "serial-part", body)).status_code == 403
        assert (await posted(client, {}, "serial-part", body)).status_code == 401
        await posted(client, bearer(hub, "tier1"), "serial-part", body)
        await posted(client, bearer(hub, "tier1"), "bom-as-built", bom(UUIDS[0], child(UUIDS[1])))
        for word in ("serial-part", "bom-as-built", "usage-as-built"):
            for name in (UUIDS[0], UUIDS[1], "urn:zhuoyue:id:tier1:unit:T-1:1"):
                assert (await client.get(path(word, name), headers=bearer(hub, "tier2"))).status_code == 404, word
        assert (await client.get(path("bom-as-built", UUIDS[0]), headers=bearer(hub, "tier1"))).status_code == 200
        client._transport.app.state.audit.settle()


UNITS_OF_MEASURE = st.sampled_from(
    ["unit:piece", "unit:pair", "unit:kilogram", "unit:gram", "unit:pound", "unit:squareInch", "unit:litre", "unit:day"]
)
AMOUNTS = st.decimals(min_value=0, max_value=10**6, places=3, allow_nan=False).map(float)
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(
    lambda time: (
        time.replace(microsecond=time.microsecond // 1000 * 1000, tzinfo=UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )
)


@st.composite
def boms(draw: st.DrawFn) -> list[dict[str, Any]]:
    made = []
    for number, uuid in enumerate(UUIDS[:3]):
        below = draw(st.lists(st.sampled_from(UUIDS[number + 1 :]), unique=True, max_size=4))
        children = [
            child(
                each,
                hasAlternatives=draw(st.booleans()),
                quantity={"value": draw(AMOUNTS), "unit": draw(UNITS_OF_MEASURE)},
                createdOn=draw(TIMES),
                businessPartner=draw(st.sampled_from((US, THEM))),
            )
            for each in below
        ]
        if children:
            made.append(bom(uuid, *children))
    return made


@given(brought=boms(), named=st.sets(st.sampled_from(UUIDS)), order=st.randoms(use_true_random=False))
@settings(max_examples=6, deadline=timedelta(seconds=60), suppress_health_check=list(HealthCheck))
async def test_what_came_in_goes_out_the_same_in_any_order(brought, named, order):
    makers = {each["catenaXId"]: each["businessPartner"] for one in brought for each in one["childItems"]}
    for one in brought:  # one part has one maker
        for each in one["childItems"]:
            each["businessPartner"] = makers[each["catenaXId"]]
    parts = [serial_part(uuid, "P", uuid[-3:], makers.get(uuid, THEM)) for uuid in sorted(named)]
    sent = [("bom-as-built", one) for one in brought] + [("serial-part", one) for one in parts]
    order.shuffle(sent)
    with tempfile.TemporaryDirectory() as folder:
        hub = small_hub(Path(folder) / "hub")
        async with client_of(hub) as client:
            for word, body in sent:
                answer = await posted(client, admin_of(hub), word, body)
                assert answer.status_code == 201, answer.text
            for one in brought:
                told = (await client.get(path("bom-as-built", one["catenaXId"]))).json()
                assert told["catenaXId"] == one["catenaXId"]
                assert by_id(told["childItems"]) == by_id(one["childItems"])
            for one in parts:
                assert (await client.get(path("serial-part", one["catenaXId"]))).json() == one
            for uuid in makers:
                used = (await client.get(path("usage-as-built", uuid))).json()
                above = {one["catenaXId"] for one in brought for each in one["childItems"] if each["catenaXId"] == uuid}
                assert {each["catenaXId"] for each in used["parentItems"]} == above
            client._transport.app.state.audit.settle()
        hub.store.close()


def by_id(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["catenaXId"]: each for each in items}
