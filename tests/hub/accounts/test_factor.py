"""The second factor: set up, asked for, taken once, lost and recovered."""

import re

import pyotp
import pytest
from small_people import PASSWORD, csrf, desk_of, field_of, nowhere, sign_in

from hub.accounts.desk import Outcome
from hub.accounts.secret import open_secret
from hub.errors import DataDirectory
from hub.store.account.people import account_by_login

CODE = re.compile(r"<li><code>([a-z2-7-]{19})</code>")


async def set_up(people, browser):
    """Gives the app and the recovery codes."""
    page = await browser.post("/account/factor-offer", data={"csrf": await csrf(browser)})
    secret = field_of(page.text, "secret")
    assert '<svg class="qr"' in page.text
    app = pyotp.TOTP(secret)
    fields = {"csrf": field_of(page.text, "csrf"), "secret": secret}
    wrong = await browser.post("/account/factor-on", data=fields | {"code": "000000"})
    assert wrong.status_code == 422
    done = await browser.post("/account/factor-on", data=fields | {"code": app.at(people.clock())})
    assert done.status_code == 200
    assert done.headers["cache-control"] == "no-store"
    codes = CODE.findall(done.text)
    assert len(set(codes)) == 10
    return app, codes


async def with_code(browser, code):
    page = await browser.get("/sign-in/code")
    return await browser.post(
        "/sign-in/code", data={"csrf": field_of(page.text, "csrf"), "next": "/search", "code": code}
    )


async def test_the_code_is_asked_for_and_taken_once(people):
    people.known("a")
    async with people.signed_in("a") as browser:
        app, _ = await set_up(people, browser)
    people.clock.pass_(minutes=2)
    async with people.browser() as browser:
        answer = await sign_in(browser, "a", goal="/search")
        assert answer.headers["location"] == "/sign-in/code?next=/search"
        for path in ("/", "/account", "/api/v1/account", "/api/v1/summary"):
            assert (await browser.get(path, headers={"Accept": "*/*"})).status_code == 401, path
        assert (await with_code(browser, "123456")).status_code == 403
        code = app.at(people.clock())
        answer = await with_code(browser, code)
        assert (answer.status_code, answer.headers["location"]) == (303, "/search")
        assert (await browser.get("/account")).status_code == 200
    async with people.browser() as browser:
        await sign_in(browser, "a")
        assert (await with_code(browser, code)).status_code == 403
        people.clock.pass_(seconds=30)
        assert (await with_code(browser, app.at(people.clock()))).status_code == 303


async def test_a_recovery_code_opens_once(people):
    people.known("a")
    async with people.signed_in("a") as browser:
        _, codes = await set_up(people, browser)
    async with people.browser() as browser:
        await sign_in(browser, "a")
        assert (await with_code(browser, codes[0].upper().replace("-", " "))).status_code == 303
        await sign_in(browser, "a")
        assert (await with_code(browser, codes[0])).status_code == 403
        assert (await with_code(browser, codes[1])).status_code == 303
        assert "8 recovery codes are left" in (await browser.get("/account")).text


async def test_the_half_open_session_is_over_after_ten_minutes(people):
    people.known("a")
    async with people.signed_in("a") as browser:
        app, _ = await set_up(people, browser)
    async with people.browser() as browser:
        await sign_in(browser, "a")
        page = await browser.get("/sign-in/code")
        people.clock.pass_(minutes=11)
        fields = {"csrf": field_of(page.text, "csrf"), "code": app.at(people.clock())}
        answer = await browser.post("/sign-in/code", data=fields)
        assert answer.headers["location"] == "/sign-in"
        assert (await browser.get("/account")).status_code == 303


async def test_it_is_switched_off_by_who_knows_the_password(people):
    people.known("a")
    async with people.signed_in("a") as browser:
        await set_up(people, browser)
        fields = {"csrf": await csrf(browser)}
        assert (await browser.post("/account/factor-off", data=fields | {"password": "wrong"})).status_code == 422
        assert (await browser.post("/account/factor-off", data=fields | {"password": PASSWORD})).status_code == 200
    async with people.browser() as browser:
        assert (await sign_in(browser, "a")).headers["location"] == "/"


async def test_guessing_codes_meets_growing_delays(people):
    people.known("a")
    async with people.signed_in("a") as browser:
        await set_up(people, browser)
    people.clock.pass_(minutes=5)
    async with people.browser() as browser:
        await sign_in(browser, "a")
        found = [(await with_code(browser, f"{guess:06}")).status_code for guess in range(12)]
    assert found[:4] == [403] * 4
    assert found[-1] == 429


async def test_the_secret_is_not_in_the_database_and_opens_with_this_hubs_key_only(people, tmp_path):
    from small_hub import small_hub

    people.known("a")
    async with people.signed_in("a") as browser:
        app, codes = await set_up(people, browser)
    database = b"".join(path.read_bytes() for path in people.hub.settings.data.glob("hub.db*"))
    assert app.secret.encode() not in database
    assert not any(code.encode() in database or code.replace("-", "").encode() in database for code in codes)
    with people.hub.store.reading() as connection:
        whose = account_by_login(connection, "a")
    assert open_secret(people.hub, whose.id, whose.factor) == app.secret
    other = small_hub(tmp_path / "other")
    for hub, identity in ((other, whose.id), (people.hub, "another account")):
        with pytest.raises(DataDirectory):
            open_secret(hub, identity, whose.factor)
    other.store.close()
    assert desk_of(people).sign_in("a", PASSWORD, nowhere()).outcome is Outcome.CODE
