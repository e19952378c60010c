"""Whoever has no business at a plant changes nothing there: every route that writes of a plant is asked by each."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from site_routes import site_routes
from small_hub import small_hub
from small_people import People, csrf, people_of
from supply_chain import supply_chain

from hub.accounts.asker import Scope
from hub.accounts.permission import Role
from hub.accounts.tokens import make_token
from hub.entry.master import add_organisation, add_plant
from hub.store.ledger.batches import log_size

JSON = {"Accept": "application/json"}
OURS, SISTER = "oem.assembly", "oem.second"
WHO = {
    "viewer": (Role.VIEWER, "oem", ()),
    "auditor": (Role.AUDITOR, "oem", ()),
    "sister": (Role.ADMIN, "oem", (SISTER,)),
    "other": (Role.ADMIN, "supplier-a", ()),
    "stranger": (Role.ADMIN, "stranger", ()),
    "hub-viewer": (Role.VIEWER, "", ()),
}
"""Login -> role, organisation, and the plants the person is limited to."""


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    hub = small_hub(tmp_path_factory.mktemp("matrix") / "hub")
    supply_chain(hub, 2)
    add_plant(hub, SISTER, organisation="oem", name="Second")
    add_organisation(hub, "stranger", "Stranger")
    add_plant(hub, "stranger.plant", organisation="stranger", name="Strangers")
    made = people_of(hub)
    for login, (role, organisation, plants) in WHO.items():
        made.known(login, role, organisation=organisation, plants=plants)
    made.known("owner", Role.ADMIN, organisation="oem")
    yield made
    made.site.state.audit.settle()
    hub.store.close()


def plant_routes(people: People) -> list[tuple[str, str]]:
    return sorted(
        (method, route.path)
        for route in site_routes(people.site)
        for method in route.methods - {"GET", "HEAD", "OPTIONS"}
        if "{plant}" in route.path
    )


async def answers(people: People, browser: httpx.AsyncClient, plant: str) -> dict[str, int]:
    """What each route answers, with nothing useful in the form."""
    found: dict[str, int] = {}
    for method, path in plant_routes(people):
        address = re.sub(r"\{[^}]*\}", "x", path.replace("{plant}", plant))
        page = not path.startswith("/api/")
        form: dict[str, Any] = {"data": {"csrf": browser.headers.get("X-CSRF-Token", "")}} if page else {"json": {}}
        found[f"{method} {path}"] = (await browser.request(method, address, headers=JSON, **form)).status_code
    return found


def size(people: People) -> int:
    with people.hub.store.reading() as connection:
        return log_size(connection)


@pytest.mark.parametrize("login", WHO)
async def test_who_has_no_business_at_a_plant_is_refused(people, login):
    before = size(people)
    async with people.signed_in(login) as browser:
        browser.headers["X-CSRF-Token"] = await csrf(browser)
        found = await answers(people, browser, OURS)
    assert len(found) > 80
    assert {route: status for route, status in found.items() if status not in (403, 404)} == {}
    assert size(people) == before


async def test_the_token_of_another_organisation_is_refused(people):
    before = size(people)
    made = make_token(people.hub, "supplier-a", frozenset(Scope))
    async with people.browser(Authorization=f"Bearer {made.text}") as browser:
        found = await answers(people, browser, OURS)
    assert {route: status for route, status in found.items() if status not in (403, 404)} == {}
    assert size(people) == before


async def test_nobody_in_particular_is_refused(people):
    async with people.browser() as browser:
        found = await answers(people, browser, OURS)
    assert {route: status for route, status in found.items() if status not in (401, 403)} == {}


async def test_the_owner_comes_further_by_the_same_forms(people):
    """Otherwise the tests above would prove nothing."""
    async with people.signed_in("owner") as browser:
        browser.headers["X-CSRF-Token"] = await csrf(browser)
        found = await answers(people, browser, OURS)
    assert {route: status for route, status in found.items() if status in (401, 403) or status >= 500} == {}
