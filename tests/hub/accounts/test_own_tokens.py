"""Tokens of people: what the person may and the scopes name, no longer than stated; and the trail of it all."""

from datetime import timedelta

import pytest
from small_hub import admin_of
from small_people import PASSWORD, csrf, sign_in

from hub.accounts.people import change_role, disable_person
from hub.accounts.permission import Role, Scope
from hub.accounts.tokens import list_tokens, make_token

JSON = {"Accept": "application/json"}


async def made(browser, *scopes, days=90):
    headers = JSON | {"X-CSRF-Token": await csrf(browser)}
    form = {"scopes": [str(scope) for scope in scopes], "days": days, "note": "report"}
    answer = await browser.post("/api/v1/account/tokens", json=form, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


def bearer(token):
    return JSON | {"Authorization": f"Bearer {token['token']}"}


async def test_a_token_may_what_person_and_scopes_both_may(people):
    invited = people.known("q", Role.QUALITY)
    async with people.signed_in("q") as browser:
        read, write, admin = [await made(browser, *s) for s in ([Scope.READ], [Scope.READ, Scope.WRITE], list(Scope))]
    async with people.browser() as program:
        for token, may in ((read, 403), (write, 422), (admin, 422)):
            assert (await program.get("/api/v1/plants", headers=bearer(token))).status_code == 200
            entered = await program.post("/api/v1/plants/plant-a/calendar", json={}, headers=bearer(token))
            assert entered.status_code == may
            for path in ("/api/v1/users", "/api/v1/audit"):
                assert (await program.get(path, headers=bearer(token))).status_code == 403
        # a token changes nothing of the account, whatever its scopes
        for method, path in (
            ("POST", "/api/v1/account/tokens"), ("DELETE", f"/api/v1/account/tokens/{read['id']}"),
            ("POST", "/account/password"), ("POST", "/account/factor-offer"),
        ):  # fmt: skip
            answer = await program.request(method, path, json={"scopes": ["read"]}, headers=bearer(admin))
            assert answer.status_code == 403, path
        change_role(people.hub, invited.id, Role.VIEWER)
        answer = await program.post("/api/v1/plants/plant-a/calendar", json={}, headers=bearer(admin))
        assert answer.status_code == 403
        disable_person(people.hub, invited.id)
        assert (await program.get("/api/v1/plants", headers=bearer(read))).status_code == 401


async def test_a_token_is_shown_once_kept_as_a_hash_revoked_and_over(people):
    people.known("q")
    async with people.signed_in("q") as browser, people.browser() as program:
        first, second = await made(browser, Scope.READ), await made(browser, Scope.READ, days=1)
        listed = await browser.get("/api/v1/account/tokens", headers=JSON)
        assert {one["id"]: one["used_at"] for one in listed.json()} == {first["id"]: None, second["id"]: None}
        page = (await browser.get("/account")).text
        for token in (first, second):
            assert token["token"] not in listed.text + page
        assert (await program.get("/api/v1/plants", headers=bearer(first))).status_code == 200
        listed = (await browser.get("/api/v1/account/tokens", headers=JSON)).json()
        assert next(one for one in listed if one["id"] == first["id"])["used_at"].startswith("2026-03-01T08:00")
        headers = JSON | {"X-CSRF-Token": await csrf(browser)}
        assert (await browser.delete(f"/api/v1/account/tokens/{first['id']}", headers=headers)).status_code == 204
        assert (await program.get("/api/v1/plants", headers=bearer(first))).status_code == 401
        people.clock.pass_(hours=7)
        await browser.get("/account")
        people.clock.pass_(hours=7)
        await browser.get("/account")
        people.clock.pass_(hours=7)
        assert (await program.get("/api/v1/plants", headers=bearer(second))).status_code == 200
        people.clock.pass_(hours=4)
        assert (await program.get("/api/v1/plants", headers=bearer(second))).status_code == 401
    database = b"".join(path.read_bytes() for path in people.hub.settings.data.glob("hub.db*"))
    assert first["token"].encode() not in database


async def test_nobody_revokes_or_sees_the_tokens_of_others(people):
    people.known("a")
    people.known("b", Role.ADMIN)
    async with people.signed_in("a") as one, people.signed_in("b") as other:
        token = await made(one, Scope.READ)
        headers = JSON | {"X-CSRF-Token": await csrf(other)}
        assert (await other.delete(f"/api/v1/account/tokens/{token['id']}", headers=headers)).status_code == 404
        assert (await other.get("/api/v1/account/tokens", headers=JSON)).json() == []


@pytest.mark.parametrize("form", [{"scopes": []}, {"scopes": ["read"], "days": 0}, {"scopes": ["read"], "days": 366}])
async def test_tokens_without_scopes_or_without_an_end_are_not_made(people, form):
    people.known("a")
    async with people.signed_in("a") as browser:
        headers = JSON | {"X-CSRF-Token": await csrf(browser)}
        answer = await browser.post("/api/v1/account/tokens", json=form, headers=headers)
        assert answer.status_code == 422


async def test_the_use_of_an_organisations_token_is_noted_too(people):
    token = make_token(people.hub, "plant-a-company", [Scope.READ], valid=timedelta(days=9))
    async with people.browser() as program:
        header = JSON | {"Authorization": f"Bearer {token.text}"}
        assert (await program.get("/api/v1/plants", headers=header)).status_code == 200
    with people.hub.store.reading() as connection:
        assert [one.used_at for one in list_tokens(connection, "plant-a-company")] == [people.clock()]


async def test_the_trail_names_each_sign_in_failure_role_and_token(people):
    invited = people.known("a", Role.QUALITY, organisation="plant-a-company")
    people.known("auditor", Role.AUDITOR, organisation="plant-a-company")
    people.known("operator", Role.AUDITOR)
    async with people.browser(address="192.0.2.7") as browser:
        await sign_in(browser, "a", "wrong")
        await sign_in(browser, "nobody-has-it", "wrong")
        await sign_in(browser, "a", PASSWORD)
        await made(browser, Scope.READ)
    change_role(people.hub, invited.id, Role.VIEWER)
    async with people.signed_in("auditor") as browser:
        mine = (await browser.get("/api/v1/account-events", headers=JSON)).json()["events"]
        page = await browser.get("/users/events")
        assert page.status_code == 200
        assert "192.0.2.7" in page.text
    async with people.signed_in("operator") as browser:
        all_of_them = (await browser.get("/api/v1/account-events", headers=JSON)).json()["events"]
    about = [one["kind"] for one in reversed(mine) if one["login"] == "a"]
    assert about[-4:] == ["sign-in-failed", "signed-in", "token-made", "role-changed"]
    assert {one["organisation"] for one in mine} == {"plant-a-company"}
    changed = next(one for one in mine if one["kind"] == "role-changed")
    assert (changed["by"], changed["detail"]["was"], changed["detail"]["now"]) == ("operator", "quality", "viewer")
    assert "nobody-has-it" not in str(all_of_them)  # what was typed for a name may be a password
    assert any(one["kind"] == "sign-in-failed" and not one["login"] for one in all_of_them)
    async with people.browser() as browser:
        paged = await browser.get("/api/v1/account-events?limit=2", headers=JSON | admin_of(people.hub))
        assert len(paged.json()["events"]) == 2
        later = await browser.get(
            f"/api/v1/account-events?limit=2&before={paged.json()['next']}", headers=JSON | admin_of(people.hub)
        )
        assert later.json()["events"][0]["number"] < paged.json()["next"]
