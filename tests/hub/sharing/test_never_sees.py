"""No organisation ever sees what it may not: random companies, policies, links and questions through every answer.

What an organisation neither sees nor knows of is taken out of a second, otherwise equal hub (a loss entry stands in its
place). If both hubs give the organisation the same answers, then nothing it is told (no count, flag, order or cursor)
depends on what is withheld. A plain model (``sharing_world``) says what that is.
"""

import json
import os
import tempfile
from pathlib import Path

import httpx
from every_question import questions, routes_that_answer
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sharing_world import (
    GTIN_LIST,
    GTINS,
    LOTS,
    ORGS,
    PARTS,
    PLAIN,
    THINGS,
    UNITS,
    Fact,
    World,
    bearer,
    worlds,
)
from small_events import CONTEXT, some_event
from small_hub import SmallAgent, admin_of, small_hub
from small_pictures import bring, hash_of

from hub.pages.site import create_site
from hub.parts import Hub
from hub.store.ledger.batches import log_size
from traceability.batch.open import open_batch
from traceability.record.codec import decode_record
from traceability.record.production import PicturesRecord
from traceability.record.sharing import DataKind

LEAVES = ("leaf",)
RECALL_NAMES = ("id", "url", "items_url")


def detailed() -> list[str]:
    """Questions with the parameters that make counts, pages and cursors."""
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
            f"/api/v1/plants/{plant}/yields?part={PARTS[0]}&operation=OP10",
            f"/api/v1/plants/{plant}/capability?characteristic=length&part={PARTS[0]}&operation=OP10",
        ]
    return asked


NOT_COMPARED = (
    "/reviews/",
    "/evidence",
    "/api/v1/agents",
    "/epcis/events/",
    "/api/v1/policies",
    "/api/v1/audit",
    "/file",
    "export",
)
"""Answers that hold bytes, hashes or ids of a hub's own; that they tell nothing is looked for by the marks."""


def is_compared(question: str) -> bool:
    path = question.partition("?")[0]
    return path.startswith(("/api/", "/epcis")) and not any(word in path for word in NOT_COMPARED)


async def sent(hub: Hub, client: httpx.AsyncClient, world: World, blind_to: str | None = None) -> dict[int, str]:
    """Send the world's batches and then the files of their pictures; where these are shown, by the fact's number."""
    numbers = {hash_of(world.content(number)): number for number in range(len(world.facts))}
    shown = {}
    for batch in world.build(hub, blind_to):
        answer = await client.post("/api/v1/batches", content=batch)
        assert answer.status_code == 201, answer.text
        opened = open_batch(batch)
        for line, text in enumerate(opened.lines, start=2):
            record = decode_record(text)
            if isinstance(record, PicturesRecord):
                number = numbers[record.pictures[0].sha256]
                agent = SmallAgent(opened.header.author)
                brought = await bring(client, agent, hub, record.id, world.content(number))
                assert brought.status_code == 200, brought.text
                digits = record.pictures[0].sha256.removeprefix("sha256:")
                with hub.store.reading() as connection:
                    place = f"/api/v1/records/{log_size(connection) - 1}/{line}/pictures/{digits}"
                shown[number] = place
    return shown


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
    return [without(found, RECALL_NAMES), without(items.json(), RECALL_NAMES), lines.text]


