"""What holds for every page of the frame: small, few statements, nothing inline, the way back, both languages."""

import re
from pathlib import Path

import httpx
import pytest
from counted import statements
from fastapi import FastAPI
from page_weight import LARGEST, Seen, trail_of, weight

from hub.live.desk import LiveDesk
from hub.pages.frame.help_texts import HELP
from hub.pages.frame.navigation import TASKS
from hub.pages.static_files import FILES

PLANT = "supplier-a.machining"
ONE = f"/suppliers/{PLANT}/characteristics/bore"
UNIT = "/01/09506000134376/21/D-00004"
LOT = "/01/09506000134390/10/L4700"
FAILURE = f"/field-failures/oem.assembly?unit=https%3A%2F%2Fid.gs1.org{UNIT.replace('/', '%2F')}"
PART = f"/suppliers/{PLANT}/part?part=https%3A%2F%2Fid.gs1.org%2F01%2F09506000134352"
OWN = f"/plants/{PLANT}"
OF_PLANT = [f"{OWN}{entry.path}" for task in TASKS for entry in task.of_plant]
STANDING = [entry.path for task in TASKS for entry in task.entries]
PAGES = [
    *STANDING,
    *OF_PLANT,
    f"{OWN}/declaration",
    f"{OWN}/costs?by=part&net=true",
    f"{OWN}/costs/entries",
    f"{OWN}/costs/benefit?since=2026-02-01&months=3",
    f"{OWN}/characteristics/bore",
    f"/suppliers/{PLANT}",
    PART,
    ONE,
    f"{ONE}?chart=i-mr&rules=nelson",
    f"/compare?plant={PLANT}&plant=oem.assembly",
    UNIT,
    f"/report{UNIT}",
    LOT,
    f"{LOT}?nodes=all",
    "/passes/oem.assembly?operation=OP20&begin=2026-03-01T07:00:00Z&end=2026-03-01T09:00:00Z",
    FAILURE,
    "/recalls?item=https%3A%2F%2Fid.gs1.org%2F01%2F09506000134390%2F10%2FL4700",
    "/search?q=-0000",
    "/search?q=0000",
    f"{OWN}/incoming/supplies",
    f"{OWN}/incoming/plans",
    f"{OWN}/incoming/escapes",
    "/requirements/new",
    "/master/plant",
    "/master/control-plan",
    f"/master/plant/item?about={PLANT}",
]
MOST_STATEMENTS = {"/suppliers": 45, f"/suppliers/{PLANT}": 75, ONE: 60, "/compare": 45}
MOST_STATEMENTS |= {f"{OWN}/now": 35, f"{OWN}/alarms": 30, f"{OWN}/characteristics/bore": 75, f"{OWN}/losses": 25}
MOST_STATEMENTS |= {f"{OWN}/level": 60, f"{OWN}/gauges": 25, f"{OWN}/self-assessment": 20, "/plants": 45}
MOST_STATEMENTS |= {"/notifications": 20}
MOST_STATEMENTS |= {OWN: 75, "/": 60, "/fleet": 40, UNIT: 105, "/search?q=-0000": 30, f"{OWN}/indicators": 90}
MOST_STATEMENTS |= {f"{OWN}/weak-points": 75, f"{OWN}/design": 50, f"{OWN}/characteristics": 40}
MOST_STATEMENTS |= {f"{OWN}/costs": 50, f"{OWN}/costs/entries": 25, LOT: 25, f"{LOT}?nodes=all": 25}
MOST_STATEMENTS |= {f"/report{UNIT}": 65, FAILURE: 45, f"{OWN}/declaration": 50, f"{OWN}/reviews": 90}
MOST_STATEMENTS |= {f"{OWN}/incoming": 25, f"{OWN}/incoming/supplies": 40, "/requirements": 25, "/master/plant": 15}
"""Of a page whose list is not made yet; none grows with the number of plants, parts, lots or values."""
USUALLY_AT_MOST = 40
"""Of every other page."""
MOST_OF_A_UNIT = 62
"""Of its page and its report, where the list of suppliers is made: another thirty or so make that."""
READER = {"Accept": "text/html", "Accept-Language": "en"}


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_small_and_holds_nothing_inline(reader: httpx.AsyncClient, path: str) -> None:
    answer = await reader.get(path)
    assert answer.status_code == 200, answer.text
    seen = Seen(answer.text)
    assert seen.refused == []
    assert weight(answer.text) <= LARGEST
    assert len(seen.ids) == len(set(seen.ids)), "an id stands twice"
    assert set(seen.targets) <= set(seen.ids)
    trail = trail_of(answer.text)
    assert len(trail) == len(set(trail)), "a step of the trail stands twice"
    assert "%(" not in answer.text


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_speaks_chinese(chinese: httpx.AsyncClient, path: str) -> None:
    page = (await chinese.get(path)).text
    shown = re.sub(r"<(script|style).*?</\1>", " ", page, flags=re.DOTALL)
    assert "供应商质量" in shown
    assert '<html lang="zh-CN">' in shown


