"""The operator's reads are in the audit log, and what is no longer kept of that log is told."""

from datetime import timedelta

import msgspec
import pytest
from sharing_world import UNITS, Fact, World, bearer
from small_hub import START, admin_of, client_of, small_agent

from hub.sharing.retention import forget_reads
from traceability.record.sharing import DataKind

OEM_UNIT, TIER1_UNIT = UNITS[0], UNITS[2]
CHAIN = World(
    facts=[
        Fact("oem", DataKind.GENEALOGY, OEM_UNIT, children=(TIER1_UNIT,)),
        Fact("tier1", DataKind.VERDICTS, TIER1_UNIT),
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


async def told(api, hub, org):
    return (await api.get("/api/v1/audit", headers=bearer(hub, org))).json()


def asked(view):
    return [(read["asker"], read["asked"]) for read in view["reads"]]


async def test_each_owner_reads_that_the_operator_looked_and_at_its_own_items_alone(hub, api):
    path = f"/api/v1/trace/{TIER1_UNIT.split('/')[4]}/{TIER1_UNIT.rsplit('/', 1)[1]}"
    for header in ({}, admin_of(hub)):
        assert (await api.get(path, headers=header)).status_code == 200
    await api.get("/api/v1/plants/tier1-plant")
    await api.post("/api/v1/recall", json={"items": [TIER1_UNIT]})
    for public in ("/healthz", "/log/checkpoint"):
        await api.get(public)
    tier1, tier2 = await told(api, hub, "tier1"), await told(api, hub, "tier2")
    everybody = {
        ("operator", "GET /api/v1/trace/{gtin}/{serial:path}"),
        ("operator", "GET /api/v1/plants/{plant}"),
        ("operator", "POST /api/v1/recall"),
    }
    assert set(asked(tier2)) == everybody, "what was asked about is not told to others"
    assert set(asked(tier1)) == everybody | {
        ("operator", f"GET {path}"),
        ("operator", "GET /api/v1/plants/tier1-plant"),
    }
    [about] = [read for read in tier1["reads"] if read["asked"] == f"GET {path}"]
    assert (about["items"], about["kinds"]) == ([TIER1_UNIT], {"questions": 2})
    oem = await told(api, hub, "oem")
    assert ("operator", f"GET {path}") in asked(oem), "it says that it built the unit in"


async def test_where_one_organisation_is_alone_nothing_is_noted(hub):
    small_agent(hub)
    async with client_of(hub) as client:
        await client.get("/api/v1/summary")
        client._transport.app.state.audit.settle()
        assert (await client.get("/api/v1/audit", headers=admin_of(hub))).json()["reads"] == []
        client._transport.app.state.audit.settle()


async def test_entries_that_are_no_longer_kept_leave_their_number(hub, api):
    await api.get("/api/v1/plants/tier1-plant")
    before = await told(api, hub, "tier1")
    later = msgspec.structs.replace(hub, clock=lambda: START + timedelta(days=40))
    forget_reads(later, 50)
    assert await told(api, hub, "tier1") == before
    forget_reads(later, 30)
    after, other = await told(api, hub, "tier1"), await told(api, hub, "tier2")
    assert after["reads"] == []
    removed = {(one["owner"], one["reads"]) for one in after["removed"]}
    assert removed == {("*", 1), ("tier1", 1)}
    assert {one["owner"] for one in other["removed"]} == {"*"}
    assert after["removed"][0]["until"].startswith("2026-03-11")
    forget_reads(later, 30)
    assert len((await told(api, hub, "tier1"))["removed"]) == len(after["removed"])
