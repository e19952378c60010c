"""Somebody who looks after suppliers at an OEM, from their list to an 8D report, by what their policies share."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.async_api import Browser, Page, expect
from seen_pages import follow, reads_well, signed_in
from shared_chain import DESK, Look, every_look, shared_chain
from small_people import People
from supply_chain_plans import HOUSING

from hub.accounts.permission import Role
from traceability.identifier.item import part_uri

pytestmark = pytest.mark.browser
UNITS = 60
SUPPLIER = "/suppliers/supplier-a.machining"
WITHHELD = "/suppliers/supplier-b.electronics"
BORE = f"{SUPPLIER}/characteristics/bore"
PART = part_uri(HOUSING)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[People, str]]:
    with shared_chain(tmp_path_factory.mktemp("oem") / "hub", UNITS, Role.QUALITY) as made:
        yield made


@every_look
async def test_the_main_path_of_oem_quality(
    served: tuple[People, str], chromium: Browser, save: Any, tmp_path: Path, look: Look
) -> None:
    _, address = served
    suffix = ".phone.zh-CN" if look.chinese else ""
    async with signed_in(chromium, address, look.name, "/suppliers", **look.context) as page:
        await _to_a_supplier(page, look)
        await _to_a_chart(page)
        if not look.whole:
            return
        await save(page, f"characteristic{suffix}")
        await _keeps_a_view(page, look.name)
        await _is_told_of_alarms(page, f"{look.name}@oem.example.com")
        await _takes_the_scorecard_home(page, tmp_path)
        await _asks_for_a_yield(page, f"Bores {look.name}")
        told = await _tells_the_supplier(page, f"Chatter marks {look.name}")
        async with signed_in(chromium, address, "supplier-a", told, **look.context) as theirs:
            await _answers(theirs)
        await page.reload()
        await expect(page.locator("#d3")).to_contain_text("All bores in stock were measured.")
        await expect(page.locator("progress")).to_have_attribute("value", "12.5")
        await reads_well(page)


async def _to_a_supplier(page: Page, look: Look) -> None:
    await expect(page.locator("#suppliers tbody tr")).to_have_count(3)
    named = "临海机加厂" if look.chinese else "Linhai machining plant"
    await expect(page.locator(f"#suppliers a[href='{SUPPLIER}']").first).to_have_text(named)
    await reads_well(page)
    if look.size is DESK:  # on a phone rows are cards
        await follow(page, page.locator("#suppliers a.sort[href*='suppliers.sort=rty']"))
        await expect(page.locator("#suppliers th[aria-sort=ascending]")).to_contain_text("RTY")
    # what a policy withholds is told as such, and no chart stands in its place
    await follow(page, page.locator(f"#suppliers a[href='{WITHHELD}']").first)
    await expect(page.locator("#characteristics")).not_to_contain_text("Supply voltage")
    await follow(page, page.locator(".trail a[href='/suppliers']"))
    await follow(page, page.locator(f"#suppliers a[href='{SUPPLIER}']").first)
    await drawn(page, "weeks", "pareto-chart")
    await reads_well(page)


async def _to_a_chart(page: Page) -> None:
    await follow(page, page.locator(f"#characteristics a[href^='{BORE}']"))
    await drawn(page, "location", "spread", "histogram", "lots-chart")
    await page.locator("select[name=rules]").select_option("nelson")
    await follow(page, page.locator("main form.filters button").first)
    await expect(page).to_have_url(re.compile("rules=nelson"))
    await drawn(page, "location", "histogram")
    await reads_well(page)


async def drawn(page: Page, *charts: str) -> None:
    for chart in charts:
        await page.locator(f"#{chart} .main-svg").first.wait_for()


async def _keeps_a_view(page: Page, name: str) -> None:
    await follow(page, page.locator(".foot a[href^='/views?']"))
    await page.locator("main input[name=name]").fill(name)
    await follow(page, page.locator("form[method=post][action='/views'] button"))
    kept = page.locator(".hits a", has_text=name)
    await reads_well(page)
    await follow(page, kept)
    await expect(page).to_have_url(re.compile(f"{BORE}.*rules=nelson"))


async def _is_told_of_alarms(page: Page, mail: str) -> None:
    await page.goto(SUPPLIER)
    await follow(page, page.locator("main a[href^='/subscriptions?']"))
    form = page.locator("form[method=post][action='/subscriptions']")
    await expect(form.locator("select[name=plant]")).to_have_value("supplier-a.machining")
    await form.locator("input[name=address]").fill(mail)
    await form.locator("input[name=kind]").first.check()
    await follow(page, form.locator("button"))
    await expect(page.locator("main table").first).to_contain_text(mail)
    await reads_well(page)


async def _takes_the_scorecard_home(page: Page, folder: Path) -> None:
    await page.goto(SUPPLIER)
    async with page.expect_download() as coming:
        await page.locator("#scorecard a.data__export", has_text="Excel").click()
    file = folder / "scorecard.xlsx"
    await (await coming.value).save_as(file)
    sheet = load_workbook(file).active
    assert sheet is not None
    shown = page.locator("#scorecard tbody tr")
    assert sheet.max_row == 1 + await shown.count()
    assert str(sheet.cell(2, 1).value) in await shown.first.inner_text()


async def _asks_for_a_yield(page: Page, title: str) -> None:
    await page.goto("/requirements")
    await reads_well(page)
    await follow(page, page.locator("main a[href='/requirements/new']"))
    await reads_well(page)
    for name, text in (("supplier", "supplier-a"), ("part", PART), ("title", title), ("text", "At the first pass.")):
        await page.locator(f"main [name={name}]").fill(text)
    for name, text in (("valid_from", "2026-01-01"), ("name-0", "FPY bore"), ("target-0", "0.999")):
        await page.locator(f"main [name={name}]").fill(text)
    await page.locator("[name=metric-0]").select_option("fpy")
    await page.locator("[name=operation-0]").fill("OP20")
    await follow(page, page.locator("form[method=post][action='/requirements'] > button"))
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)
    await expect(page.locator("#indicators tbody")).to_contain_text("FPY bore")
    await reads_well(page)


async def _tells_the_supplier(page: Page, title: str) -> str:
    """Where the notification stands."""
    await page.goto(SUPPLIER)
    await follow(page, page.locator("main a[href^='/notifications/new']"))
    await expect(page.locator("main input[name=receiver]")).to_have_value("supplier-a")
    await page.locator("main input[name=title]").fill(title)
    await page.locator("input[name=target_date]").fill("2026-03-20")
    await page.locator("textarea[name=description]").fill("Find the cause, and answer with an 8D report.")
    await page.locator("textarea[name=items]").fill(f"{PART}/21/H-00005")
    await reads_well(page)
    await follow(page, page.locator("button[name=send]"))
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)
    await reads_well(page)
    return page.url.removeprefix(_host(page))


def _host(page: Page) -> str:
    return "/".join(page.url.split("/", 3)[:3])


async def _answers(page: Page) -> None:
    """The supplier read it, accepts, and writes the third discipline."""
    for to in ("ACKNOWLEDGED", "ACCEPTED"):
        form = page.locator("form[action$='/transition']", has=page.locator(f"input[value={to}]"))
        await follow(page, form.locator("button"))
    third = page.locator("#d3")
    await third.locator("summary").click()
    await third.locator("textarea").fill("All bores in stock were measured.")
    await third.locator("select").select_option("done")
    await follow(page, third.locator("button"))
    await expect(page.locator("#d3")).to_contain_text("All bores in stock were measured.")
    await reads_well(page)
