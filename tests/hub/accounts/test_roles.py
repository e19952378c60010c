"""Who may what: one matrix for pages and API, and what an organisation's people see and write."""

import pytest
from small_hub import admin_of, small_agent
from small_people import csrf

from hub.accounts.permission import LOCAL_VIEWER_MAY, ROLE_MAY, SCOPE_MAY, Permission, Role
from hub.entry.master import add_plant

JSON = {"Accept": "application/json"}
CALENDAR = "/api/v1/plants/plant-a/calendar"


async def status(browser, method, path, form=None, token=""):
    """What an API route answers to a signed-in browser."""
    answer = await browser.request(method, path, json=form, headers=JSON | {"X-CSRF-Token": token})
    return answer.status_code


def test_the_matrix_covers_every_role_and_permission():
    assert set(ROLE_MAY) == set(Role)
    assert ROLE_MAY[Role.ADMIN] == set(Permission)
    assert all({Permission.VIEW, Permission.SELF} <= may for may in ROLE_MAY.values())
    reading = {Permission.VIEW, Permission.ASK, Permission.AUDIT, Permission.MONITOR}
    changing = set(Permission) - reading - {Permission.SELF}
    for role in (Role.VIEWER, Role.AUDITOR):
        assert not ROLE_MAY[role] & changing
    assert not LOCAL_VIEWER_MAY & changing
    assert Permission.SELF not in set().union(*SCOPE_MAY.values())
    assert set().union(*SCOPE_MAY.values()) | {Permission.SELF} == set(Permission)


# method, path, form and the roles whom the route does not refuse
SAMPLES = [
    ("GET", "/api/v1/plants", None, set(Role)),
    ("GET", "/api/v1/audit", None, {Role.ADMIN, Role.AUDITOR}),
    ("GET", "/api/v1/account-events", None, {Role.ADMIN, Role.AUDITOR}),
    ("GET", "/metrics", None, {Role.ADMIN, Role.AUDITOR, Role.PLANT_IT}),
    ("GET", "/users", None, {Role.ADMIN}),
    ("GET", "/api/v1/users", None, {Role.ADMIN}),
    ("POST", "/api/v1/users", {}, {Role.ADMIN}),
    ("POST", "/api/v1/organisations", {}, {Role.ADMIN}),
    ("POST", "/api/v1/enrolment/tokens", {}, {Role.ADMIN, Role.PLANT_IT}),
    ("POST", "/api/v1/plants/plant-a/calendar", {}, {Role.ADMIN, Role.QUALITY}),
    ("POST", "/api/v1/plants/plant-a/field-failures", {}, {Role.ADMIN, Role.QUALITY, Role.AFTER_SALES}),
    ("POST", "/api/v1/shipments", {}, {Role.ADMIN, Role.QUALITY, Role.AFTER_SALES}),
    ("POST", "/api/v1/policies", {}, {Role.ADMIN}),
]


@pytest.mark.parametrize("role", list(Role))
async def test_every_role_of_the_operator_may_what_the_matrix_says(people, role):
    people.known(f"someone-{role}", role)
    async with people.signed_in(f"someone-{role}") as browser:
        token = await csrf(browser)
        for method, path, form, roles in SAMPLES:
            found = await status(browser, method, path, form, token)
            assert (found != 403) is (role in roles), f"{role} {method} {path}: {found}"


async def test_an_organisations_people_enter_for_their_own_plants_only(people):
    small_agent(people.hub, "b.line-1", "plant-b")
    add_plant(people.hub, "plant-a2", organisation="plant-a-company", name="A2")
    people.known("whole", Role.QUALITY, organisation="plant-a-company")
    people.known("part", Role.QUALITY, organisation="plant-a-company", plants=["plant-a2"])
    people.known("viewer", Role.VIEWER, organisation="plant-a-company")
    calendar = {"periods": []}
    expected = {"whole": {"plant-a", "plant-a2"}, "part": {"plant-a2"}, "viewer": set()}
    for who, own in expected.items():
        async with people.signed_in(who) as browser:
            token = await csrf(browser)
            for plant in ("plant-a", "plant-a2", "plant-b", "nowhere"):
                found = await status(browser, "POST", f"/api/v1/plants/{plant}/calendar", calendar, token)
                assert (found != 403) is (plant in own), (who, plant, found)
            assert await status(browser, "POST", "/api/v1/organisations", {"id": "x", "name": "X"}, token) == 403


async def test_an_organisations_people_see_what_it_sees_and_of_it_what_is_of_their_plants(people):
    hub = people.hub
    first = small_agent(hub, "a.line-1", "plant-a")
    add_plant(hub, "plant-a2", organisation="plant-a-company", name="A2")
    second = people_agent(hub, "a2.line-1", "plant-a2")
    other = small_agent(hub, "b.line-1", "plant-b")
    for agent, serial in ((first, "S1"), (second, "S2"), (other, "S3")):
        await send(people, agent, serial)
    people.known("whole", organisation="plant-a-company")
    people.known("part", organisation="plant-a-company", plants=["plant-a2"])
    people.known("operator")
    seen = {}
    for who in ("whole", "part", "operator"):
        async with people.signed_in(who) as browser:
            seen[who] = {
                serial
                for serial in ("S1", "S2", "S3")
                if (await browser.get(f"/api/v1/units/09506000134352/{serial}", headers=JSON)).status_code == 200
            }
    assert seen == {"whole": {"S1", "S2"}, "part": {"S2"}, "operator": {"S1", "S2", "S3"}}


