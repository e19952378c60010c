"""Signing in and out as people do it: what opens, what stays shut, what is over when."""

import re

import pytest
from small_people import PASSWORD, csrf, desk_of, field_of, nowhere, sign_in

from hub.accounts.permission import Role
from hub.accounts.sessions import IDLE, LONGEST
from hub.errors import EntryRefused, NotFound
from hub.store.account.people import account_by_login
from hub.store.account.sessions import sessions_of
from hub.store.core.instant import to_micros

LINK = re.compile(r"/sign-in/link/[0-9a-f]{64}")


def account(people, login):
    with people.hub.store.reading() as connection:
        return account_by_login(connection, login)


async def test_from_the_link_to_a_page_and_out_again(people):
    invited = people.add("Li.Na@Example.com", Role.QUALITY, name="李娜")
    async with people.browser() as browser:
        assert (await browser.get("/search")).headers["location"] == "/sign-in?next=/search"
        page = await browser.get(invited.link)
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"
        answer = await browser.post(invited.link, data={"password": PASSWORD, "again": PASSWORD})
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        page = await browser.get("/account")
        assert "李娜" in page.text
        answer = await browser.post("/sign-out", data={"csrf": field_of(page.text, "csrf")})
        assert answer.headers["location"] == "/sign-in"
        assert (await browser.get("/account")).status_code == 303
        answer = await sign_in(browser, "LI.NA@example.com ", goal="/search?q=x")
        assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=x")
        assert (await browser.get("/")).status_code == 200


async def test_a_link_sets_a_password_once_and_not_for_ever(people):
    first, second = people.add("a"), people.add("b")
    async with people.browser() as browser:
        assert (await browser.post(first.link, data={"password": PASSWORD, "again": PASSWORD})).status_code == 303
        assert (await browser.get(first.link)).status_code == 404
        assert (await browser.post(first.link, data={"password": PASSWORD, "again": PASSWORD})).status_code == 404
        people.clock.pass_(hours=25)
        assert (await browser.get(second.link)).status_code == 404
        assert (await browser.get("/sign-in/link/" + "0" * 64)).status_code == 404
    with pytest.raises(NotFound):
        desk_of(people).use_link(second.link.rpartition("/")[2], PASSWORD, nowhere())


@pytest.mark.parametrize(
    "bad", ["short", "x" * 201, "aaaaaaaaaaaaaaaa", "password123456789", "li.na.li.na.12", "Zhuoyue2026!"]
)
def test_passwords_that_are_easily_guessed_are_refused(people, bad):
    invited = people.add("li.na")
    with pytest.raises(EntryRefused):
        desk_of(people).use_link(invited.link.rpartition("/")[2], bad, nowhere())


async def test_a_session_is_new_at_each_sign_in_and_only_its_hash_is_kept(people):
    people.known("a")
    async with people.browser() as browser:
        await sign_in(browser, "a")
        first = browser.cookies["zy_session"]
        await sign_in(browser, "a")
        second = browser.cookies["zy_session"]
        assert first != second
        assert len(second) == 64
        browser.cookies.set("zy_session", first, domain="127.0.0.1", path="/")
        assert (await browser.get("/account")).status_code in (303, 400)
    database = b"".join(path.read_bytes() for path in people.hub.settings.data.glob("hub.db*"))
    assert first.encode() not in database
    assert second.encode() not in database


@pytest.mark.parametrize(("base", "name"), [("http://127.0.0.1", "zy_session"), ("https://hub", "__Host-zy_session")])
async def test_the_cookie_is_for_this_host_alone_and_not_for_scripts(people, base, name):
    people.known("a")
    async with people.browser(base=base) as browser:
        answer = await sign_in(browser, "a")
    said = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(name + "="))
    assert "HttpOnly" in said
    assert "SameSite=lax" in said
    assert "Path=/" in said
    assert ("Secure" in said) is base.startswith("https")
    assert "Domain" not in said


