"""From the list of suppliers to a single chart, in both languages, on a desk and on a phone; read by axe, too."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect
from seen_pages import follow, reads_well

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1366, "height": 800}
PLANT = "/suppliers/supplier-a.machining"
BORE = f"{PLANT}/characteristics/bore"
PAGES = (
    "/suppliers",
    "/compare?plant=oem.assembly&plant=supplier-a.machining",
    PLANT,
    BORE,
    "/subscriptions",
    "/views",
)


async def drawn(page: Page, chart: str) -> None:
    await page.locator(f"#{chart} .main-svg").first.wait_for()


async def test_from_the_list_to_a_control_chart(open_page: Any, save: Any) -> None:
    async with open_page("/", size=DESK) as page:
        tasks = page.get_by_role("navigation", name="Tasks")
        await follow(page, tasks.get_by_role("link", name="Supplier quality"))
        rows = page.locator("#suppliers tbody tr")
        await expect(rows).to_have_count(3)
        await expect(rows.first).to_contain_text("Linhai machining plant")
        await save(page, "suppliers")
        by_yield = page.get_by_role("link", name="RTY %").or_(page.get_by_role("link", name="RTY", exact=True))
        await follow(page, by_yield.first)
        await expect(page).to_have_url(re.compile("suppliers.sort=rty"))
        await expect(page.locator("#suppliers th[aria-sort=ascending]")).to_contain_text("RTY")
        await follow(page, page.get_by_role("link", name="Linhai machining plant"))
        await drawn(page, "weeks")
        await drawn(page, "pareto-chart")
        await follow(page, page.get_by_role("link", name="Bore diameter"))
        for chart in ("location", "spread", "histogram", "lots-chart"):
            await drawn(page, chart)
        await expect(page.locator("#location-says")).to_contain_text("points of 5 values")
        await save(page, "characteristic")
        await page.locator("select[name=rules]").select_option("nelson")
        await follow(page, page.get_by_role("button", name="Show"))
        await expect(page).to_have_url(re.compile("rules=nelson"))
        trail = page.get_by_role("navigation", name="You are here")
        await follow(page, trail.get_by_role("link", name="Suppliers"))
        await expect(page.get_by_role("heading", level=1)).to_have_text("Suppliers")


async def test_the_same_in_chinese_on_a_phone(open_page: Any, save: Any) -> None:
    async with open_page("/suppliers", language="zh-CN", size=PHONE, scheme="dark") as page:
        await save(page, "suppliers.phone.zh-CN")
        await follow(page, page.get_by_role("link", name="临海机加厂"))
        await expect(page.get_by_role("heading", level=1)).to_have_text("临海机加厂")
        await follow(page, page.get_by_role("link", name="Bore diameter"))
        await drawn(page, "histogram")
        await expect(page.locator("#histogram-says")).to_contain_text("个值")


async def test_two_suppliers_are_compared(open_page: Any) -> None:
    async with open_page("/suppliers", size=DESK) as page:
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
    [("en-US", DESK, "light"), ("zh-CN", DESK, "dark"), ("en-US", PHONE, "dark"), ("zh-CN", PHONE, "light")],
)
async def test_nothing_overflows_and_axe_finds_nothing(
    open_page: Any, language: str, size: dict[str, int], scheme: str
) -> None:
    async with open_page("/suppliers", language=language, size=size, scheme=scheme) as page:
        for path in PAGES:
            await page.goto(path)
            await reads_well(page)
