"""Signing in by an identity provider that really answers, and everything that it or the browser could do wrong."""

from collections.abc import Iterator

import httpx
import pytest
from joserfc.jwk import ECKey, OctKey
from small_people import PASSWORD, sign_in
from small_provider import CLIENT, SECRET, SmallProvider, serving

from hub.accounts.events import account_events
from hub.accounts.permission import Role
from hub.accounts.provider import is_safe_address, remove_provider, set_provider
from hub.errors import EntryRefused

LI_NA = {"sub": "1001", "email": "li.na@example.com", "email_verified": True, "name": "李娜"}


@pytest.fixture
def provider(people) -> Iterator[SmallProvider]:
    with serving(SmallProvider(people.clock)) as served:
        known(people, served)
        served.person = dict(LI_NA)
        yield served


def known(people, provider, **more):
    said = {"secret": SECRET, "label": "Example", "claim": "email"} | more
    set_provider(people.hub, provider.issuer, CLIENT, **said)


async def away(browser, goal="/search"):
    """The address at the provider to which the sign-in page leads."""
    answer = await browser.get("/sign-in/provider", params={"next": goal})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def there(address):
    """What the provider sends the browser back with."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(address)
    assert answer.status_code == 307, answer.text
    return httpx.URL(answer.headers["location"])


async def through(browser, goal="/search"):
    back = await there(await away(browser, goal))
    return await browser.get(back.raw_path.decode())


async def test_an_invited_person_comes_in_and_is_known_by_the_subject_afterwards(people, provider):
    people.add("Li.Na@example.com", Role.QUALITY)
    async with people.browser() as browser:
        assert "Sign in with Example" in (await browser.get("/sign-in")).text
        answer = await through(browser)
        assert (answer.status_code, answer.headers["location"]) == (303, "/search"), answer.text
        assert "zy_session" in browser.cookies
        me = (await browser.get("/api/v1/account")).json()
        assert (me["login"], me["role"]) == ("li.na@example.com", "quality")
    provider.person["email"] = "renamed@example.com"
    async with people.browser() as browser:
        await through(browser)
        assert (await browser.get("/api/v1/account")).json()["login"] == "li.na@example.com"
    provider.person = {"sub": "1002", "email": "li.na@example.com", "email_verified": True}
    async with people.browser() as browser:
        assert (await through(browser)).status_code == 401
    with people.hub.store.reading() as connection:
        kinds = [one.kind for one in account_events(connection, None, None, 10).events]
    assert kinds.count("identity-bound") == 1
    assert kinds.count("signed-in") == 2


async def test_nobody_comes_in_who_is_not_known_unless_the_provider_may_add(people, provider):
    async with people.browser() as browser:
        assert (await through(browser)).status_code == 401
    known(people, provider, role=Role.VIEWER, organisation="plant-a-company")
    async with people.browser() as browser:
        assert (await through(browser)).status_code == 303
        me = (await browser.get("/api/v1/account")).json()
        assert (me["role"], me["organisation"], me["name"]) == ("viewer", "plant-a-company", "李娜")
    remove_provider(people.hub)
    async with people.browser() as browser:
        assert (await browser.get("/sign-in/provider")).status_code == 404


async def test_an_account_with_a_password_is_taken_over_by_nobody(people, provider):
    people.known("li.na@example.com", Role.ADMIN)
    async with people.browser() as browser:
        assert (await through(browser)).status_code == 401
        assert (await sign_in(browser, "li.na@example.com", PASSWORD)).status_code == 303


async def test_who_is_disabled_does_not_come_in(people, provider):
    from hub.accounts.people import disable_person

    invited = people.add("li.na@example.com")
    disable_person(people.hub, invited.id)
    async with people.browser() as browser:
        assert (await through(browser)).status_code == 401


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "another"}, {"nonce": None}, {"aud": "another client"}, {"iss": "https://evil.example"},
        {"exp": 1}, {"sub": None}, {"email_verified": False}, {"email_verified": None}, {"email": None},
        {"email": "two words@x"}, {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, {"azp": "another client"},
    ],
)  # fmt: skip
async def test_what_the_token_says_has_to_hold(people, provider, lies):
    people.add("li.na@example.com")
    provider.lies = lies
    async with people.browser() as browser:
        answer = await through(browser)
        assert answer.status_code == 401, answer.text
        assert "zy_session" not in browser.cookies


@pytest.mark.parametrize("forgery", ["another key", "shared secret", "unsigned"])
async def test_only_the_published_key_signs(people, provider, forgery):
    people.add("li.na@example.com")
    if forgery == "another key":
        provider.signs_with = ECKey.generate_key("P-256", {"kid": "one"})
    else:
        provider.signs_with = OctKey.import_key(SECRET.ljust(32))
        provider.header = {"alg": "HS256", "kid": "one"}
    if forgery == "unsigned":
        signed = provider._signed
        provider._signed = lambda asked: signed(asked).rpartition(".")[0] + "."
    async with people.browser() as browser:
        assert (await through(browser)).status_code == 401


async def test_the_state_belongs_to_the_browser_and_is_taken_once(people, provider):
    people.add("li.na@example.com")
    async with people.browser() as evil, people.browser() as victim:
        back = (await there(await away(evil))).raw_path.decode()
        assert (await victim.get(back)).status_code == 401
        await away(victim)
        assert (await victim.get(back)).status_code == 401
        assert (await evil.get(back)).status_code == 303
        assert (await evil.get(back)).status_code == 401
    async with people.browser() as late:
        back = (await there(await away(late))).raw_path.decode()
        people.clock.pass_(minutes=11)
        assert (await late.get(back)).status_code == 401


async def test_a_code_is_worth_nothing_without_the_verifier(people, provider):
    people.add("li.na@example.com")
    async with people.browser() as browser, people.browser() as thief:
        stolen = (await there(await away(browser))).params["code"]
        own = (await there(await away(thief))).copy_set_param("code", stolen)
        assert (await thief.get(own.raw_path.decode())).status_code == 502
    assert provider.refused == ["verifier"]


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
async def test_a_configuration_that_can_not_be_believed(people, provider, said):
    provider.configuration = said
    async with people.browser() as browser:
        answer = await browser.get("/sign-in/provider")
    assert answer.status_code == 502
    assert "location" not in answer.headers


async def test_another_provider_answers(people, provider):
    people.add("li.na@example.com")
    async with people.browser() as browser:
        back = (await there(await away(browser))).copy_set_param("iss", "https://evil.example")
        assert (await browser.get(back.raw_path.decode())).status_code == 401


def test_the_client_secret_is_not_in_the_database(people, provider):
    database = b"".join(path.read_bytes() for path in people.hub.settings.data.glob("hub.db*"))
    assert SECRET.encode() not in database


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://id.example", True), ("http://127.0.0.1:1", True), ("http://localhost:1", True),
        ("http://id.example", False), ("ftp://id.example", False), ("https://", False), ("http://[", False),
        ("http://10.0.0.1", False), ("", False),
    ],
)  # fmt: skip
def test_which_addresses_are_safe(address, safe):
    assert is_safe_address(address) is safe


def test_nobody_becomes_an_administrator_by_signing_in(people):
    with pytest.raises(EntryRefused):
        set_provider(people.hub, "https://id.example", "c", secret=None, label="x", claim="email", role=Role.ADMIN)
