"""Questions, bodies and headers that are far too large are refused early, and cost little."""

import json

import pytest
from small_hub import admin_of
from small_people import csrf

from hub.accounts.permission import Role

JSON = {"Accept": "application/json"}
DEEP = 100_000


@pytest.fixture
async def admin(people):
    people.known("root", Role.ADMIN)
    async with people.signed_in("root") as browser:
        token = await csrf(browser)
        browser.headers.update(JSON | {"X-CSRF-Token": token})
        yield browser


QUESTIONS = [
    "/search?q=" + "x" * 50_000,
    "/api/v1/search?q=" + "%F0%9F%92%A3" * 4_000,
    "/api/v1/search?" + "&".join(f"q{n}=x" for n in range(3_000)),
    "/api/v1/audit?limit=1000000000",
    "/api/v1/audit?before=99999999999999999999999999",
    "/api/v1/account-events?limit=0",
    "/api/v1/lots/09506000134352/" + "L" * 30_000,
    "/item/" + "%2e%2e%2f" * 5_000 + "etc/passwd",
    "/epcis/events?perPage=999999999",
    "/epcis/events?EQ_bizStep=" + "|".join(["x"] * 15_000),
    "/users/events?before=-1",
    "/?lang=" + "x" * 20_000,
    "/api/v1/plants/plant-a/history/results?offset=933119256221690757120",
    "/api/v1/lots/09506000134352/L?offset=" + "9" * 300,
    "/notifications?q=" + "x" * 20_000,
    "/notifications?box=" + "x" * 20_000,
    "/notifications/" + "n" * 20_000,
    "/notifications/new?" + "&".join(f"item={n}" for n in range(3_000)),
]


async def test_questions(admin):
    for question in QUESTIONS:
        answer = await admin.get(question, follow_redirects=True)
        assert answer.status_code < 500, (question[:60], answer.text[:300])
        assert len(answer.content) < 300_000, question[:60]


def bounds(schema):
    """The greatest whole number that each reading of a parameter takes; None where there is none."""
    several = [schema, *schema.get("anyOf", ())]
    return [one.get("maximum") for one in several if one.get("type") == "integer"]


def test_every_whole_number_of_a_question_has_a_greatest_one(people):
    """Otherwise the database is asked for one that it can't hold."""
    described = people.site.openapi()["paths"]
    found = {
        f"{method} {path} {one['name']}": bounds(one["schema"])
        for path, methods in described.items()
        for method, operation in methods.items()
        for one in operation.get("parameters", ())
    }
    assert sum(map(bool, found.values())) > 50
    assert {
        where for where, greatest in found.items() if None in greatest or max(greatest, default=0) >= 2**63
    } == set()


async def test_bodies_beyond_the_limit(admin):
    big = b"x" * (2 * 1024 * 1024)
    form, document = "application/x-www-form-urlencoded", "application/json"
    paths = {"/api/v1/users": document, "/api/v1/recall": document, "/epcis/events": document, "/users": form}
    paths |= {"/sign-in": form, "/account/token": form, "/recalls": form}
    for path, kind in paths.items():
        answer = await admin.post(path, content=big, headers={"Content-Type": kind})
        assert answer.status_code == 413, (path, answer.status_code)


async def test_bodies_nested_without_an_end(admin):
    for path in ("/api/v1/users", "/api/v1/recall", "/api/v1/analysis/common", "/epcis/capture"):
        for deep in ("[" * DEEP + "]" * DEEP, '{"a":' * DEEP + "1" + "}" * DEEP):
            answer = await admin.post(path, content=deep, headers={"Content-Type": "application/json"})
            assert answer.status_code < 500, (path, answer.text[:200])


async def test_forms_with_too_many_or_too_long_fields(admin, people):
    token = admin.headers["X-CSRF-Token"]
    many = {f"f{number}": "x" for number in range(2_000)}
    assert (await admin.post("/users", data=many | {"csrf": token})).status_code in (400, 422)
    long = {"login": "x" * 500_000, "role": "viewer", "csrf": token}
    assert (await admin.post("/users", data=long)).status_code == 422
    assert (await admin.post("/sign-in", data={"login": "x" * 500_000})).status_code in (403, 422)


HEADERS = [
    {"Authorization": "Bearer " + "x" * 30_000},
    {"Authorization": "Bearer zyp_" + "0" * 30_000},
    {"Cookie": "zy_session=" + "f" * 30_000},
    {"Cookie": "zy_session=" + "é" * 10},
    {"Cookie": "; ".join(f"c{number}=x" for number in range(3_000))},
    {"Accept-Language": "zh," * 10_000},
    {"User-Agent": "\x01" * 10_000},
    {"X-Forwarded-For": "1.2.3.4, " * 5_000},
]


async def test_headers(people):
    async with people.browser() as browser:
        for header in HEADERS:
            raw = {name: value.encode("utf-8", "replace") for name, value in header.items()}
            for path in ("/", "/api/v1/summary", "/sign-in"):
                answer = await browser.get(path, headers=raw)
                assert answer.status_code in (200, 303, 401), (header.keys(), path, answer.status_code)


async def test_numbers_that_are_no_numbers(people):
    async with people.browser() as browser:
        for body in ('{"days": 1e400, "scopes": ["read"]}', '{"days": NaN}', json.dumps({"days": 10**400})):
            headers = JSON | admin_of(people.hub) | {"Content-Type": "application/json"}
            answer = await browser.post("/api/v1/account/tokens", content=body, headers=headers)
            assert answer.status_code in (403, 422), answer.text
