"""Somebody of after-sales at an OEM, from the label of a failed unit to everybody concerned, by what is shared."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from label_photo import label_photo
from openpyxl import load_workbook
from playwright.async_api import Browser, Page, expect
from seen_pages import follow, reads_well, signed_in
from shared_chain import DESK, Look, every_look, shared_chain
from small_people import People
from supply_chain_plans import DRIVE

from hub.accounts.permission import Role
from hub.ledger.log import verifier_key
from traceability.verify.command import main as verify

pytestmark = pytest.mark.browser
UNITS = 60
UNIT = f"/01/{DRIVE}/21/D-00004"
SUSPECTS = "\n".join(f"D-{number:05}" for number in range(1, 22))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[People, str]]:
    with shared_chain(tmp_path_factory.mktemp("after-sales") / "hub", UNITS, Role.AFTER_SALES) as made:
        yield made


@every_look
async def test_the_main_path_of_after_sales(
    served: tuple[People, str], chromium: Browser, save: Any, tmp_path: Path, look: Look
) -> None:
    people, address = served
    suffix = ".phone.zh-CN" if look.chinese else ""
    label = label_photo(tmp_path / "label.png", f"(01){DRIVE}(21)D-00004")
    async with signed_in(chromium, address, look.name, "/search", **look.context) as page:
        await _by_the_label(page, label, look)
        if not look.whole:
            await _reports_a_failure(page, f"grinds, {look.name}")
            return
        await save(page, f"after-sales-unit{suffix}")
        await _proof_is_checked_elsewhere(page, people, tmp_path)
        await _reports_a_failure(page, f"grinds, {look.name}")
        await _what_they_share(page)
        await save(page, f"common{suffix}")
        await _whom_it_reached(page)
        await save(page, f"recall{suffix}")
        await _at_one_place(page)
        await _list_is_taken_home(page, tmp_path)
        told = await _suppliers_are_told(page, f"Recall {look.name}")
        async with signed_in(chromium, address, "supplier-a", told, **look.context) as theirs:
            await expect(theirs.get_by_role("heading", level=1)).to_have_text(f"Recall {look.name}")
            await expect(theirs.locator(".mail-items")).to_contain_text("H-00001")
        await _others_of_that_hour(page)
        await _is_printed(page)


async def _by_the_label(page: Page, label: Path, look: Look) -> None:
    """A photo in the form of the search on one look, by the button above every page on the other."""
    await reads_well(page)
    if look.size is DESK:
        async with page.expect_file_chooser() as chooser:
            await page.locator("a.search__camera").click()
        await (await chooser.value).set_files(label)
    else:
        await page.locator("form[data-photo] input[type=file]").set_input_files(label)
    await expect(page).to_have_url(re.compile(re.escape(UNIT)))
    await expect(page.get_by_role("heading", level=1)).to_have_text("D-00004")
    await expect(page.locator(f".genealogy--{'lying' if look.size is DESK else 'standing'}")).to_be_visible()
    await expect(page.locator(".strip").first).to_be_visible()
    await expect(page.locator(".evidence--ok")).to_be_visible()
    # what a supplier keeps to itself is there as a proof of its hash
    await expect(page.locator("main")).not_to_contain_text("Supply voltage")
    await expect(page.locator("#sealed")).to_be_visible()
    await reads_well(page)


async def _proof_is_checked_elsewhere(page: Page, people: People, folder: Path) -> None:
    """Without the hub: with the file, and a key from elsewhere."""
    async with page.expect_download() as coming:
        await page.locator(".evidence__actions a[download]").click()
    file, key = folder / "proof.json", folder / "log.vkey"
    await (await coming.value).save_as(file)
    key.write_text(str(verifier_key(people.hub)), encoding="utf-8")
    assert verify([str(file), "--log-key", f"@{key}"]) == 0
    spoilt = folder / "spoilt.json"
    spoilt.write_text(file.read_text(encoding="utf-8").replace("D-00004", "D-00005"), encoding="utf-8")
    assert verify([str(spoilt), "--log-key", f"@{key}"]) == 1


async def _reports_a_failure(page: Page, mode: str) -> None:
    await follow(page, page.locator("main nav a[href^='/field-failures/']"))
    await reads_well(page)
    await page.locator("input[name=mode]").fill(mode)
    await page.locator("input[name=used]").fill("812.5")
    await page.locator("input[name=uom]").fill("h")
    await follow(page, page.locator("main form.filters button[type=submit]"))
    await expect(page.locator("section", has=page.locator("#claims"))).to_contain_text(mode)
    await reads_well(page)


async def _what_they_share(page: Page) -> None:
    if "/01/" not in page.url:
        await page.goto(UNIT)
    await follow(page, page.locator("main nav a[href^='/common']"))
    await page.locator("textarea[name=names]").fill(SUSPECTS)
    await reads_well(page)
    await follow(page, page.locator("#ask .button--main"))
    await expect(page.get_by_role("heading", level=1)).to_contain_text("L4700")
    await reads_well(page)


async def _whom_it_reached(page: Page) -> None:
    await follow(page, page.locator("#findings tbody tr").first.locator("button"))
    await expect(page.locator(".seed")).to_contain_text("L4700")
    await expect(page.locator("#destinations tbody tr").first).to_be_visible()
    await reads_well(page)


async def _at_one_place(page: Page) -> None:
    await follow(page, page.locator("#destinations tbody a").first)
    await expect(page.locator("#items")).to_be_visible()
    await reads_well(page)


async def _list_is_taken_home(page: Page, folder: Path) -> None:
    lists = page.locator("section", has=page.locator("#items"))
    shown = await lists.locator("tbody tr").count()
    async with page.expect_download() as coming:
        await lists.locator("a[download][href*='format=xlsx']").click()
    file = folder / "items.xlsx"
    await (await coming.value).save_as(file)
    sheet = load_workbook(file).active
    assert sheet is not None
    assert sheet.max_row == 1 + shown


async def _suppliers_are_told(page: Page, title: str) -> str:
    """All at once; where the notification of the supplier of the housings stands."""
    await follow(page, page.locator("main nav a[href$='/tell']"))
    await page.locator("input[name=title]").fill(title)
    await page.locator("textarea[name=description]").fill("Keep what is left of this lot.")
    await reads_well(page)
    await follow(page, page.locator("main form.filters .button--main"))
    await expect(page.locator("main table tbody tr")).to_have_count(1)
    await reads_well(page)
    await follow(page, page.locator("button[name=send][value=true]"))
    lead = page.locator("main table tbody a")
    await expect(page.locator("button[name=send]")).to_have_count(0)
    return str(await lead.get_attribute("href"))


async def _others_of_that_hour(page: Page) -> None:
    await page.goto(UNIT)
    await follow(page, page.locator("main nav a[href^='/passes/']"))
    await reads_well(page)
    await follow(page, page.locator("#passes tbody a", has_text="D-00004").first)


async def _is_printed(page: Page) -> None:
    await follow(page, page.locator("main nav a[href^='/report/']"))
    await expect(page.locator("[data-print]")).to_be_visible()
    await reads_well(page)
    sheet = await page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1, "it fits one sheet"
