"""Who knows the ids of other companies' things gets nothing by them: every GET route is asked with real ones."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from every_question import ENDLESS
from page_weight import LARGEST, weight
from site_routes import site_routes
from small_hub import admin_of, small_hub
from small_people import HTML, People, csrf, people_of
from supply_chain import supply_chain

from hub.accounts.permission import Role
from hub.api.route_policy import GUEST, STATIC, is_public
from hub.entry.master import add_organisation, add_plant

JSON = {"Accept": "application/json"}
UNIT = "https://id.gs1.org/01/09506000134376/21/D-00004"
LOT = "https://id.gs1.org/01/09506000134390/10/L4700"
MARKS = (
    "Yuanhang", "远航", "supplier-a", "supplier-b", "oem.", "Drive housing", "电机", "OP20", "bore", "D-00003",
    "H-0000", "C-0000", "leak", "Secret alert", "Hidden thing",
)  # fmt: skip
"""What only the other companies' records hold."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[People, dict[str, Any]]]:
    """A supply chain, and a stranger who has nothing to do with it and an administrator's role in its own company."""
    hub = small_hub(tmp_path_factory.mktemp("foreign") / "hub")
    supply_chain(hub, 6)
    add_organisation(hub, "stranger", "Stranger")
    add_plant(hub, "stranger.plant", organisation="stranger", name="Strangers")
    people = people_of(hub)
    people.known("stranger", Role.ADMIN, organisation="stranger")
    add_plant(hub, OTHER, organisation="supplier-a", name="Other")
    people.known("colleague", Role.ADMIN, organisation="supplier-a")
    people.known("narrow", Role.ADMIN, organisation="supplier-a", plants=[OTHER])
    root = people.known("root", Role.ADMIN)
    yield people, {"root": root.id}
    hub.store.close()


SECRET = "Hidden thing"
FOREIGN = "supplier-a.machining"
OTHER = "supplier-a.other"
"""A plant of the same company, where nothing is made."""
HOUSING = "https://id.gs1.org/01/09506000134352"
PLAN = f"""part = "09506000134352"
plant = "{FOREIGN}"
revision = "Z"
name = "{SECRET}"
[[operation]]
id = "OP10"
name = "Boring"
"""
BY = {"entered_by": "q7"}
OF_PLANT: dict[str, dict[str, Any]] = {
    "improvements": {
        "title": SECRET, "owner": "q", "by": "q", "description": SECRET,
        "weak_point": {"kind": "other", "subject": SECRET},
    },
    "knowledge": {"title": SECRET, "cause": SECRET, "action": "a", "evidence": ["e"], "by": "q"},
    "indicators": {"id": "series", "name": SECRET, "owner": "q", "source": "s", "frequency": "month"} | BY,
    "targets": {
        "id": "kept", "name": SECRET, "metric": "rolled-throughput-yield", "direction": "higher", "value": "0.9",
        "first": "2026-01-05", "owner": "q",
    } | BY,
    "costs": {"activity": "audit", "amount": "1.00", "accrued_on": "2026-01-05", "evidence": SECRET} | BY,
    "losses": {"item": "scrap", "amount": "1.00", "accrued_on": "2026-01-05", "evidence": SECRET} | BY,
    "incoming/receipts": {
        "supplier": "oem", "delivery_note": SECRET, "received_on": "2026-01-05",
        "items": [{"code": LOT, "quantity": 9}],
    } | BY,
    "configurations": {"role": "control-plan", "name": "housing", "text": PLAN},
    "declarations": {"declared_by": SECRET},
}  # fmt: skip
"""What is entered at another company's plant, by the room that names it."""