async def test_a_session_is_over_when_nobody_used_it_and_after_a_week(people):
    people.known("a")
    async with people.signed_in("a") as browser:
        steps = int(LONGEST / (IDLE * 0.9))
        for _ in range(steps):
            people.clock.pass_(seconds=IDLE.total_seconds() * 0.9)
            assert (await browser.get("/account")).status_code == 200
        people.clock.pass_(seconds=IDLE.total_seconds() * 0.9)
        assert (await browser.get("/account")).status_code == 303
    async with people.signed_in("a") as browser:
        people.clock.pass_(seconds=IDLE.total_seconds())
        assert (await browser.get("/account")).status_code == 303


async def test_sessions_are_listed_and_ended(people):
    people.known("a")
    async with people.signed_in("a") as here, people.signed_in("a") as there:
        listed = (await here.get("/api/v1/account/sessions")).json()
        assert sorted(one["this"] for one in listed) == [False, True]
        other = next(one["id"] for one in listed if not one["this"])
        token = await csrf(here)
        answer = await here.post("/account/session-end", data={"csrf": token, "session": other})
        assert answer.status_code == 303
        assert (await there.get("/account")).status_code == 303
        assert (await here.get("/account")).status_code == 200
        answer = await here.post("/account/session-end", data={"csrf": token, "session": other})
        assert answer.status_code == 404


async def test_a_new_password_ends_every_other_session(people):
    people.known("a")
    async with people.signed_in("a") as here, people.signed_in("a") as there:
        fields = {"csrf": await csrf(here), "password": "another long password", "again": "another long password"}
        wrong = await here.post("/account/password", data=fields | {"old": "wrong"})
        assert wrong.status_code == 422
        assert (await there.get("/account")).status_code == 200
        done = await here.post("/account/password", data=fields | {"old": PASSWORD})
        assert done.status_code == 200, done.text
        assert (await here.get("/account")).status_code == 200
        assert (await there.get("/account")).status_code == 303
        assert (await sign_in(there, "a")).status_code == 403
        assert (await sign_in(there, "a", "another long password")).status_code == 303


async def test_who_is_disabled_is_out_at_once_and_stays_out(people):
    from hub.accounts.people import disable_person, enable_person, reset_person

    invited = people.known("a")
    async with people.signed_in("a") as browser:
        disable_person(people.hub, invited.id)
        assert (await browser.get("/account")).status_code == 303
        assert (await sign_in(browser, "a")).status_code == 403
        enable_person(people.hub, invited.id)
        assert (await sign_in(browser, "a")).status_code == 303
        again = reset_person(people.hub, invited.id)
        assert (await browser.get("/account")).status_code == 303
        assert (await sign_in(browser, "a")).status_code == 403
        assert LINK.fullmatch(again.link)
        assert (await browser.get(again.link)).status_code == 200


def test_a_password_is_hashed_anew_when_the_parameters_changed(people):
    from hub.accounts.desk import Outcome, SignInDesk
    from hub.accounts.password import Passwords

    people.known("a")
    old = account(people, "a").password
    assert old.startswith("$argon2id$")
    desk = SignInDesk(people.hub, Passwords(people.hub.random_bytes, time_cost=2, memory_kib=32))
    assert desk.sign_in("a", PASSWORD, nowhere()).outcome is Outcome.IN
    new = account(people, "a").password
    assert new != old
    assert "t=2" in new
    assert desk.sign_in("a", PASSWORD, nowhere()).outcome is Outcome.IN
    assert account(people, "a").password == new


async def test_old_sessions_are_cleared_away(people):
    invited = people.known("a")
    async with people.signed_in("a"):
        people.clock.pass_(days=8)
    async with people.signed_in("a"):
        with people.hub.store.reading() as connection:
            assert len(sessions_of(connection, invited.id, to_micros(people.clock()))) == 1
            assert len(sessions_of(connection, invited.id, 0)) == 1
