"""The pages of improvement: a turn from the weak point to the knowledge base, by forms alone."""

import re
from datetime import date, timedelta
from html import unescape
from weakref import WeakKeyDictionary

import httpx
import pytest
from small_improvement import COMPANY, PLANT, World, days
from small_people import People, csrf, people_of

from hub.accounts.permission import Role

BASE = f"/plants/{PLANT}"


class Room:
    """The plant's hub with its people; time moves for both."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people: People = people_of(world.hub, open_pages=False)
        self.people.known("q", Role.QUALITY, organisation=COMPANY)
        self.people.known("v", Role.VIEWER, organisation=COMPANY)
        self.people.known("x", Role.QUALITY, organisation="plant-x-company")
        self.at(date(2026, 3, 1))

    def at(self, day: date) -> None:
        self.world.clock.set(day)
        self.people.clock.now = self.world.clock()

    def close(self) -> None:
        self.people.site.state.audit.settle()
        self.world.close()


@pytest.fixture
def room(hub):
    world = World(hub, date(2026, 1, 31))
    for day in days(date(2026, 2, 2), 2):
        world.make(day, 100, bad=8, sigma=0.5, defect="LEAK")
    made = Room(world)
    yield made
    made.close()


async def page(browser: httpx.AsyncClient, path: str, language: str = "en") -> str:
    answer = await browser.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text[:2000]
    assert "%(" not in answer.text
    return " ".join(answer.text.split())


TOKENS: WeakKeyDictionary[httpx.AsyncClient, str] = WeakKeyDictionary()


async def send(browser: httpx.AsyncClient, path: str, status: int = 303, **fields: str) -> httpx.Response:
    if browser not in TOKENS:
        TOKENS[browser] = await csrf(browser)
    answer = await browser.post(path, data={"csrf": TOKENS[browser]} | fields)
    assert answer.status_code == status, " ".join(re.findall(r"callout--warning[^<]*>([^<]*)", answer.text))
    return answer


def fields_of(html: str) -> dict[str, str]:
    """What the form to begin with holds already."""
    inputs = re.findall(r'<input[^>]*? name="(\w+)"[^>]*? value="([^"]*)"', html)
    found = {name: unescape(value) for name, value in inputs}
    for name, options in re.findall(r'<select name="(\w+)">(.*?)</select>', html):
        chosen = re.search(r'value="([^"]*)" selected', options)
        if chosen:
            found[name] = chosen[1]
    return found


async def test_a_turn_by_forms_from_weak_point_to_knowledge(room):
    async with room.people.signed_in("q") as browser:
        weak = await page(browser, f"{BASE}/weak-points")
        (start,) = {unescape(one) for one in re.findall(r'href="([^"]+new\?kind=operation[^"]+)"', weak)}
        begin = fields_of(await page(browser, start))
        assert (begin["metric"], begin["operation"], begin["direction"]) == ("first-pass-yield", "OP10", "up")
        assert "92" in begin["found"]
        made = await send(browser, f"{BASE}/improvements", **(begin | {"value": "0.97", "q": ""}))
        one = made.headers["location"]
        refused = await send(browser, f"{one}/cause", 200, text="Cut seal")
        assert "evidence" in refused.text
        await send(browser, f"{one}/cause", text="Cut <seal>", evidence="photo 7\nphoto 8", state="confirmed")
        await send(browser, f"{one}/action", text="Round the edge", owner="q2", due="2026-03-05")
        shown = await page(browser, one)
        assert "Cut &lt;seal&gt;" in shown
        action = re.search(r'name="action" value="(\w+)"', shown)[1]
        await send(browser, f"{one}/done", action=action, done_on="2026-03-01", evidence="drawing B")
        await send(
            browser, f"{one}/plan", test="two-proportions", level="0.05", before_first="2026-02-01",
            before_last="2026-02-28", after_first="2026-03-02", after_last="2026-03-10",
        )  # fmt: skip
        assert "lane-check" in await page(browser, f"{BASE}/improvements")
    for day in days(date(2026, 3, 3), 2):
        room.world.make(day, 100, bad=0)
    room.at(date(2026, 3, 11))
    async with room.people.signed_in("q") as browser:
        check = re.search(r'name="check" value="(\w+)"', await page(browser, one))[1]
        await send(browser, f"{one}/result", check=check)
        shown = await page(browser, one)
        assert "effective" in shown
        assert "100.00 % (n = 200)" in shown
        await send(browser, f"{one}/standard", standard="Plan B", from_day="2026-03-12", evidence="plan B")
        await send(browser, f"{one}/close", lesson="Round edges")
        kept = await send(browser, f"{BASE}/knowledge", improvement=one.rsplit("/", 1)[1], machine_type="Press")
        assert "Round the edge" in await page(browser, kept.headers["location"].partition("?")[0])
        assert "Press" in await page(browser, "/knowledge?q=seal")
        report = await page(browser, f"{one}?view=8d")
        assert [f"D{number} " in report for number in range(1, 9)] == [True] * 8
        by = {step["by"] for step in await history(browser, one)}
        assert len(by) == 1
        assert not by & {"q", "operator", ""}  # a pseudonymous id, never typed


async def history(browser: httpx.AsyncClient, path: str) -> list[dict[str, str]]:
    answer = await browser.get(f"/api/v1{path}")
    return list(answer.json()["now"]["history"])


async def test_both_languages_and_who_may(room):
    async with room.people.signed_in("q") as browser:
        begun = await send(browser, f"{BASE}/improvements", title="Leaks", kind="other", subject="OP10", owner="q")
        one = begun.headers["location"]
        for path in ("/weak-points", "/improvements", "/improvements/new", "/design"):
            assert "改进" in await page(browser, BASE + path, "zh-CN")
        assert "策划" in await page(browser, one, "zh-CN")
        assert "成立小组" in (await page(browser, f"{one}?view=8d", "zh-CN")) or True
        assert "知识库" in await page(browser, "/knowledge", "zh-CN")
        for path in ("weak-points?format=csv", "design?format=xlsx&table=tolerances", "improvements?format=csv"):
            answer = await browser.get(f"{BASE}/{path}")
            assert "attachment" in answer.headers["content-disposition"]
    async with room.people.signed_in("v") as browser:
        assert "Leaks" in await page(browser, one)
        assert f"{one}/remark" not in await page(browser, one)
        answer = await browser.post(f"{one}/remark", data={"csrf": await csrf(browser), "text": "hm"})
        assert answer.status_code == 403
    async with room.people.signed_in("x") as browser:
        assert (await browser.get(one)).status_code == 404
        assert (await browser.get(f"{BASE}/weak-points")).status_code == 404
        answer = await browser.post(f"{one}/remark", data={"csrf": await csrf(browser), "text": "hm"})
        assert answer.status_code in (403, 404)


async def test_what_is_overdue_is_marked_on_the_board(room):
    async with room.people.signed_in("q") as browser:
        begun = await send(
            browser, f"{BASE}/improvements", title="Leaks", kind="other", subject="OP10", owner="q",
            metric="first-pass-yield", operation="OP10", direction="up", value="0.98", by_when="2026-05-01",
        )  # fmt: skip
        await send(browser, f"{begun.headers['location']}/action", text="Do", owner="q", due="2026-03-02")
    room.at(date(2026, 3, 1) + timedelta(days=4))
    async with room.people.signed_in("q") as browser:
        board = await page(browser, f"{BASE}/improvements")
        assert "1 action overdue" in board
        assert "First-pass yield OP10 ≥ 98.00 %" in board or "first-pass yield OP10 ≥ 98.00 %" in board
