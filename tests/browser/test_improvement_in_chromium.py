"""Improvement in a browser: from a weak point to an action, the same record as PDCA and 8D, a case found again."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from running_app import running
from seen_pages import follow, reads_well, signed_in
from small_hub import small_hub
from small_improvement import COMPANY, PLANT, World, improved
from small_people import people_of

from hub.accounts.permission import Role
from hub.knowledge.keep import keep_improvement

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 800}
BASE = f"/plants/{PLANT}"
BOARD = f"{BASE}/improvements"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Where the hub answers, and the path of an improvement that was closed."""
    hub = small_hub(tmp_path_factory.mktemp("improvement") / "hub")
    world = World(hub, date(2026, 1, 31))
    first, _ = improved(world)
    keep_improvement(world.hub, PLANT, first, "Press HP-200", (), "q1", best_case=True)
    people = people_of(world.hub)
    people.clock.now = world.clock()
    people.known("quinn", Role.QUALITY, organisation=COMPANY)
    with running(people.site) as url:
        yield url, f"{BASE}/improvements/{first}"
    people.site.state.audit.settle()
    hub.store.close()


async def test_from_a_weak_point_to_an_action(chromium: Browser, served: tuple[str, str], save: Any) -> None:
    async with signed_in(chromium, served[0], "quinn", BOARD, viewport=DESK, locale="en-US") as page:
        await expect(page.get_by_text("1 action overdue")).to_be_visible()
        await save(page, "improvements")
        await follow(page, page.get_by_role("main").get_by_role("link", name="Weak points"))
        await expect(page.locator("#weak tbody tr").first).to_contain_text("n = ")
        leak = page.locator("#weak tbody tr", has_text="LEAK")
        await follow(page, leak.get_by_role("link", name="start an improvement"))
        await page.get_by_label("Value; shares").fill("0.01")
        await follow(page, page.get_by_role("button", name="Begin"))
        await expect(page.get_by_role("heading", level=1)).to_have_text("Defect: LEAK")
        await page.get_by_label("Cause", exact=True).fill("Worn seal")
        await page.get_by_label("Evidence, one a line").first.fill("photo 7")
        await follow(page, page.get_by_role("button", name="Add the cause"))
        await page.get_by_text("Plan an action", exact=True).click()
        await page.get_by_label("What is done").fill("Change it every week")
        await follow(page, page.get_by_role("button", name="Plan the action"))
        await expect(page.locator("ol.turn .badge--ok")).to_have_text("Do")
        await follow(page, page.get_by_role("link", name="8D", exact=True))
        await expect(page.locator("section:has(#d5)")).to_contain_text("Change it every week")


async def test_a_closed_one_and_its_case(chromium: Browser, served: tuple[str, str]) -> None:
    async with signed_in(chromium, served[0], "quinn", BOARD, viewport=DESK, locale="zh-CN") as page:
        await page.goto(served[1])
        await expect(page.locator("#c").locator("..")).to_contain_text("有效")
        await page.goto("/knowledge?q=press")
        await follow(page, page.get_by_role("link", name="Fewer leaks at the press"))
        await expect(page.get_by_role("main")).to_contain_text("Round the edge")


@pytest.mark.parametrize("look", [("en-US", DESK, "light"), ("zh-CN", PHONE, "dark")], ids=["desk", "phone"])
async def test_nothing_overflows_and_axe_finds_nothing(
    chromium: Browser, served: tuple[str, str], save: Any, look: tuple[str, dict[str, int], Any]
) -> None:
    language, size, scheme = look
    address, one = served
    paths = {
        "weak": f"{BASE}/weak-points", "board": f"{BASE}/improvements", "new": f"{BASE}/improvements/new", "one": one,
        "8d": f"{one}?view=8d", "design": f"{BASE}/design", "knowledge": "/knowledge",
    }  # fmt: skip
    async with signed_in(
        chromium, address, "quinn", BOARD, viewport=size, locale=language, color_scheme=scheme
    ) as page:
        for name, path in paths.items():
            await page.goto(path)
            await reads_well(page)
            if name == "board" and language == "zh-CN":
                await save(page, "improvements.phone.zh-CN")
