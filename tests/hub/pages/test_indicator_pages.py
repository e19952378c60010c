"""The pages of indicators and targets: what they show in both languages, what can be entered there, and by whom."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from counted import statements
from small_chain import HOUSING, housing_plan, line_of
from small_hub import START
from small_people import People, csrf, people_of

from hub.accounts.permission import Role
from hub.metric.declared import declared_series
from hub.parts import Hub
from hub.target.state import in_force, targets_of
from hub.target.watch import Watch
from traceability.unit import Verdict

HOME = "/plants/supplier"
SERIES = {"id": "satisfaction", "name": "Satisfaction", "name_zh": "顾客满意度", "owner": "q7", "source": "survey",
          "frequency": "quarter", "combined": "mean", "direction": "higher"}  # fmt: skip
VALUE = {"indicator": "satisfaction", "first": "2025-10-01", "last": "2025-12-31", "value": "84.5", "evidence": "S-4"}
RTY = {"id": "rty", "name": "RTY of the plant", "metric": "rolled-throughput-yield", "direction": "higher",
       "value": "0.9", "first": "2026-01-01", "owner": "q7"}  # fmt: skip
BORE = RTY | {"id": "bore", "name": "", "metric": "first-pass-yield", "operation": "OP10", "value": "0.95",
              "parent": "rty"}  # fmt: skip


@pytest.fixture
def people(hub: Hub) -> People:
    line = line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())
    for number in range(60):
        verdict = Verdict.NOT_OK if number < 4 else Verdict.OK
        at = START - timedelta(days=number)
        line.result(f"H{number}", verdict=verdict, event_time=at)
        if verdict is Verdict.OK:
            line.result(f"H{number}", "OP20", event_time=at + timedelta(minutes=1))
    line.send()
    found = people_of(hub)
    found.known("quinn", Role.QUALITY, organisation="supplier-company")
    found.known("vic", Role.VIEWER, organisation="supplier-company")
    return found


@pytest.fixture
async def quinn(people: People) -> AsyncIterator[httpx.AsyncClient]:
    async with people.signed_in("quinn", **{"Accept-Language": "en"}) as browser:
        yield browser


async def post(browser: httpx.AsyncClient, path: str, form: dict[str, str], **more: Any) -> httpx.Response:
    return await browser.post(f"{HOME}/{path}", data=form | {"csrf": await csrf(browser)}, **more)


def words(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page).split())


async def test_a_series_is_defined_stated_drawn_and_corrected(people: People, quinn: httpx.AsyncClient) -> None:
    empty = (await quinn.get(f"{HOME}/indicators")).text
    assert "Nothing is declared at this plant." in empty
    assert "Rolled throughput yield" in empty
    assert (await post(quinn, "indicators", SERIES)).headers["location"] == f"{HOME}/indicators?done=1#said"
    assert (await post(quinn, "indicators/values", VALUE)).status_code == 303
    page = (await quinn.get(f"{HOME}/indicators", params={"show": "declared:satisfaction"})).text
    assert "declared · owner: q7 · source: survey" in words(page)
    assert "Satisfaction: 84.50 at first, 84.50 at last" in page
    twice = await post(quinn, "indicators/values", VALUE)
    assert (twice.status_code, "has a value that counts" in twice.text) == (422, True)
    (undo,) = re.findall(r'href="([^"]*undo=[^"]*)#undo"', page)
    form = (await quinn.get(undo.replace("&amp;", "&"))).text
    named = re.search(r'name="value" value="([^"]+)"', form)
    assert named
    back = {"value": named[1], "reason": "typed wrongly"}
    assert (await post(quinn, "indicators/values/reversal", back)).status_code == 303
    with people.hub.store.reading() as connection:
        (series,) = declared_series(connection, ["supplier"]).values()
    assert (series.counting, series.values[0].reversal_reason) == ((), "typed wrongly")
    assert series.definition.entered_by


async def test_the_page_speaks_chinese_and_keeps_declared_and_measured_apart(people: People) -> None:
    async with people.signed_in("quinn", **{"Accept-Language": "zh-CN"}) as browser:
        await post(browser, "indicators", SERIES)
        page = (await browser.get(f"{HOME}/indicators", params={"show": "response-hours"})).text
        targets = (await browser.get(f"{HOME}/targets")).text
    measured = page[page.index('id="measured"') : page.index('id="declared"')]
    assert "顾客满意度" not in measured
    assert "实测" in measured
    assert "该期间内没有预警" in page
    assert "本工厂尚无质量目标" in targets


async def test_targets_are_set_decomposed_and_seen_to_fall_short(people: People, quinn: httpx.AsyncClient) -> None:
    for form in (RTY, BORE, BORE | {"id": "test", "operation": "OP20", "value": "0.94"}):
        assert (await post(quinn, "targets", form)).status_code == 303
    Watch(people.hub).round()
    page = (await quinn.get(f"{HOME}/targets", params={"target": "bore"})).text
    shown = words(page)
    assert "does not add up the parts multiply to 0.893, 0.007 below the whole" in shown
    assert "target missed" in shown
    assert "93.33" in shown
    assert page.index("RTY of the plant") < page.index("└")
    assert "Where it stood" in page
    trend = (await quinn.get(f"{HOME}/indicators", params={"show": "rolled-throughput-yield"})).text
    assert "The target is 90.00 %." in trend
    csv = await quinn.get(f"{HOME}/targets?table=targets&format=csv")
    assert (csv.text.count("\n"), "└" in csv.text) == (4, False)
    bad = await post(quinn, "targets", BORE | {"value": "much"})
    assert (bad.status_code, "value" in words(bad.text)) == (422, True)
    assert (await post(quinn, "targets/withdrawal", {"target": "bore", "reason": "merged"})).status_code == 303
    with people.hub.store.reading() as connection:
        assert sorted(in_force(targets_of(connection, ["supplier"]), "supplier")) == ["rty", "test"]


async def test_a_file_is_looked_at_first(people: People, quinn: httpx.AsyncClient) -> None:
    head = "id,metric,direction,value,first,owner\n"
    bad = {"file": ("t.csv", head + "a,speed,higher,1,2026-01-01,q\n", "text/csv")}
    seen = await post(quinn, "targets/file", {"what": "enter"}, files=bad)
    assert (seen.status_code, "row 2 metric" in words(seen.text)) == (422, True)
    good = {"file": ("t.csv", head + "a,capability,higher,1.33,2026-01-01,q\n", "text/csv")}
    looked = await post(quinn, "targets/file", {"what": "check"}, files=good)
    assert (looked.status_code, "Nothing is wrong with it" in looked.text) == (200, True)
    with people.hub.store.reading() as connection:
        assert targets_of(connection, ["supplier"]) == {}
    assert (await post(quinn, "targets/file", {"what": "enter"}, files=good)).status_code == 303
    values = {"file": ("v.csv", "indicator,first,last,value,evidence\nx,2026-01-01,2026-01-31,1,e\n", "text/csv")}
    unknown = await post(quinn, "indicators/values/file", {"what": "enter"}, files=values)
    assert "no indicator" in unknown.text


async def test_who_only_reads_finds_no_forms_and_may_not_send_any(people: People) -> None:
    async with people.signed_in("vic", **{"Accept-Language": "en"}) as browser:
        for page in ("indicators", "targets"):
            assert "Sign in with a role of this plant" in (await browser.get(f"{HOME}/{page}")).text
        for path, form in (("indicators", SERIES), ("targets", RTY), ("indicators/values", VALUE)):
            assert (await post(browser, path, form)).status_code == 403


async def test_the_pages_ask_as_much_for_ten_series_as_for_one(people: People, quinn: httpx.AsyncClient) -> None:
    await quinn.get(f"{HOME}/indicators")  # from here on both are asked after something was written
    await post(quinn, "indicators", SERIES)
    with statements() as one:
        await quinn.get(f"{HOME}/indicators")
    for number in range(9):
        await post(quinn, "indicators", SERIES | {"id": f"s{number}"})
    with statements() as ten:
        await quinn.get(f"{HOME}/indicators")
    assert len(ten) <= len(one)
    assert len(one) < 120
