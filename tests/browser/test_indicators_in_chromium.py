"""Indicators and targets in a browser: stated, drawn, decomposed; in both languages, on a phone, and read by axe."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect
from running_app import running
from seen_pages import follow, reads_well, signed_in
from small_chain import HOUSING, housing_plan, line_of
from small_hub import START, small_hub
from small_people import people_of

from hub.accounts.permission import Role
from traceability.unit import Verdict

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 800}
HOME = "/plants/supplier"
PAGES = (f"{HOME}/indicators?show=declared:satisfaction", f"{HOME}/indicators", f"{HOME}/targets?target=rty")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    hub = small_hub(tmp_path_factory.mktemp("targets") / "hub")
    line = line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())
    for number in range(90):
        verdict = Verdict.NOT_OK if number % 15 == 0 else Verdict.OK
        line.result(f"H{number}", verdict=verdict, event_time=START - timedelta(days=number))
        line.result(f"H{number}", "OP20", event_time=START - timedelta(days=number, hours=-1))
    line.send()
    people = people_of(hub)
    people.known("quinn", Role.QUALITY, organisation="supplier-company")
    with running(people.site) as url:
        yield url
    people.site.state.audit.settle()
    hub.store.close()


async def _fill(page: Page, card: str, **fields: str) -> None:
    form = page.locator(f"section[aria-labelledby={card}] form").first
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        if await field.evaluate("field => field.tagName") == "SELECT":
            await field.select_option(value)
        else:
            await field.fill(value)
    await follow(page, form.locator("button[type=submit]"))


async def test_a_series_is_stated_and_a_target_decomposed(chromium: Browser, address: str, save: Any) -> None:
    async with signed_in(chromium, address, "quinn", PAGES[1], viewport=DESK, locale="en-US") as page:
        await page.locator("#indicator-trend .main-svg").first.wait_for()
        await _fill(
            page, "define-head", id="satisfaction", name="Satisfaction", name_zh="顾客满意度", owner="q7",
            source="survey", frequency="quarter",
        )  # fmt: skip
        await expect(page.locator("#said")).to_be_visible()
        for first, last, value in (("2025-07-01", "2025-09-30", "81"), ("2025-10-01", "2025-12-31", "84.5")):
            await _fill(page, "value-head", first=first, last=last, value=value, evidence="S")
        await follow(page, page.get_by_role("link", name="Satisfaction"))
        await page.locator("#indicator-trend .main-svg").first.wait_for()
        await expect(page.locator("#indicator-trend-says")).to_contain_text("84.50 at last")
        await save(page, "indicators")
        await follow(page, page.get_by_role("link", name="Targets", exact=True).first)
        place = {"direction": "higher", "first": "2026-01-01", "owner": "q7"}
        await _fill(page, "set-head", id="rty", metric="rolled-throughput-yield", value="0.97", **place)
        for name in ("OP10", "OP20"):
            more = {"operation": name, "parent": "rty", "value": "0.98"}
            await _fill(page, "set-head", id=name, metric="first-pass-yield", **(place | more))
        row = page.locator("#targets tbody tr", has_text="rty").first
        await expect(row).to_contain_text("target missed")
        await expect(row).to_contain_text("does not add up")
        await expect(page.locator("#targets tbody tr")).to_have_count(3)
        await save(page, "targets")
    for look in (("zh-CN", DESK, "dark"), ("en-US", PHONE, "dark"), ("zh-CN", PHONE, "light")):
        await _nothing_overflows_and_axe_finds_nothing(chromium, address, save, look)


async def _nothing_overflows_and_axe_finds_nothing(
    chromium: Browser, address: str, save: Any, look: tuple[str, dict[str, int], str]
) -> None:
    language, size, scheme = look
    async with signed_in(
        chromium, address, "quinn", PAGES[1], viewport=size, locale=language, color_scheme=scheme
    ) as page:
        for number, path in enumerate(PAGES):
            await page.goto(path)
            await save(page, f"indicators-{number}.{size['width']}.{language}")
            await reads_well(page)
