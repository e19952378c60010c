"""Quality costs in a browser: from a picture to a cause, an entry by hand, in both languages; read by axe, too."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect
from running_app import running
from small_chain import HOUSING, housing_plan, line_of
from small_costs import half_a_year
from small_hub import small_hub
from small_people import PASSWORD, people_of

from hub.accounts.permission import Role

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 800}
COSTS = "/plants/supplier/costs"
WANTED = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
PATIENCE_MS = 20_000


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    hub = small_hub(tmp_path_factory.mktemp("costs") / "hub")
    half_a_year(hub, line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan()))
    people = people_of(hub)
    people.known("quinn", Role.QUALITY, organisation="supplier-company")
    with running(people.site) as url:
        yield url
    hub.store.close()


@asynccontextmanager
async def reading(chromium: Browser, address: str, **look: Any) -> AsyncIterator[Page]:
    """Signed in; at the end nothing was refused or went wrong."""
    context = await chromium.new_context(base_url=address, **look)
    context.set_default_timeout(PATIENCE_MS)
    page, seen = await context.new_page(), []
    page.on("console", lambda message: seen.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: seen.append(str(error)))
    await page.goto(f"/sign-in?next={COSTS}")
    await page.locator("input[name=login]").fill("quinn")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("main button[type=submit]").click()
    yield page
    assert seen == []
    await context.close()


async def test_from_the_picture_to_a_cause_and_an_entry(chromium: Browser, address: str) -> None:
    async with reading(chromium, address, viewport=DESK, locale="en-US") as page:
        await page.locator("#months-chart .main-svg").first.wait_for()
        await page.locator("#pareto").get_by_role("link", name="D-0", exact=True).click()
        await expect(page.locator(".said", has_text="Narrowed to")).to_contain_text("cause: D-0")
        await page.get_by_role("link", name="Without cause: D-0").click()
        await page.get_by_role("link", name="Enter costs").click()
        await page.get_by_label("What for").select_option("audit")
        await page.get_by_label("Amount").fill("1,200.50")
        await page.get_by_label("Evidence").fill("V-77")
        await page.get_by_role("button", name="Enter", exact=True).click()
        first = page.locator("#entries tbody tr").first
        await expect(first).to_contain_text("1,200.50")
        await first.get_by_role("link", name="Reverse").click()
        await page.get_by_label("Why it counts no more").fill("typed twice")
        await page.get_by_role("button", name="Reverse the entry").click()
        await expect(page.locator("#entries tbody tr").first).to_contain_text("reversed")


@pytest.mark.parametrize(
    ("language", "size", "scheme"), [("en-US", DESK, "light"), ("zh-CN", PHONE, "dark")], ids=["desk", "phone"]
)
async def test_nothing_overflows_and_axe_finds_nothing(
    chromium: Browser, address: str, language: str, size: dict[str, int], scheme: Any
) -> None:
    async with reading(chromium, address, viewport=size, locale=language, color_scheme=scheme) as page:
        for path in (COSTS, f"{COSTS}/entries", f"{COSTS}/benefit?since=2025-12-01&months=3&cost=1000&per=month"):
            await page.goto(path)
            assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
            found = await Axe().run(page, options=WANTED)
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