async def entered(people: People) -> dict[str, str]:
    """One thing of each room; their real ids."""
    made: dict[str, str] = {}
    async with people.browser(**admin_of(people.hub)) as operator:
        operator.headers.update(JSON)

        async def post(path: str, **form: Any) -> dict[str, Any]:
            answer = await operator.post(f"/api/v1/{path}", json=form)
            assert answer.is_success, (path, answer.text)
            return answer.json()  # type: ignore[no-any-return]

        for room, form in OF_PLANT.items():
            told = await post(f"plants/{FOREIGN}/{room}", **form)
            made[room] = (told.get("version") or told).get("id", "")
        stages = {"version": made["configurations"], "stages": [["supplier-a.line-1"]]}
        made["rollouts"] = (await post(f"plants/{FOREIGN}/rollouts", **stages))["id"]
        terms = {"text": SECRET, "indicators": [{"name": "f", "metric": "fpy", "target": "0.9"}]}
        made["requirements"] = (
            await post(
                "requirements", customer="oem", supplier="supplier-a", part=HOUSING, title=SECRET, by="q",
                terms=terms | {"valid_from": "2026-01-01"},
            )
        )["id"]  # fmt: skip
        made["notifications"] = (
            await post(
                "notifications", type="ALERT", sender="oem", receiver="supplier-a", title="Secret alert",
                description="x", severity="MAJOR", items=[UNIT], by="test",
            )
        )["id"]  # fmt: skip
        side = {"side": "sender", "by": "q"}
        told = f"/api/v1/notifications/{made['notifications']}"
        (await operator.put(f"{told}/attachments/{SECRET}.txt", params=side, content=b"x")).raise_for_status()
        made["attachments"] = (await operator.get(told)).json()["attachments"][0]["sha256"]
        made["recall"] = made["recalls"] = (await post("recall", items=[UNIT]))["id"]
        made["common"] = (await post("analysis/common/questions", suspects={"items": [UNIT]}))["id"]
        loaded = await operator.post(
            f"/api/v1/plants/{FOREIGN}/files",
            params={"kind": "losses", "name": SECRET} | BY,
            content=f"item,amount,date\n{SECRET},x,y\n".encode(),
        )
        assert loaded.is_success, loaded.text
        made["files"] = loaded.json()["id"]
        checked = await operator.post("/api/v1/audit/checks", json={})
        assert checked.is_success, checked.text
        made["checks"] = checked.json()["id"]
        people.site.state.checks.wait(made["checks"], 60)
    return made


async def ids_of(world: tuple[People, dict[str, Any]]) -> dict[str, Any]:
    """Real ids of others' things, as path parameters call them; where these share a name, by the room before it."""
    people, once = world
    made = once["made"] = once.get("made") or await entered(people)
    return {
        **{f"{room}/identity": [identity] for room, identity in made.items()},
        "plant": ["oem.assembly", FOREIGN],
        "gtin": ["09506000134376"],
        "serial": ["D-00004"],
        "lot": ["L4700"],
        "item": [UNIT, LOT],
        "identity": [made["recall"], made["notifications"]],
        "hash_": [made["attachments"]],
        "check": [made["checks"]],
        "receipt": [made["incoming/receipts"]],
        "indicator": ["series"],
        "target": ["kept"],
        "year": ["2026"],
        "kind": ["plant", "organisation"],
        "metric": ["first-pass-yield"],
        "agent": ["supplier-a.line-1"],
        "declaration": [made["declarations"]],
        "organisation": ["oem", "supplier-a"],
        "log_index": ["3", "9", "12"],
        "line": ["2"],
        "author": ["supplier-a.line-1"],
        "supplier": ["supplier-a.machining", "supplier-a"],
        "part": [HOUSING, "09506000134352"],
        "characteristic": ["bore"],
        "event_id": ["urn:x"],
        "name": ["x"],
    }


REAL = (
    "/improvements/", "/knowledge/", "/indicators/", "{plant}/targets/", "/receipts/", "/configurations/", "/rollouts/",
    "/declarations/", "/requirements/", "/notifications/", "/recall/", "/recalls/", "/common/", "{plant}/files/",
    "/checks/",
)  # fmt: skip
"""Rooms of which there is one thing of each."""
OF_NOBODY = {"/api/v1/master/dictionary"}
"""Describes the program, and shows none of its data."""


def get_routes(people: People) -> list[str]:
    paths = {
        route.path
        for route in site_routes(people.site)
        if "GET" in route.methods and not is_public(route) and not route.path.startswith((GUEST, STATIC))
    }
    return sorted(paths - OF_NOBODY - set(ENDLESS))


def room_of(path: str, name: str) -> str:
    """The word before a parameter."""
    return path.partition(f"/{{{name}")[0].rpartition("/")[2]


def filled(path: str, ids: dict[str, Any]) -> Iterator[str]:
    """The addresses that ``path`` makes with others' ids."""
    names = re.findall(r"\{([a-z_]+)(?::path)?\}", path)
    known = {name: ids.get(f"{room_of(path, name)}/{name}") or ids.get(name, ["x"]) for name in names}
    turns = 2 if "plant" in names else max((len(known[name]) for name in names), default=1)
    for turn in range(turns):
        address = path
        for name in names:
            value = quote(known[name][turn % len(known[name])], safe="")
            address = re.sub(rf"\{{{name}(:path)?\}}", lambda _, value=value: value, address)
        yield address


async def test_no_get_route_tells_a_stranger_anything_by_anothers_id(world):
    people, _ = world
    ids = await ids_of(world)
    routes = get_routes(people)
    assert len(routes) > 60
    told = []
    async with people.signed_in("stranger") as browser:
        for path in routes:
            for address in filled(path, ids):
                for accept in (JSON, HTML):
                    answer = await browser.get(address, headers=accept)
                    asked = address + json.dumps(ids["item"])
                    body = answer.text.replace(quote(UNIT, safe=""), "").replace(address, "")
                    found = [mark for mark in MARKS if mark in body and mark not in asked]
                    if answer.status_code >= 500 or found:
                        told.append((address, answer.status_code, found, body[:200] if found else ""))
    assert told == []


