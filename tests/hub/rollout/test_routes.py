"""The same by programs: what pages do, ``/api/v1`` does under the same rules, and answers say what is wrong."""

from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
from small_hub import admin_of, client_of, small_agent
from small_rollout import AGENTS, PLANT, PLANT_KEY, Lines, plan, version

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.parts import Hub
from traceability.rollout import read_request, sign_request

ONE, TWO, THREE = AGENTS
HOUSING = {"role": "control-plan", "name": "housing"}


@pytest.fixture
def lines(hub: Hub) -> Lines:
    return Lines(hub)


@pytest.fixture
async def admin(lines: Lines) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(lines.hub) as client:
        client.headers.update(admin_of(lines.hub))
        yield client


async def test_from_a_text_to_a_finished_roll_out(admin: httpx.AsyncClient, lines: Lines) -> None:
    write = f"/api/v1/plants/{PLANT}/configurations"
    found = (await admin.post(f"{write}/check", json=HOUSING | {"text": "part = "})).json()
    assert [(one["line"], one["column"]) for one in found["remarks"]] == [(1, 8)]
    refused = await admin.post(write, json=HOUSING | {"text": "part = "})
    assert (refused.status_code, "line 1" in refused.json()["detail"]) == (422, True)
    version(lines.hub, plan("A"))
    made = (await admin.post(write, json=HOUSING | {"text": plan("B"), "note": "wider"})).json()
    assert (made["version"]["number"], made["changed"]["added"]) == (2, 1)
    order = {"version": made["version"]["id"], "stages": [[ONE]], "soak_s": 0}
    rollout = (await admin.post(f"/api/v1/plants/{PLANT}/rollouts", json=order)).json()
    path = f"/api/v1/plants/{PLANT}/rollouts/{rollout['id']}"
    request = read_request((await admin.get(f"/api/v1/rollouts/{rollout['id']}/to-sign")).content)
    signed = msgspec.json.encode(sign_request(request, PLANT_KEY, lines.clock()))
    assert (await admin.post(f"{path}/signed", content=signed)).json()["state"] == "ready"
    assert (await admin.post(f"{path}/start", json={})).json()["state"] == "running"
    assert (await admin.post(f"{path}/start", json={})).status_code == 422
    listed = (await admin.get("/api/v1/rollouts", params={"plant": PLANT})).json()["rollouts"]
    assert [one["agents"][0]["trouble"] for one in listed] == ["not-taken"]


@pytest.mark.parametrize("bad", [b"", b"{}", b"\xff", b'{"rollout": "x", "key": "", "signed": []}', b"[" * 5000])
async def test_what_is_no_signature_is_refused_and_changes_nothing(
    admin: httpx.AsyncClient, lines: Lines, bad: bytes
) -> None:
    wanted = version(lines.hub, plan("B"))
    order = {"version": wanted.id, "stages": [[ONE]]}
    rollout = (await admin.post(f"/api/v1/plants/{PLANT}/rollouts", json=order)).json()
    answer = await admin.post(f"/api/v1/plants/{PLANT}/rollouts/{rollout['id']}/signed", content=bad)
    assert 400 <= answer.status_code < 500
    assert (await admin.get(f"/api/v1/rollouts/{rollout['id']}")).json()["state"] == "to-sign"


async def test_a_plant_in_the_address_is_not_a_key_to_others(admin: httpx.AsyncClient, lines: Lines) -> None:
    small_agent(lines.hub, "b.line-1", "plant-b")
    wanted = version(lines.hub, plan("B"))
    order = {"version": wanted.id, "stages": [[ONE]]}
    assert (await admin.post("/api/v1/plants/plant-b/rollouts", json=order)).status_code == 404
    rollout = (await admin.post(f"/api/v1/plants/{PLANT}/rollouts", json=order)).json()
    for what in ("start", "withdraw"):
        answer = await admin.post(f"/api/v1/plants/plant-b/rollouts/{rollout['id']}/{what}", json={})
        assert answer.status_code == 404


async def test_a_company_reads_its_own_and_changes_nothing_by_a_token(lines: Lines) -> None:
    small_agent(lines.hub, "b.line-1", "plant-b")
    wanted = version(lines.hub, plan("B"))
    for company, sees in ((f"{PLANT}-company", 3), ("plant-b-company", 1)):
        token = make_token(lines.hub, company, [Scope.READ]).text
        async with client_of(lines.hub) as client:
            client.headers["Authorization"] = f"Bearer {token}"
            assert len((await client.get("/api/v1/fleet")).json()["agents"]) == sees
            assert (await client.get(f"/api/v1/configurations/{wanted.id}")).status_code == (200 if sees == 3 else 404)
            assert (await client.get(f"/api/v1/fleet/{ONE}/history")).status_code == (200 if sees == 3 else 404)
            answer = await client.post(f"/api/v1/plants/{PLANT}/configurations", json=HOUSING | {"text": plan("C")})
            assert answer.status_code == 403
