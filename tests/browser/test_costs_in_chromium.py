"""Quality costs in a browser: from a picture to a cause, an entry by hand, in both languages; read by axe, too."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from running_app import running
from seen_pages import follow, reads_well, signed_in
from small_chain import HOUSING, housing_plan, line_of
from small_costs import half_a_year
from small_hub import small_hub
from small_people import people_of

from hub.accounts.permission import Role

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 800}
COSTS = "/plants/supplier/costs"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    hub = small_hub(tmp_path_factory.mktemp("costs") / "hub")
    half_a_year(hub, line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan()))
    people = people_of(hub)
    people.known("quinn", Role.QUALITY, organisation="supplier-company")
    with running(people.site) as url:
        yield url
    hub.store.close()


async def test_from_the_picture_to_a_cause_and_an_entry(chromium: Browser, address: str) -> None:
    async with signed_in(chromium, address, "quinn", COSTS, viewport=DESK, locale="en-US") as page:
        await page.locator("#months-chart .main-svg").first.wait_for()
        await follow(page, page.locator("#pareto").get_by_role("link", name="D-0", exact=True))
        await expect(page.locator(".said", has_text="Narrowed to")).to_contain_text("cause: D-0")
        await follow(page, page.get_by_role("link", name="Without cause: D-0"))
        await follow(page, page.get_by_role("link", name="Enter costs"))
        await page.get_by_label("What for").select_option("audit")
        await page.get_by_label("Amount").fill("1,200.50")
        await page.get_by_label("Evidence").fill("V-77")
        await follow(page, page.get_by_role("button", name="Enter", exact=True))
        first = page.locator("#entries tbody tr").first
        await expect(first).to_contain_text("1,200.50")
        await follow(page, first.get_by_role("link", name="Reverse"))
        await page.get_by_label("Why it counts no more").fill("typed twice")
        await follow(page, page.get_by_role("button", name="Reverse the entry"))
        await expect(page.locator("#entries tbody tr").first).to_contain_text("reversed")


@pytest.mark.parametrize(
    ("language", "size", "scheme"), [("en-US", DESK, "light"), ("zh-CN", PHONE, "dark")], ids=["desk", "phone"]
)
async def test_nothing_overflows_and_axe_finds_nothing(
    chromium: Browser, address: str, language: str, size: dict[str, int], scheme: Any
) -> None:
    async with signed_in(
        chromium, address, "quinn", COSTS, viewport=size, locale=language, color_scheme=scheme
    ) as page:
        for path in (COSTS, f"{COSTS}/entries", f"{COSTS}/benefit?since=2025-12-01&months=3&cost=1000&per=month"):
            await page.goto(path)
            await reads_well(page)