@pytest.mark.parametrize("path", sorted({*PAGES, *MOST_STATEMENTS}))
async def test_a_page_asks_few_questions(site: FastAPI, path: str) -> None:
    site.state.suppliers.forget()
    site.state.cards.forget()
    site.state.kept.forget()
    site.state.live = LiveDesk()
    transport = httpx.ASGITransport(site)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=READER) as client:
        with statements() as seen:
            assert (await client.get(path)).status_code == 200
    assert len(seen) <= MOST_STATEMENTS.get(path, USUALLY_AT_MOST), "\n".join(seen)


@pytest.mark.parametrize("path", [UNIT, f"/report{UNIT}"])
async def test_a_unit_is_told_by_few_questions(reader: httpx.AsyncClient, path: str) -> None:
    await reader.get(path)
    with statements() as seen:
        assert (await reader.get(path)).status_code == 200
    assert len(seen) <= MOST_OF_A_UNIT, "\n".join(seen)


async def test_every_page_of_a_task_leads_back_and_marks_where_one_is(reader: httpx.AsyncClient) -> None:
    page = (await reader.get(ONE)).text
    trail = page[page.index('class="trail"') : page.index("</nav>", page.index('class="trail"'))]
    assert re.findall(r'href="([^"]+)"', trail) == ["/", "/suppliers", f"/suppliers/{PLANT}", PART]
    assert 'aria-current="page">Bore diameter' in trail
    assert re.search(r'tasks__one--now" href="/suppliers"', page)


async def test_light_dark_and_the_clock_are_chosen_without_scripts(reader: httpx.AsyncClient) -> None:
    answer = await reader.get(f"{ONE}?days=30&theme=dark&zone=Europe/Berlin")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{ONE}?days=30")
    page = (await reader.get(answer.headers["location"])).text
    assert 'data-theme="dark"' in page
    assert "Europe/Berlin (UTC+01:00)" in page
    assert (await reader.get("/suppliers?zone=Nowhere/Land")).status_code == 200


async def test_the_code_of_a_unit_page_leads_to_it(reader: httpx.AsyncClient) -> None:
    page = (await reader.get(UNIT)).text
    assert 'class="qr"' in page
    assert f"http://127.0.0.1{UNIT}" in page


async def test_hidden_fields_of_the_footer_are_text(reader: httpx.AsyncClient) -> None:
    page = (await reader.get("/suppliers", params={'"><script>': '"><b>x</b>'})).text
    assert "<b>x</b>" not in page
    assert Seen(page).refused == []


def test_dark_is_the_same_by_device_and_by_choice() -> None:
    text = FILES["css/tokens.css"].read_text(encoding="utf-8")
    by_device = text[text.index('data-theme="light"]) {') : text.index("/* The same where")]
    by_choice = text[text.index(':root[data-theme="dark"]') :]
    named = re.compile(r"(--[a-z0-9-]+): ([^;]+);")
    assert named.findall(by_device)
    assert dict(named.findall(by_device)) == dict(named.findall(by_choice))


def test_every_figure_that_is_explained_says_so_in_words() -> None:
    assert all(about.text and about.title for about in HELP.values())
    templates = Path(__file__).parents[3] / "hub" / "pages"
    used = {
        topic
        for path in [*templates.rglob("*.html"), *templates.rglob("*.py")]
        for topic in re.findall(r'(?:\bhelp\(|topic=)"([a-z-]+)"', path.read_text(encoding="utf-8"))
    }
    assert used <= set(HELP)
