"""What the pages of suppliers do under the hand, and how those beside the main path look; read by axe, too."""

from typing import Any

import pytest
from playwright.async_api import expect
from seen_pages import follow, reads_well

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1366, "height": 800}
PLANT = "/suppliers/supplier-a.machining"
PAGES = (
    "/compare?plant=oem.assembly&plant=supplier-a.machining",
    f"{PLANT}/part?part=https%3A%2F%2Fid.gs1.org%2F01%2F09506000134352",
    f"{PLANT}/characteristics/bore?chart=i-mr",
    "/subscriptions",
    "/views",
)


async def test_two_suppliers_are_compared(open_page: Any, save: Any) -> None:
    async with open_page("/suppliers", size=DESK) as page:
        await save(page, "suppliers")
        await page.get_by_label("Compare Linhai machining plant").check()
        await page.get_by_label("Compare Suda electronics plant").check()
        await follow(page, page.get_by_role("button", name="Compare those chosen"))
        heads = page.locator("#compared thead th")
        await expect(heads).to_have_count(3)
        await expect(page.locator("#compared tbody tr").first).to_contain_text("Level")


async def test_a_figure_is_explained_without_leaving_the_page(open_page: Any) -> None:
    async with open_page(PLANT, size=PHONE) as page:
        await page.get_by_role("button", name="What is Process capability index?").first.click()
        await expect(page.locator("#tile-cpk")).to_be_visible()
        await expect(page.locator("#tile-cpk")).to_contain_text("R8")
        await page.keyboard.press("Escape")
        await expect(page.locator("#tile-cpk")).to_be_hidden()


async def test_colours_are_chosen_in_the_footer(open_page: Any) -> None:
    async with open_page(PLANT, size=DESK) as page:
        await page.get_by_label("Colours").select_option("dark")
        await follow(page, page.get_by_role("button", name="Apply"))
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(16, 22, 27)"


@pytest.mark.parametrize(
    ("language", "size", "scheme"),
    [("en-US", DESK, "dark"), ("zh-CN", PHONE, "light")],
)
async def test_nothing_overflows_and_axe_finds_nothing(
    open_page: Any, save: Any, language: str, size: dict[str, int], scheme: str
) -> None:
    async with open_page("/suppliers", language=language, size=size, scheme=scheme) as page:
        if size is PHONE:
            await save(page, "suppliers.phone.zh-CN")
        for path in PAGES:
            await page.goto(path)
            await reads_well(page)
