"""The yearly review and the comparison: on a desk and a phone, on paper, and read by axe."""

from typing import Any

import pytest
from playwright.async_api import expect
from seen_pages import follow, reads_well

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 800}
REVIEW = "/plants/supplier-a.machining/reviews/2026"


async def test_from_the_plant_to_its_review_and_onto_paper(open_page: Any, save: Any) -> None:
    async with open_page("/plants/supplier-a.machining", size=DESK) as page:
        tasks = page.get_by_role("navigation", name="Tasks")
        await follow(page, tasks.get_by_role("link", name="Yearly review"))
        await follow(page, page.get_by_role("link", name="2026", exact=True).first)
        await expect(page.get_by_role("heading", level=1)).to_contain_text("review of 2026")
        await expect(page.get_by_role("region", name="Month by month").first).to_contain_text("2026-03")
        await save(page, "review")
        await page.emulate_media(media="print")
        await expect(page.locator(".review__ways")).to_be_hidden()
        await expect(page.get_by_role("heading", name="What the data support, and what not")).to_be_visible()


@pytest.mark.parametrize(("language", "size", "scheme"), [("en-US", DESK, "dark"), ("zh-CN", PHONE, "light")])
async def test_nothing_overflows_and_axe_finds_nothing(
    open_page: Any, language: str, size: dict[str, int], scheme: str
) -> None:
    async with open_page(REVIEW, language=language, size=size, scheme=scheme) as page:
        for path in (REVIEW, "/comparison"):
            await page.goto(path)
            await reads_well(page)
