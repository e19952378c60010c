"""From the list of suppliers to a single chart, in both languages, on a desk and on a phone; read by axe, too."""

import re
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

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
WANTED = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}


async def drawn(page: Page, chart: str) -> None:
    await page.locator(f"#{chart} .main-svg").first.wait_for()


async def test_from_the_list_to_a_control_chart(open_page: Any, save: Any) -> None:
    async with open_page("/", size=DESK) as page:
        await page.get_by_role("navigation", name="Tasks").get_by_role("link", name="Supplier quality").click()
        rows = page.locator("#suppliers tbody tr")
        await expect(rows).to_have_count(3)
        await expect(rows.first).to_contain_text("Linhai machining plant")
        await save(page, "suppliers")
        await page.get_by_role("link", name="RTY %").or_(page.get_by_role("link", name="RTY", exact=True)).first.click()
        await expect(page).to_have_url(re.compile("suppliers.sort=rty"))
        await expect(page.locator("#suppliers th[aria-sort=ascending]")).to_contain_text("RTY")
        await page.get_by_role("link", name="Linhai machining plant").click()
        await drawn(page, "weeks")
        await drawn(page, "pareto-chart")
        await page.get_by_role("link", name="Bore diameter").click()
        for chart in ("location", "spread", "histogram", "lots-chart"):
            await drawn(page, chart)
        await expect(page.locator("#location-says")).to_contain_text("points of 5 values")
        await save(page, "characteristic")
        await page.locator("select[name=rules]").select_option("nelson")
        await page.get_by_role("button", name="Show").click()
        await expect(page).to_have_url(re.compile("rules=nelson"))
        await page.get_by_role("navigation", name="You are here").get_by_role("link", name="Suppliers").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Suppliers")


async def test_the_same_in_chinese_on_a_phone(open_page: Any, save: Any) -> None:
    async with open_page("/suppliers", language="zh-CN", size=PHONE, scheme="dark") as page:
        await save(page, "suppliers.phone.zh-CN")
        await page.get_by_role("link", name="临海机加厂").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("临海机加厂")
        await page.get_by_role("link", name="Bore diameter").click()
        await drawn(page, "histogram")
        await expect(page.locator("#histogram-says")).to_contain_text("个值")


async def test_two_suppliers_are_compared(open_page: Any) -> None:
    async with open_page("/suppliers", size=DESK) as page:
        await page.get_by_label("Compare Linhai machining plant").check()
        await page.get_by_label("Compare Suda electronics plant").check()
        await page.get_by_role("button", name="Compare those chosen").click()
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
        await page.get_by_role("button", name="Apply").click()
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
            assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
            found = await Axe().run(page, options=WANTED)
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
