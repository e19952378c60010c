"""What people do on the pages, in a real browser."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from seen_pages import fits, follow

pytestmark = pytest.mark.browser

PLANT_A = "/plants/supplier-a.machining"
PHONE = {"width": 390, "height": 844}
DRIVE = "/01/09506000134376/21/D-00004"
PAGES = ("/", DRIVE, "/01/09506000134390/10/L4700", PLANT_A, "/search?q=-0000")

CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")


async def test_from_a_plant_to_a_suppliers_measurement(open_page: Any, save: Any) -> None:
    async with open_page("/") as page:
        await expect(page.get_by_role("heading", level=1)).to_have_text("The whole chain is reporting")
        await follow(page, page.get_by_role("link", name="Yuanhang assembly plant", exact=True))
        await page.locator("#fpy-chart .main-svg").first.wait_for()
        await expect(page.locator(".verdict__level")).to_contain_text("Inspection")
        await page.keyboard.press("/")
        await page.keyboard.type("D-00004")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile(re.escape(DRIVE) + "$"))
        await expect(page.locator(".evidence")).to_contain_text("Intact and in the log")
        await save(page, "unit")
        await follow(page, page.locator(".genealogy--lying").get_by_role("link", name=re.compile("H-00004")))
        await expect(page.get_by_role("heading", level=1)).to_have_text("H-00004")
        await expect(page.locator(".kicker")).to_contain_text("Drive housing")
        await expect(page.get_by_role("row", name=re.compile("Bore diameter"))).to_contain_text("mm")


async def test_the_same_in_chinese_on_a_phone(open_page: Any) -> None:
    async with open_page(DRIVE, language="zh-CN", size=PHONE) as page:
        await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        await expect(page.locator(".genealogy--lying")).to_be_hidden()
        await follow(page, page.locator(".genealogy--standing").get_by_role("link", name=re.compile("C-00004")))
        await expect(page.locator(".kicker")).to_contain_text("电机控制器")
        await expect(page.get_by_role("row", name=re.compile("Supply voltage"))).to_contain_text("界限内")


async def test_the_language_is_switched_and_stays(open_page: Any) -> None:
    async with open_page(DRIVE) as page:
        await follow(page, page.get_by_role("link", name="中文"))
        await expect(page).to_have_url(re.compile(re.escape(DRIVE) + "$"))
        await expect(page.get_by_role("heading", name="产品谱系")).to_be_visible()
        await page.goto("/")
        await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        await follow(page, page.get_by_role("link", name="English"))
        await expect(page.locator("html")).to_have_attribute("lang", "en")


async def test_a_unit_in_chinese_on_a_desk(open_page: Any, save: Any) -> None:
    async with open_page(DRIVE, language="zh-CN") as page:
        await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        await expect(page.locator(".genealogy--lying")).to_be_visible()
        await save(page, "unit.zh-CN")


async def test_the_chart_draws_every_operation_and_shows_its_counts(open_page: Any) -> None:
    async with open_page(PLANT_A) as page:
        await page.locator("#fpy-chart .main-svg").first.wait_for()
        await expect(page.locator("#fpy-chart .scatterlayer .trace")).to_have_count(3)
        assert await page.locator("#fpy-chart").evaluate("node => node.querySelector('.main-svg').clientHeight") > 200
        await page.locator("#fpy-chart").scroll_into_view_if_needed()
        box = await page.locator("#fpy-chart .scatterlayer .point").nth(3).bounding_box()
        assert box
        await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        await expect(page.locator("#fpy-chart .hoverlayer")).to_contain_text("OK at first")


async def test_everything_is_reached_by_keyboard(open_page: Any) -> None:
    async with open_page(DRIVE) as page:
        await page.keyboard.press("Tab")
        await expect(page.locator(".skip")).to_be_focused()
        await page.keyboard.press("Enter")
        reached = set()
        for _ in range(40):
            await page.keyboard.press("Tab")
            reached.add(await page.evaluate("document.activeElement.getAttribute('href') || ''"))
        assert "/01/09506000134352/21/H-00004" in reached
        assert "/api/v1/units/09506000134376/D-00004/evidence" in reached


async def test_a_table_is_sorted_by_its_head(open_page: Any) -> None:
    async with open_page("/01/09506000134390/10/L4700") as page:
        table = page.get_by_role("region", name="Where it went")
        await table.get_by_role("button", name="Serial").click()
        await expect(table.locator("tbody th").first).to_have_text("H-00001")
        await table.get_by_role("button", name="Serial").click()
        await expect(table.locator("tbody th").first).to_have_text("H-00024")
        await expect(table.locator("th[aria-sort=descending]")).to_have_text("Serial")


@pytest.mark.parametrize(("size", "scheme"), [({"width": 1366, "height": 800}, "light"), (PHONE, "dark")])
async def test_nothing_overflows_and_all_text_has_contrast(open_page: Any, size: dict[str, int], scheme: str) -> None:
    async with open_page("/", size=size, scheme=scheme, language="zh-CN") as page:
        for path in PAGES:
            await page.goto(path)
            await fits(page)
            assert await page.evaluate(CONTRAST) == [], path
            await _names_for_everything(page)


async def _names_for_everything(page: Page) -> None:
    """Whatever can be focused has a name for those who do not see it."""
    unnamed = await page.evaluate(
        """() => [...document.querySelectorAll(
          "a, button, input:not([type=hidden]), [role=img], [role=region]")].filter((node) =>
          !(node.getAttribute("aria-label") || node.getAttribute("aria-labelledby") || node.textContent.trim()
            || (node.labels && node.labels.length))).map((node) => node.outerHTML.slice(0, 120))"""
    )
    assert unnamed == []