async def test_the_same_routes_do_tell_the_operator(world):
    """Otherwise the test above would prove nothing."""
    people, _ = world
    ids = await ids_of(world)
    seen, nothing, weights = set(), [], {}
    async with people.signed_in("root") as browser:
        for path in get_routes(people):
            for address in filled(path, ids):
                answer = await browser.get(address, headers=JSON, follow_redirects=True)
                seen |= {mark for mark in MARKS if mark in answer.text}
                if answer.headers.get("content-type", "").startswith("text/html"):
                    weights[path] = max(weights.get(path, 0), weight(answer.text))
            if answer.status_code == 404 and any(one in path for one in REAL):
                nothing.append(address)  # of its last id
    assert seen >= set(MARKS) - {"电机", "远航"}
    assert len(weights) > 60
    assert {path: size for path, size in weights.items() if size > LARGEST} == {}, "of every page there is"
    assert nothing == []


AT_FOREIGN = ("bore", "H-0000", "OP20", "Drive housing", "Secret alert", SECRET)
"""What only the records of that plant hold, for who sees no other company's; the last two also what is agreed."""
OF_COMPANY = ("/notifications", "/requirements")
"""What one company writes to another belongs to all of its people."""
HELD = "https://id.gs1.org/01/09506000134352/21/H-00003"


async def asked_by(people: People, login: str, item: str = HELD) -> dict[str, list[str]]:
    """A recall and a comparison of somebody's, by the rooms that name them."""
    async with people.signed_in(login) as browser:
        browser.headers.update(JSON | {"X-CSRF-Token": await csrf(browser)})
        recall = (await browser.post("/api/v1/recall", json={"items": [item]})).json()["id"]
        for _ in range(200):
            told = (await browser.get(f"/api/v1/recall/{recall}")).json()
            if told["state"] in ("done", "failed"):
                break
        question = {"suspects": {"items": [item]}}
        common = (await browser.post("/api/v1/analysis/common/questions", json=question)).json()["id"]
    return {"recall/identity": [recall], "recalls/identity": [recall], "common/identity": [common]}


@pytest.mark.parametrize("whose", ["colleague", "narrow"])
async def test_who_works_for_some_plants_gets_nothing_of_the_others_by_their_ids(world, whose):
    people, _ = world
    ids = await ids_of(world) | await asked_by(people, whose)
    ids |= {"serial": ["H-00003"], "gtin": ["09506000134352"], "item": [HELD], "plant": [FOREIGN]}
    told = []
    async with people.signed_in("narrow") as browser:
        for path in get_routes(people):
            for address in filled(path, ids):
                for accept in (JSON, HTML):
                    answer = await browser.get(address, headers=accept)
                    body = answer.text.replace(quote(HELD, safe=""), "").replace(HELD, "").replace(address, "")
                    body = body.replace("H-00003", "") if whose == "narrow" else body  # their own question
                    found = [mark for mark in AT_FOREIGN if mark in body and mark not in address]
                    if answer.status_code >= 500 or (found and not any(room in path for room in OF_COMPANY)):
                        told.append((address, answer.status_code, found, body[:200]))
    assert told == [], "\n".join(map(str, told))


async def test_what_a_stranger_names_when_acting_is_not_found_either(world):
    people, ids = world
    foreign = await ids_of(world)
    notification = foreign["identity"][1]
    async with people.signed_in("stranger") as browser:
        browser.headers.update(JSON | {"X-CSRF-Token": await csrf(browser)})
        said = {"side": "sender", "by": "x"}
        tries = [
            ("POST", f"/api/v1/notifications/{notification}/messages", {"text": "x"} | said),
            ("POST", f"/api/v1/notifications/{notification}/transitions", {"to": "SENT"} | said),
            ("DELETE", f"/api/v1/notifications/{notification}/guest-link?by=x", None),
            ("POST", f"/api/v1/users/{ids['root']}/reset", None),
            ("DELETE", f"/api/v1/account/sessions/{ids['root']}", None),
            ("DELETE", f"/api/v1/account/tokens/{ids['root']}", None),
            ("POST", "/api/v1/plants/oem.assembly/calendar", {"periods": []}),
            ("POST", "/api/v1/policies", {"owner": "oem", "kinds": [], "by": "x"}),
            ("POST", "/api/v1/hold-orders", {"target": UNIT, "by": "x", "why": "x"}),
        ]
        for method, path, form in tries:
            answer = await browser.request(method, path, json=form)
            assert answer.status_code in (403, 404), (path, answer.status_code, answer.text)
