"""Targets of a company as files, and by its own people: who is of all its plants enters them."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from small_hub import small_agent
from small_people import People, csrf, people_of

from hub.accounts.permission import Role
from hub.parts import Hub
from hub.target.organisation import standing_wholes

COMPANY = "plant-a-company"
API, PAGE = f"/api/v1/organisations/{COMPANY}/targets", f"/organisations/{COMPANY}/targets"
HEAD = "id,name,metric,operation,direction,value,first,owner\n"
ROWS = HEAD + (
    "group,全厂,first-pass-yield,OP10,higher,0.9,2026-01-01,q1\n"
    "rty,,rolled-throughput-yield,,higher,0.8,2026-01-01,q1\n"
)
TARGET = {"id": "one", "metric": "rolled-throughput-yield", "direction": "higher", "value": "0.9",
          "first": "2026-01-01", "owner": "q1"}  # fmt: skip
WHO = {
    "quinn": (Role.QUALITY, COMPANY, ()),
    "narrow": (Role.ADMIN, COMPANY, ("plant-a",)),
    "vic": (Role.VIEWER, COMPANY, ()),
    "other": (Role.ADMIN, "plant-b-company", ()),
    "root": (Role.QUALITY, "", ()),
}


@pytest.fixture
def people(hub: Hub) -> People:
    for plant in ("plant-a", "plant-b"):
        small_agent(hub, f"{plant}.line-1", plant)
    made = people_of(hub)
    for login, (role, organisation, plants) in WHO.items():
        made.known(login, role, organisation=organisation, plants=plants)
    return made


@pytest.fixture
async def quinn(people: People) -> AsyncIterator[httpx.AsyncClient]:
    async with people.signed_in("quinn", **{"Accept-Language": "en"}) as browser:
        yield browser


def standing(people: People) -> dict[str, str]:
    with people.hub.store.reading() as connection:
        return {name: one.now.entered_by for name, one in standing_wholes(connection, COMPANY).items()}


async def sent(browser: httpx.AsyncClient, data: bytes, *, enter: bool = True) -> httpx.Response:
    query = {"entered_by": "q7", "dry_run": str(not enter).lower()}
    headers = {"Accept": "application/json", "X-CSRF-Token": await csrf(browser)}
    return await browser.post(f"{API}/file", params=query, content=data, headers=headers)


async def by_form(browser: httpx.AsyncClient, path: str, form: dict[str, str], **files: Any) -> httpx.Response:
    return await browser.post(path, data=form | {"csrf": await csrf(browser)}, **files)


async def test_what_goes_out_comes_back_without_a_difference(people: People, quinn: httpx.AsyncClient) -> None:
    report = (await sent(quinn, ROWS.encode("gb18030"))).json()
    assert (report["new"], report["problems"]) == (["group", "rty"], [])
    for form in ("csv", "xlsx"):
        for language in ("zh", "en"):
            data = (await quinn.get(f"{API}/file", params={"form": form, "language": language})).content
            again = (await sent(quinn, data)).json()
            assert (again["unchanged"], again["entries"], again["log_index"], again["problems"]) == (2, 0, None, [])
    lower = ROWS.replace("0.8", "0.75").encode()
    assert (await sent(quinn, lower)).json()["changed"] == ["rty"]
    assert standing(people) == {"group": "q7", "rty": "q7"}


async def test_what_is_wrong_is_told_by_row_and_nothing_is_entered(people: People, quinn: httpx.AsyncClient) -> None:
    own = TARGET | {"id": "rty"}
    answer = await by_form(quinn, "/plants/plant-a/targets", own)
    assert answer.status_code == 303, answer.text
    wrong = ROWS + "x,,quality-cost,,lower,5,2026-01-01,q1\n"
    told = (await sent(quinn, wrong.encode(), enter=False)).json()["problems"]
    assert [(one["row"], one["column"]) for one in told] == [(3, "id"), (4, "id")]
    assert all(one["text"]["zh"] != one["text"]["en"] for one in told)
    assert (await sent(quinn, wrong.encode())).status_code == 422
    assert standing(people) == {}


async def test_who_is_of_all_its_plants_states_them_and_nobody_else(people: People) -> None:
    for login in ("quinn", "root", "narrow", "vic", "other"):
        may = login in ("quinn", "root")
        async with people.signed_in(login) as browser:
            page = await browser.get(PAGE)
            assert page.status_code == (404 if login == "other" else 200)
            assert ('name="direction"' in page.text) == may
            file = {"file": ("t.csv", ROWS, "text/csv")}
            ways = (
                await by_form(browser, PAGE, TARGET),
                await by_form(browser, f"{PAGE}/file", {"what": "enter"}, files=file),
                await by_form(browser, f"{PAGE}/withdrawal", {"target": "one", "reason": "no more"}),
                await sent(browser, ROWS.encode()),
            )
        assert [one.status_code for one in ways] == ([303, 303, 303, 200] if may else [403] * 4), login
    assert sorted(standing(people)) == ["group", "rty"]


async def test_a_file_is_looked_at_on_the_page_first(people: People, quinn: httpx.AsyncClient) -> None:
    bad = {"file": ("t.csv", ROWS.replace("0.9", "most"), "text/csv")}
    seen = await by_form(quinn, f"{PAGE}/file", {"what": "enter"}, files=bad)
    assert (seen.status_code, "row 2 value" in seen.text) == (422, True)
    good = {"file": ("t.csv", ROWS, "text/csv")}
    looked = await by_form(quinn, f"{PAGE}/file", {"what": "check"}, files=good)
    assert (looked.status_code, "Nothing is wrong with it" in looked.text) == (200, True)
    assert standing(people) == {}
