"""The genealogy of a unit under the hand, and pages of after-sales where nobody signed in; read by axe, too."""

import re
from typing import Any

import pytest
from playwright.async_api import expect
from seen_pages import follow, reads_well

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 800}
DRIVE, BARS = "09506000134376", "09506000134390"
UNIT = f"/01/{DRIVE}/21/D-00004"
OF_LOT = f"/recalls?item=https%3A%2F%2Fid.gs1.org%2F01%2F{BARS}%2F10%2FL4700"
STATION = "/passes/oem.assembly?operation=OP20&begin=2026-03-01T06:00:00Z&end=2026-03-01T08:00:00Z"
LOT = f"/01/{BARS}/10/L4700"
PAGES = (UNIT, LOT, STATION, OF_LOT, "/common")


async def test_the_genealogy_folds_and_is_walked_by_keys(open_page: Any) -> None:
    async with open_page(UNIT, size=DESK) as page:
        graph = page.locator(".genealogy--lying")
        housing = graph.locator('[data-label="H-00004"]')
        lot = graph.locator('[data-label="L4700"]')
        await graph.get_by_role("button", name="Fold what lies behind H-00004").click()
        await expect(lot).to_be_hidden()
        await graph.get_by_role("button", name="Unfold what lies behind H-00004").press("Enter")
        await expect(lot).to_be_visible()
        await graph.locator('[data-depth="0"]').focus()
        await page.keyboard.press("ArrowLeft")
        await expect(housing).to_be_focused()
        await expect(graph.locator(".graph__link--on")).to_have_count(1)
        await page.keyboard.press("ArrowDown")
        await expect(graph.locator('[data-label="C-00004"]')).to_be_focused()
        await follow(page, page.get_by_role("link", name="Where it went"))
        await expect(page).to_have_url(re.compile("way=forward"))
        await expect(page.locator(".genealogy--lying [data-item]")).to_have_count(2)


async def test_a_slash_leads_to_the_search_from_everywhere(open_page: Any) -> None:
    async with open_page(UNIT, size=DESK) as page:
        await page.keyboard.press("/")
        await expect(page.locator("#q")).to_be_focused()
        await page.keyboard.type("D-00012")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("D-00012")


@pytest.mark.parametrize(
    ("language", "size", "scheme"),
    [("en-US", DESK, "dark"), ("zh-CN", PHONE, "light")],
)
async def test_nothing_overflows_and_axe_finds_nothing(
    open_page: Any, language: str, size: dict[str, int], scheme: str
) -> None:
    async with open_page("/search", language=language, size=size, scheme=scheme) as page:
        for path in PAGES:
            await page.goto(path)
            await reads_well(page)
