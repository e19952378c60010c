"""Who knows the ids of other companies' things gets nothing by them: every GET route is asked with real ones."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from every_question import ENDLESS
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
    "H-0000", "C-0000", "leak", "Secret alert",
)  # fmt: skip
"""What only the other companies' records hold."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[People, dict[str, str]]]:
    """A supply chain, and a stranger who has nothing to do with it and an administrator's role in its own company."""
    hub = small_hub(tmp_path_factory.mktemp("foreign") / "hub")
    supply_chain(hub, 6)
    add_organisation(hub, "stranger", "Stranger")
    add_plant(hub, "stranger.plant", organisation="stranger", name="Strangers")
    people = people_of(hub)
    people.known("stranger", Role.ADMIN, organisation="stranger")
    root = people.known("root", Role.ADMIN)
    yield people, {"root": root.id}
    hub.store.close()


async def ids_of(people: People) -> dict[str, Any]:
    """Real ids of others' things, as path parameters call them."""
    async with people.browser(**admin_of(people.hub)) as operator:
        operator.headers.update(JSON)
        recall = await operator.post("/api/v1/recall", json={"items": [UNIT]})
        notification = await operator.post(
            "/api/v1/notifications",
            json={
                "type": "ALERT", "sender": "oem", "receiver": "supplier-a", "title": "Secret alert", "description": "x",
                "severity": "MAJOR", "items": [UNIT], "by": "test",
            },
        )  # fmt: skip
        declared = await operator.post(
            "/api/v1/plants/oem.assembly/declarations", json={"kind": "self-assessment", "by": "test"}
        )
    return {
        "plant": ["oem.assembly", "supplier-a.machining"],
        "gtin": ["09506000134376"],
        "serial": ["D-00004"],
        "lot": ["L4700"],
        "item": [UNIT, LOT],
        "identity": [recall.json().get("id", "?"), notification.json().get("id", "?")],
        "declaration": [declared.json().get("id", "?")],
        "organisation": ["oem", "supplier-a"],
        "log_index": ["3", "9", "12"],
        "line": ["2"],
        "author": ["supplier-a.line-1"],
        "supplier": ["supplier-a.machining", "supplier-a"],
        "part": ["https://id.gs1.org/01/09506000134352", "09506000134352"],
        "characteristic": ["bore"],
        "event_id": ["urn:x"],
        "name": ["x"],
    }


OF_NOBODY = {"/api/v1/master/dictionary"}
"""Describes the program, and shows none of its data."""


def get_routes(people: People) -> list[str]:
    paths = {
        route.path
        for route in site_routes(people.site)
        if "GET" in route.methods and not is_public(route) and not route.path.startswith((GUEST, STATIC))
    }
    return sorted(paths - OF_NOBODY - set(ENDLESS))


def filled(path: str, ids: dict[str, Any]) -> Iterator[str]:
    """The addresses that ``path`` makes with others' ids."""
    names = re.findall(r"\{([a-z_]+)(?::path)?\}", path)
    turns = max((len(ids.get(name, ["x"])) for name in names), default=1)
    for turn in range(turns):
        address = path
        for name in names:
            values = ids.get(name, ["x"])
            value = quote(values[turn % len(values)], safe="")
            address = re.sub(rf"\{{{name}(:path)?\}}", lambda _, value=value: value, address)
        yield address


async def test_no_get_route_tells_a_stranger_anything_by_anothers_id(world):
    people, _ = world
    ids = await ids_of(people)
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
    ids = await ids_of(people)
    seen = set()
    async with people.signed_in("root") as browser:
        for path in get_routes(people):
            for address in filled(path, ids):
                answer = await browser.get(address, headers=JSON, follow_redirects=True)
                seen |= {mark for mark in MARKS if mark in answer.text}
    assert seen >= set(MARKS) - {"电机", "远航"}


async def test_what_a_stranger_names_when_acting_is_not_found_either(world):
    people, ids = world
    foreign = await ids_of(people)
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