async def test_an_organisations_admin_manages_its_own_people_only(people):
    mine = people.known("boss", Role.ADMIN, organisation="plant-a-company")
    small_agent(people.hub, "b.line-1", "plant-b")
    others = people.known("other", organisation="plant-b-company")
    root = people.known("root", Role.ADMIN)
    async with people.signed_in("boss") as browser:
        listed = (await browser.get("/api/v1/users", headers=JSON)).json()
        assert [one["login"] for one in listed] == ["boss"]
        token = await csrf(browser)
        for victim in (others, root):
            for act, form in (("role", {"role": "viewer"}), ("reset", {}), ("disable", {}), ("enable", {})):
                assert await status(browser, "POST", f"/api/v1/users/{victim.id}/{act}", form, token) == 404
        for organisation in ("plant-b-company", "nobody"):
            form = {"login": "x", "role": "admin", "organisation": organisation}
            assert await status(browser, "POST", "/api/v1/users", form, token) == 403
        made = await browser.post(
            "/api/v1/users", json={"login": "x", "role": "quality"}, headers=JSON | {"X-CSRF-Token": token}
        )
        assert made.status_code == 201
        listed = (await browser.get("/api/v1/users", headers=JSON)).json()
        assert {one["organisation"] for one in listed} == {"plant-a-company"}
    assert mine.id in {one["id"] for one in listed}


async def test_the_last_administrator_stays_one(people):
    root = people.known("root", Role.ADMIN)
    async with people.signed_in("root") as browser:
        token = await csrf(browser)
        path = f"/api/v1/users/{root.id}"
        assert await status(browser, "POST", f"{path}/disable", None, token) == 422
        assert await status(browser, "POST", f"{path}/role", {"role": "viewer"}, token) == 422
        people.known("second", Role.ADMIN)
        assert await status(browser, "POST", f"{path}/role", {"role": "viewer"}, token) == 200
        assert await status(browser, "GET", "/api/v1/users", None, token) == 403


async def test_pages_are_open_on_request_or_in_a_demo_and_then_only_to_be_read(people):
    from small_people import people_of

    opened = people_of(people.hub, open_pages=None)
    async with opened.browser() as browser:
        assert (await browser.get("/")).status_code == 200
        assert "Sign in" in (await browser.get("/")).text
        assert (await browser.get("/users")).headers["location"].startswith("/sign-in")
        for path in ("/api/v1/users", "/api/v1/account-events"):
            assert (await browser.get(path, headers=JSON)).status_code in (401, 403)
        assert (await browser.post(CALENDAR, json={}, headers=JSON)).status_code == 401
        assert (await browser.get("/api/v1/account", headers=JSON)).json()["permissions"] == [
            "ask",
            "audit",
            "monitor",
            "view",
        ]
        assert (await browser.get("/api/v1/users", headers=JSON | admin_of(people.hub))).status_code == 200


async def test_who_audits_finds_the_trail_without_managing_users(people):
    people.known("a", Role.AUDITOR)
    people.known("v", Role.VIEWER)
    async with people.signed_in("a") as browser:
        home = (await browser.get("/")).text
        assert 'href="/users/events"' in home
        assert 'href="/users"' not in home
        assert (await browser.get("/users/events")).status_code == 200
    async with people.signed_in("v") as browser:
        assert 'href="/users/events"' not in (await browser.get("/")).text


async def test_an_audit_entry_names_the_person(people):
    other = small_agent(people.hub, "b.line-1", "plant-b")
    await send(people, other, "S9")
    share_all(people.hub, "plant-b-company")
    invited = people.known("reader", organisation="plant-a-company")
    async with people.signed_in("reader") as browser:
        assert (await browser.get("/api/v1/units/09506000134352/S9", headers=JSON)).status_code == 200
        read = await browser.get("/api/v1/audit?owner=plant-b-company", headers=JSON | admin_of(people.hub))
    by = {one["token"] for one in read.json()["reads"]}
    assert by - {""} == {f"account:{invited.id}"}, "the operator's own questions have no token"


def people_agent(hub, author, plant):
    from small_hub import SmallAgent

    from hub.entry.master import add_agent

    agent = SmallAgent(author)
    add_agent(hub, author, plant=plant, public_key=agent.public_key)
    return agent


async def send(people, agent, serial):
    from traceability.batch.open import compress
    from traceability.sync import BATCHES_PATH

    async with people.browser() as browser:
        body = compress(agent.seal(agent.result(serial)))
        answer = await browser.post(BATCHES_PATH, content=body, headers={"Content-Encoding": "zstd"})
        assert answer.status_code == 201, answer.text


def share_all(hub, owner):
    from hub.sharing.forms import PolicyForm
    from hub.sharing.state import state_policy
    from traceability.record.sharing import DataKind, Items

    state_policy(hub, PolicyForm(owner=owner, kinds=list(DataKind), items=Items.ALL, by="test"))
