"""An account on its page: role and plants changed and set back, reset and disabled after a question."""

import pytest
from small_hub import small_agent
from small_people import People, csrf

from hub.accounts.events import account_events
from hub.accounts.permission import Role
from hub.entry.master import add_plant

JSON = {"Accept": "application/json"}
COMPANY = "plant-a-company"


@pytest.fixture
def one(people: People) -> str:
    """Somebody of a company with two plants."""
    small_agent(people.hub, "a.line-1", "plant-a")
    add_plant(people.hub, "plant-a2", organisation=COMPANY, name="A2")
    people.known("root", Role.ADMIN)
    return people.known("one", Role.QUALITY, organisation=COMPANY, plants=["plant-a"]).id


async def place(browser, identity: str) -> tuple[str, list[str]]:
    every = (await browser.get("/api/v1/users", headers=JSON)).json()
    return next((each["role"], each["plants"]) for each in every if each["id"] == identity)


async def test_role_and_plants_are_changed_with_the_trail_and_set_back(people: People, one: str) -> None:
    async with people.signed_in("root") as browser:
        token = await csrf(browser)
        assert f'href="/users/{one}"' in (await browser.get("/users")).text
        page = (await browser.get(f"/users/{one}")).text
        assert 'name="plants" value="plant-a2"' in page
        assert "Set back" not in page
        form = {"csrf": token, "role": "plant-it", "extent": "some", "plants": ["plant-a2"]}
        answer = await browser.post(f"/users/{one}/role", data=form)
        assert answer.headers["location"] == f"/users/{one}"
        assert await place(browser, one) == ("plant-it", ["plant-a2"])
        with people.hub.store.reading() as connection:
            changed = account_events(connection, None, None, 1).events[0]
        assert (changed.by, changed.detail) == (
            "root", {"was": "quality", "now": "plant-it", "had": "plant-a", "plants": "plant-a2"},
        )  # fmt: skip
        page = (await browser.get(f"/users/{one}")).text
        assert "Set back" in page
        back = {"csrf": token, "role": "quality", "extent": "some", "plants": ["plant-a"]}
        assert 'name="plants" value="plant-a">' in page
        assert (await browser.post(f"/users/{one}/role", data=back)).status_code == 303
        assert await place(browser, one) == ("quality", ["plant-a"])
        none = await browser.post(f"/users/{one}/role", data={"csrf": token, "role": "quality", "extent": "some"})
        assert none.status_code == 422
        assert await place(browser, one) == ("quality", ["plant-a"])  # none chosen is not: all of them
        await browser.post(f"/users/{one}/role", data={"csrf": token, "role": "quality", "extent": "all"})
        assert await place(browser, one) == ("quality", [])


async def test_reset_and_disable_ask_back_and_disabling_is_undone(people: People, one: str) -> None:
    async with people.signed_in("root") as browser:
        token = {"csrf": await csrf(browser)}
        listed = (await browser.get("/users")).text
        assert f"/users/{one}/reset" not in listed
        page = (await browser.get(f"/users/{one}")).text
        for what in ("reset", "disable"):
            before, form = page.split(f'action="/users/{one}/{what}"')
            assert before.rindex("<details") > before.rfind("</details>")
            assert 'name="sure" value="yes"' in form.partition("</form>")[0]
            assert (await browser.post(f"/users/{one}/{what}", data=token)).status_code == 303  # back to the question
        assert 'class="once' not in page
        reset = await browser.post(f"/users/{one}/reset", data=token | {"sure": "yes"})
        assert "/sign-in/link/" in reset.text
        assert (await browser.post(f"/users/{one}/disable", data=token | {"sure": "yes"})).status_code == 303
        page = (await browser.get(f"/users/{one}")).text
        assert f'action="/users/{one}/enable"' in page
        await browser.post(f"/users/{one}/enable", data=token)
        assert f'action="/users/{one}/disable"' in (await browser.get(f"/users/{one}")).text


async def test_an_admin_of_some_plants_manages_their_people_and_no_others(people: People, one: str) -> None:
    mine = people.known("mine", Role.ADMIN, organisation=COMPANY, plants=["plant-a2"])
    whole = people.known("whole", Role.VIEWER, organisation=COMPANY)
    async with people.signed_in("mine") as browser:
        token = JSON | {"X-CSRF-Token": await csrf(browser)}
        listed = (await browser.get("/api/v1/users", headers=JSON)).json()
        assert [each["login"] for each in listed] == ["mine"]
        for other in (one, whole.id):
            assert (await browser.get(f"/users/{other}")).status_code == 404
            for act, form in (("role", {"role": "viewer"}), ("reset", {}), ("disable", {})):
                answer = await browser.post(f"/api/v1/users/{other}/{act}", json=form, headers=token)
                assert answer.status_code == 404, act
        for wider in ([], ["plant-a"], ["plant-a", "plant-a2"]):
            answer = await browser.post(
                f"/api/v1/users/{mine.id}/role", json={"role": "admin", "plants": wider}, headers=token
            )
            assert answer.status_code == 403, wider
            new = {"login": f"n{len(wider)}", "role": "viewer", "plants": wider}
            assert (await browser.post("/api/v1/users", json=new, headers=token)).status_code == 403
        new = {"login": "n", "role": "viewer", "plants": ["plant-a2"]}
        assert (await browser.post("/api/v1/users", json=new, headers=token)).status_code == 201
        assert (await browser.get("/api/v1/account-events", headers=JSON)).status_code == 403
