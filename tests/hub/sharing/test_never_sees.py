"""No organisation ever sees what it may not: random companies, policies, links and questions through every answer.

What an organisation neither sees nor knows of is taken out of a second, otherwise equal hub (a loss entry stands in its
place). If both hubs give the organisation the same answers, then nothing it is told (no count, flag, order or cursor)
depends on what is withheld. A plain model (``sharing_world``) says what that is.
"""

import json
import tempfile
from pathlib import Path

import httpx
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sharing_world import GTIN_LIST, LOTS, ORGS, PARTS, THINGS, UNITS, World, bearer, worlds
from small_hub import small_hub

from hub.api.app import create_app
from hub.parts import Hub
from traceability.record.sharing import DataKind

LEAVES = ("leaf",)


def questions() -> list[str]:
    asked = [
        "/api/v1/summary", "/api/v1/plants", "/api/v1/agents", "/api/v1/notifications", "/api/v1/policies",
        "/epcis/events", "/epcis/events?perPage=1", "/epcis/epcs", "/epcis/eventTypes", "/epcis/bizSteps",
        f"/epcis/events?MATCH_anyEPC={UNITS[2]}", "/api/v1/search?q=S1", "/api/v1/search?q=L1", "/api/v1/search?q=mark",
    ]  # fmt: skip
    for number, unit in enumerate(UNITS):
        gtin, serial = unit.split("/")[4], unit.rsplit("/", 1)[1]
        asked.append(f"/api/v1/trace/{gtin}/{serial}?results=true")
        if number % 3:
            continue
        asked += [f"/api/v1/trace/{gtin}/{serial}?direction=forward", f"/api/v1/units/{gtin}/{serial}"]
        asked.append(f"/api/v1/trace/{gtin}/{serial}?limit=1")
    asked += [f"/api/v1/lots/{GTIN_LIST[-1]}/L1?limit=1", f"/api/v1/items/{UNITS[0].replace('/', '%2F')}/uses"]
    for org in ORGS:
        plant = f"{org}-plant"
        asked += [
            f"/api/v1/plants/{plant}", f"/api/v1/plants/{plant}/grade", f"/api/v1/plants/{plant}/levels",
            f"/api/v1/plants/{plant}/yields?part={PARTS[0]}&operation=OP10", f"/api/v1/plants/{plant}/holds",
            f"/api/v1/plants/{plant}/losses", f"/api/v1/plants/{plant}/declarations",
            f"/api/v1/plants/{plant}/capability?characteristic=length&part={PARTS[0]}&operation=OP10",
        ]  # fmt: skip
    return asked


async def sent(hub: Hub, client: httpx.AsyncClient, world: World, blind_to: str | None = None) -> None:
    for batch in world.build(hub, blind_to):
        answer = await client.post("/api/v1/batches", content=batch)
        assert answer.status_code == 201, answer.text


async def recalled(client: httpx.AsyncClient, header: dict[str, str], thing: str) -> list[object]:
    answer = await client.post("/api/v1/recall", json={"items": [thing]}, headers=header)
    found = answer.json()
    for _ in range(200):
        if found["state"] in ("done", "failed"):
            break
        found = (await client.get(found["url"], headers=header)).json()
    assert found["state"] == "done", found
    items = await client.get(found["items_url"], headers=header)
    lines = await client.get(found["items_url"] + "?format=csv", headers=header)
    return [found, items.json(), lines.text]


def speaking_to(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


def without(told: object, names: tuple[str, ...]) -> object:
    if isinstance(told, dict):
        return {key: without(value, names) for key, value in told.items() if key not in names}
    return [without(each, names) for each in told] if isinstance(told, list) else told


async def everything(client: httpx.AsyncClient, header: dict[str, str]) -> dict[str, object]:
    told: dict[str, object] = {}
    for question in questions():
        answer = await client.get(question, headers=header)
        assert answer.status_code < 500, f"{question}: {answer.text}"
        told[question] = [answer.status_code, without(answer.json(), LEAVES)]
    for thing in (UNITS[2], LOTS[0]):
        told[f"recall {thing}"] = await recalled(client, header, thing)
    return told


async def proofs(client: httpx.AsyncClient, header: dict[str, str]) -> str:
    """Everything that any evidence file shows, as one text."""
    shown = []
    for thing in THINGS:
        gtin, name = thing.split("/")[4], thing.rsplit("/", 1)[1]
        room = "units" if thing in UNITS else "lots"
        answer = await client.get(f"/api/v1/{room}/{gtin}/{name}/evidence", headers=header)
        assert answer.status_code in (200, 404), answer.text
        if answer.status_code == 200:
            shown += [record["line"] for record in answer.json()["records"]]
    size = (await client.get("/readyz")).json()["log_size"]
    for log_index in range(size - 3, size):  # the batches of the agents came last
        for line in range(2, 8):
            answer = await client.get(f"/api/v1/records/{log_index}/{line}/evidence", headers=header)
            assert answer.status_code in (200, 404), answer.text
            if answer.status_code == 200:
                shown += [record["line"] for record in answer.json()["records"]]
    return "\n".join(shown)


@given(world=worlds(), asker=st.sampled_from(ORGS))
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
async def test_answers_do_not_depend_on_what_is_withheld(world, asker):
    with tempfile.TemporaryDirectory() as folder:
        hub, other = small_hub(Path(folder) / "hub"), small_hub(Path(folder) / "other")
        first_app, second_app = create_app(hub), create_app(other)
        async with speaking_to(first_app) as client, speaking_to(second_app) as second:
            await sent(hub, client, world)
            await sent(other, second, world, blind_to=asker)
            told = await everything(client, bearer(hub, asker))
            blind = await everything(second, bearer(other, asker))
            for question, answer in told.items():
                assert answer == blind[question], question
            text = json.dumps(told)
            shown = await proofs(client, bearer(hub, asker))
        for app, of in ((first_app, hub), (second_app, other)):
            app.state.audit.settle()
            of.store.close()
    for number, fact in enumerate(world.facts):
        mark = world.mark(number)
        if not world.sees(asker, fact):
            assert f'"{mark}"' not in shown, f"a proof shows {fact}"
            if not (fact.kind is DataKind.GENEALOGY and world.seen_children(asker, fact)):
                assert mark not in text, f"an answer tells of {fact}"
        elif fact.kind is DataKind.VERDICTS:
            assert mark in text, f"not shown: {fact}"
            assert f'"{mark}"' in shown, f"not proved: {fact}"