def speaking_to(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


def without(told: object, names: tuple[str, ...]) -> object:
    if isinstance(told, dict):
        return {key: without(value, names) for key, value in told.items() if key not in names}
    return [without(each, names) for each in told] if isinstance(told, list) else told


async def everything(client: httpx.AsyncClient, header: dict[str, str], asked: list[str]) -> dict[str, object]:
    told: dict[str, object] = {}
    for question in asked:
        answer = await client.get(question, headers=header)
        assert answer.status_code < 500, f"{question}: {answer.text}"
        as_json = "json" in answer.headers.get("content-type", "")
        told[question] = [answer.status_code, without(answer.json(), LEAVES) if as_json else answer.text]
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


WORLDS = int(os.environ.get("ZHUOYUE_WORLDS", "16"))
QUESTIONS_OF_ONE_WORLD = 12
"""A third of the questions that are asked of each world; where there are very many worlds it is every question."""


@given(world=worlds(), asker=st.sampled_from(ORGS), chance=st.randoms(use_true_random=False))
@settings(max_examples=WORLDS, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
async def test_answers_do_not_depend_on_what_is_withheld(world, asker, chance):
    with tempfile.TemporaryDirectory() as folder:
        hub, other = small_hub(Path(folder) / "hub"), small_hub(Path(folder) / "other")
        every = [*detailed(), *questions(hub)]
        asked = every if WORLDS > 100 else chance.sample(every, 3 * QUESTIONS_OF_ONE_WORLD)
        first_app, second_app = create_site(hub), create_site(other)
        async with speaking_to(first_app) as client, speaking_to(second_app) as second:
            pictures = await sent(hub, client, world)
            await sent(other, second, world, blind_to=asker)
            asked += pictures.values()
            asked += [f"{at}?small=true" for one, at in pictures.items() if not world.sees(asker, world.facts[one])]
            told = await everything(client, bearer(hub, asker), asked)
            compared = [question for question in asked if is_compared(question)]
            blind = await everything(second, bearer(other, asker), compared)
            for question, answer in blind.items():
                assert told[question] == answer, question
            for question in (f"/api/v1/trace/{unit.split('/')[4]}/{unit[-2:]}?results=true" for unit in UNITS):
                told[question] = (await client.get(question, headers=bearer(hub, asker))).json()
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
        elif fact.kind is DataKind.PICTURES and fact.form is PLAIN:
            assert mark in told[pictures[number]][1], f"not shown: {fact}"
        elif fact.kind is DataKind.VERDICTS and fact.form is PLAIN:
            assert mark in text, f"not shown: {fact}"
            assert f'"{mark}"' in shown, f"not proved: {fact}"


def test_every_route_that_answers_is_asked(hub):
    asked = questions(hub)  # KeyError names the parameter of a new route for which there is no value
    for route in routes_that_answer(hub):
        assert any(route.path_regex.fullmatch(question.partition("?")[0]) for question in asked), route.path


HUB_BORN = ("captured", "aspect", "failure", "loss", "lot", "shipment")


async def bear(hub: Hub, client: httpx.AsyncClient, org: str) -> None:
    """Records of an organisation that the hub seals for it, each with a mark of its own."""
    unit = next(unit for unit in UNITS if GTINS[org][0] in unit)
    event = some_event(epcList=[unit], eventID=f"urn:uuid:{mark_of('captured', org)}", bizStep="inspecting")
    uuid = f"00000000-0000-4000-8000-{ORGS.index(org):012}"
    part = {"manufacturerPartId": mark_of("aspect", org), "nameAtManufacturer": mark_of("aspect", org)}
    names = [{"key": "manufacturerId", "value": "BPNL00000003AXS3"}, {"key": "partInstanceId", "value": "1"}]
    aspect = {
        "catenaXId": uuid, "localIdentifiers": names, "manufacturingInformation": {"date": "2026-01-01"},
        "partTypeInformation": part,
    }  # fmt: skip
    failure = {
        "unit": unit, "failed_on": "2026-02-01", "mode": mark_of("failure", org), "evidence": mark_of("failure", org),
    }  # fmt: skip
    loss = {
        "item": "scrap", "amount": "1", "accrued_on": "2026-01-01", "evidence": mark_of("loss", org),
        "entered_by": "p1",
    }  # fmt: skip
    lot = {
        "part": PARTS[GTIN_LIST.index(GTINS[org][0])], "operation": "OP10", "lot": mark_of("lot", org), "size": 10,
        "sample": 5, "defective": 0, "accepted": True, "inspected_on": "2026-01-01", "entered_by": "p1",
    }  # fmt: skip
    shipment = {
        "id": mark_of("shipment", org), "source": {"party": org}, "destination": {"party": "somebody"},
        "items": [{"item": unit}],
    }  # fmt: skip
    for path, body, header in (
        ("/epcis/events", {"@context": CONTEXT, **event}, bearer(hub, org)),
        ("/api/v1/catenax/serial-part", aspect, bearer(hub, org)),
        (f"/api/v1/plants/{org}-plant/field-failures", {"failures": [failure], "entered_by": "p1"}, admin_of(hub)),
        (f"/api/v1/plants/{org}-plant/losses", loss, admin_of(hub)),
        (f"/api/v1/plants/{org}-plant/lot-inspections", lot, admin_of(hub)),
        ("/api/v1/shipments", shipment, admin_of(hub)),
    ):
        answer = await client.post(path, json=body, headers=header)
        assert answer.status_code in (200, 201), f"{path}: {answer.text}"


def mark_of(what: str, org: str) -> str:
    return f"mark-{what}-{org}"


async def test_what_the_hub_seals_for_an_organisation_is_not_told_to_others(hub):
    """Through every route there is, and by everything that can be asked about the things in question."""
    world = World(facts=[Fact(org, DataKind.VERDICTS, _own(org)) for org in ORGS], shippings=[], policies=[])
    app = create_site(hub)
    async with speaking_to(app) as client:
        await sent(hub, client, world)
        for org in ORGS:
            await bear(hub, client, org)
        names = [f"/api/v1/items/urn:uuid:00000000-0000-4000-8000-{number:012}" for number in range(3)]
        names += [f"/epcis/events/urn:uuid:{mark_of('captured', org)}" for org in ORGS]
        names += [f"/api/v1/catenax/serial-part/urn:uuid:00000000-0000-4000-8000-{number:012}" for number in range(3)]
        for asker in ("oem", "tier2"):
            header = bearer(hub, asker)
            told = {path: (await client.get(path, headers=header)).text for path in [*questions(hub), *names]}
            for org in ORGS:
                for what in HUB_BORN:
                    tells = [path for path, text in told.items() if mark_of(what, org) in text.replace(path, "")]
                    tells = [path for path in tells if mark_of(what, org) not in path]
                    if org != asker:
                        assert tells == [], f"{asker} reads {what} of {org}"
                    elif what != "shipment":
                        assert tells, f"{asker} cannot read its own {what}"
    app.state.audit.settle()


def _own(org: str) -> str:
    return next(unit for unit in UNITS if GTINS[org][0] in unit)
