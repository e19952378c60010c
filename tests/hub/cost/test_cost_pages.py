"""The pages of quality costs: what they show, what can be entered there, and by whom."""

import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest
from small_chain import HOUSING, housing_plan, line_of
from small_costs import lost, production, spent
from small_people import People, csrf, people_of

from hub.accounts.permission import Role
from hub.cost.entries import cost_entries
from hub.parts import Hub

PAGE = "/plants/supplier/costs"
TYPED = {
    "activity": "training",
    "amount": "1,200.50",
    "currency": "CNY",
    "accrued_on": "2026-01-05",
    "evidence": "V-7",
}
FILE = "activity,amount,accrued_on,evidence\naudit,100,2026-01-05,V-1\naudit,20,2026-02-05,V-2\n"


@pytest.fixture
def people(hub: Hub) -> People:
    production(line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan()))
    lost(hub, "80")
    spent(hub, "100.01")
    spent(hub, "30", "training")
    found = people_of(hub)
    found.known("quinn", Role.QUALITY, organisation="supplier-company")
    found.known("vic", Role.VIEWER, organisation="supplier-company")
    return found


@pytest.fixture
async def quinn(people: People) -> AsyncIterator[httpx.AsyncClient]:
    async with people.signed_in("quinn", **{"Accept-Language": "en"}) as browser:
        yield browser


def entries(people: People) -> list[tuple[str, str]]:
    with people.hub.store.reading() as connection:
        return [(one.activity.value, one.evidence) for one in cost_entries(connection, "supplier")]


def rows(page: str, table: str) -> list[list[str]]:
    """The cells of a table of the page, without what stands below them."""
    inside = page[page.index(f'id="{table}"') :]
    body = inside[inside.index("<tbody>") : inside.index("</tbody>")]
    cells = re.findall(r"<t([hd])[^>]*>(.*?)</t\1>", body, re.DOTALL)
    width = len(re.findall(r"<t[hd]", body[: body.index("</tr>")]))
    texts = [" ".join(re.sub("<[^>]+>", " ", cell).split()) for _, cell in cells]
    return [texts[place : place + width] for place in range(0, len(texts), width)]


async def test_the_page_leads_from_a_cause_one_step_deeper(quinn: httpx.AsyncClient) -> None:
    page = (await quinn.get(PAGE)).text
    assert rows(page, "pareto")[0][:2] == ["D-PORE", "80.00"]
    assert "Not allocated: 130.01 CNY" in page
    (deeper,) = re.findall(r'href="([^"]*cause=D-PORE[^"]*)"', page[page.index('id="pareto"') :])
    narrowed = (await quinn.get(deeper.replace("&amp;", "&"))).text
    assert "cause: D-PORE" in narrowed
    assert rows(narrowed, "pareto")[0][1] == "80.00"
    csv = await quinn.get(f"{PAGE}?table=months&format=csv")
    assert csv.headers["content-type"].startswith("text/csv")
    assert "80" in csv.text


async def test_gross_and_net_are_printed_and_several_currencies_explained(people: People, quinn: Any) -> None:
    assert "gross: recoveries are not deducted" in (await quinn.get(PAGE)).text
    assert "net: recoveries are deducted" in (await quinn.get(f"{PAGE}?net=true")).text
    spent(people.hub, "1", currency="EUR")
    page = (await quinn.get(PAGE)).text
    assert "several currencies (CNY, EUR)" in page


async def test_a_cost_is_entered_and_reversed(people: People, quinn: httpx.AsyncClient) -> None:
    path, token = f"{PAGE}/entries", await csrf(quinn)
    answer = await quinn.post(path, data=TYPED | {"csrf": token})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=1#entries")
    assert entries(people)[-1] == ("training", "V-7")
    bad = await quinn.post(path, data=TYPED | {"csrf": token, "amount": "much"})
    assert bad.status_code == 422
    assert "is no amount" in bad.text
    assert 'value="V-7"' in bad.text, "what was typed is still there"
    with people.hub.store.reading() as connection:
        mine = cost_entries(connection, "supplier")[-1]
    assert mine.accrued_until == date(2026, 1, 5)
    assert mine.entered_by not in {"", "q1"}, "the account of who signed in"
    assert "Reverse this entry" in (await quinn.get(f"{path}?undo={mine.id}")).text
    undo = {"id": mine.id, "reason": "typed twice", "csrf": token}
    assert (await quinn.post(f"{path}/reversal", data=undo)).status_code == 303
    assert (await quinn.post(f"{path}/reversal", data=undo)).status_code == 422
    page = (await quinn.get(path)).text
    assert "Reverse this entry" not in page
    assert rows(page, "entries")[0][-1] == "reversed"


async def test_a_file_is_looked_at_before_it_is_entered(people: People, quinn: httpx.AsyncClient) -> None:
    path, token = f"{PAGE}/entries/file", await csrf(quinn)
    before = entries(people)

    async def send(content: str, what: str) -> httpx.Response:
        return await quinn.post(path, data={"csrf": token, "what": what}, files={"file": ("costs.csv", content)})

    looked = await send(FILE, "check")
    assert "2 rows can be entered: 120.00 CNY" in looked.text
    wrong = await send(FILE.replace("20,", "much,"), "enter")
    assert wrong.status_code == 422
    assert "row 3" in wrong.text
    assert entries(people) == before
    assert (await send(FILE, "enter")).status_code == 303
    assert len(entries(people)) == len(before) + 2
    assert "entered already" in (await send(FILE, "enter")).text
    form = await quinn.get("/api/v1/plants/supplier/costs/file?table=form&language=en")
    assert form.text.strip().startswith("\ufeffActivity*,Amount*,Currency")


async def test_who_only_looks_sees_no_form_and_enters_nothing(people: People) -> None:
    before = entries(people)
    async with people.signed_in("vic", **{"Accept-Language": "en"}) as vic:
        page = (await vic.get(f"{PAGE}/entries")).text
        assert "Enter all rows" not in page
        answer = await vic.post(f"{PAGE}/entries", data=TYPED | {"csrf": await csrf(vic)})
        assert answer.status_code == 403
    assert entries(people) == before


async def test_the_benefit_is_asked_and_told_with_its_doubts(quinn: httpx.AsyncClient) -> None:
    path = f"{PAGE}/benefit"
    assert "Nothing is compared yet" in (await quinn.get(path)).text
    page = (await quinn.get(f"{path}?since=2026-02-01&months=2&cost=10&cause=D-PORE&per=month")).text
    assert "What this figure does not know" in page
    assert [row[0] for row in rows(page, "sides")] == ["2025-12", "2026-01", "2026-02"]
    bad = await quinn.get(f"{path}?since=soon")
    assert bad.status_code == 422
    late = await quinn.get(f"{path}?since=2026-02-28")
    assert "no whole month has passed" in late.text
